"""Automatic persisted queries in Valkey: processes share them, and a broken server harms nobody."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from hashlib import sha256

import pytest
from redis.asyncio import Redis

from foundation.valkey import PAUSE_SECONDS
from gateway.features.documents.automatic import AutomaticDocuments, Texts
from gateway.features.documents.trusted import DocumentMetrics
from gateway.features.documents.valkey_texts import ValkeyTexts
from tools.private_valkey import PrivateValkey

TEXT = "query Ä { me { name } }"
DIGEST = sha256(TEXT.encode()).hexdigest()


class Process:
    """What one process of a gateway has."""

    def __init__(self, url: str, seconds: float = 60.0, keep_seconds: int = 1_000) -> None:
        self.now = 10.0
        self.metrics = DocumentMetrics()
        self.shared = ValkeyTexts(
            url, self.metrics, seconds=seconds, keep_seconds=keep_seconds, now=lambda: self.now
        )
        self.documents = AutomaticDocuments(Texts(10_000), self.metrics, self.shared)


@asynccontextmanager
async def emptied(valkey: PrivateValkey) -> AsyncIterator[Redis]:
    """A client of a server that has nothing."""
    async with Redis.from_url(valkey.url, decode_responses=True) as client:
        await client.flushall()
        yield client


async def test_a_document_that_one_process_registered_is_found_by_another(valkey: PrivateValkey) -> None:
    """Which then has it for itself, and asks no more."""
    one, other = Process(valkey.url), Process(valkey.url)
    async with emptied(valkey) as client:
        assert await other.documents.find(DIGEST) is None
        await one.documents.register(DIGEST, TEXT)
        assert await other.documents.find(DIGEST) == TEXT
        await client.flushall()
        assert await other.documents.find(DIGEST) == TEXT
    assert other.metrics.automatic == {"miss": 1, "hit": 2}
    await one.shared.close()
    await other.shared.close()


async def test_a_document_that_is_asked_for_is_kept_on(valkey: PrivateValkey) -> None:
    """One that nobody asks for is forgotten by the server itself."""
    one = Process(valkey.url, keep_seconds=1_000)
    async with emptied(valkey) as client:
        await one.documents.register(DIGEST, TEXT)
        (key,) = await client.keys()
        assert 0 < await client.ttl(key) <= 1_000
        other = Process(valkey.url, keep_seconds=5_000)
        assert await other.documents.find(DIGEST) == TEXT
        assert await client.ttl(key) > 1_000
    await one.shared.close()
    await other.shared.close()


@pytest.mark.parametrize("stored", ["{ another }", b"\xff", ""])
async def test_what_has_another_digest_is_not_believed(valkey: PrivateValkey, stored: str | bytes) -> None:
    """Whoever may write to the server changes no client's document."""
    one = Process(valkey.url)
    async with emptied(valkey) as client:
        await one.documents.register(DIGEST, TEXT)
        (key,) = await client.keys()
        await client.set(key, stored)
        other = Process(valkey.url)
        assert await other.documents.find(DIGEST) is None
        await other.shared.close()
        # Another type of value is an error of the server.
        await client.delete(key)
        await client.lpush(key, "x")
        third = Process(valkey.url)
        assert await third.documents.find(DIGEST) is None
        assert third.metrics.automatic["failed"] == 1
        await third.shared.close()
    await one.shared.close()


async def test_a_server_that_is_away_counts_as_empty_and_is_left_alone_for_a_while() -> None:
    """Documents are still registered in the process; after a pause the server is asked again."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))  # but it does not listen
        process = Process(f"redis://127.0.0.1:{taken.getsockname()[1]}/0")
        assert await process.documents.find(DIGEST) is None
        await process.documents.register(DIGEST, TEXT)
        assert await process.documents.find(DIGEST) == TEXT
        assert process.metrics.automatic["failed"] == 1
        process.now += PAUSE_SECONDS + 0.1
        assert await process.documents.find("0" * 64) is None
        assert process.metrics.automatic["failed"] == 2
        await process.shared.close()


async def test_a_server_that_does_not_answer_is_waited_for_only_shortly() -> None:
    """It accepts the connection, and says nothing."""
    silent = asyncio.Event()

    async def accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await silent.wait()
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    process = Process(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0", seconds=0.01)
    async with asyncio.timeout(60):
        assert await process.documents.find(DIGEST) is None
        await process.documents.register(DIGEST, TEXT)
    assert process.metrics.automatic == {"failed": 1, "miss": 1, "registered": 1}
    silent.set()
    await process.shared.close()
    server.close()
    await server.wait_closed()
