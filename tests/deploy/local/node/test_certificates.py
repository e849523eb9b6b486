"""Who is who in the cluster, and only the cluster's authority says so."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from deploy.local.node.certificates import write_certificates

NODE, ADDRESS = "node-a", "10.213.0.2"


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    directory = tmp_path / "pki"
    write_certificates(directory, NODE, ADDRESS)
    return directory


def read(pki: Path, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((pki / f"{name}.crt").read_bytes())


@pytest.mark.parametrize(
    ("name", "user", "group"),
    [
        ("admin", "catalyst-admin", "system:masters"),
        ("kubelet", f"system:node:{NODE}", "system:nodes"),
        ("scheduler", "system:kube-scheduler", None),
        ("kube-router", "system:kube-router", None),
    ],
)
def test_each_client_is_who_kubernetes_expects(
    pki: Path, name: str, user: str, group: str | None
) -> None:
    certificate = read(pki, name)
    certificate.verify_directly_issued_by(read(pki, "ca"))
    subject = certificate.subject
    assert [a.value for a in subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == [user]
    groups = [a.value for a in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    assert groups == ([group] if group else [])


def test_the_apiserver_may_be_called_from_machine_node_and_pods(pki: Path) -> None:
    extension = read(pki, "apiserver").extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    addresses = {str(a) for a in extension.value.get_values_for_type(x509.IPAddress)}
    assert {ADDRESS, "127.0.0.1", "10.96.0.1"} <= addresses
    assert "kubernetes.default.svc" in extension.value.get_values_for_type(x509.DNSName)


def test_keys_are_readable_by_their_owner_alone(pki: Path) -> None:
    assert {path.stat().st_mode & 0o777 for path in pki.glob("*.key")} == {0o600}


def test_certificates_are_kept_until_the_address_changes(pki: Path) -> None:
    before = (pki / "ca.crt").read_bytes()
    write_certificates(pki, NODE, ADDRESS)
    assert (pki / "ca.crt").read_bytes() == before
    write_certificates(pki, NODE, "10.213.0.6")
    assert (pki / "ca.crt").read_bytes() != before
