"""The faults of a simulated bank, and what its customer can see of them."""

from typing import Final

import pytest

from simulator.bank.faults import COUNTED_FAULTS
from simulator.bank.folders import FOREIGN, INBOX, OUTBOX
from subgraphs.wallet.payments.bank.reports import read_report
from subgraphs.wallet.payments.processor import Unreadable
from tests.simulator.bank.bank_customer import PaymentFile, statements
from tests.simulator.bank.conftest import Counter
from tests.support.payments.bank_documents import OURS

TWO: Final = PaymentFile(message_id="m1", payments={"p1": 2_500, "p2": 1_000})
DAYS: Final = 3
MOVED: Final[dict[str, list[list[tuple[str, int]]]]] = {
    "refuses": [[], [], []],
    "drops": [[("p2", -1_000)], [], []],
    "late": [[("p2", -1_000)], [("p1", -2_500)], []],
    "differs": [[("p1", -2_499), ("p2", -1_000)], [], []],
    "returns": [[("p1", -2_500), ("p1", 2_500), ("p2", -1_000)], [], []],
    "returns_later": [[("p1", -2_500), ("p2", -1_000)], [("p1", 2_500)], []],
    "together": [[("p1", -2_500), ("p2", -1_000)], [], []],
    "together_bare": [[("", -3_500)], [], []],
}
"""By fault, what each day's statement says of two payments."""


@pytest.mark.parametrize("name", MOVED)
async def test_a_fault_is_in_the_books_and_in_the_statements(counter: Counter, name: str) -> None:
    """Whatever the bank does wrong, its statements are right about it."""
    await counter.ask(f"/faults/{name}")
    counter.send(TWO)
    for _ in range(DAYS):
        await counter.close_day()
    read = statements(counter.folder)
    assert [[(entry.part, entry.amount) for entry in day.entries] for day in read] == MOVED[name]
    balance = (await counter.ask("/state", "GET"))["accounts"][0]["balance"]
    assert balance == read[-1].closing == 100_000 + sum(amount for day in MOVED[name] for _, amount in day)


async def test_a_dropped_payment_is_in_the_books_without_a_day(counter: Counter) -> None:
    """A person can see what the bank has lost."""
    await counter.ask("/faults/drops")
    counter.send(TWO)
    movements = (await counter.ask("/state", "GET"))["movements"]
    assert [(movement["part"], movement["day"]) for movement in movements] == [
        ("p1", None),
        ("p2", "2026-11-20"),
    ]


async def test_an_entry_is_odd_alone(counter: Counter) -> None:
    """The others are read, and the balances tell what it has moved; a duplicate of the statement is right."""
    await counter.ask("/faults/odd")
    counter.send(TWO)
    await counter.close_day()
    [statement] = statements(counter.folder)
    assert [(entry.part, entry.amount, bool(entry.odd)) for entry in statement.entries] == [
        ("", -2_500, True),
        ("p2", -1_000, False),
    ]
    await counter.ask("/days/2026-11-20/again")
    assert [entry.odd for entry in statements(counter.folder)[-1].entries] == ["", ""]


async def test_a_refused_file_is_answered(counter: Counter) -> None:
    """With why; one that came before is refused as a duplicate."""
    await counter.ask("/faults/reports", amount=2)
    await counter.ask("/faults/refuses")
    for _ in range(3):
        counter.send(TWO)
    written = sorted((counter.folder / INBOX).iterdir())
    said = [status for file in written for status in read_report(file.read_bytes())]
    assert [(status.part, status.code, status.reason) for status in said] == [
        ("m1", "RJCT", "FF01"),
        ("m1", "RJCT", "AM05"),
    ]


async def test_a_reason_of_returns_is_chosen(counter: Counter) -> None:
    """The fault takes a reason, which is that of its returns."""
    await counter.ask("/faults/returns", reason="MD07")
    counter.send(TWO)
    await counter.close_day()
    [statement] = statements(counter.folder)
    assert [entry.reason for entry in statement.entries] == ["", "MD07", ""]


@pytest.mark.parametrize(
    ("name", "words"), [("misses_line", "not the closing balance"), ("cut", "well-formed")]
)
async def test_a_spoiled_statement_cannot_be_read_and_can_be_told_again(
    counter: Counter, name: str, words: str
) -> None:
    """The fault is in the file alone: a duplicate of it is right."""
    counter.send(TWO)
    await counter.ask(f"/faults/{name}")
    await counter.close_day()
    [spoiled] = (counter.folder / INBOX).iterdir()
    with pytest.raises(Unreadable, match=words):
        statements(counter.folder)
    spoiled.unlink()
    await counter.ask("/days/2026-11-20/again")
    [statement] = statements(counter.folder)
    assert len(statement.entries) == 2


async def test_a_statement_may_come_twice_and_with_one_of_somebody_else(counter: Counter) -> None:
    """The duplicate is the same, and the foreign one is of an account that is not ours."""
    counter.send(TWO)
    for name in ("twice", "foreign"):
        await counter.ask(f"/faults/{name}")
    await counter.close_day()
    first, again, foreign = statements(counter.folder)
    assert first == again
    assert (first.account, foreign.account) == (OURS, FOREIGN)


async def test_a_silent_bank_does_nothing_until_it_is_told_otherwise(counter: Counter) -> None:
    """Files stay in the outbox, days are not over, and everything is made up for afterwards."""
    await counter.ask("/faults/silence", amount=3_600)
    counter.send(TWO)
    counter.tomorrow()
    assert (await counter.http.post("/days")).status_code == 409
    assert (await counter.http.post("/days/2026-11-19/again")).status_code == 409
    assert len(list((counter.folder / OUTBOX).iterdir())) == 1
    assert not statements(counter.folder)
    await counter.ask("/faults", "DELETE")
    counter.folders.look()
    [statement] = statements(counter.folder)
    assert len(statement.entries) == 2


async def test_faults_can_be_disarmed(counter: Counter) -> None:
    """What was armed and did not happen does not happen."""
    for name in COUNTED_FAULTS:
        await counter.ask(f"/faults/{name}")
    await counter.ask("/faults", "DELETE")
    counter.send(TWO)
    await counter.close_day()
    [statement] = statements(counter.folder)
    assert [entry.part for entry in statement.entries] == ["p1", "p2"]
