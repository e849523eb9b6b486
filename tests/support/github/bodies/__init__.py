"""JSON bodies: GitHub's own published examples with the changing fields written over."""
