"""Our credits against the providers' books: agreement is told, and every difference found (F8)."""

from datetime import date, timedelta

import pytest
from till import CASH, FREE_BET, SPINS, Till, key_of

from subgraphs.fulfilment.accounting.daily_reconciliation import DailyReconciliation
from subgraphs.fulfilment.accounting.report import Report
from subgraphs.fulfilment.errors import JournalUnavailable


async def compared(till: Till, kind: str) -> Report:
    """The report about a provider's credits of today."""
    fulfilling = till.open()
    registered = fulfilling.registry.find(kind)
    assert registered is not None
    return await fulfilling.reconciliation.compare(registered, till.clock.now().date())


async def test_books_that_agree_have_no_differences(till: Till) -> None:
    """Everything that was paid is in both books, whatever its kind."""
    for number, reward in enumerate((FREE_BET, SPINS, CASH)):
        await till.owe(f"c-{number}", reward)
    await till.work(till.open())
    for kind in ("sportsbook", "games", "wallet"):
        report = await compared(till, kind)
        assert (report.compared, report.differences) == (1, ())


async def test_every_difference_is_found(till: Till) -> None:
    """Lost there, unknown here, of another amount, credited twice: four planted, four found."""
    for number in range(6):
        await till.owe(f"c-{number}")
    await till.work(till.open())
    books = till.providers["sportsbook"].handler.books
    books.lose(key_of("c-0"))
    books.spoil(key_of("c-1"), amount_minor=50_000)
    body = {
        "brand": "northbet",
        "customer": "c-x",
        "type": "free_bet",
        "amount_minor": 900,
        "currency": "GBP",
    }
    books.credit("a key of nobody", body, till.clock.now(), valid_days=7)
    twice = books.find(key_of("c-2"))
    assert twice is not None
    books.forget()
    books.credit(key_of("c-2"), twice.body, till.clock.now(), valid_days=7)
    report = await compared(till, "sportsbook")
    assert {(one.kind, one.key) for one in report.differences} == {
        ("MISSING_THERE", key_of("c-0")),
        ("DIFFERENT", key_of("c-1")),
        ("MISSING_HERE", "a key of nobody"),
        ("TWICE", key_of("c-2")),
    }


async def test_books_are_read_page_by_page(till: Till) -> None:
    """A day with many credits is compared whole."""
    books = till.providers["sportsbook"].handler.books
    body = {
        "brand": "northbet",
        "customer": "c-x",
        "type": "free_bet",
        "amount_minor": 900,
        "currency": "GBP",
    }
    for number in range(450):
        books.credit(f"key {number}", body, till.clock.now(), valid_days=7)
    assert len((await compared(till, "sportsbook")).differences) == 450


async def test_yesterday_is_compared_once(till: Till) -> None:
    """The nightly report is made when it is missing, and not again."""
    await till.owe("c-1")
    await till.work(till.open())
    till.clock.advance(timedelta(days=1, hours=3))
    fulfilling = till.open()
    nightly = DailyReconciliation(fulfilling.reconciliation, fulfilling.registry)
    assert [await nightly.make_missing(), await nightly.make_missing()] == [3, 0]


async def test_books_that_cannot_be_read_make_no_report(till: Till) -> None:
    """A provider that is away is compared later: no report says that all is well."""
    till.configure("sportsbook", url="http://127.0.0.1:9", attempts=1)
    fulfilling = till.open()
    registered = fulfilling.registry.find("sportsbook")
    assert registered is not None
    day = date(2026, 3, 30)
    with pytest.raises(JournalUnavailable):
        await fulfilling.reconciliation.compare(registered, day)
    assert not await fulfilling.reconciliation.is_made("sportsbook", day)
