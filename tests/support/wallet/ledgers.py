"""A ledger on a database of its own, with a clock that tests move and faults where a process may die."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.wallet.ledger.accounts import Account, AccountFlags
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.models import LEDGER, METADATA
from tests.support.database_probe import migrate

START = 1_790_000_000_000_000
"""The instant at which the clock of a test stands, in microseconds."""

STERLING, EURO = 826, 978


class StoppedClock:
    """The SQL of a database's time, which stands until a test moves it."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self, _dialect: str) -> str:
        """Return the present instant as a literal."""
        return str(self.now)


class Killed(ConnectionError):
    """What the ledger gets when its process, or its server, is killed."""


class FaultyDatabase(Database):
    """A database whose next write may be cut off.

    Attributes:
        statements: How many statements the next write may still send; None for all.
        commit: `lost` if the connection ends before the commit, `unanswered` if it ends after it.
    """

    statements: int | None = None
    commit: str | None = None

    @asynccontextmanager
    async def write_again(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection in a write transaction that may be cut off."""
        statements, commit = self.statements, self.commit
        self.statements = self.commit = None
        with self._cut_off_after(statements):
            async with super().write_again() as connection:
                yield connection
                if commit == "lost":
                    raise Killed("before the commit")
        if commit == "unanswered":
            raise Killed("after the commit")

    @contextmanager
    def _cut_off_after(self, statements: int | None) -> Iterator[None]:
        left = statements

        def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            nonlocal left
            if left is None or statement.startswith("BEGIN"):
                return
            left -= 1
            if left < 0:
                raise Killed(statement[:40])

        engine = self._engine.sync_engine
        event.listen(engine, "before_cursor_execute", count)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", count)


@asynccontextmanager
async def opened_database(url: str) -> AsyncIterator[FaultyDatabase]:
    """Yield the wallet's migrated database at a URL."""
    settings = DatabaseSettings(url=url)
    await migrate(settings, "wallet", METADATA)
    database = FaultyDatabase(settings, "wallet")
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def opened_ledger(database: Database, clock: StoppedClock | None = None) -> AsyncIterator[Ledger]:
    """Yield a ledger on a database, by its own clock or by one that stands."""
    ledger = Ledger(database, LEDGER) if clock is None else Ledger(database, LEDGER, clock)
    async with contextlib.aclosing(_Closing(ledger)):
        yield ledger


class _Closing:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def aclose(self) -> None:
        await self._ledger.close()


def account(id_: str, flags: int = 0, **values: Any) -> Account:
    """Return an account in sterling."""
    given: dict[str, Any] = {"id": id_, "ledger": STERLING, "code": 1, "flags": int(flags)}
    return Account(**(given | values))


def limited(id_: str, **values: Any) -> Account:
    """Return an account that cannot pay more than it has got."""
    return account(id_, AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS, **values)
