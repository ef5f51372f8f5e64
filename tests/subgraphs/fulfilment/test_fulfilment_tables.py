"""The migrations of the fulfilment database create the tables that the code declares."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from foundation.storage.database import Database
from foundation.storage.migrations.upgrade import upgrade
from foundation.storage.settings import DatabaseSettings
from subgraphs.fulfilment.models import METADATA


def differences(connection: Connection) -> list[object]:
    """Return where the tables differ from the code."""
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, METADATA))


async def test_migrated_tables_of_fulfilment_are_those_of_the_code(new_database_url: str) -> None:
    """The migrations create exactly the declared schema, and a second run changes nothing."""
    settings = DatabaseSettings(url=new_database_url)
    for _ in range(2):
        await upgrade(settings, "fulfilment", METADATA)
        database = Database.open(settings, "fulfilment")
        async with database.read() as connection:
            sync = await connection.run_sync(differences)
        await database.close()
        assert sync == []
