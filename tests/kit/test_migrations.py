"""Migrations make the tables that the code describes, and can be run again."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from foundation.storage.database import Database
from foundation.storage.migrations.upgrade import upgrade
from foundation.storage.settings import DatabaseSettings
from tests.support.subgraphs.club_fixture import METADATA


@pytest.mark.parametrize("subgraph", sorted(METADATA))
async def test_migrated_tables_are_those_of_the_code(new_database_url: str, subgraph: str) -> None:
    """From nothing the migrations make just the declared schema, and a second run changes nothing."""
    settings, metadata = DatabaseSettings(url=new_database_url), METADATA[subgraph]

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, metadata))

    for _ in range(2):
        await upgrade(settings, subgraph, metadata)
        database = Database.open(settings, subgraph)
        async with database.read() as connection:
            sync = await connection.run_sync(differences)
        await database.close()
        assert sync == []
