"""Who gave which credentials, on both engines, and the mail that replaces them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from backoffice.access import Role
from backoffice.identity.credentials import givers
from backoffice.identity.credentials.links import Mail, smtp
from foundation.storage.database import Database
from tests.support.office.backoffice_fixture import NOW, actor, backoffice_database, employ

ROOT, ANN, BOB, CAT, DAN, EVE = (
    actor(name, Role.EDITOR) for name in ("root", "ann", "bob", "cat", "dan", "eve")
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The back office's database, with staff."""
    async with backoffice_database(database_url) as opened:
        await employ(opened, ANN, BOB, CAT, DAN, EVE)
        yield opened


async def test_credentials_bind_along_chains_until_they_end(database: Database) -> None:
    """Ann gave Bob's, Bob gave Cat's and Dan's: all four are bound, and Eve is not; also in a circle."""
    async with database.write() as connection:
        for giver, taker in ((ANN, BOB), (BOB, CAT), (BOB, DAN), (DAN, ANN)):
            await givers.give(connection, taker.user_id, giver, NOW)
        others = [one.user_id for one in (ANN, BOB, DAN, EVE)]
        found = await givers.obstacles(connection, CAT, others)
        assert found.keys() == {"ann", "bob", "dan"}
        assert "The proposer gave you credentials" in found["bob"]
        await givers.give(connection, CAT.user_id, ROOT, NOW)
        await givers.forget(connection, ANN.user_id)
        assert await givers.obstacles(connection, CAT, others) == {}
        assert (await givers.obstacles(connection, ANN, ["dan"])).keys() == {"dan"}


async def test_whoever_could_act_for_a_person_is_bound_to_all_their_accounts(database: Database) -> None:
    """Ann gave Bob's, who wrote or raised something: Ann is bound to the person, by either account."""
    async with database.write() as connection:
        await givers.give(connection, BOB.user_id, ANN, NOW)
        await givers.give(connection, EVE.user_id, ROOT, NOW)
        assert await givers.are_bound(connection, ANN, {"bob", "dan"})
        assert await givers.are_bound(connection, BOB, {"ann"})
        assert await givers.are_bound(connection, EVE, {"root"})  # of a command: no account
        assert not await givers.are_bound(connection, CAT, {"ann", "bob", "dan", "root"})


@asynccontextmanager
async def mail_server(
    refusing: bytes = b"", host: str = "127.0.0.1"
) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Serve SMTP on a free port; return its URL, and collect what it is sent."""
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        while line := await reader.readline():
            received.append(line)
            command = line[:4].upper()
            if refusing and command == refusing:
                writer.write(b"550 no\r\n")
            elif command == b"DATA":
                writer.write(b"354 go on\r\n")
                received.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(b"250 taken\r\n")
            else:
                writer.write(b"221 bye\r\n" if command == b"QUIT" else b"250 well\r\n")
        writer.close()

    server = await asyncio.start_server(serve, host)
    async with server:
        yield f"smtp://{host}:{server.sockets[0].getsockname()[1]}", received


async def test_mail_is_sent_by_smtp() -> None:
    """To the recipient, from the configured address; a refusal is an OSError."""
    mail = Mail("ann@example.com", "Your access", "https://office.example/backoffice/renew#token")
    async with mail_server() as (url, received):
        await smtp(url, "furlong@example.com")(mail)
    sent = b"".join(received)
    assert b"rcpt TO:<ann@example.com>" in sent
    assert b"From: furlong@example.com" in sent
    assert b"renew#token" in sent
    assert sent.count(b"rcpt TO:") == 1
    with pytest.raises(ValueError, match=r"(?i)addr"):
        await smtp("smtp://127.0.0.1:1", "f@example.com")(replace(mail, to="a@b.example,ann@example.com"))
    async with mail_server(b"RCPT") as (url, _):
        with pytest.raises(OSError, match="550"):
            await smtp(url, "furlong@example.com")(mail)


async def test_mail_is_never_sent_in_the_clear_to_other_machines() -> None:
    """Without STARTTLS nothing is sent: the link would be read on its way."""
    async with mail_server(host="127.0.0.2") as (url, received):
        with pytest.raises(OSError, match="STARTTLS"):
            await smtp(url, "furlong@example.com")(Mail("a@b.c", "s", "secret"))
    assert b"secret" not in b"".join(received)
