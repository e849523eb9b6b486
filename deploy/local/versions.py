"""The versions of everything the local cluster is made of, each in one place.

Go modules name theirs in `toolchain/*/go.mod`; the numbers here are stamped into the binaries
(clients compare them) and a test compares both.
"""

KUBERNETES = "v1.37.1"
HELM = "v4.3.1"
BUILDKIT = "v0.32.2"
DEBIAN = "bookworm"
PYTHON = "3.11"
"""The Python of that Debian: what the `python` stand-in image can offer."""

NODE_PACKAGES = (
    "etcd-server",
    "containerd",
    "runc",
    "containernetworking-plugins",
    "docker-registry",
    "ipset",
    "iptables",
    "nftables",
    "libcap2-bin",
    "mmdebstrap",
)
"""Debian packages that are unpacked (never installed) for the node and for making images."""
