"""The single node: its own mount, process, network and host name space on this machine."""
