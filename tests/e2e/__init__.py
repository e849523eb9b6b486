"""End to end, on the local stack: nothing here is a stand-in for a part that can run."""
