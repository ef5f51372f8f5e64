"""Subgraphs over TLS are believed only with a certificate of a trusted authority, for their own name."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec.structs import replace

from gateway.errors import SubgraphUnreachable
from gateway.settings.subgraph_tls import SubgraphTls
from gateway.transport import HttpLimits
from tests.gateway.listening_subgraph import PATIENT, Received, Subgraph, answering, asking, sent
from tests.http.certificates import Authority, Issued


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


def trusting(certificate: Certificate) -> HttpLimits:
    """Limits for a subgraph with this certificate."""
    return replace(PATIENT, tls=SubgraphTls(also_trusted=certificate.file))


async def test_a_trusted_subgraph_is_asked_over_tls(tmp_path: Path) -> None:
    """And its connection is kept as any other."""
    certificate = certificate_for("127.0.0.1", tmp_path)
    subgraph = Subgraph(answering(), tls=certificate.context)
    async with asking(subgraph, trusting(certificate)) as transport:
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
    async with asking(subgraph, trusting(certificate)) as transport:
        with pytest.raises(SubgraphUnreachable, match="CERTIFICATE_VERIFY_FAILED"):
            await sent(transport)
    assert not subgraph.received


def requiring(authority: Authority, server: Issued) -> ssl.SSLContext:
    """The context of a subgraph that only answers who has a certificate of the authority."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.file)
    context.load_cert_chain(server.certificate, server.key)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


async def test_a_subgraph_knows_the_gateway_by_its_certificate(tmp_path: Path) -> None:
    """A gateway without one gets nothing, and trusts only the authority that is named."""
    authority = Authority(tmp_path)
    context = requiring(authority, authority.issue("subgraph"))
    issued = authority.issue("gateway")
    known = SubgraphTls(ca_file=authority.file, certificate=issued.certificate, key=issued.key)
    async with asking(Subgraph(answering(), tls=context), replace(PATIENT, tls=known)) as transport:
        assert await sent(transport) == {"data": {"a": 1}}
    subgraph = Subgraph(answering(), tls=context)
    async with asking(subgraph, replace(PATIENT, tls=SubgraphTls(ca_file=authority.file))) as transport:
        with pytest.raises(SubgraphUnreachable):
            await sent(transport)
    other = Authority(tmp_path, "other")
    wrong = known.model_copy(update={"ca_file": other.file})
    async with asking(Subgraph(answering(), tls=context), replace(PATIENT, tls=wrong)) as transport:
        with pytest.raises(SubgraphUnreachable, match="CERTIFICATE_VERIFY_FAILED"):
            await sent(transport)
    assert not subgraph.received


async def test_the_name_of_a_subgraph_may_be_another_than_its_address(tmp_path: Path) -> None:
    """It is what the certificate is checked for."""
    authority = Authority(tmp_path)
    issued = authority.issue("subgraph", "reviews.internal")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(issued.certificate, issued.key)
    for name, is_right in (("reviews.internal", True), ("other.internal", False)):
        named = SubgraphTls(ca_file=authority.file, server_name=name)
        async with asking(Subgraph(answering(), tls=context), replace(PATIENT, tls=named)) as transport:
            if is_right:
                assert await sent(transport) == {"data": {"a": 1}}
            else:
                with pytest.raises(SubgraphUnreachable, match="CERTIFICATE_VERIFY_FAILED"):
                    await sent(transport)


async def test_a_new_certificate_of_the_gateway_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For the next connection, once its file was looked at again."""
    monkeypatch.setattr("gateway.transport.connector.TRUST_SECONDS", 0.0)
    authority = Authority(tmp_path)
    context = requiring(authority, authority.issue("subgraph"))
    issued = authority.issue("gateway")
    known = SubgraphTls(ca_file=authority.file, certificate=issued.certificate, key=issued.key)
    shown: list[str] = []

    async def react(request: Received) -> None:
        shown.append(request.writer.get_extra_info("peercert")["serialNumber"])
        await answering(close=True)(request)

    async with asking(Subgraph(react, tls=context), replace(PATIENT, tls=known)) as transport:
        for each in range(3):
            if each == 2:
                authority.issue("gateway")
            await sent(transport)
            await asyncio.sleep(0.05)
    assert shown[0] == shown[1] != shown[2]
