"""A brand's payments are listed newest first, by any filter, in pages that read few rows on each engine."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.wallet.models import METADATA, PAYMENTS
from subgraphs.wallet.payments.payment import Direction, Part, Payment, PaymentState
from subgraphs.wallet.payments.processor import PartKind, PartState
from subgraphs.wallet.payments.records import listing
from subgraphs.wallet.payments.records.listing import PaymentFilter, newest_payments
from subgraphs.wallet.payments.records.store import _part_row, _row
from tests.support.database_probe import migrated
from tests.support.subgraphs.club_samples import NOW

BRAND: Final = "northbet"
PAYMENTS_OF_BRAND: Final = 3_000
RARE: Final = 2_400
"""Which of them, by its age, is of a rare currency, and was asked of a rare processor."""

EVERY: Final = PaymentFilter(BRAND)


def payment(number: int, **others: Any) -> Payment:
    """Return a payment that is older the higher its number; each two were asked for at one instant."""
    given = {
        "payment_id": f"p{number:05}",
        "brand_id": BRAND,
        "customer_id": f"c-{number % 300}",
        "direction": Direction.WITHDRAWAL if number % 3 == 0 else Direction.DEPOSIT,
        "currency": "SEK" if number == RARE else "GBP",
        "state": PaymentState.REVIEW if number % 500 == 0 else PaymentState.DONE,
        "asked_at": NOW - timedelta(minutes=number // 2),
    }
    return Payment(
        **given | others,
        idempotency_key=f"{number}",
        method_id="card",
        amount_minor=100 + number,
        fee_minor=0,
        language="en-GB",
        destination_id="",
        routes=("card",),
        choices=(),
    )


def part(of: Payment, processor: str) -> Part:
    """Return a part of a payment that a processor was asked for."""
    return Part(
        part_id=f"{of.payment_id}-{processor}",
        payment_id=of.payment_id,
        kind=PartKind.CHARGE,
        processor=processor,
        amount_minor=of.amount_minor,
        currency=of.currency,
        asked_at=of.asked_at,
        state=PartState.DONE,
    )


LISTED: Final = [payment(number) for number in range(PAYMENTS_OF_BRAND)]
NEWEST: Final = sorted(LISTED, key=lambda one: (one.asked_at, one.payment_id), reverse=True)


def processors_of(one: Payment) -> list[str]:
    """Return who was asked for a payment."""
    rare = ["rare"] if one.payment_id == f"p{RARE:05}" else []
    return ["card", *rare]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of databases with many payments of two brands, whose rows the engine has counted."""
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('wallet')}"
        asyncio.run(_fill(url, "ANALYZE"))
        yield url
        return
    mariadb = request.getfixturevalue("mariadb")
    url = mariadb.fresh_url()
    asyncio.run(_fill(url, "ANALYZE TABLE payment, payment_part"))
    yield url
    mariadb.drop(url)


async def _fill(url: str, counted: str) -> None:
    others = [payment(number, brand_id="otherbet", payment_id=f"q{number:05}") for number in range(500)]
    parts = [part(one, name) for one in LISTED for name in processors_of(one)]
    async with migrated(url, "wallet", METADATA) as database:
        async with database.write() as connection:
            await connection.execute(insert(PAYMENTS.payment), [_row(one) for one in LISTED + others])
            await connection.execute(insert(PAYMENTS.part), [_part_row(one) for one in parts])
        async with database.write() as connection:
            await connection.execute(text(counted))


@pytest.fixture
async def wallet(filled: str) -> AsyncIterator[Database]:
    """The wallet's database."""
    database = Database.open(DatabaseSettings(url=filled), "wallet")
    yield database
    await database.close()


async def read(wallet: Database, wanted: PaymentFilter, size: int = 100) -> list[str]:
    """Return the ids of all pages."""
    found: list[str] = []
    after: tuple[datetime, str] | None = None
    while True:
        async with wallet.read() as connection:
            page = await newest_payments(connection, PAYMENTS, wanted, size, after)
        found += [one.payment_id for one in page.payments]
        if not page.has_next:
            return found
        after = page.end


FILTERS: Final[dict[str, tuple[PaymentFilter, Callable[[Payment], bool]]]] = {
    "all": (EVERY, lambda _: True),
    "a state": (replace(EVERY, state=PaymentState.REVIEW), lambda one: one.state is PaymentState.REVIEW),
    "a customer": (replace(EVERY, customer="c-7"), lambda one: one.customer_id == "c-7"),
    "a customer and a state": (
        replace(EVERY, customer="c-0", state=PaymentState.REVIEW),
        lambda one: one.customer_id == "c-0" and one.state is PaymentState.REVIEW,
    ),
    "a payment": (replace(EVERY, payment_id="p00042"), lambda one: one.payment_id == "p00042"),
    "another brand's payment": (replace(EVERY, payment_id="q00042"), lambda _: False),
    "a direction": (
        replace(EVERY, direction=Direction.WITHDRAWAL),
        lambda one: one.direction is Direction.WITHDRAWAL,
    ),
    "a rare currency": (replace(EVERY, currency="SEK"), lambda one: one.currency == "SEK"),
    "a rare processor": (replace(EVERY, processor="rare"), lambda one: "rare" in processors_of(one)),
    "no such processor": (replace(EVERY, processor="none"), lambda _: False),
    "everything at once": (
        replace(
            EVERY, state=PaymentState.DONE, direction=Direction.DEPOSIT, processor="card", currency="GBP"
        ),
        lambda one: (
            one.state is PaymentState.DONE and one.direction is Direction.DEPOSIT and one.currency == "GBP"
        ),
    ),
}


@pytest.mark.parametrize("name", FILTERS)
async def test_every_filter_finds_what_it_names(wallet: Database, name: str) -> None:
    """All pages together have each payment that fits once, the newest first, also those of one instant."""
    wanted, fits = FILTERS[name]
    assert await read(wallet, wanted) == [one.payment_id for one in NEWEST if fits(one)]


async def test_a_page_names_who_was_asked(wallet: Database) -> None:
    """Each processor once, by name."""
    async with wallet.read() as connection:
        wanted = replace(EVERY, currency="SEK", payment_id=f"p{RARE:05}")
        page = await newest_payments(connection, PAYMENTS, wanted, 10, None)
    assert page.processors == {f"p{RARE:05}": ["card", "rare"]}


async def explained(connection: AsyncConnection, wanted: PaymentFilter) -> str:
    """Return what the engine says of how it reads a page far back."""
    statements: list[tuple[str, Any]] = []
    engine = connection.sync_engine

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    after = (NEWEST[1_000].asked_at, NEWEST[1_000].payment_id)
    await newest_payments(connection, PAYMENTS, wanted, 25, after)
    event.remove(engine, "before_cursor_execute", note)
    statement, parameters = next(one for one in statements if one[0].startswith("SELECT"))
    how = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    rows = await connection.exec_driver_sql(f"{how} {statement}", parameters)
    return "\n".join(str(row) for row in rows)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (EVERY, "payment_newest"),
        (replace(EVERY, state=PaymentState.REVIEW), "payment_by_state"),
        (replace(EVERY, customer="c-7"), "payment_of_customer"),
        (replace(EVERY, direction=Direction.DEPOSIT, currency="GBP"), "payment_newest"),
        (replace(EVERY, processor="card"), "payment_newest"),
    ],
    ids=["all", "state", "customer", "direction and currency", "processor"],
)
async def test_an_index_has_the_order_of_a_page(wallet: Database, wanted: PaymentFilter, index: str) -> None:
    """Neither the whole table nor all payments of a brand are read and sorted for a page."""
    async with wallet.read() as connection:
        plan = await explained(connection, wanted)
    assert index in plan, plan
    assert not re.search(r"SCAN payment|'payment', 'ALL'", plan), plan


@pytest.mark.parametrize("filled", [pytest.param("mariadb", marks=pytest.mark.mariadb)], indirect=True)
async def test_a_rare_filter_reads_a_bounded_number_of_rows(
    wallet: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that finds nothing has read its part of the order, and says where the next one begins."""
    monkeypatch.setattr(listing, "MAX_READ", 200)
    async with wallet.read() as connection:
        before = await _rows_read(connection)
        page = await newest_payments(connection, PAYMENTS, replace(EVERY, currency="SEK"), 25, None)
        assert (list(page.payments), page.has_next) == ([], True)
        assert page.end == (NEWEST[199].asked_at, NEWEST[199].payment_id)
        assert await _rows_read(connection) - before < 6 * 200
        before = await _rows_read(connection)
        page = await newest_payments(connection, PAYMENTS, EVERY, 25, page.end)
        assert len(page.payments) == 25
        assert await _rows_read(connection) - before < 10 * 25


async def _rows_read(connection: AsyncConnection) -> int:
    rows = await connection.execute(text("SHOW SESSION STATUS LIKE 'Handler_read%'"))
    return sum(int(row[1]) for row in rows)
