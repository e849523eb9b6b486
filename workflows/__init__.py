"""What is decided: the lifecycle of environments, free of I/O, settings and wall clocks."""
