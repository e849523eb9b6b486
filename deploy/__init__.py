"""What it takes to run Catalyst somewhere: the local stack, charts and images."""
