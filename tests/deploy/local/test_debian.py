"""What apt plans is understood."""

from deploy.local.debian import parse_uris

PLAN = """\
'http://mirror.example.com/debian/pool/main/e/etcd/etcd-server_3.4.23-4%2bb4_amd64.deb' etcd-server_3.4.23-4+b4_amd64.deb 8438488 MD5Sum:0
'http://mirror.example.com/debian/pool/main/libc/libcap2/libcap2_2.66-4%2bdeb12u3_amd64.deb' libcap2_1%3a2.66-4+deb12u3_amd64.deb 27708 SHA256:0
"""


def test_every_planned_package_is_named_with_its_version() -> None:
    assert parse_uris(PLAN) == ["etcd-server=3.4.23-4+b4", "libcap2=1:2.66-4+deb12u3"]


def test_a_plan_without_packages_is_empty() -> None:
    assert parse_uris("") == []
