"""Checks of the databases."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from foundation.storage.database import create_engine, database_url
from foundation.storage.migrations.upgrade import status
from foundation.storage.settings import DatabaseSettings
from furlong.checks.finding import Check, CheckFailed
from furlong.checks.machine_clock import MachineClocks
from furlong.databases import METADATA

STATES = {
    "absent": ("there is no database", "run `furlong db upgrade`"),
    "empty": ("it has no tables", "run `furlong db upgrade`"),
    "behind": ("it is older than this version", "run `furlong db upgrade`"),
    "incomplete": ("an upgrade was interrupted, or tables were dropped", "run `furlong db upgrade` again"),
    "unrestored": ("a restore was interrupted", "run `furlong restore` again"),
}

Explain = Callable[[DBAPIError], str]


def database_checks(settings: DatabaseSettings, clocks: MachineClocks, explain: Explain) -> list[Check]:
    """Return a check for each subgraph's database.

    Args:
        settings: Where the databases are.
        clocks: Records the time of the database servers.
        explain: Puts a database error into words.
    """
    return [Check(f"database {name}", partial(_check, settings, name, clocks, explain)) for name in METADATA]


async def _check(settings: DatabaseSettings, name: str, clocks: MachineClocks, explain: Explain) -> str:
    try:
        found = await status(settings, name, METADATA[name])
        if found.serves:
            await _note_clock(settings, name, clocks)
    except DBAPIError as error:
        raise CheckFailed(explain(error), "correct FURLONG_DATABASE_URL, or repair the database") from error
    except (SQLAlchemyError, OSError, ValueError) as error:
        raise CheckFailed(
            f"it cannot be used: {type(error).__name__}",
            "correct FURLONG_DATABASE_URL: see `furlong settings`",
        ) from error
    if not found.serves:
        raise CheckFailed(*STATES[found.state])
    if found.closed:
        raise CheckFailed("it is closed while it is recovered", f"run `furlong db open {name}` afterwards")
    return f"reachable, at revision {found.revision}"


async def _note_clock(settings: DatabaseSettings, name: str, clocks: MachineClocks) -> None:
    """Ask a database server for its time; an SQLite file uses this machine's clock."""
    url = database_url(settings.url, name)
    if url.get_backend_name() == "sqlite":
        return
    engine = create_engine(settings, name)
    try:
        async with engine.connect() as connection:
            asked_at = clocks.now()
            said = (await connection.execute(text("SELECT UTC_TIMESTAMP(3)"))).scalar_one()
    finally:
        await engine.dispose()
    if isinstance(said, datetime):
        clocks.note(f"the database at {url.host}", said.replace(tzinfo=UTC), asked_at)
