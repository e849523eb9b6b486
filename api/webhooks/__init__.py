"""The door for what GitHub tells: signatures, and the few fields that are needed."""
