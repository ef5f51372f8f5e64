"""No two identifiers become one by spaces, case, accents or normal forms, in any table of any database."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    Integer,
    MetaData,
    func,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.progress.messages import decode_bet
from consumers.stream.errors import Poison
from foundation.storage.columns import Blob, Identifier, UtcDateTime
from foundation.storage.database import Database
from foundation.storage.migrations.upgrade import create_database, upgrade
from foundation.storage.settings import DatabaseSettings
from foundation.tokens import InvalidToken, VerifiedToken
from furlong.databases import METADATA
from subgraphs.kit.auth import viewer_of
from tests.kit.test_interrupted_upgrades import differences
from tests.support.consumers.sample_messages import bet
from tests.support.database_probe import migrated
from tests.support.office.backoffice_fixture import NOW

ALIKE: Final = ("a", "a ", " a", "a\t", "A", "á", "a\u0301", "\uff41")
"""One letter with spaces, in capitals, with an accent, in two normal forms, and in full width."""


VALUES: Final[Sequence[tuple[type, Any]]] = (
    (Boolean, False),
    (Float, 1.0),
    (UtcDateTime, NOW),
    (JSON, []),
    (Blob, b"x"),
    (object, "x"),
)
"""A value for each other type that is no number."""


def value_for(column: Column[Any], number: int) -> Any:
    """Return a value for a column of the row with this number."""
    if isinstance(column.type, Identifier):
        return ALIKE[number]
    if isinstance(column.type, Integer):
        return number + 1
    if isinstance(column.type, Date):
        return NOW.date() + timedelta(days=number)
    return next(value for kind, value in VALUES if isinstance(column.type, kind))


async def merged(connection: AsyncConnection, metadata: MetaData) -> list[str]:
    """Return the columns in which two identifiers are one; each table gets a row for each."""
    found = []
    for table in metadata.sorted_tables:
        wanted = [column for column in table.columns if column.computed is None]
        identifiers = [column for column in wanted if isinstance(column.type, Identifier)]
        rows = [{column.name: value_for(column, number) for column in wanted} for number in range(len(ALIKE))]
        if identifiers:
            await connection.execute(table.insert(), rows)
        for column in identifiers:
            equal = [func.sum(column == each, type_=Integer) for each in ALIKE]
            counts = (await connection.execute(select(*equal))).one()
            if set(counts) != {1}:
                found.append(f"{table.name}.{column.name}: {tuple(counts)}")
    return found


@pytest.mark.parametrize("subgraph", sorted(METADATA))
async def test_each_identifier_is_its_own(new_database_url: str, subgraph: str) -> None:
    """In all columns of all tables, in both engines."""
    async with (
        migrated(new_database_url, subgraph, METADATA[subgraph]) as database,
        database.write() as connection,
    ):
        assert await merged(connection, METADATA[subgraph]) == []


@pytest.mark.parametrize("subgraph", sorted(METADATA))
def test_what_identifies_a_row_is_an_identifier(subgraph: str) -> None:
    """A text of a primary or unique key is compared by no collation of the server's."""
    for table in METADATA[subgraph].sorted_tables:
        keys = [
            constraint
            for constraint in table.constraints
            if not constraint.name or "check" not in str(constraint.name)
        ]
        for column in {column for key in keys for column in getattr(key, "columns", ())}:
            is_text = column.type.python_type is str
            assert not is_text or isinstance(column.type, Identifier), f"{table.name}.{column.name}"


def test_ids_in_messages_and_tokens_are_their_own() -> None:
    """What has white space is no id, and none of the others is changed into another."""
    visible = [each for each in ALIKE if each == "".join(each.split())]
    from_tokens, from_messages = [], []
    for each in ALIKE:
        with suppress(InvalidToken):
            token = VerifiedToken("issuer", {"brand": each, "sub": each}, 0.0)
            from_tokens.append((viewer_of(token).brand, viewer_of(token).customer))
        with suppress(Poison):
            message = decode_bet(bet(brand_id=each, customer_id=each, bet_id=each))
            from_messages.append((message.brand_id, message.customer_id, message.bet_id))
    assert from_tokens == [(each, each) for each in visible]
    assert from_messages == [(each, each, each) for each in visible]


@pytest.mark.usefixtures("mariadb_installed")
@pytest.mark.parametrize("new_database_url", ["mariadb"], indirect=True)
@pytest.mark.parametrize("subgraph", sorted(METADATA))
async def test_tables_in_a_database_that_pads_texts_do_not(new_database_url: str, subgraph: str) -> None:
    """Whoever created the database chose a collation that pads: the tables have the exact one."""
    settings = DatabaseSettings(url=new_database_url)
    await create_database(settings, subgraph)
    database = Database.open(settings, subgraph)
    try:
        async with database.write() as connection:
            await connection.execute(text("ALTER DATABASE COLLATE utf8mb4_bin"))
        await upgrade(settings, subgraph, METADATA[subgraph])
        assert await differences(settings, subgraph) == []
        async with database.write() as connection:
            padding = text(
                "SELECT table_name, column_name FROM information_schema.columns "
                "WHERE table_schema = DATABASE() AND collation_name = 'utf8mb4_bin' AND data_type = 'varchar'"
            )
            assert (await connection.execute(padding)).all() == []
            assert await merged(connection, METADATA[subgraph]) == []
    finally:
        await database.close()
