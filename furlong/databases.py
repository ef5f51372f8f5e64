"""The databases of the subgraphs and the back office: tables, upgrades, and checks of their revisions."""

from collections.abc import Iterable, Mapping

from sqlalchemy import MetaData
from sqlalchemy.exc import SQLAlchemyError

from backoffice.models import METADATA as BACKOFFICE_METADATA
from foundation.storage.migrations.lock import Waiting
from foundation.storage.migrations.upgrade import (
    WAIT_SECONDS,
    MigrationStatus,
    RestoreUnfinished,
    status,
    upgrade,
)
from foundation.storage.settings import DatabaseSettings
from furlong.identity import identify
from subgraphs.block_list import BLOCKS, SUBGRAPHS

METADATA: Mapping[str, MetaData] = {
    **{block.name: block.metadata for block in BLOCKS},
    "backoffice": BACKOFFICE_METADATA,
}


class NotMigrated(RuntimeError):
    """A database is older than this version needs, or a restore of it was interrupted."""

    def __init__(self, state: MigrationStatus) -> None:
        if state.state == "unrestored":
            super().__init__(str(RestoreUnfinished(state.subgraph)))
            return
        at = f"at revision {state.revision}" if state.revision else "not migrated"
        super().__init__(
            f"the database of {state.subgraph} is {at}, and this version needs {state.wanted}: "
            "run `furlong db upgrade`"
        )


async def upgrade_databases(
    settings: DatabaseSettings, *, waiting: Waiting | None = None, wait_seconds: float = WAIT_SECONDS
) -> tuple[MigrationStatus, ...]:
    """Create and migrate each database, as those of one installation; return the state of each before.

    Raises:
        MixedInstallations: Databases belong to different installations.
    """
    before = [
        await upgrade(settings, name, metadata, waiting=waiting, wait_seconds=wait_seconds)
        for name, metadata in METADATA.items()
    ]
    await identify(settings, METADATA)
    return tuple(before)


class Closed(RuntimeError):
    """A database is closed while it is recovered."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the database of {name} is closed while it is recovered: `furlong db open {name}` opens it"
        )


async def require_migrated(
    settings: DatabaseSettings, names: Iterable[str] = SUBGRAPHS, *, in_part: bool = False
) -> None:
    """Check that databases have the tables of this version; skip a database that cannot be reached.

    Args:
        settings: Where the databases are.
        names: Which databases.
        in_part: Whether closed databases are skipped, too, because the process serves without them.

    Raises:
        NotMigrated: A database is older than this version needs, or an upgrade or restore of it was
            interrupted.
        Closed: A database is closed, and these settings do not enter.
    """
    for name in names:
        try:
            state = await status(settings, name, METADATA[name])
        except (SQLAlchemyError, OSError):
            continue
        if state.closed and in_part:
            continue
        if not state.serves:
            raise NotMigrated(state)
        if state.closed and not settings.enters_closed:
            raise Closed(name)
