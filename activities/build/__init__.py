"""Images from commits, each built by a rootless BuildKit Job in the cluster (being written by the lead)."""
