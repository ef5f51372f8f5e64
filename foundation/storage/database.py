"""Connections to one subgraph's database: reads, and write transactions."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from datetime import UTC
from pathlib import Path
from typing import Any

import structlog
from opentelemetry.trace import Tracer
from sqlalchemy import URL, Dialect, Table, event, make_url, text
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from foundation.dependencies import uncover
from foundation.storage.cells.ownership import NOT_CELLS, Fence
from foundation.storage.clock import SystemClock, difference
from foundation.storage.connections.pinned_connections import PinnedConnections
from foundation.storage.connections.sqlite import SqliteConnection, turns_at
from foundation.storage.connections.statement_spans import StatementSpans, TracedConnections
from foundation.storage.errors import DatabaseAway, DatabaseClosed
from foundation.storage.settings import DatabaseSettings

log = structlog.get_logger(__name__)
SECONDS_TO_FINISH = 5  # a commit that takes longer has lost its server
SECONDS_TO_ANSWER = 1  # beyond the server's own limit; then the connection counts as lost
DURABLE = frozenset({"wallet"})
"""The databases whose SQLite files wait for the disk at each commit: money, which nothing else could restore.

Others may lose their last commits if the machine crashes.
"""

SQL_MODE = (
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
    "NO_ENGINE_SUBSTITUTION"
)
"""The `sql_mode` of every session, whatever the server's own is: the default of MySQL 8, which MariaDB knows.

A value that a column cannot hold is refused instead of changed, and so is a selected column that is neither
grouped nor aggregated.
"""

MAX_PREPARED = 32
"""The most statements that a pinned connection keeps prepared; together with others, MariaDB keeps 16,382."""

CLOSED = "closed_database"
"""A table that exists while only what recovers the database may connect (`furlong db close`)."""

UNFINISHED_RESTORE = "unfinished_restore"
"""A table that exists while a backup is being restored; if it stays, the restore was interrupted."""


def database_url(settings: DatabaseSettings, subgraph: str) -> URL:
    """Return the URL of a subgraph's own database: the one place that says where a database is.

    `mysql+aiomysql://…/furlong` gives `…/furlong_club`; `sqlite+aiosqlite:///DIR` gives `DIR/club.sqlite`.

    Raises:
        ValueError: No URL, neither MySQL nor SQLite by an asynchronous driver, or no database name.
    """
    usable = "use mysql+aiomysql://USER:PASSWORD@HOST/furlong or sqlite+aiosqlite:///DIRECTORY"
    variable = settings.variable_of(subgraph)
    try:
        url = make_url(settings.url_of(subgraph))
    except ArgumentError as error:  # the text may contain a password, so that it is not repeated
        raise ValueError(f"{variable} is not a URL: {usable}") from error
    if not url.database or not _is_usable(url):
        raise ValueError(f"{variable} cannot be {url.render_as_string()}: {usable}")
    if url.get_backend_name() == "sqlite":
        return url.set(database=str(Path(url.database) / f"{subgraph}.sqlite"))
    return url.set(database=f"{url.database}_{subgraph}")


def has_file(settings: DatabaseSettings, subgraph: str) -> bool:
    """Return whether a connection finds a database file, instead of creating it; True for servers."""
    url = database_url(settings, subgraph)
    return url.get_backend_name() != "sqlite" or Path(str(url.database)).exists()


def _is_usable(url: URL) -> bool:
    if url.get_backend_name() not in {"mysql", "mariadb", "sqlite"}:
        return False
    try:
        return url.get_dialect().is_async
    except (ImportError, NoSuchModuleError):  # a driver that is not installed, or that does not exist
        return False


class Database:
    """The database of one subgraph.

    A read runs in a short transaction of its own; a write is one transaction, committed at the end of
    the block and rolled back on any exception, cancellation included.

    Attributes:
        tracer: Starts spans of its statements; None without traces.
        pinned: Connections for the small SELECTs of the hot path.
        fence: Refuses writes of another cell's processes; it costs nothing in an installation without cells.
    """

    def __init__(
        self,
        settings: DatabaseSettings,
        subgraph: str,
        tracer: Tracer | None = None,
        fence: Fence | None = None,
    ) -> None:
        seconds = settings.statement_seconds + SECONDS_TO_ANSWER
        engine = create_engine(settings, subgraph, connections=settings.pool_size)
        # A pool of their own, so that transactions that wait for a lock cannot take them.
        reading = create_engine(
            settings, subgraph, connections=settings.reading_connections, prepared=MAX_PREPARED
        )
        self.tracer = tracer
        if tracer is None:
            self.pinned = PinnedConnections(reading, settings.reading_connections, seconds)
        else:
            spans = StatementSpans.of(tracer, engine.sync_engine)
            spans.listen(engine.sync_engine)
            self.pinned = TracedConnections(reading, settings.reading_connections, seconds, spans)
        self.fence = fence or Fence(None)
        self._is_fenced = self.fence.cell is not None
        self._engine, self._pinned_engine = engine, reading
        self._writing = engine.execution_options(furlong_write=True)
        is_file = engine.dialect.name == "sqlite"
        self._turns = turns_at(str(engine.url.database)) if is_file else None
        self._kept: list[AsyncConnection] = []

    @classmethod
    def open(cls, settings: DatabaseSettings, subgraph: str, tracer: Tracer | None = None) -> "Database":
        """Create a pool of connections to the subgraph's database; nothing connects yet."""
        fence = None if subgraph in NOT_CELLS else Fence(settings.cell.own())
        return cls(settings, subgraph, tracer, fence)

    @property
    def dialect(self) -> str:
        """Return `mysql`, `mariadb` or `sqlite`."""
        return self.sql.name

    @property
    def sql(self) -> Dialect:
        """Return the SQLAlchemy dialect of the database and its driver."""
        return self._engine.dialect

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection for SELECTs; an answer for which it is used cannot be given again."""
        uncover()
        async with self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection in a write transaction (READ COMMITTED; on SQLite `BEGIN IMMEDIATE`).

        Raises:
            CellMismatch: The database belongs to another cell.
            CellFenced: The cell is being moved, or has been moved away.
            CellMoved: The cell was moved since this process last looked; another attempt may pass.
        """
        uncover()
        turn = nullcontext() if self._turns is None else self._turns.turn()
        async with turn, self._writing.connect() as connection:
            transaction = await connection.begin()
            try:
                if self._is_fenced:
                    await self.fence.check(connection)
                yield connection
            except BaseException:
                await _finish(transaction.rollback(), SECONDS_TO_FINISH)
                raise
            await _finish(transaction.commit())

    @asynccontextmanager
    async def write_again(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection in a write transaction, as `write` does, that stays open for the next one.

        A connection of the pool is checked before each use and reset after it: two more round trips. This one
        is not, so that the first statement may find that the server has closed it; try again then. It takes
        a place in the pool for as long as the database is open.
        """
        if self._turns is not None:
            async with self.write() as connection:
                yield connection
            return
        uncover()
        connection = self._kept.pop() if self._kept else await self._writing.connect()
        try:
            transaction = await connection.begin()
            try:
                if self._is_fenced:
                    await self.fence.check(connection)
                yield connection
            except BaseException:
                await _finish(transaction.rollback(), SECONDS_TO_FINISH)
                raise
            await _finish(transaction.commit())
        except BaseException:
            await _finish(connection.close(), SECONDS_TO_FINISH)
            raise
        self._kept.append(connection)

    async def has_rows(self, table: Table) -> bool:
        """Tell whether a table has rows, by one statement on a connection that stays open.

        Without a transaction of its own: it is for what looks again and again.

        Raises:
            DatabaseAway: The database does not answer, or refuses the statement.
        """
        name = self.sql.identifier_preparer.format_table(table)
        try:
            return bool(await self.pinned.fetch(f"SELECT 1 FROM {name} LIMIT 1", ()))  # noqa: S608 - our own name
        except DatabaseAway:
            raise
        except Exception as refusal:
            raise DatabaseAway(f"{type(refusal).__name__}: {refusal}") from refusal

    async def ping(self) -> None:
        """Run an empty query.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: The database does not answer.
        """
        async with self.read() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close all connections."""
        await self.pinned.close()
        while self._kept:
            await self._kept.pop().close()
        for engine in (self._engine, self._pinned_engine):
            await engine.dispose()


@asynccontextmanager
async def open_databases(settings: DatabaseSettings, *names: str) -> AsyncIterator[tuple[Database, ...]]:
    """Open databases, in the order of their names, for the duration of the block."""
    async with AsyncExitStack() as stack:
        databases = tuple(Database.open(settings, name) for name in names)
        for database in databases:
            stack.push_async_callback(database.close)
        yield databases


async def _finish(step: Coroutine[Any, Any, None], seconds: float | None = None) -> None:
    """Finish a step even if the caller is cancelled meanwhile: until then nobody else may use the connection.

    If the step does not end, the driver is told to drop the connection.
    """
    task = asyncio.create_task(step)
    try:
        async with asyncio.timeout(seconds):
            await asyncio.shield(task)
    except (asyncio.CancelledError, TimeoutError):
        await asyncio.wait({task}, timeout=SECONDS_TO_FINISH)
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=SECONDS_TO_ANSWER)
        raise


def create_engine(
    settings: DatabaseSettings, subgraph: str, *, connections: int | None = None, prepared: int = 0
) -> AsyncEngine:
    """Create an engine: the one place where the set-up differs between dialects.

    Args:
        settings: Where the database is, and its limits.
        subgraph: Whose database it is.
        connections: The size of the pool; None for an engine that connects anew each time.
        prepared: How many statements each connection keeps prepared. Only asyncmy can; it sends the text of a
            statement that the server does not prepare.
    """
    url = database_url(settings, subgraph)
    pool: dict[str, Any] = {"poolclass": NullPool}
    if connections is not None:
        pool = {"pool_size": connections, "max_overflow": 0}
    if url.get_backend_name() == "sqlite":
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        # Values in statements may identify customers, so error messages omit them.
        engine = create_async_engine(url, hide_parameters=True, **pool)
        event.listen(engine.sync_engine, "do_connect", _connect_sqlite)
        event.listen(
            engine.sync_engine, "connect", _prepare_sqlite("FULL" if subgraph in DURABLE else "NORMAL")
        )
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    options: dict[str, Any] = {"init_command": _mysql_session(settings), "connect_timeout": 5}
    if url.get_driver_name() == "asyncmy":
        options["stmt_cache_size"] = prepared
    engine = create_async_engine(
        url.update_query_dict({"charset": "utf8mb4"}),
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        connect_args=options,
        pool_pre_ping=connections is not None,
        **pool,
    )
    event.listen(engine.sync_engine, "connect", _prepare_mysql(settings))
    if connections is not None and not settings.enters_closed:
        event.listen(engine.sync_engine, "connect", _require_open)
    event.listen(engine.sync_engine, "handle_error", _distrust)
    return engine


def _distrust(context: ExceptionContext) -> None:
    """Close a connection whose driver is out of step with the server.

    It would take the response to one statement for that to another. Drivers report this as an internal error
    in words; the server's own errors have numbers.
    """
    fault = context.original_exception
    in_words = not (fault.args and isinstance(fault.args[0], int))
    if in_words and type(fault).__name__ == "InternalError":
        context.is_disconnect = True


def _mysql_session(settings: DatabaseSettings) -> str:
    return (
        f"SET time_zone = '+00:00', innodb_lock_wait_timeout = {settings.lock_wait_seconds}, "
        f"sql_mode = '{SQL_MODE}'"
    )


def _prepare_mysql(settings: DatabaseSettings) -> Callable[[Any, Any], None]:
    clock, said = SystemClock(), [""]

    def prepare(connection: Any, _record: Any) -> None:
        cursor, before = connection.cursor(), clock.now()
        cursor.execute("SELECT VERSION(), UTC_TIMESTAMP(6)")
        version, at = cursor.fetchone()
        problem = difference(before, at.replace(tzinfo=UTC), clock.now()) or ""
        if problem and not said[0]:  # once for all connections of a pool
            log.warning("clock_differs", detail=problem)
        said[0] = problem
        if "MariaDB" in version:
            cursor.execute(f"SET max_statement_time = {settings.statement_seconds:g}")
        cursor.close()

    return prepare


def _require_open(connection: Any, _record: Any) -> None:
    """Refuse a new connection to a closed database: asked here, it costs the requests nothing."""
    cursor = connection.cursor()
    cursor.execute(
        "SELECT DATABASE() FROM information_schema.tables "
        "WHERE table_schema = DATABASE() AND table_name = %s",
        (CLOSED,),
    )
    closed = cursor.fetchone()
    cursor.close()
    if closed is not None:
        connection.close()
        raise DatabaseClosed(f"{closed[0]} is closed while it is recovered: `furlong db open` opens it")


def _connect_sqlite(_dialect: Dialect, _record: Any, _location: list[Any], options: dict[str, Any]) -> None:
    options["async_creator_fn"] = SqliteConnection


def _prepare_sqlite(synchronous: str) -> Callable[[Any, Any], None]:
    def prepare(connection: Any, _record: Any) -> None:
        # The driver begins transactions late and drops row locks, so transactions begin explicitly here.
        try:
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
        except BaseException:  # nobody else closes a connection that was never handed out
            connection.driver_connection.stop()
            raise

    return prepare


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("furlong_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
