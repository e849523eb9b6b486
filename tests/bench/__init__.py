"""What Catalyst costs in time and memory, against bare tools in the same run: `make bench`."""
