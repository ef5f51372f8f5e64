"""Erased customers: their money is kept under a pseudonym for its term, and then goes."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Integer, Table, insert, select

from foundation.storage.clock import ManualClock
from foundation.storage.columns import UtcDateTime
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import DONE, Purpose, Reservation, ReservationState, Settlement
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.kit.records.outbox import TOMBSTONE
from subgraphs.kit.records.retention_terms import DEFAULT_YEARS, TERMS, Term, over_before, years_of
from subgraphs.kit.topics import EXCLUSION_TOPIC
from subgraphs.wallet.customer_data import HISTORY, erasure_of
from subgraphs.wallet.funds.codes import AccountCode, house_account
from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.limits.breaks import BreakKind
from subgraphs.wallet.limits.changes import Wanted
from subgraphs.wallet.limits.limit import LimitKind
from subgraphs.wallet.limits.store import Request
from subgraphs.wallet.models import (
    CORRECTION,
    ERASED_CUSTOMER,
    LEDGER,
    LIMITS,
    METADATA,
    OPERATORS,
    OUTBOX,
    PAYMENTS,
    SEAMLESS,
)
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.retention.forgetting import Forgetting
from subgraphs.wallet.seamless.journal import Journal
from subgraphs.wallet.seamless.operator_sessions import OperatorSessions
from tests.support.database_probe import migrate
from tests.support.examples import examples
from tests.support.wallet.ledgers import StoppedClock
from tests.support.wallet.money_clients import BRAND, CASH, MoneyClients
from tests.support.wallet.played_money import OWNERS, PlayedWallet, steps

ANN, BOB = Owner(BRAND, "ann-4711"), Owner(BRAND, "bob-4712")
NOW: Final = datetime(2026, 11, 28, 12, tzinfo=UTC)
PSEUDONYMS: Final = Pseudonyms(b"key", 24)


def stake(id_: str, owner: Owner = ANN) -> Reservation:
    """Return a reservation of one pound."""
    return Reservation(id=id_, owner=owner, currency="GBP", amount=100, purpose=Purpose.BET, seconds=60)


class Kept:
    """A wallet with customers, of whom some are erased."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, ManualClock(NOW)
        self.wallet = OpenedWallet.of(database, self.clock)
        self.erasure = erasure_of(database.dialect, PSEUDONYMS)
        self.forgetting = Forgetting(database, self.wallet.accounts, self.clock, self.erasure)

    async def erase(self, owner: Owner, at: datetime = NOW) -> Owner:
        """Erase a customer, and return under which id the rest is kept."""
        async with self.database.write() as connection:
            assert await self.erasure.erase(connection, owner, at, at)
        return Owner(owner.brand, PSEUDONYMS.of_person(owner, at))

    async def exclude(self, owner: Owner, months: int) -> None:
        """Let a customer exclude themselves."""
        request = Request(owner, "exclusion-1", owner.customer, self.clock.now())
        async with self.database.write() as connection:
            standing = await self.wallet.standing_of(owner)
            await self.wallet.limits.self_exclude(connection, request, standing, months)

    async def cleared(self) -> list[str]:
        """Return the keys of customers of whom other blocks are told to forget exclusions, in order."""
        return [key for key, is_told in await self.unpublished() if not is_told]

    async def unpublished(self) -> list[tuple[str, bool]]:
        """Return what other blocks are told of exclusions, in order: of whom, and whether there are some."""
        c = OUTBOX.outbox.c
        query = select(c.key, c.value).where(c.topic == EXCLUSION_TOPIC).order_by(c.id)
        async with self.database.read() as connection:
            return [(row.key, row.value != TOMBSTONE) for row in await connection.execute(query)]

    async def everything(self) -> str:
        """Return all rows of all tables as text, but for what is published and then deleted."""
        async with self.database.read() as connection:
            return "\n".join(
                [
                    repr(tuple(row))
                    for table in METADATA.tables.values()
                    if table is not OUTBOX.outbox
                    for row in await connection.execute(select(table))
                ]
            )

    async def house(self) -> dict[str, tuple[int, int]]:
        """Return what each account of the house has moved."""
        c = LEDGER.account.c
        query = select(c.id, c.debits_posted, c.credits_posted).where(c.code >= AccountCode.BETS)
        async with self.database.read() as connection:
            return {row[0]: (row[1], row[2]) for row in await connection.execute(query)}


async def cash_of(kept: Kept, owner: Owner) -> int:
    """Return what a customer has in cash."""
    [account] = await kept.wallet.accounts.of(owner)
    [sums] = await kept.wallet.ledger.lookup_accounts([account.id])
    return sums.credits_posted - sums.debits_posted - sums.debits_pending


@asynccontextmanager
async def kept_at(url: str) -> AsyncIterator[Kept]:
    """Open a wallet whose customers have money."""
    settings_ = DatabaseSettings(url=url)
    await migrate(settings_, "wallet", METADATA)
    kept = Kept(Database.open(settings_, "wallet"))
    await MoneyClients([ANN, BOB]).begin(kept.wallet)
    yield kept
    await kept.wallet.close()


@pytest.fixture
async def kept(mariadb_url: str) -> AsyncIterator[Kept]:
    """A wallet with customers who have money."""
    async with kept_at(mariadb_url) as opened:
        yield opened


async def add(kept: Kept, table: Table, **values: Any) -> None:
    """Add a row of which only some values matter."""
    row: dict[str, Any] = {column.name: "" for column in table.columns if not column.nullable}
    for column in table.columns:
        if column.name in row and isinstance(column.type, UtcDateTime | Integer | Boolean):
            row[column.name] = NOW if isinstance(column.type, UtcDateTime) else 0
    async with kept.database.write() as connection:
        await connection.execute(insert(table).values(row | values))


async def test_an_export_has_payments_and_games_without_secrets(kept: Kept) -> None:
    """What could be done in the customer's name stays here: sessions' tokens, and pages of processors."""
    theirs = {"brand_id": ANN.brand, "customer_id": ANN.customer}
    await add(kept, PAYMENTS.payment, payment_id="p-1", amount_minor=700, **theirs)
    await add(kept, PAYMENTS.part, part_id="p-1-1", payment_id="p-1", url="https://pay.example/secret")
    await add(kept, PAYMENTS.destination, destination_id="d-1", account="GB29NWBK60161331926819", **theirs)
    await add(kept, PAYMENTS.payment, payment_id="p-2", brand_id=BOB.brand, customer_id=BOB.customer)
    await add(kept, SEAMLESS.transaction, transaction_uuid="t-1", kind="bet", **theirs)
    await add(kept, OPERATORS.bet, reservation_id="bet-1", token="secret", **theirs)
    await OperatorSessions(kept.database, OPERATORS.session, kept.clock).note(ANN, "secret")
    async with kept.database.read() as connection:
        rows = await kept.erasure.export(connection, ANN)
        [_, [payment]] = await HISTORY.page(connection, ANN, 10)
    assert [row["payment_id"] for row in rows["payment"]] == ["p-1"]
    assert [row["part_id"] for row in rows["payment_part"]] == ["p-1-1"]
    assert rows["payment_destination"][0]["account"] == "GB29NWBK60161331926819"
    assert [row["transaction_uuid"] for row in rows["game_transaction"]] == ["t-1"]
    assert len(rows["operator_bet"]) == len(rows["operator_session"]) == 1
    assert "secret" not in repr(rows)
    assert (payment.id, payment.facts["amount_minor"]) == ("p-1", 700)


@pytest.mark.parametrize("table", [PAYMENTS.payment, SEAMLESS.transaction, CORRECTION, OPERATORS.win])
async def test_the_term_of_whatever_is_kept_is_noted(kept: Kept, table: Table) -> None:
    """Also of a customer of whom nothing else is known: else it would be kept for ever."""
    cara = Owner(BRAND, "cara-4713")
    await add(kept, table, brand_id=cara.brand, customer_id=cara.customer)
    pseudonym = await kept.erase(cara)
    async with kept.database.read() as connection:
        [term] = (await connection.execute(select(ERASED_CUSTOMER.c.customer_id))).scalars()
    assert term == pseudonym.customer
    kept.clock.advance(timedelta(days=365 * 20))
    await kept.forgetting.some()
    async with kept.database.read() as connection:
        assert (await connection.execute(select(table))).first() is None


async def test_an_operator_is_told_by_name_what_is_due(kept: Kept) -> None:
    """A bet of which nothing is to be sent names nobody; one that waits for an answer still does."""
    journal, table = Journal(kept.database, OPERATORS, kept.clock), OPERATORS.bet
    await journal.release(stake("bet-1"))
    await journal.reserve(stake("bet-2"), "token-1", None, timedelta(seconds=5))
    await OperatorSessions(kept.database, OPERATORS.session, kept.clock).note(ANN, "token-1")
    pseudonym = await kept.erase(ANN)
    columns = table.c.customer_id, table.c.operator_user, table.c.token
    async with kept.database.read() as connection:
        rows = list(await connection.execute(select(*columns).order_by(table.c.reservation_id)))
        assert (await connection.execute(select(OPERATORS.session))).first() is None
    assert rows == [(pseudonym.customer, "", ""), (pseudonym.customer, ANN.customer, "token-1")]
    kept.clock.advance(timedelta(days=365 * 20))
    await kept.forgetting.some()
    async with kept.database.read() as connection:
        assert (await connection.execute(select(table))).first() is None


async def test_what_is_kept_names_nobody(kept: Kept) -> None:
    """Money, exclusions that ended, and what was asked of limits are under the pseudonym; limits are gone."""
    funds = kept.wallet.funds
    assert await funds.reserve(stake("bet-1")) == DONE
    request = Request(ANN, "limit-1", ANN.customer, NOW)
    async with kept.database.write() as connection:
        standing = await kept.wallet.standing_of(ANN)
        wanted = Wanted(LimitKind.LOSS_DAY, 5_000, "GBP")
        await kept.wallet.limits.set_limit(connection, request, standing, wanted)
        values = {"due_at": NOW, "net_minor": 1, "currency": "GBP", "finding": "ann-4711 has a new job"}
        await connection.execute(
            insert(LIMITS.check).values(brand_id=ANN.brand, customer_id=ANN.customer, **values)
        )
    pseudonym = await kept.erase(ANN)
    assert ANN.customer not in await kept.everything()
    assert [account.code for account in await kept.wallet.accounts.of(pseudonym)] == [AccountCode.CASH]
    async with kept.database.read() as connection:
        assert (await connection.execute(select(LIMITS.limit))).all() == []
        [change] = (await connection.execute(select(LIMITS.change))).mappings()
        assert (change["customer_id"], change["who"]) == (pseudonym.customer,) * 2
        [term] = (await connection.execute(select(ERASED_CUSTOMER))).mappings()
        assert (term["jurisdiction"], term["erased_at"]) == ("GB", NOW)
    assert await prove(kept.database) == []


async def test_open_bets_of_an_erased_customer_are_settled_and_released(kept: Kept) -> None:
    """The money is theirs under the pseudonym, whoever else is named; blocks repeat what they know."""
    funds = kept.wallet.funds
    for name in ("won", "void", "lost"):
        assert await funds.reserve(stake(name)) == DONE
    pseudonym = await kept.erase(ANN)
    won = Settlement(id="won-1", reservation=stake("won"), returns=300)
    assert [await funds.settle(won), await funds.settle(won), await funds.reserve(stake("won"))] == [DONE] * 3
    assert await funds.release(stake("void")) == DONE
    assert await funds.settle(Settlement(id="lost-1", reservation=stake("lost"), returns=0)) == DONE
    assert await funds.ask(stake("void")) is ReservationState.RELEASED
    await funds.settle(Settlement(id="won-2", reservation=stake("won", BOB), returns=5))
    assert await cash_of(kept, pseudonym) == CASH - 200 + 300 + 5
    assert await cash_of(kept, BOB) == CASH
    assert ANN.customer not in await kept.everything()
    assert await prove(kept.database) == []


async def test_a_running_exclusion_stops_whoever_returns(kept: Kept) -> None:
    """It stays under the id until it has ended; then nothing names the customer, and others forget it."""
    await kept.exclude(ANN, 6)
    await kept.erase(ANN)
    assert await kept.unpublished() == [(f"{BRAND}:{ANN.customer}", True)]
    await kept.erase(BOB)
    assert await kept.cleared() == [f"{BRAND}:{BOB.customer}"]
    assert (await kept.wallet.funds.reserve(stake("again"))).why is not None
    async with kept.database.write() as connection:
        breaks = await kept.wallet.limits.records.breaks(connection, ANN, NOW)
        assert [one.kind for one in breaks] == [BreakKind.EXCLUSION]
        await connection.execute(LIMITS.holder.delete())
        await connection.execute(LIMITS.claim.delete())
    assert await kept.forgetting.ended_breaks() is None
    assert ANN.customer in await kept.everything()
    kept.clock.advance(timedelta(days=190))
    for _ in range(2):  # the second round finds nothing
        assert await kept.forgetting.ended_breaks() is None
    assert ANN.customer not in await kept.everything()
    assert await kept.cleared() == [f"{BRAND}:{owner.customer}" for owner in (BOB, ANN)]


async def test_nothing_goes_before_its_term(kept: Kept) -> None:
    """Until its last day all is there; then no account is left, and the house has what it had."""
    funds = kept.wallet.funds
    assert await funds.reserve(stake("bet-1")) == DONE
    assert await funds.settle(Settlement(id="w", reservation=stake("bet-1"), returns=40)) == DONE
    assert await funds.reserve(stake("bet-2", BOB)) == DONE
    pseudonym = await kept.erase(ANN)
    before, positions = await kept.everything(), await kept.house()
    kept.clock.instant = NOW.replace(year=NOW.year + 5)
    assert not await kept.forgetting.some()
    assert await kept.everything() == before
    kept.clock.advance(timedelta(seconds=1))
    assert not await kept.forgetting.some()
    after = await kept.everything()
    assert pseudonym.customer not in after.replace(
        f"'{pseudonym.customer}', {{", ""
    )  # the marker has it still
    into = house_account(BRAND, "GBP", AccountCode.ERASED)
    house = await kept.house()
    assert {name: sums for name, sums in house.items() if name != into} == {
        name: sums for name, sums in positions.items() if name != into
    }
    assert house[into] == (100, CASH + 40)
    assert await prove(kept.database) == []
    assert await kept.wallet.accounts.of(pseudonym) == []
    assert len(await kept.wallet.accounts.of(BOB)) == 1


async def test_what_is_pending_is_not_folded(kept: Kept) -> None:
    """A reservation that has no end yet keeps its customer's accounts."""
    assert await kept.wallet.funds.reserve(stake("bet-1")) == DONE
    pseudonym = await kept.erase(ANN)
    kept.clock.advance(timedelta(days=365 * 20))
    assert not await kept.forgetting.some()
    assert len(await kept.wallet.accounts.of(pseudonym)) == 1
    assert await kept.wallet.funds.release(stake("bet-1")) == DONE
    assert not await kept.forgetting.some()
    assert await kept.wallet.accounts.of(pseudonym) == []
    assert await prove(kept.database) == []


def test_each_term_has_its_source_and_its_date() -> None:
    """The newest row of a jurisdiction counts from its date; elsewhere the longest term holds."""
    assert all(
        term.sources and all(source.address.startswith("https://") for source in term.sources)
        for term in TERMS
    )
    longer = Term("GB", datetime(2030, 1, 1, tzinfo=UTC), 7, TERMS[0].sources)
    assert years_of("GB", NOW, (*TERMS, longer)) == years_of("GB", NOW) == 5
    assert years_of("GB", longer.since, (*TERMS, longer)) == 7
    assert years_of("FR", NOW) == years_of("", NOW) == DEFAULT_YEARS
    assert over_before("GB", datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2023, 2, 28, tzinfo=UTC)


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps(60), st.sets(st.sampled_from(OWNERS), min_size=1))
async def test_whoever_is_forgotten_the_others_and_the_house_have_the_same(
    asked: Any, gone: set[Owner]
) -> None:
    """After any requests, any customers' accounts are folded: all others have their sums."""
    with tempfile.TemporaryDirectory() as folder:
        settings_ = DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}")
        await migrate(settings_, "wallet", METADATA)
        clock = StoppedClock()
        wallet = PlayedWallet(Database.open(settings_, "wallet"), clock)
        try:
            await wallet.begin()
            for step in asked:
                if step.what == "wait":
                    clock.now += step.amount * 1_000_000
                else:
                    await wallet.play(step)
            clock.now += 1_000_000_000
            await wallet.ledger.expire_pending()
            kept = Kept(wallet.database)
            theirs = {account.id for owner in gone for account in await wallet.accounts.of(owner)}
            before = (await wallet.content())["accounts"]
            for owner in sorted(gone):
                await kept.erase(owner)
            kept.clock.advance(timedelta(days=365 * 20))
            await kept.forgetting.some()
            assert await prove(wallet.database) == []
            after = (await wallet.content())["accounts"]
            others = {row for row in before if row[0] not in theirs and row[2] != AccountCode.ERASED}
            assert {row for row in after if row[2] != AccountCode.ERASED} == others
            assert await wallet.early_accounts() == []
        finally:
            await wallet.close()
