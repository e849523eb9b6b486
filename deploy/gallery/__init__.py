"""The page that shows every example with its plan."""
