"""A source of packages for builds: npm's protocol and a simple index of Python's, over files in a folder."""
