"""The cluster's certificate authorities and the certificates they sign."""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LIFETIME = dt.timedelta(days=365)
"""A local stack is taken down and brought up again long before that."""
_SKEW = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Subject:
    """Who a certificate speaks for; Kubernetes reads user and groups from it."""

    file: str
    common_name: str
    organization: str = ""
    names: tuple[str, ...] = ()
    """DNS names and addresses it may serve; empty for a pure client."""


def subjects(node_name: str, node_address: str) -> tuple[Subject, ...]:
    """Return everyone in the cluster who has a certificate of the cluster's authority."""
    service_names = ("kubernetes", "kubernetes.default", "kubernetes.default.svc")
    return (
        Subject(
            "apiserver",
            "kube-apiserver",
            names=(*service_names, "localhost", "127.0.0.1", "10.96.0.1", node_address),
        ),
        Subject("apiserver-kubelet-client", "kube-apiserver-kubelet-client", "system:masters"),
        Subject("admin", "catalyst-admin", "system:masters"),
        Subject("controller-manager", "system:kube-controller-manager"),
        Subject("scheduler", "system:kube-scheduler"),
        Subject("kube-proxy", "system:kube-proxy"),
        Subject("kube-router", "system:kube-router"),
        Subject("kubelet", f"system:node:{node_name}", "system:nodes"),
        Subject("kubelet-server", node_name, names=(node_name, node_address, "127.0.0.1")),
    )


def write_certificates(directory: Path, node_name: str, node_address: str) -> None:
    """Write all keys and certificates unless a complete set for this address is there."""
    complete = directory / "complete"
    state = f"{node_name} {node_address}\n"
    if complete.exists() and complete.read_text() == state:
        return
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority = _write_authority(directory, "ca", "catalyst-local-ca")
    for subject in subjects(node_name, node_address):
        _write_signed(directory, subject, authority)
    front = _write_authority(directory, "front-proxy-ca", "catalyst-local-front-proxy-ca")
    _write_signed(directory, Subject("front-proxy-client", "front-proxy-client"), front)
    key = _write_key(directory / "service-account.key")
    (directory / "service-account.pub").write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    complete.write_text(state)


@dataclass(frozen=True)
class _Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def _write_authority(directory: Path, file: str, name: str) -> _Authority:
    key = _write_key(directory / f"{file}.key")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        _builder(subject, subject, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_certificate(directory / f"{file}.crt", certificate)
    return _Authority(key, certificate)


def _write_signed(directory: Path, subject: Subject, authority: _Authority) -> None:
    key = _write_key(directory / f"{subject.file}.key")
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, subject.common_name)]
    if subject.organization:
        attributes.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, subject.organization))
    usages = [ExtendedKeyUsageOID.CLIENT_AUTH]
    if subject.names:
        usages.append(ExtendedKeyUsageOID.SERVER_AUTH)
    builder = (
        _builder(x509.Name(attributes), authority.certificate.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    )
    if subject.names:
        names = x509.SubjectAlternativeName(_general_names(subject.names))
        builder = builder.add_extension(names, critical=False)
    _write_certificate(
        directory / f"{subject.file}.crt", builder.sign(authority.key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + _LIFETIME)
    )


def _key_usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_names(names: Sequence[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for name in names:
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            found.append(x509.DNSName(name))
    return found


def _write_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return key


def _write_certificate(path: Path, certificate: x509.Certificate) -> None:
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
