"""Other programs' opinion of the same files: `make oracle` compiles them and compares. Too long for every test run."""
