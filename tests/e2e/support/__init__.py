"""What end-to-end tests do and look at: pull requests, the stack's processes, and the cluster."""
