"""The API process: HTTP in, Temporal out. It changes environments only by talking to their workflows."""
