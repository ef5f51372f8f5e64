"""Subgraphs over TLS are believed only with a certificate of a trusted authority, for their own name."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from listening_subgraph import PATIENT, Subgraph, answering, asking, sent

from gateway.errors import SubgraphUnreachable


@dataclass(frozen=True)
class Certificate:
    """One that signs itself.

    Attributes:
        file: With the certificate, for who trusts it.
        context: Of the server that has it.
    """

    file: Path
    context: ssl.SSLContext


def certificate_for(address: str, folder: Path) -> Certificate:
    """A certificate of a server at an address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "subgraph")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / "certificate.pem", folder / "key.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file, secret)
    return Certificate(file, context)


async def test_a_trusted_subgraph_is_asked_over_tls(tmp_path: Path) -> None:
    """And its connection is kept as any other."""
    certificate = certificate_for("127.0.0.1", tmp_path)
    subgraph = Subgraph(answering(), tls=certificate.context)
    async with asking(subgraph, replace(PATIENT, authorities=certificate.file)) as transport:
        assert [await sent(transport) for _ in range(3)] == [{"data": {"a": 1}}] * 3
    assert subgraph.connections == 1


async def test_a_subgraph_of_an_unknown_authority_is_not_asked(tmp_path: Path) -> None:
    """Whoever listens there does not see a session."""
    subgraph = Subgraph(answering(), tls=certificate_for("127.0.0.1", tmp_path).context)
    async with asking(subgraph) as transport:
        with pytest.raises(SubgraphUnreachable, match="CERTIFICATE_VERIFY_FAILED"):
            await sent(transport)
    assert not subgraph.received


async def test_a_subgraph_with_the_certificate_of_another_is_not_asked(tmp_path: Path) -> None:
    """Though its authority is trusted."""
    certificate = certificate_for("127.0.0.9", tmp_path)
    subgraph = Subgraph(answering(), tls=certificate.context)
    async with asking(subgraph, replace(PATIENT, authorities=certificate.file)) as transport:
        with pytest.raises(SubgraphUnreachable, match="CERTIFICATE_VERIFY_FAILED"):
            await sent(transport)
    assert not subgraph.received
