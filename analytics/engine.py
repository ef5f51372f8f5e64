"""The engine behind the store: ClickHouse's SQL, in this process (chDB) or on a server (HTTP).

Both know the same statements. What only a server can do (replicas, clusters, users with quotas) is not
used here.
"""

from __future__ import annotations

import fcntl
import importlib.util
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import httpx

from analytics.errors import NotInstalled, StoreFault, StoreInUse
from analytics.record_tables import RECORD_TABLES, Retention
from analytics.schema import DATABASE, Existing, statements
from analytics.settings import AnalyticsSettings

if TYPE_CHECKING:
    import pyarrow as pa

HOW_TO_INSTALL: Final = (
    "analytics needs packages that are not installed: pip install -r requirements-analytics.lock, or "
    "pip install 'furlong[analytics]'"
)
ONE_BLOCK: Final[Mapping[str, int]] = {
    "max_insert_threads": 1,
    "max_threads": 1,
    "min_insert_block_size_rows": 100_000_000,
    "min_insert_block_size_bytes": 100_000_000_000,
}
"""Settings with which an insert is one block, so that its token covers all of it."""


class Engine(Protocol):
    """A store that understands ClickHouse's SQL."""

    def execute(self, sql: str) -> None:
        """Carry out a statement of ours.

        Raises:
            StoreFault: The engine refuses it.
        """

    def read(self, sql: str) -> list[dict[str, Any]]:
        """Return the rows of a query of ours, with columns by name.

        Raises:
            StoreFault: The engine refuses it.
        """

    def insert(self, table: str, rows: pa.Table, token: str) -> None:
        """Insert rows as one block; a block whose token the table has seen changes nothing.

        Raises:
            StoreFault: The engine refuses it.
        """

    def close(self) -> None:
        """Release the store."""


def require_installed() -> None:
    """Check that the packages of the embedded engine are there.

    Raises:
        NotInstalled: They are not.
    """
    if importlib.util.find_spec("chdb") is None or importlib.util.find_spec("pyarrow") is None:
        raise NotInstalled(HOW_TO_INSTALL)


class ChdbEngine:
    """The engine in this process, on a folder that no other process may use meanwhile."""

    def __init__(self, folder: Path, database: str = DATABASE) -> None:
        require_installed()
        from chdb import session

        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = (folder / "owner.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            self._lock.close()
            raise StoreInUse(f"another process owns the store in {folder}") from fault
        try:
            self._session = session.Session(str(folder / "store"))
            self.execute("SET session_timezone = 'UTC'")
            self.execute(f"CREATE DATABASE IF NOT EXISTS {database}")
            self.execute(f"USE {database}")
        except BaseException:
            self._lock.close()
            raise

    def execute(self, sql: str) -> None:
        """Carry out a statement."""
        self._query(sql, "CSV")

    def read(self, sql: str) -> list[dict[str, Any]]:
        """Return the rows of a query."""
        import pyarrow as pa

        answer = self._query(sql, "ArrowStream").bytes()
        if not answer:
            return []
        with pa.ipc.open_stream(pa.BufferReader(answer)) as reader:
            return _plain(reader.read_all())

    def insert(self, table: str, rows: pa.Table, token: str) -> None:
        """Insert rows as one block; the engine looks for the variable that the statement names."""
        names = ", ".join(rows.column_names)
        self._query(
            f"INSERT INTO {table} ({names}) SETTINGS {_settings(token)} SELECT {names} FROM Python(rows)",
            "CSV",
        )

    def close(self) -> None:
        """Close the session and give the folder back."""
        with suppress(Exception):
            self._session.close()
        self._lock.close()

    def _query(self, sql: str, form: str) -> Any:
        import chdb

        try:
            return self._session.query(sql, form)
        except (RuntimeError, chdb.ChdbError) as fault:
            raise StoreFault(_first_line(fault)) from fault


class ClickHouseEngine:
    """A server over HTTP, such as `http://user:password@host:8123`.

    Its time zone and the block settings are sent with each statement.
    """

    def __init__(
        self, url: str, database: str = DATABASE, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._client = httpx.Client(base_url=url, timeout=httpx.Timeout(300, connect=5), transport=transport)
        self._database = ""
        self.execute(f"CREATE DATABASE IF NOT EXISTS {database}")
        self._database = database

    def execute(self, sql: str) -> None:
        """Carry out a statement."""
        self._post({}, sql.encode())

    def read(self, sql: str) -> list[dict[str, Any]]:
        """Return the rows of a query."""
        import pyarrow as pa

        answer = self._post({"default_format": "ArrowStream"}, sql.encode())
        if not answer:
            return []
        with pa.ipc.open_stream(pa.BufferReader(answer)) as reader:
            return _plain(reader.read_all())

    def insert(self, table: str, rows: pa.Table, token: str) -> None:
        """Insert rows as one block."""
        import pyarrow as pa

        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema) as writer:
            writer.write_table(rows)
        names = ", ".join(rows.column_names)
        sql = f"INSERT INTO {table} ({names}) SETTINGS {_settings(token)} FORMAT ArrowStream"
        self._post({"query": sql}, sink.getvalue().to_pybytes())

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _post(self, parameters: Mapping[str, str], body: bytes) -> bytes:
        asked = {"session_timezone": "UTC", **parameters}
        if self._database:
            asked["database"] = self._database
        try:
            response = self._client.post("/", params=asked, content=body)
        except httpx.HTTPError as fault:
            raise StoreFault(f"the server does not answer: {fault!r}") from fault
        if response.status_code != httpx.codes.OK:
            raise StoreFault(_first_line(response.text))
        return response.content


def open_store(folder: Path, url: str | None, retention: Retention) -> Engine:
    """Open the store as its one writer, with all tables and views of this version.

    Args:
        folder: The folder of the embedded store.
        url: The server instead, if there is one.
        retention: How long rows are kept.

    Raises:
        NotInstalled: The packages of the embedded engine are missing.
        StoreInUse: Another process owns the folder.
        StoreFault: The engine refuses a statement.
    """
    engine: Engine = ClickHouseEngine(url) if url else ChdbEngine(folder)
    prepare(engine, retention)
    return engine


def prepare(engine: Engine, retention: Retention) -> None:
    """Create the tables and views of this version that are missing.

    Raises:
        StoreFault: The engine refuses a statement.
    """
    rows = engine.read(
        "SELECT name, comment, formatQuery(create_table_query) AS ddl FROM system.tables "
        "WHERE database = currentDatabase()"
    )
    current = {row["name"]: Existing(row["comment"], row["ddl"]) for row in rows}
    for statement in statements(retention, current):
        engine.execute(statement)


def retention_of(settings: AnalyticsSettings) -> Retention:
    """Return how long rows are kept.

    Raises:
        StoreFault: A table is named whose rows cannot be dropped by age.
    """
    droppable = [table.name for table in RECORD_TABLES if table.retention is not None]
    others = sorted(settings.retention_by_table.keys() - set(droppable))
    if others:
        raise StoreFault(
            f"FURLONG_ANALYTICS_RETENTION_BY_TABLE names {', '.join(others)}; the tables that may have a "
            f"retention of their own are {', '.join(droppable)}"
        )
    return Retention(settings.retention_days, settings.retention_by_table)


def quoted(text: str) -> str:
    """Return a string as SQL writes it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _settings(token: str) -> str:
    block = ", ".join(f"{name} = {value}" for name, value in ONE_BLOCK.items())
    return f"insert_deduplicate = 1, insert_deduplication_token = {quoted(token)}, {block}"


def _plain(table: pa.Table) -> list[dict[str, Any]]:
    """Return the rows with Python's own values: text for the bytes that the engine calls strings."""
    rows: Sequence[dict[str, Any]] = table.to_pylist()
    return [
        {name: value.decode() if isinstance(value, bytes) else value for name, value in row.items()}
        for row in rows
    ]


def _first_line(fault: object) -> str:
    return str(fault).split("Stack trace", maxsplit=1)[0].strip().splitlines()[0][:2000]
