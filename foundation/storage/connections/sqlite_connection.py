"""SQLite connections whose thread is told to stop once, however often they are closed."""

import asyncio
import sqlite3
from functools import partial
from typing import Any

import aiosqlite

ROWS_A_FETCH = 64


class SqliteConnection(aiosqlite.Connection):
    """A connection that can be terminated while it is being closed.

    SQLAlchemy terminates the connection of a cancelled statement while a graceful close still runs. The
    driver's thread ends at the first of the two stops and never responds to the second, so the close would
    wait forever, and with it the event loop that is shutting down.
    """

    def __init__(self, *location: Any, **options: Any) -> None:
        """Prepare a connection; awaiting it connects. The arguments are those of `sqlite3.connect`."""
        super().__init__(partial(sqlite3.connect, *location, **options), ROWS_A_FETCH)
        self._thread.daemon = True  # a process that exits does not wait for its statements
        self._has_stopped = False
        self._stopped: asyncio.Future[Any] | None = None

    def stop(self) -> asyncio.Future[Any] | None:
        """Return what completes when the thread has closed the connection: the same at every call."""
        if not self._has_stopped:
            self._has_stopped = True
            self._stopped = super().stop()
        return self._stopped
