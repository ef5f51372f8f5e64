"""Reconciliation reports agreement, and finds every difference from a provider's journal (F8)."""

from datetime import date, timedelta

import pytest

from foundation.storage.cells.cell import Cell
from foundation.storage.cells.ownership import CellRow, CellState, write_cell
from foundation.storage.database import Database
from foundation.storage.settings import CellSettings, DatabaseSettings
from subgraphs.fulfilment.accounting.reconciliation import DailyReconciliation, Reconciliation
from subgraphs.fulfilment.accounting.repository import Report
from subgraphs.fulfilment.errors import JournalUnavailable
from tests.support.fulfilment.payout_harness import CASH, FREE_BET, SPINS, PayoutHarness, key_of


async def compared(harness: PayoutHarness, kind: str) -> Report:
    """Return the report about a provider's credits of today."""
    fulfilling = harness.open()
    registered = fulfilling.registry.find(kind)
    assert registered is not None
    return await fulfilling.reconciliation.compare(registered, harness.clock.now().date())


async def test_equal_books_have_no_differences(harness: PayoutHarness) -> None:
    """Rewards of every kind are in both ledgers, without differences."""
    for number, reward in enumerate((FREE_BET, SPINS, CASH)):
        await harness.owe(f"c-{number}", reward)
    await harness.run_worker(harness.open())
    for kind in ("sportsbook", "games", "wallet"):
        report = await compared(harness, kind)
        assert (report.compared, report.differences) == (1, ())


async def test_every_difference_is_found(harness: PayoutHarness) -> None:
    """A lost, an unknown, a different and a double credit are all found."""
    for number in range(6):
        await harness.owe(f"c-{number}")
    await harness.run_worker(harness.open())
    ledger = harness.providers["sportsbook"].handler.ledger
    ledger.lose(key_of("c-0"))
    ledger.spoil(key_of("c-1"), amount_minor=50_000)
    body = {
        "brand": "northbet",
        "customer": "c-x",
        "type": "free_bet",
        "amount_minor": 900,
        "currency": "GBP",
    }
    ledger.credit("a key of nobody", body, harness.clock.now(), valid_days=7)
    twice = ledger.find(key_of("c-2"))
    assert twice is not None
    ledger.forget()
    ledger.credit(key_of("c-2"), twice.body, harness.clock.now(), valid_days=7)
    report = await compared(harness, "sportsbook")
    assert {(difference.kind, difference.key) for difference in report.differences} == {
        ("MISSING_THERE", key_of("c-0")),
        ("DIFFERENT", key_of("c-1")),
        ("MISSING_HERE", "a key of nobody"),
        ("TWICE", key_of("c-2")),
    }


async def test_a_cell_compares_its_own_customers_credits(harness: PayoutHarness) -> None:
    """Of credits that are missing here, a cell reports its customers', and the other cell the rest."""
    cells = (Cell("c0", 0, 1, 4), Cell("c1", 2, 3, 4))
    mine = [one for one in (f"c-{number}" for number in range(8)) if cells[0].has("northbet", one)]
    assert 0 < len(mine) < 8
    for customer in mine:
        await harness.owe(customer)
    await harness.run_worker(harness.open())
    ledger = harness.providers["sportsbook"].handler.ledger
    for number in range(8):
        body = {"brand": "northbet", "customer": f"c-{number}", "type": "free_bet"}
        lost = body | {"amount_minor": 900, "currency": "GBP"}
        ledger.credit(f"lost {number}", lost, harness.clock.now(), valid_days=7)
    found = []
    for cell in cells:
        async with harness.database.write() as connection:
            await write_cell(connection, CellRow(cell, 1, CellState.OPEN, harness.clock.now()))
        own = CellSettings(cell=cell.name, cell_partitions=cell.partitions, cell_of=cell.of)
        database = Database.open(DatabaseSettings(url=harness.url, cell=own), "fulfilment")
        registered = harness.open().registry.find("sportsbook")
        assert registered is not None
        report = await Reconciliation(database, harness.clock).compare(registered, harness.clock.now().date())
        await database.close()
        found.append({(difference.kind, difference.key) for difference in report.differences})
    lost_mine = {("MISSING_HERE", f"lost {one[2:]}") for one in mine}
    assert found[0] == lost_mine
    assert found[1] == {("MISSING_HERE", f"lost {number}") for number in range(8)} - lost_mine


async def test_a_journal_is_read_page_by_page(harness: PayoutHarness) -> None:
    """All pages of a day with many credits are compared."""
    ledger = harness.providers["sportsbook"].handler.ledger
    body = {
        "brand": "northbet",
        "customer": "c-x",
        "type": "free_bet",
        "amount_minor": 900,
        "currency": "GBP",
    }
    for number in range(450):
        ledger.credit(f"key {number}", body, harness.clock.now(), valid_days=7)
    assert len((await compared(harness, "sportsbook")).differences) == 450


async def test_yesterday_is_compared_once(harness: PayoutHarness) -> None:
    """A missing daily report is made once."""
    await harness.owe("c-1")
    await harness.run_worker(harness.open())
    harness.clock.advance(timedelta(days=1, hours=3))
    fulfilling = harness.open()
    nightly = DailyReconciliation(fulfilling.reconciliation, fulfilling.registry)
    assert [await nightly.make_missing(), await nightly.make_missing()] == [len(harness.configs), 0]


async def test_an_unreadable_journal_makes_no_report(harness: PayoutHarness) -> None:
    """If a provider's journal cannot be read, there is no report."""
    harness.configure("sportsbook", url="http://127.0.0.1:9", attempts=1)
    fulfilling = harness.open()
    registered = fulfilling.registry.find("sportsbook")
    assert registered is not None
    day = date(2026, 3, 30)
    with pytest.raises(JournalUnavailable):
        await fulfilling.reconciliation.compare(registered, day)
    assert not await fulfilling.reconciliation.is_made("sportsbook", day)
