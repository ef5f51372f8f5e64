"""A database that knew accounts before their revisions were kept begins with those."""

import pytest
from alembic import command
from sqlalchemy import Connection, insert

from storage.database import Database
from storage.migrations.upgrade import migration_config, upgrade
from storage.settings import DatabaseSettings
from subgraphs.club.models import ACCOUNT_CHANGE, REFERENCE
from subgraphs.fulfilment.models import METADATA as FULFILMENT
from subgraphs.kit.records.accounts.account_history import AccountHistory
from tests.support.subgraphs.club_samples import OWNER, account_row, good_account
from tests.support.subgraphs.club_stand import METADATA


@pytest.mark.parametrize(("subgraph", "before"), [("club", "0003"), ("fulfilment", "0001")])
async def test_accounts_that_are_known_are_their_first_revisions(
    database_url: str, subgraph: str, before: str
) -> None:
    """Who was excluded when the tables were migrated is so in the history, until a later revision."""
    settings = DatabaseSettings(url=database_url)
    metadata = (METADATA | {"fulfilment": FULFILMENT})[subgraph]
    await upgrade(settings, subgraph, metadata)
    database = Database.open(settings, subgraph)
    excluded = good_account(rg_state="self_excluded")

    def back(connection: Connection) -> None:
        config = migration_config(subgraph, metadata)
        config.attributes["connection"] = connection
        command.downgrade(config, before)

    async with database.home.write() as connection:
        await connection.run_sync(back)
        await connection.execute(insert(REFERENCE.account), [account_row(OWNER, excluded, 7)])
    await upgrade(settings, subgraph, metadata)
    async with database.home.read() as connection:
        (changes,) = (await AccountHistory(ACCOUNT_CHANGE).of_owners(connection, [OWNER])).values()
    await database.close()
    assert [(change.revision, change.account) for change in changes] == [(7, excluded)]
