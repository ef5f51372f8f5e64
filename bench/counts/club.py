"""A small club for counting: embedded databases with the product's tables, at an instant that never moves."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr
from starlette.types import ASGIApp

from bench.counts.doubles import Client
from bench.fixtures.customers import BRAND, customer_id, seed_customers
from bench.fixtures.world import store_world
from foundation.logs import LogSettings, configure_logs
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.databases import METADATA
from gateway.http.server import ClientLimits, Server, configured
from gateway.settings import GatewaySettings
from subgraphs.kit.settings import SessionSettings

NOW: Final = datetime(2026, 3, 25, 12, tzinfo=UTC)
EXPIRY: Final = datetime(2099, 1, 1, tzinfo=UTC)
SECRET: Final = "a secret that signs nothing but what is counted"  # noqa: S105 - no secret
CUSTOMER: Final = 2
"""The customer who asks: has opted in, has chosen a reward, and has placed bets."""

CUSTOMERS: Final = 64
Request: TypeAlias = Callable[[AbstractContextManager[object]], Awaitable[None]]
"""Makes one request, and enters the given counting for that time; preparations are not counted."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What the paths have in common.

    Attributes:
        folder: For files.
        database: The databases.
        sessions: The settings of customers' tokens.
        clock: Product time.
    """

    folder: Path
    database: DatabaseSettings
    sessions: SessionSettings
    clock: ManualClock

    @property
    def token(self) -> str:
        """A session token of the customer, which outlives the stopped clock and this year."""
        sessions = self.sessions
        claims = {"sub": customer_id(CUSTOMER), "brand": BRAND, "iss": sessions.issuer}
        times = {"aud": sessions.audience, "iat": int(NOW.timestamp()), "exp": int(EXPIRY.timestamp())}
        key = OctKey.import_key(SECRET)
        return jwt.encode({"alg": "HS256"}, claims | times, key)

    @property
    def key(self) -> bytes:
        """The key of the customer in messages and notices."""
        return f"{BRAND}:{customer_id(CUSTOMER)}".encode()


async def counted_club(folder: Path) -> Counted:
    """Create and fill the databases in a folder."""
    database = DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}")
    for name, metadata in METADATA.items():
        opened = Database.open(database, name)
        async with opened.write() as connection:
            await connection.run_sync(metadata.create_all)
        await opened.close()
    await store_world(database, NOW)
    await seed_customers(database, CUSTOMERS, NOW)
    sessions = SessionSettings(
        secret=SecretStr(SECRET),
        issuer="furlong-bench",
        audience="furlong",
        longest_lifetime_seconds=int((EXPIRY - NOW).total_seconds()),
    )
    return Counted(folder, database, sessions, ManualClock(NOW))


def use_defaults() -> None:
    """Ignore the settings of the environment, so that the product's defaults are counted; log warnings."""
    for name in [name for name in os.environ if name.startswith(("FURLONG_", "OTEL_"))]:
        del os.environ[name]
    configure_logs(LogSettings(), quiet=True)


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[Callable[[], Client]]:
    """Serve an application by the product's server inside the block, to clients in this process."""
    config = configured(app, ClientLimits.of(GatewaySettings()))
    config.load()
    server = Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    connect = partial(config.protocols, config, server.server_state, server.lifespan.state)
    try:
        yield lambda: Client(connect)
    finally:
        await server.shutdown()


def asking(client: Client, request: bytes, require_right: Callable[[bytes], None]) -> Request:
    """Return what sends a request each time, and checks its reply outside of what is counted."""

    async def ask(counting: AbstractContextManager[object]) -> None:
        with counting:
            reply = await client.ask(request)
        require_right(reply)

    return ask


def post(path: str, body: bytes, *headers: str) -> bytes:
    """Return a request that posts JSON."""
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1:8000",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *headers,
    )
    return "\r\n".join([*lines, "", ""]).encode() + body
