"""Write the migration from a database's newest revision to its models: `make migration`.

It is a proposal: read it before you commit it. Migrations only add, because the version before runs on the
upgraded tables: a new column may be null or has a `server_default`.
"""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.operations.ops import MigrationScript
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine

from foundation.storage.migrations.upgrade import migration_config
from furlong.databases import METADATA


class NothingToMigrate(Exception):
    """The models are those of the newest revision."""


def write_migration(metadata: MetaData, message: str) -> Path:
    """Write the next migration beside the others of a database, and return its file.

    Args:
        metadata: The tables that the migration leads to.
        message: What it does, in a few words; they are in the file's name.

    Raises:
        NothingToMigrate: There is no difference.
    """
    config = migration_config(metadata)
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    revision = f"{int(ScriptDirectory.from_config(config).get_current_head() or 0) + 1:04}"
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _write(config, revision, message)
    finally:
        engine.dispose()
    folder = Path(config.get_main_option("version_locations") or "")
    return next(folder.glob(f"{revision}_*.py"))


def _write(config: Config, revision: str, message: str) -> None:
    def unless_empty(_context: object, _revision: object, scripts: list[MigrationScript]) -> None:
        steps = scripts[0].upgrade_ops
        if steps is None or steps.is_empty():
            raise NothingToMigrate

    command.revision(
        config, message, autogenerate=True, rev_id=revision, process_revision_directives=unless_empty
    )


if __name__ == "__main__":
    try:
        print(write_migration(METADATA[sys.argv[1]], sys.argv[2]))
    except NothingToMigrate:
        sys.exit(f"The models of {sys.argv[1]} are those of its newest migration.")
