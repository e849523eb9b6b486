"""What is done: the only package that talks to GitHub, clusters, Helm, the registry and the database."""
