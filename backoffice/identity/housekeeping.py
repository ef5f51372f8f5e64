"""Deletes what has ended: sessions, links, used logout tokens, and failures that are a day old."""

import asyncio
from typing import Final

import structlog
from sqlalchemy import delete

from backoffice.identity import sessions, throttle
from backoffice.identity.credentials import links
from backoffice.identity.models import LOGOUT_TOKEN
from foundation.storage.clock import Clock
from foundation.storage.database import Database

EVERY_SECONDS: Final = 3600.0

_log = structlog.get_logger("backoffice.identity")


async def tidy(database: Database, clock: Clock) -> None:
    """Delete sessions, links, logout tokens and failures that are over."""
    now = clock.machine.now()
    async with database.write() as connection:
        await throttle.forget_old(connection, now)
    async with database.write() as connection:
        await sessions.end_expired(connection, now)
        await connection.execute(delete(LOGOUT_TOKEN).where(LOGOUT_TOKEN.c.expires_at <= now))
    async with database.write() as connection:
        await links.end_old(connection, now)


async def keep_tidy(database: Database, clock: Clock) -> None:
    """Tidy every hour, until cancelled."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            await tidy(database, clock)
        except Exception:  # noqa: BLE001 - tried again in an hour
            _log.exception("expired_sessions_not_deleted")
