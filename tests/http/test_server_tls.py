"""The server speaks TLS: new certificates without a pause, and only with clients that may connect."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from pydantic import ValidationError
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from furlong.serve.http_server import QuietServer
from gateway import GatewaySettings, create_gateway
from gateway.http.server import ClientLimits, configured, configured_by, listen
from gateway.http.server.tls import ServerTls
from gateway.settings.tls import TlsSettings
from tests.gateway.worlds import shop
from tests.http.certificates import Authority, Issued
from tests.http.served_gateway import LONG, ME, NAME, PATIENCE_SECONDS, Client, post


def tls_by(issued: Issued, **settings: Any) -> ServerTls:
    """The TLS options of a server with this certificate and these settings."""
    tls = ServerTls.of(TlsSettings(certificate=issued.certificate, key=issued.key, **settings))
    assert tls is not None
    return tls


@asynccontextmanager
async def serving_tls(tls: ServerTls, limits: ClientLimits = LONG) -> AsyncIterator[int]:
    """The port of a gateway behind TLS."""
    federation = shop()
    app = create_gateway(federation.sdl, federation.transports())
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    server = QuietServer(configured(app, limits, tls=tls))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        assert not task.done()
        await asyncio.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def connected(port: int, context: ssl.SSLContext) -> AsyncIterator[Client]:
    """A client's connection over TLS."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()


async def answer(port: int, context: ssl.SSLContext) -> bytes:
    """The answer to a request on a new connection."""
    async with connected(port, context) as client:
        await client.send(post(ME))
        return (await client.reply())[2]


def serial_number(client: Client) -> int:
    """That of the certificate which the server has shown."""
    shown = client.writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(shown).serial_number


async def test_websockets_are_opened_over_tls(tmp_path: Path) -> None:
    """The connection changes its protocol, and stays encrypted; pings and the end come through as well."""
    authority = Authority(tmp_path)
    issued = authority.issue("server")
    async with serving_tls(tls_by(issued)) as port:
        url = f"wss://127.0.0.1:{port}/graphql"
        subprotocol = Subprotocol("graphql-transport-ws")
        async with connect(url, ssl=authority.trusting(), subprotocols=[subprotocol]) as socket:
            await socket.send('{"type":"connection_init"}')
            assert await socket.recv() == '{"type":"connection_ack"}'
            await socket.send('{"type":"subscribe","id":"1","payload":{"query":"{ me { name } }"}}')
            assert "User 1" in str(await socket.recv())
            await (await socket.ping())


async def test_requests_are_answered_over_tls(tmp_path: Path) -> None:
    """By TLS 1.2 and newer; one connection serves many."""
    authority = Authority(tmp_path)
    issued = authority.issue("server")
    context = authority.trusting()
    async with serving_tls(tls_by(issued)) as port:
        async with connected(port, context) as client:
            for _ in range(3):
                await client.send(post(ME))
                assert (await client.reply())[::2] == (200, NAME)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        assert await answer(port, context) == NAME
        old = authority.trusting()
        old.set_ciphers("DEFAULT@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            await answer(port, old)


async def test_a_new_certificate_is_used_without_a_pause(tmp_path: Path) -> None:
    """Open connections stay; while the files are wrong, the certificate before is used."""
    authority = Authority(tmp_path)
    issued = authority.issue("server")
    context = authority.trusting()
    tls = tls_by(issued, reload_seconds=0.05)
    async with serving_tls(tls) as port, connected(port, context) as first:
        before = serial_number(first)
        issued.certificate.write_text("broken")
        await asyncio.sleep(0.2)
        async with connected(port, context) as client:
            assert serial_number(client) == before
        authority.issue("server")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                async with connected(port, context) as client:
                    if serial_number(client) != before:
                        break
                await asyncio.sleep(0.02)
        await first.send(post(ME))
        assert (await first.reply())[::2] == (200, NAME)


async def test_clients_need_a_certificate_of_the_authority(tmp_path: Path) -> None:
    """If the settings say so; one without, or of another authority, gets no answer."""
    authority, other = Authority(tmp_path), Authority(tmp_path, "other")
    issued, client = authority.issue("server"), authority.issue("client")
    stranger = other.issue("stranger")
    tls = tls_by(issued, client_ca_file=authority.file)
    async with serving_tls(tls) as port:
        assert await answer(port, authority.trusting(client)) == NAME
        for refused in (None, stranger):
            with pytest.raises((ssl.SSLError, ConnectionError, asyncio.IncompleteReadError)):
                await answer(port, authority.trusting(refused))
    optional = tls_by(issued, client_ca_file=authority.file, client_certificates="optional")
    async with serving_tls(optional) as port:
        assert await answer(port, authority.trusting()) == NAME
        with pytest.raises((ssl.SSLError, ConnectionError, asyncio.IncompleteReadError)):
            await answer(port, authority.trusting(stranger))


async def test_authorities_of_clients_are_replaced_with_the_certificate(tmp_path: Path) -> None:
    """A client of an authority that is not trusted any more is refused on its next connection."""
    authority, new = Authority(tmp_path), Authority(tmp_path, "new")
    issued, client, successor = authority.issue("server"), authority.issue("client"), new.issue("successor")
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(authority.file.read_bytes())
    tls = tls_by(issued, client_ca_file=trusted, reload_seconds=0.05)
    async with serving_tls(tls) as port:
        assert await answer(port, authority.trusting(client)) == NAME
        trusted.write_bytes(new.file.read_bytes())
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    await answer(port, authority.trusting(client))
                except (ssl.SSLError, ConnectionError, asyncio.IncompleteReadError):
                    break
                await asyncio.sleep(0.02)
        assert await answer(port, authority.trusting(successor)) == NAME


async def test_who_does_not_speak_tls_is_disconnected(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In the time that a head may take, and without filling the log."""
    authority = Authority(tmp_path)
    issued = authority.issue("server")
    limits = ClientLimits(head_seconds=0.2, body_seconds=600, idle_seconds=600)
    with caplog.at_level(logging.WARNING):
        async with serving_tls(tls_by(issued), limits) as port:
            for content in (b"", post(ME), b"\x16\x03\x01\x02\x00\x01"):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                plain = Client(reader, writer)
                with suppress(ConnectionError):  # the server may be the first to close
                    await plain.send(content)
                assert not (await plain.until_closed()).startswith(b"HTTP")
                writer.close()
            assert await answer(port, authority.trusting()) == NAME
    assert [record.message for record in caplog.records] == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tls_certificate": "a.pem"}, "need each other"),
        ({"tls_client_ca_file": "a.pem"}, "needs tls_certificate"),
        ({"subgraph_tls": {"a": {"key": "a.key"}}}, "need each other"),
        ({"subgraph_tls": {"a": {"verify": False}}}, "Extra inputs"),
    ],
)
def test_settings_that_do_not_fit_are_refused(given: dict[str, object], message: str) -> None:
    """With what is missing; there is no way not to check certificates."""
    with pytest.raises(ValidationError, match=message):
        GatewaySettings.model_validate(given)


def test_files_that_do_not_fit_end_the_start(tmp_path: Path) -> None:
    """With their names; nobody is asked for a passphrase."""
    authority = Authority(tmp_path)
    first, second = authority.issue("first"), authority.issue("second")
    for certificate, key in ((first.certificate, second.key), (tmp_path / "none.pem", first.key)):
        settings = GatewaySettings(tls_certificate=certificate, tls_key=key)
        with pytest.raises(ValueError, match=str(certificate)):
            configured_by(settings, "module:app")
