"""One module for each type of template: what it makes of a commit."""
