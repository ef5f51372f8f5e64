"""The migrations of the back office make the tables that its code describes."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from backoffice.models import METADATA
from tests.support.office.backoffice_fixture import backoffice_database


async def test_migrated_tables_are_those_of_the_code(new_database_url: str) -> None:
    """From nothing the migrations make just the declared schema."""

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, METADATA))

    async with backoffice_database(new_database_url) as database, database.read() as connection:
        assert await connection.run_sync(differences) == []
