"""A simulated bank takes files of payments as banks do, and says in statements what has moved."""

from datetime import date, timedelta
from typing import Final

import pytest

from simulator.bank.folders import OUTBOX, SENT
from tests.simulator.bank.bank_customer import DAY, NEWER, OLDER, PaymentFile, send, statements
from tests.simulator.bank.conftest import Counter
from tests.support.payments.bank_documents import OURS, THEIRS

TWO: Final = {"p1": 2_500, "p2": 1_000}


@pytest.mark.parametrize("version", [OLDER, NEWER])
async def test_payments_are_booked_and_told(counter: Counter, version: str) -> None:
    """A file goes to `sent`, and its payments are in the day's statement, each with our id."""
    counter.send(PaymentFile(message_id="m1", payments=TWO, version=version))
    assert not list((counter.folder / OUTBOX).iterdir())
    assert [path.name for path in (counter.folder / SENT).iterdir()] == ["m1.xml"]
    await counter.close_day()
    [statement] = statements(counter.folder)
    assert (statement.account, statement.opening, statement.closing) == (OURS, 100_000, 96_500)
    assert [(entry.part, entry.amount) for entry in statement.entries] == [("p1", -2_500), ("p2", -1_000)]
    assert {(entry.holder, entry.account) for entry in statement.entries} == {
        ("Payee of p1", THEIRS),
        ("Payee of p2", THEIRS),
    }


async def test_a_file_that_is_still_written_is_left_alone(counter: Counter) -> None:
    """A name that begins with a dot, or ends with something else, is not taken."""
    for name in (".m1.xml", "m1.xml.part"):
        (counter.folder / OUTBOX / name).write_bytes(PaymentFile(message_id="m1", payments=TWO).document())
    counter.folders.look()
    assert len(list((counter.folder / OUTBOX).iterdir())) == 2


async def test_a_message_id_is_taken_once(counter: Counter) -> None:
    """A second file under an id that the bank knows is refused as a whole, whatever is in it."""
    counter.send(PaymentFile(message_id="m1", payments=TWO))
    counter.send(PaymentFile(message_id="m1", payments={"p3": 7}))
    state = await counter.ask("/state", "GET")
    assert [file["refused"] for file in state["files"]] == ["", "a file with its message id was taken before"]
    assert len(state["movements"]) == 2
    assert len(list((counter.folder / SENT).iterdir())) == 2


async def test_a_file_that_was_booked_before_the_bank_stopped_is_only_moved(counter: Counter) -> None:
    """A bank that is killed between its books and its folders books nothing twice, and refuses nothing."""
    document = PaymentFile(message_id="m1", payments=TWO).document()
    with counter.folders.books.store.transaction():
        counter.folders.books.take_file("m1.xml", document)
    send(counter.folder, "m1.xml", document)
    counter.folders.look()
    state = await counter.ask("/state", "GET")
    assert [file["refused"] for file in state["files"]] == [""]
    assert len(state["movements"]) == len(TWO)
    assert [path.name for path in (counter.folder / SENT).iterdir()] == ["m1.xml"]


WRONG: Final = {
    "the number of payments": PaymentFile(message_id="m", payments=TWO, number=3),
    "the sum of payments": PaymentFile(message_id="m", payments=TWO, control_sum=1),
    "no such account": PaymentFile(message_id="m", payments=TWO, account=THEIRS),
    "another currency": PaymentFile(message_id="m", payments=TWO, currency="GBP"),
    "of nothing": PaymentFile(message_id="m", payments={"p1": 0}),
    "too large": PaymentFile(message_id="m", payments={"p1": 10**16}),
}


@pytest.mark.parametrize("words", WRONG)
async def test_a_file_that_contradicts_itself_is_refused(counter: Counter, words: str) -> None:
    """Nothing of it is booked."""
    counter.send(WRONG[words])
    state = await counter.ask("/state", "GET")
    assert words in state["files"][0]["refused"]
    assert not state["movements"]


async def test_what_is_no_file_of_payments_is_refused(counter: Counter) -> None:
    """The bank goes on with the next one."""
    send(counter.folder, "a.xml", b"<a/>")
    counter.send(PaymentFile(message_id="m1", payments=TWO))
    state = await counter.ask("/state", "GET")
    assert [bool(file["refused"]) for file in state["files"]] == [True, False]


async def test_a_payment_is_booked_on_the_day_that_is_asked_for(counter: Counter) -> None:
    """A day in the future waits; one in the past is today."""
    counter.send(PaymentFile(message_id="m1", payments={"p1": 1}, day=DAY + timedelta(days=1)))
    counter.send(PaymentFile(message_id="m2", payments={"p2": 2}, day=DAY - timedelta(days=9)))
    counter.tomorrow()
    counter.tomorrow()
    days = [(str(read.day_to), [entry.part for entry in read.entries]) for read in statements(counter.folder)]
    assert days == [("2026-11-20", ["p2"]), ("2026-11-21", ["p1"])]


async def test_each_day_that_is_over_has_a_statement(counter: Counter) -> None:
    """The clock ends days, also those on which nothing moves; each begins as the one before has ended."""
    await counter.ask("/credits", to=OURS, amount=5_000, holder="Ann", account=THEIRS, remittance="FL-1")
    counter.clock.instant += timedelta(days=3)
    counter.folders.look()
    read = statements(counter.folder)
    assert [statement.day_to.day for statement in read] == [20, 21, 22]
    assert [(statement.opening, statement.closing) for statement in read] == [
        (100_000, 105_000),
        (105_000, 105_000),
        (105_000, 105_000),
    ]
    [entry] = read[0].entries
    assert (entry.part, entry.holder, entry.account, entry.remittance) == ("", "Ann", THEIRS, "FL-1")


async def test_a_day_that_is_ended_early_is_over_for_all(counter: Counter) -> None:
    """What happens afterwards is of the next day, though the clock has not reached it."""
    await counter.close_day()
    await counter.ask("/charges", to=OURS, amount=150)
    await counter.close_day()
    [first, second] = statements(counter.folder)
    assert not first.entries
    assert [(entry.day, entry.amount, entry.part) for entry in second.entries] == [
        (date(2026, 11, 21), -150, "")
    ]


async def test_accounts_are_statements_of_one_document(counter: Counter) -> None:
    """Another account, in another currency, has a statement beside."""
    await counter.ask(f"/accounts/{THEIRS}", currency="JPY", opening=70)
    files = (await counter.ask("/days"))["files"]
    assert len(files) == 1
    assert {(read.account, read.currency, read.closing) for read in statements(counter.folder)} == {
        (OURS, "EUR", 100_000),
        (THEIRS, "JPY", 70),
    }


async def test_a_payment_comes_back_once(counter: Counter) -> None:
    """On the same day or later, with a reason; what has come back cannot come back."""
    counter.send(PaymentFile(message_id="m1", payments=TWO))
    await counter.ask("/payments/p1/return", reason="AC01")
    await counter.ask("/payments/p2/return", days=1)
    again = await counter.http.post("/payments/p1/return")
    assert again.status_code == 409
    counter.tomorrow()
    counter.tomorrow()
    first, second = statements(counter.folder)
    [*_, back] = first.entries
    assert (back.part, back.amount, back.is_return, back.reason) == ("p1", 2_500, True, "AC01")
    [later] = second.entries
    assert (later.part, later.amount, later.is_return, later.reason) == ("p2", 1_000, True, "AC04")
    assert (later.holder, later.account) == ("Payee of p2", THEIRS)


async def test_a_customer_may_ask_for_one_booking(counter: Counter) -> None:
    """All payments of a batch are one entry, which has each of them as a detail."""
    counter.send(PaymentFile(message_id="m1", payments=TWO, together=True))
    await counter.close_day()
    [statement] = statements(counter.folder)
    assert [(entry.part, entry.id[-2:]) for entry in statement.entries] == [("p1", "/1"), ("p2", "/2")]
    assert len({entry.id[:-2] for entry in statement.entries}) == 1


async def test_a_day_can_be_told_again(counter: Counter) -> None:
    """The duplicate says the same."""
    counter.send(PaymentFile(message_id="m1", payments=TWO))
    await counter.close_day()
    await counter.ask("/days/2026-11-20/again")
    first, again = statements(counter.folder)
    assert first == again
    assert (await counter.http.post("/days/2026-11-21/again")).status_code == 409


REFUSED: Final = {
    "/credits?to=nobody&amount=5": 409,
    f"/credits?to={OURS}&amount=0": 409,
    f"/credits?to={OURS}&amount=many": 400,
    f"/credits?to={OURS}&amount=5&account=none": 409,
    f"/credits?to={OURS}&amount=5&holder={'x' * 141}": 409,
    f"/charges?to={OURS}&amount=-5": 409,
    "/accounts/nobody": 409,
    f"/accounts/{THEIRS}?currency=XXX": 409,
    f"/accounts/{THEIRS}?opening=10000000000000000000000": 409,
    "/payments/p9/return": 409,
    "/payments/p9/return?reason=because": 409,
    "/payments/p9/return?days=soon": 400,
    "/days/yesterday/again": 400,
    "/faults/earthquake": 404,
}


@pytest.mark.parametrize("path", REFUSED)
async def test_what_cannot_be_is_answered_with_words(counter: Counter, path: str) -> None:
    """A control request that no bank could follow changes nothing."""
    answer = await counter.http.post(path)
    assert answer.status_code == REFUSED[path]
    assert answer.json()["message"]
    assert not (await counter.ask("/state", "GET"))["movements"]
