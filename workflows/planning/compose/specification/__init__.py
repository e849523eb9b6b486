"""What the Compose specification allows, and what of it a preview can have."""
