"""Point reads on each engine: the right rows for the right key, what is committed, through every outage."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, make_url, update
from sqlalchemy.dialects import mysql, sqlite

from foundation.storage.database import Database
from foundation.storage.errors import DatabaseAway
from foundation.storage.settings import DatabaseSettings
from subgraphs.club.membership.membership import MembershipEvent, MembershipKind
from subgraphs.club.membership.repository import events_lookup
from subgraphs.club.models import INTENT, MEMBERSHIP_EVENT, REFERENCE
from subgraphs.club_kit.domain.accounts import Account
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.reads.account_lookup import account_lookup
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.reads.batching import BatchLimits
from subgraphs.kit.reads.key_lookup import (
    NUMBERS,
    BatchedLookup,
    LookupPart,
    LookupStatement,
    padded,
    pending_lookup,
)
from subgraphs.progress.models import PROGRESS
from subgraphs.progress.repository import total_lookup
from tests.support.examples import examples
from tests.support.subgraphs.club_samples import account_row, good_account

AT = datetime(2026, 3, 25, 12, 30, 15, 123456, tzinfo=UTC)
PATIENCE = 180
ACCOUNT = account_lookup(REFERENCE)
EVENTS = events_lookup(MEMBERSHIP_EVENT)
PENDING = pending_lookup(INTENT)


@pytest.fixture
async def database(each_url: str) -> AsyncIterator[Database]:
    """The club's database on each engine."""
    database = Database.open(DatabaseSettings(url=each_url, reading_connections=2), "club")
    yield database
    await database.close()


async def value_of(answer: Awaitable[Account | None]) -> Account | None:
    """Awaits an answer, as a task of its own."""
    return await answer


async def add_accounts(database: Database, accounts: dict[Owner, Account]) -> None:
    """Stores accounts."""
    async with database.write() as connection:
        rows = [account_row(owner, account) for owner, account in accounts.items()]
        await connection.execute(insert(REFERENCE.account), rows)


def event_row(owner: Owner, version: int, kind: str) -> dict[str, object]:
    """A row of the membership events."""
    return {
        "brand_id": owner.brand,
        "customer_id": owner.customer,
        "version": version,
        "kind": kind,
        "upstream_key": f"{owner.customer}/{version}",
        "at": AT + timedelta(seconds=version),
    }


async def test_rows_come_back_each_under_its_key_and_in_the_types_of_the_columns(database: Database) -> None:
    """Booleans are booleans, instants are aware and keep their microseconds, the unknown have nothing."""
    stored = {
        Owner("northbet", "c-1"): good_account(promo_restricted=True),
        Owner("lagunabet", "c-1"): good_account(verified=False, currency="EUR"),
    }
    await add_accounts(database, stored)
    one, two = Owner("northbet", "c-1"), Owner("northbet", "c-2")
    async with database.write() as connection:
        rows = [event_row(one, 2, "opted_out"), event_row(one, 1, "opted_in")]
        await connection.execute(insert(MEMBERSHIP_EVENT), rows)
    accounts = BatchedLookup.of(database, ACCOUNT)
    assert {owner: await accounts.load(owner) for owner in stored} == stored
    assert (await accounts.load(one)).promo_restricted is True  # type: ignore[union-attr] # it is stored
    assert await accounts.load(two) is None
    events = BatchedLookup.of(database, EVENTS)
    assert await events.load(two) == ()
    assert await events.load(one) == (
        MembershipEvent(1, MembershipKind.OPTED_IN, AT + timedelta(seconds=1)),
        MembershipEvent(2, MembershipKind.OPTED_OUT, AT + timedelta(seconds=2)),
    )


@pytest.mark.parametrize(
    "customer", ["o'brien", 'say "hi"', "100%", "%s", "back\\slash", "žluťoučký", "❤", ";--"]
)
async def test_a_key_is_never_taken_for_sql(database: Database, customer: str) -> None:
    """Quotes, percent signs and backslashes are characters of a key like others."""
    await add_accounts(database, {Owner("northbet", customer): good_account()})
    accounts = BatchedLookup.of(database, ACCOUNT)
    assert await accounts.load(Owner("northbet", customer)) == good_account()
    assert await accounts.load(Owner("northbet", customer + "'")) is None


async def test_several_points_are_read_under_one_key(database: Database) -> None:
    """What they give comes together, in the types of the columns, and is read of each table once."""
    owners = [Owner("northbet", f"c-{number}") for number in range(30)]
    await add_accounts(
        database, {owner: good_account(jurisdiction=f"J{n}") for n, owner in enumerate(owners)}
    )
    async with database.write() as connection:
        await connection.execute(insert(MEMBERSHIP_EVENT), [event_row(owners[0], 1, "opted_in")])
    told: list[tuple[tuple[str, ...], int]] = []
    reader: BatchedLookup[Owner, tuple[Any, ...]] = BatchedLookup(
        database,
        (LookupPart(ACCOUNT), LookupPart(EVENTS), LookupPart(PENDING)),
        lambda *values: values,
        observe=lambda tables, keys: told.append((tables, keys)),
    )
    found = await asyncio.gather(*(_tuple_of(reader.load(owner)) for owner in owners))
    assert [account.jurisdiction for account, *_ in found] == [f"J{n}" for n in range(30)]
    assert all(account.verified is True for account, *_ in found)
    joined = MembershipEvent(1, MembershipKind.OPTED_IN, AT + timedelta(seconds=1))
    assert [events for _, events, _ in found] == [(joined,)] + [()] * 29
    assert not any(pending for *_, pending in found)
    assert told == [(("account", "membership_event", "intent"), 30)]


async def _tuple_of(answer: Awaitable[tuple[Any, ...]]) -> tuple[Any, ...]:
    return await answer


async def test_rows_that_make_no_sense_harm_their_owner_alone(database: Database) -> None:
    """Where a stored value is none that the code knows, only who it belongs to gets an error."""
    good, bad = Owner("northbet", "good"), Owner("northbet", "bad")
    async with database.write() as connection:
        rows = [event_row(good, 1, "opted_in"), event_row(bad, 1, "abducted")]
        await connection.execute(insert(MEMBERSHIP_EVENT), rows)
    events = BatchedLookup.of(database, EVENTS)
    found = await asyncio.gather(
        *(_tuple_of(events.load(owner)) for owner in (good, bad)), return_exceptions=True
    )
    assert isinstance(found[0], tuple)
    assert isinstance(found[1], KeyError)


async def test_a_key_that_cannot_be_sent_fails_alone(database: Database) -> None:
    """A key with half a surrogate pair cannot be encoded; the others of its batch are read."""
    owners = [Owner("northbet", f"c-{number}") for number in range(9)]
    await add_accounts(database, dict.fromkeys(owners, good_account()))
    accounts = BatchedLookup.of(database, ACCOUNT)
    asked = [*owners[:4], Owner("northbet", "\ud800"), *owners[4:]]
    found = await asyncio.gather(*(value_of(accounts.load(owner)) for owner in asked), return_exceptions=True)
    assert isinstance(found.pop(4), UnicodeEncodeError)
    assert found == [good_account()] * 9


async def test_a_read_after_a_commit_sees_it(database: Database) -> None:
    """However many reads are in progress, one that begins after a change never shows what was before."""
    owner = Owner("northbet", "c-1")
    await add_accounts(database, {owner: good_account(jurisdiction="J0")})
    accounts = BatchedLookup.of(database, ACCOUNT)
    stopped = asyncio.Event()

    async def others() -> None:
        while not stopped.is_set():
            await accounts.load(owner)

    crowd = [asyncio.create_task(others()) for _ in range(8)]
    for number in range(1, 25):
        async with database.write() as connection:
            await connection.execute(update(REFERENCE.account).values(jurisdiction=f"J{number}"))
        found = await accounts.load(owner)
        assert found
        assert found.jurisdiction == f"J{number}"
    stopped.set()
    await asyncio.gather(*crowd)


@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 4)), min_size=1, max_size=80))
async def test_readers_at_once_get_what_each_alone_would_get(
    sqlite_url: str, asked: list[tuple[int, int]]
) -> None:
    """For any set of concurrent readers the batched answers are those of one SELECT a reader."""
    database = Database.open(DatabaseSettings(url=sqlite_url), "club")
    stored = {Owner("northbet", f"c-{n}"): good_account(jurisdiction=f"J{n}") for n in range(0, 40, 2)}
    async with database.write() as connection:
        await connection.execute(REFERENCE.account.delete())
    await add_accounts(database, stored)
    accounts = BatchedLookup.of(database, ACCOUNT)

    async def ask(number: int, pause: int) -> Account | None:
        for _ in range(pause):
            await asyncio.sleep(0)
        return await accounts.load(Owner("northbet", f"c-{number}"))

    found = await asyncio.gather(*(ask(*each) for each in asked))
    assert found == [stored.get(Owner("northbet", f"c-{number}")) for number, _ in asked]
    await database.close()


class Road:
    """A way to a server that can be blocked: a forwarder on a port of its own."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def open(self) -> None:
        """Lets everybody through."""
        self._server = await asyncio.start_server(self._forward, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def block(self) -> None:
        """Cuts all connections and lets nobody in."""
        assert self._server
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        self._server = None

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection(*self._target)
        self._writers |= {writer, forth}
        await asyncio.gather(_pump(reader, forth), _pump(back, writer))
        self._writers -= {writer, forth}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


@pytest.fixture(params=["aiomysql", "asyncmy"])
async def road(request: pytest.FixtureRequest, migrated_mariadb: str) -> AsyncIterator[tuple[Road, Database]]:
    """A road to MariaDB, and a database at its end, by each driver."""
    url = make_url(migrated_mariadb)
    assert url.host
    assert url.port
    road = Road(url.host, url.port)
    await road.open()
    through = url.set(drivername=f"mysql+{request.param}", port=road.port)
    chosen = DatabaseSettings(url=through.render_as_string(hide_password=False), reading_connections=2)
    database = Database.open(chosen, "club")
    async with database.write() as connection:
        await connection.execute(REFERENCE.account.delete())
    yield road, database
    await database.close()
    await road.block()


async def test_reads_fail_at_once_while_the_database_is_away_and_work_when_it_is_back(
    road: tuple[Road, Database],
) -> None:
    """Reads during an outage fail; afterwards reads work again by themselves."""
    way, database = road
    owner = Owner("northbet", "c-1")
    await add_accounts(database, {owner: good_account()})
    accounts = BatchedLookup.of(database, ACCOUNT)
    assert await accounts.load(owner) == good_account()
    await way.block()
    for _ in range(3):
        with pytest.raises(DatabaseAway):
            await asyncio.wait_for(value_of(accounts.load(owner)), PATIENCE)
    await way.open()
    assert await asyncio.wait_for(value_of(accounts.load(owner)), PATIENCE) == good_account()


async def test_a_connection_that_was_closed_while_it_was_idle_is_replaced_unseen(
    road: tuple[Road, Database],
) -> None:
    """After a restart of the server the first read already succeeds."""
    way, database = road
    owner = Owner("northbet", "c-1")
    await add_accounts(database, {owner: good_account()})
    accounts = BatchedLookup.of(database, ACCOUNT)
    found = await asyncio.gather(*(value_of(accounts.load(owner)) for _ in range(4)))
    assert found == [good_account()] * 4
    await way.block()
    await way.open()
    assert await asyncio.wait_for(value_of(accounts.load(owner)), PATIENCE) == good_account()


async def test_readers_that_are_cancelled_leave_the_connections_sound(road: tuple[Road, Database]) -> None:
    """After hundreds of cancelled readers everybody still gets their own row, and nobody else's."""
    _, database = road
    stored = {Owner("northbet", f"c-{n}"): good_account(jurisdiction=f"J{n}") for n in range(20)}
    await add_accounts(database, stored)
    accounts = BatchedLookup.of(database, ACCOUNT)
    for number in range(200):
        tasks = {owner: asyncio.create_task(value_of(accounts.load(owner))) for owner in stored}
        await asyncio.sleep(number % 7 * 0.0003)
        for place, task in enumerate(tasks.values()):
            if (place + number) % 3 == 0:
                task.cancel()
        found = await asyncio.gather(*tasks.values(), return_exceptions=True)
        for owner, outcome in zip(tasks, found, strict=True):
            assert isinstance(outcome, asyncio.CancelledError) or outcome == stored[owner]


async def test_each_number_of_keys_finds_the_same_rows_by_each_driver(road: tuple[Road, Database]) -> None:
    """Though there are statements for some numbers only: the last key is sent several times."""
    _, database = road
    stored = {Owner("northbet", f"c-{n:03}"): good_account(jurisdiction=f"J{n}") for n in range(130)}
    await add_accounts(database, stored)
    one, *_ = stored
    async with database.write() as connection:
        await connection.execute(MEMBERSHIP_EVENT.delete())
        await connection.execute(insert(MEMBERSHIP_EVENT), [event_row(one, 1, "opted_in")])
    points: list[LookupPart[Owner]] = [LookupPart(ACCOUNT), LookupPart(EVENTS), LookupPart(PENDING)]
    reader: BatchedLookup[Owner, tuple[Any, ...]] = BatchedLookup(
        database, points, lambda *values: values, limits=BatchLimits(keys=130)
    )
    joined = (MembershipEvent(1, MembershipKind.OPTED_IN, AT + timedelta(seconds=1)),)
    for number in (*range(1, 20), 48, 64, 65, 127, 128, 129, 130) * 2:
        keys = list(stored)[:number]
        found = await asyncio.gather(*(reading(reader, key) for key in keys))
        assert found == [(stored[key], joined if key == one else (), False) for key in keys]


async def reading(reader: BatchedLookup[Owner, tuple[Any, ...]], key: Owner) -> tuple[Any, ...]:
    """Reads a key, as a task of its own."""
    return await reader.load(key)


async def test_asyncmy_reads_by_prepared_statements(road: tuple[Road, Database]) -> None:
    """Repeated reads send keys alone, also after the table has changed."""
    _, database = road
    owner = Owner("northbet", "c-1")
    await add_accounts(database, {owner: good_account()})
    accounts = BatchedLookup.of(database, ACCOUNT)
    before = await prepared_reads(database)
    for _ in range(10):
        assert await accounts.load(owner) == good_account()
    is_prepared = database.sql.driver == "asyncmy"
    assert await prepared_reads(database) >= before + 10 * is_prepared
    await change_accounts(database, "ADD COLUMN first_of_all INT FIRST")
    try:
        assert await accounts.load(owner) == good_account()
    finally:
        await change_accounts(database, "DROP COLUMN first_of_all")
    assert await accounts.load(owner) == good_account()


async def prepared_reads(database: Database) -> int:
    """How many prepared statements the server has executed."""
    async with database.read() as connection:
        found = await connection.exec_driver_sql("SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'")
        return int(found.mappings().one()["Value"])


async def change_accounts(database: Database, change: str) -> None:
    """Changes the table of accounts."""
    async with database.write() as connection:
        await connection.exec_driver_sql(f"ALTER TABLE account {change}")


async def test_a_statement_that_the_server_does_not_prepare_is_sent_as_text(
    road: tuple[Road, Database],
) -> None:
    """As one with more than 65,535 values."""
    _, database = road
    values = [1] * 70_000
    sql = "SELECT 2 FROM DUAL WHERE 1 IN (%s" + ", %s" * (len(values) - 1) + ")"
    for _ in range(2):
        assert [*await database.pinned.fetch(sql, values)] == [(2,)]


@given(st.lists(st.integers(), min_size=1, max_size=300))
def test_keys_are_padded_to_few_numbers_by_the_last_one(keys: list[int]) -> None:
    """At most by half; more keys than there are numbers for are sent as they are."""
    sent = padded(keys)
    assert list(sent[: len(keys)]) == keys
    assert set(sent[len(keys) :]) <= {keys[-1]}
    assert len(sent) in NUMBERS or len(sent) == len(keys) > max(NUMBERS)
    assert len(sent) <= 1.5 * len(keys)


async def test_a_kept_connection_holds_no_transaction_open(migrated_mariadb: str) -> None:
    """A migration that changes a table does not wait for those who have read it."""
    database = Database.open(DatabaseSettings(url=migrated_mariadb, lock_wait_seconds=3), "club")
    await BatchedLookup.of(database, ACCOUNT).load(Owner("northbet", "c-1"))
    async with database.write() as connection:
        await connection.exec_driver_sql("SET SESSION lock_wait_timeout = 3")
        await connection.exec_driver_sql("ALTER TABLE account COMMENT = 'as it was'")
    await database.close()


async def test_closing_waits_for_reads_that_nobody_waits_for(migrated_mariadb: str) -> None:
    """Else their connections would stay open: who began a read may have failed since."""
    database = Database.open(DatabaseSettings(url=migrated_mariadb, reading_connections=2), "club")
    begun = asyncio.Event()
    database.pinned.watch = lambda _sql: begun.set()
    reads = [asyncio.create_task(database.pinned.fetch("SELECT SLEEP(0.2)", ())) for _ in range(3)]
    await asyncio.wait_for(begun.wait(), PATIENCE)
    await database.close()
    assert [read.done() and [*read.result()] for read in reads] == [[(0,)]] * 3
    assert database._pinned_engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_mariadb_weighs_no_index_but_the_primary_key() -> None:
    """Lookups by primary key name it, in whatever order their keys are; others, and SQLite, choose freely."""
    totals: LookupPart[ClubKey] = LookupPart(total_lookup(PROGRESS))
    pending: LookupPart[Owner] = LookupPart(PENDING)
    named = f"FROM {PROGRESS.name} FORCE INDEX (PRIMARY)"
    assert total_lookup(PROGRESS).key != tuple(column.name for column in PROGRESS.primary_key)
    assert named in LookupStatement([totals], mysql.dialect()).text(2)
    assert "INDEX" not in LookupStatement([pending], mysql.dialect()).text(2)
    assert "INDEX" not in LookupStatement([totals], sqlite.dialect()).text(2)
