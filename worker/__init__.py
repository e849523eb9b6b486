"""The worker process: composes activities and workflows, and runs them until told to stop."""
