"""Statements that come in: what is believed of them, what follows, and what a person has to look at."""

import asyncio
import fcntl
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from msgspec.structs import replace

from subgraphs.wallet.payments.bank.adapter import NO_PAYER, NO_PAYMENT, TOO_MUCH, BankProcessor
from subgraphs.wallet.payments.bank.arrivals import Arrival
from subgraphs.wallet.payments.processor import (
    Charge,
    Contradiction,
    Notice,
    PartKind,
    PartState,
    Payout,
    Refund,
    ReportLine,
    Unanswered,
    WrongSignature,
)
from tests.subgraphs.wallet.payments.bank.failing_system import FailingSystem, Killed
from tests.subgraphs.wallet.payments.bank_account import Account
from tests.subgraphs.wallet.payments.played_bank import ANN, BEN, Booking
from tests.subgraphs.wallet.payments.processors import FIRST, NOON, SECOND

PAYOUT: Final = Payout(id="p1-p1", amount=700, currency="GBP", holder="Ann Example", account=ANN)
CHARGE: Final = Charge(
    id=FIRST,
    amount=2500,
    currency="GBP",
    brand="northbet",
    back_url="https://northbet.example/",
    language="en",
    expires_at=NOON + timedelta(days=14),
)


def waiting(account: Account, folder: str = "inbox") -> list[str]:
    """Return the names in a part of the folder."""
    return sorted(file.name for file in (account.bank.folder / folder).iterdir())


async def told(account: Account, *bookings: Booking) -> list[Notice]:
    """Let the bank send a statement of some movements; return what follows from it."""
    for booking in bookings:
        account.bank.books(booking)
    account.bank.delivers(account.bank.statement())
    [arrival] = await account.hears()
    assert arrival.why == ""
    return list(arrival.notices)


async def stands(account: Account, kind: PartKind, part: str) -> tuple[PartState, str]:
    """Return how a part stands by another process, and why."""
    notice = await account.another().ask(kind, part, "")
    assert notice is not None
    return notice.state, notice.reason


async def lines_of(account: Account, days_ago: int = 0) -> list[ReportLine]:
    """Return the lines of a day."""
    day = account.clock.now().date() - timedelta(days=days_ago)
    return [line async for line in account.processor.report(day)]


async def test_a_payout_is_done_once_a_statement_has_it(account: Account) -> None:
    """Until then it goes its way; the bank's reference comes with the statement."""
    sent = await account.processor.pay_out(PAYOUT)
    assert (sent.state, sent.reference) == (PartState.PROCESSING, PAYOUT.id)
    [order] = account.bank.takes_orders()
    account.bank.pays(order)
    [done] = await told(account)
    assert (done.state, done.part, done.reference, done.amount) == (PartState.DONE, PAYOUT.id, "B000001", 700)
    assert await stands(account, PartKind.PAYOUT, PAYOUT.id) == (PartState.DONE, "")
    account.bank.sends_back(order)
    [failed] = await told(account)
    assert (failed.state, failed.reason) == (PartState.FAILED, "AC04")
    assert await stands(account, PartKind.PAYOUT, PAYOUT.id) == (PartState.FAILED, "AC04")


@pytest.mark.parametrize(
    "written", [FIRST, FIRST.upper(), FIRST.replace("-", " "), f"Deposit {FIRST[:20]} {FIRST[20:]}, thanks"]
)
async def test_a_transfer_is_found_by_what_the_customer_wrote(account: Account, written: str) -> None:
    """However banks and people change it; what was paid counts, not what was asked for."""
    opened = await account.processor.begin(CHARGE)
    assert (opened.state, opened.url, opened.reference) == (PartState.OPEN, "", FIRST)
    [paid] = await told(account, Booking(amount=2400, remittance=written, reference="B7"))
    assert (paid.kind, paid.state, paid.part, paid.amount) == (PartKind.CHARGE, PartState.DONE, FIRST, 2400)
    assert paid.reference == "B7"
    assert (await account.processor.cancel(CHARGE, FIRST)).state is PartState.DONE


@pytest.mark.parametrize("written", ["", "thanks", f"{FIRST} {SECOND}", FIRST[:-3], f"{FIRST[:-1]}0"])
async def test_what_names_no_charge_is_of_none(account: Account, written: str) -> None:
    """Nor what names two: the report has it, and a person finds out."""
    assert await told(account, Booking(amount=2500, remittance=written)) == []
    account.clock.advance(timedelta(days=1))
    [line] = await lines_of(account, 1)
    assert (line.kind, line.part, line.amount) == (PartKind.CHARGE, "", 2500)
    assert (line.remittance, line.holder, line.account) == (written, "Ann Example", ANN)


async def test_a_charge_ends_when_it_says_and_may_still_be_paid(account: Account) -> None:
    """A bank transfer cannot be stopped: what comes late is DONE, and is looked at again."""
    await account.processor.begin(CHARGE)
    assert await stands(account, PartKind.CHARGE, FIRST) == (PartState.OPEN, "")
    assert await account.processor.ask(PartKind.CHARGE, SECOND, "") is None
    assert (await account.processor.cancel(CHARGE, FIRST)).state is PartState.FAILED
    account.clock.advance(timedelta(days=14))
    assert await stands(account, PartKind.CHARGE, FIRST) == (PartState.FAILED, "expired")
    await told(account, Booking(amount=2500, remittance=FIRST))
    assert await stands(account, PartKind.CHARGE, FIRST) == (PartState.DONE, "")


async def test_a_refund_goes_to_the_account_that_paid(account: Account) -> None:
    """Which only a statement tells."""
    refund = Refund(id="r1", charge="B7", amount=400, currency="GBP")
    assert (await account.processor.refund(refund)).reason == NO_PAYMENT
    paid = Booking(amount=2500, remittance=FIRST, reference="B7", holder="Bénédicte", account=BEN)
    await told(account, paid)
    sent = await account.processor.refund(refund)
    assert (sent.kind, sent.state, sent.of) == (PartKind.REFUND, PartState.PROCESSING, "B7")
    [order] = account.bank.takes_orders()
    assert (order.part, order.amount, order.holder, order.account) == ("r1", 400, "Benedicte", BEN)
    account.bank.pays(order)
    [done] = await told(account)
    assert (done.kind, done.part, done.state) == (PartKind.REFUND, "r1", PartState.DONE)
    account.clock.advance(timedelta(days=500))
    assert (await account.another().refund(refund)).state is PartState.PROCESSING
    assert account.bank.takes_orders() == []


@pytest.mark.parametrize("comes_back", [False, True])
@pytest.mark.parametrize("kind", [PartKind.PAYOUT, PartKind.REFUND])
async def test_what_a_statement_has_is_not_ordered_again_without_its_record(
    account: Account, kind: PartKind, *, comes_back: bool
) -> None:
    """As after an older folder was restored, and statements up to today were taken in."""
    refund = Refund(id="r1", charge="B7", amount=400, currency="GBP")
    await told(account, Booking(amount=2500, remittance=FIRST, reference="B7"))

    async def asked() -> Notice:
        another = account.another()
        return await (another.pay_out(PAYOUT) if kind is PartKind.PAYOUT else another.refund(refund))

    sent = await asked()
    [order] = account.bank.takes_orders()
    account.bank.pays(order)
    await told(account)
    if comes_back:
        account.bank.sends_back(order)
        await told(account)
    for folder in ("records", "sent"):
        for file in (account.bank.folder / folder).iterdir():
            file.unlink()
    again = await asked()
    assert (again.kind, again.part, again.of, again.amount) == (kind, sent.part, sent.of, sent.amount)
    assert again.state is (PartState.FAILED if comes_back else PartState.DONE)
    assert await stands(account, kind, sent.part) == (again.state, again.reason)
    assert account.bank.orders() == []


async def test_refunds_do_not_read_records_of_other_charges(account: Account) -> None:
    """One that cannot be read stops its own charge alone; what is left of another is still known."""
    refund = Refund(id="r1", charge="B7", amount=2000, currency="GBP")
    await told(account, Booking(amount=2500, reference="B7"), Booking(amount=2500, reference="B8"))
    for charge, part in (("B7", "r1"), ("B8", "r2")):
        await account.processor.refund(replace(refund, id=part, charge=charge))
    (account.bank.folder / "records" / "r2.refund.json").write_text("{")
    assert (await account.another().refund(replace(refund, id="r3"))).reason == TOO_MUCH
    again = await account.another().refund(replace(refund, id="r4", amount=500))
    assert again.state is PartState.PROCESSING
    with pytest.raises(Contradiction):
        await account.another().refund(replace(refund, id="r5", charge="B8"))


@pytest.mark.parametrize("kind", [PartKind.PAYOUT, PartKind.REFUND])
async def test_statements_are_read_before_orders_are_locked(account: Account, kind: PartKind) -> None:
    """Deposits and payouts wait for that lock, for seconds: parsing a year of statements takes longer."""
    await told(account, Booking(amount=2500, reference="B7"))
    free: list[bool] = []

    def now() -> datetime:
        with (account.bank.folder / ".orders.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                free.append(False)
            else:
                free.append(True)
        return account.clock.now()

    another = BankProcessor(account.bank.options, now)
    if kind is PartKind.PAYOUT:
        await another.pay_out(PAYOUT)
    else:
        await another.refund(Refund(id="r1", charge="B7", amount=400, currency="GBP"))
    asked, first_read, second_read = free
    assert (asked, first_read, second_read) == (True, True, False)


async def test_a_refund_to_nobody_knows_whom_fails(account: Account) -> None:
    """If the statement has no account, or two payments have one reference, a person has to send it."""
    await told(account, Booking(amount=2500, reference="B7", account=""))
    assert (
        await account.processor.refund(Refund(id="r1", charge="B7", amount=1, currency="GBP"))
    ).reason == NO_PAYER
    await told(account, Booking(amount=5, reference="B8"), Booking(amount=6, reference="B8", account=BEN))
    refund = Refund(id="r2", charge="B8", amount=1, currency="GBP")
    assert (await account.processor.refund(refund)).reason == NO_PAYMENT
    assert account.bank.orders() == []


async def test_what_only_looks_like_a_return_gives_nothing_back(account: Account) -> None:
    """Anybody may pay us with the id of a payout; only the bank says that something came back."""
    await account.processor.pay_out(PAYOUT)
    [order] = account.bank.takes_orders()
    account.bank.pays(order)
    notices = await told(account, Booking(amount=700, part=PAYOUT.id))
    assert [notice.state for notice in notices] == [PartState.DONE]
    assert await stands(account, PartKind.PAYOUT, PAYOUT.id) == (PartState.DONE, "")


async def test_statements_are_read_in_their_order_whatever_their_names(account: Account) -> None:
    """Also several of one day: each goes on where one ends."""
    names = iter("dacb")
    for amount in (100, -30, 500, -1):
        account.bank.books(Booking(amount=amount))
        account.bank.delivers(account.bank.statement(), f"{next(names)}.xml")
    heard = await account.hears()
    assert [line.amount for arrival in heard for line in arrival.lines] == [100, -30, 500, -1]
    assert not any(arrival.why for arrival in heard)
    assert [name[7:8] for name in waiting(account, "read")[1:]] == ["1", "2", "3", "4"]
    assert waiting(account) == []


async def test_a_gap_is_not_believed_until_it_is_closed(account: Account) -> None:
    """A person puts the file into the inbox again once the missing one is there."""
    await told(account, Booking(amount=1000))
    account.bank.books(Booking(amount=50))
    missing = account.bank.statement()
    account.bank.books(Booking(amount=-700, part=PAYOUT.id))
    account.bank.delivers(account.bank.statement(), "later.xml")
    await account.processor.pay_out(PAYOUT)
    [refused] = await account.hears()
    assert "begins with 1050" in refused.why
    assert (refused.notices, refused.lines, waiting(account)) == ((), (), [])
    assert await stands(account, PartKind.PAYOUT, PAYOUT.id) == (PartState.PROCESSING, "")
    account.bank.delivers(missing, "missing.xml")
    kept = account.bank.folder / "refused" / refused.kept_as
    kept.rename(account.bank.folder / "inbox" / "again.xml")
    assert [arrival.why for arrival in await account.hears()] == ["", ""]
    assert await stands(account, PartKind.PAYOUT, PAYOUT.id) == (PartState.DONE, "")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"iban": BEN}, "another account"),
        ({"currency": "EUR"}, "EUR"),
        ({"id": "S1"}, "read before"),
    ],
)
async def test_a_statement_that_is_not_the_next_one_is_not_believed(
    account: Account, wrong: dict[str, str], why: str
) -> None:
    """It moves nothing, and those after it are read as if it had never come."""
    await account.processor.pay_out(PAYOUT)
    await told(account, Booking(amount=1000))
    account.bank.books(Booking(amount=-700, part=PAYOUT.id))
    balance = account.bank.balance
    account.bank.delivers(account.bank.statement(NOON.date(), **wrong))
    [refused] = await account.hears()
    assert why in refused.why
    assert waiting(account, "refused") == [refused.kept_as]
    assert await stands(account, PartKind.PAYOUT, PAYOUT.id) == (PartState.PROCESSING, "")
    account.bank.balance = balance
    await told(account, Booking(amount=1))


async def test_a_duplicate_is_put_away(account: Account) -> None:
    """Banks send statements twice, also at once; nobody has to look at what says the same word for word."""
    account.bank.books(Booking(amount=100))
    account.bank.books(Booking(amount=-100))
    document = account.bank.statement()
    for name in ("a.xml", "b.xml"):
        account.bank.delivers(document, name)
    assert [arrival.why for arrival in await account.hears()] == [""]
    account.bank.delivers(document)
    assert await account.hears() == []
    assert len([name for name in waiting(account, "read") if name.startswith("again-")]) == 1
    assert waiting(account) == []


async def test_a_duplicate_of_what_was_believed_with_older_ids_is_put_away(account: Account) -> None:
    """What is in the folder since before keeps its name, by which its entries keep their ids."""
    account.bank.books(Booking(amount=100, reference="B1"))
    document = account.bank.statement()
    account.bank.delivers(document)
    await account.hears()
    [name] = [name for name in waiting(account, "read") if name.endswith("-s.xml")]
    (account.bank.folder / "read" / name).rename(
        account.bank.folder / "read" / f"{name.removesuffix('-s.xml')}.xml"
    )
    account.clock.advance(timedelta(days=1))
    account.processor = account.another()
    assert [line.id for line in await lines_of(account, 1)] == ["B1/1"]
    account.bank.delivers(document)
    assert await account.hears() == []


@pytest.mark.parametrize("reference", ["NONREF", "NOTPROVIDED", "R1"])
async def test_transfers_under_one_reference_are_as_many(account: Account, reference: str) -> None:
    """In one statement and in two, also one that takes back another; each file counts once."""
    amounts = [[100, 200], [100, -100]]
    documents = []
    for booked in amounts:
        for amount in booked:
            account.bank.books(Booking(amount=amount, reference=reference))
        documents.append(account.bank.statement())
        account.clock.advance(timedelta(days=1))
    heard = []
    for _ in range(2):
        for document in documents:
            account.bank.delivers(document)
            heard += await account.hears()
    lines = [line for arrival in heard for line in arrival.lines]
    assert [line.amount for line in lines] == [100, 200, 100, -100]
    assert len({line.id for line in lines}) == 4
    assert not any(arrival.why for arrival in heard)


async def test_what_came_under_a_placeholder_goes_back_to_who_sent_it(account: Account) -> None:
    """Its reference is what tells it from all others."""
    first = Booking(amount=2500, remittance=FIRST, reference="NONREF", account=BEN)
    other = Booking(amount=500, remittance=SECOND, reference="NONREF")
    paid, another = await told(account, first, other)
    assert paid.reference != another.reference
    refund = Refund(id="r1", charge=paid.reference, amount=400, currency="GBP")
    assert (await account.processor.refund(refund)).state is PartState.PROCESSING
    [order] = account.bank.takes_orders()
    assert order.account == BEN


async def test_statement_ids_may_begin_anew(account: Account) -> None:
    """With each year: another last day makes it another statement, if its balances go on."""
    for _ in range(2):
        account.bank.books(Booking(amount=100, reference="NONREF"))
        document = account.bank.statement(id="1")
        for name in ("a.xml", "b.xml"):
            account.bank.delivers(document, name)
        [arrival] = await account.hears()
        assert (arrival.why, [line.amount for line in arrival.lines]) == ("", [100])
        account.clock.advance(timedelta(days=365))


async def test_files_that_are_no_statements_are_put_aside(account: Account, tmp_path: Path) -> None:
    """Neither links nor pipes are followed; what is still being written is left."""
    precious = tmp_path / "precious.xml"
    precious.write_bytes(account.bank.statement())
    inbox = account.bank.folder / "inbox"
    (inbox / "link.xml").symlink_to(precious)
    os.mkfifo(inbox / "pipe.xml")
    for name in ("text.xml", "half.xml.part", ".hidden.xml"):
        (inbox / name).write_text("<Document")
    heard = await account.hears()
    assert sorted(arrival.name for arrival in heard) == ["link.xml", "pipe.xml", "text.xml"]
    assert all(arrival.why and not arrival.notices for arrival in heard)
    assert waiting(account) == [".hidden.xml", "half.xml.part"]
    assert precious.exists()


async def test_what_is_refused_takes_the_place_of_nothing(account: Account) -> None:
    """Neither two files of one name that cannot be read, nor what says the same twice, at once or later."""
    kept = []
    for _ in range(2):
        (account.bank.folder / "inbox" / "link.xml").symlink_to("elsewhere")
        for name in ("text.xml", "twice.xml"):
            account.bank.delivers(b"<Document", name)
        kept += [arrival.kept_as for arrival in await account.hears()]
    assert sorted(kept) == waiting(account, "refused")
    assert len(kept) == 6


async def test_a_folder_in_the_inbox_does_no_harm(account: Account) -> None:
    """It is put aside as any other thing that is no statement."""
    (account.bank.folder / "inbox" / "folder.xml").mkdir()
    [arrival] = await account.hears()
    assert arrival.why
    assert waiting(account) == []


async def test_a_file_is_heard_again_if_that_was_cut_off(account: Account) -> None:
    """Whoever hears it fails, or is killed: nothing is lost, and those behind it wait."""
    for amount in (1, 2):
        account.bank.books(Booking(amount=amount))
        account.bank.delivers(account.bank.statement())

    async def fails(_: object) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await account.another().take_in(fails)
    account.bank.delivers(b"")
    with pytest.raises(ConnectionError):
        await account.another().take_in(fails)
    assert len(waiting(account)) == 1
    assert [bool(arrival.why) for arrival in await account.hears()] == [False, False, True]
    assert await account.hears() == []


async def test_several_readers_hear_each_file_once(account: Account) -> None:
    """They wait for one another."""
    for amount in range(1, 6):
        account.bank.books(Booking(amount=amount))
        account.bank.delivers(account.bank.statement())
    heard: list[str] = []

    async def hear(arrival: object) -> None:
        heard.append(getattr(arrival, "why", "?"))
        await asyncio.sleep(0.01)

    await asyncio.gather(*(account.another().take_in(hear) for _ in range(4)))
    assert heard == [""] * 5


async def test_a_believed_statement_that_was_changed_answers_nothing(account: Account) -> None:
    """Neither questions nor reports; it is noticed by every process that begins."""
    await told(account, Booking(amount=100))
    _, name = waiting(account, "read")
    (account.bank.folder / "read" / name).write_text("<Document/>")
    with pytest.raises(Unanswered):
        await account.another().ask(PartKind.PAYOUT, PAYOUT.id, "")


async def test_a_report_waits_for_the_statement_of_its_day(account: Account) -> None:
    """A day without a movement has none if a later statement goes on from the one before."""
    account.bank.books(Booking(amount=100))
    account.clock.advance(timedelta(days=1))
    with pytest.raises(Unanswered, match="no statement"):
        await lines_of(account, 1)
    account.bank.delivers(account.bank.statement(NOON.date()))
    await account.hears()
    assert [line.amount for line in await lines_of(account, 1)] == [100]
    with pytest.raises(Unanswered, match="not over"):
        await lines_of(account)
    account.clock.advance(timedelta(days=2))
    await told(account, Booking(amount=7))
    assert await lines_of(account, 1) == []


async def test_the_last_statement_is_known_however_old(account: Account) -> None:
    """The next one goes on where it has ended, and is heard."""
    await told(account, Booking(amount=5))
    account.clock.advance(timedelta(days=500))
    account.bank.balance = 6
    account.bank.delivers(account.bank.statement())
    [arrival] = await account.hears()
    assert "ends with 5" in arrival.why
    account.bank.balance = 5
    await told(account, Booking(amount=5))


async def test_old_statements_are_left_out(account: Account) -> None:
    """What is older than the options say is not read into memory, and the chain still goes on."""
    await account.processor.pay_out(PAYOUT)
    [order] = account.bank.takes_orders()
    account.bank.pays(order)
    await told(account)
    account.clock.advance(timedelta(days=300))
    await told(account, Booking(amount=5))
    account.clock.advance(timedelta(days=101))
    assert await stands(account, PartKind.PAYOUT, PAYOUT.id) == (PartState.PROCESSING, "")
    assert await account.another().ask(PartKind.CHARGE, FIRST, "") is None
    await told(account, Booking(amount=6))


async def test_what_stays_is_not_read_again_when_something_is_too_old(account: Account) -> None:
    """A statement that was changed meanwhile shows that it was not; a process that begins notices it."""
    await told(account, Booking(amount=5))
    account.clock.advance(timedelta(days=300))
    await told(account, Booking(amount=2500, remittance=FIRST))
    newest = account.bank.folder / "read" / waiting(account, "read")[-1]
    newest.write_text("<Document/>")
    account.clock.advance(timedelta(days=101))
    assert await account.processor.ask(PartKind.CHARGE, FIRST, "") is not None
    with pytest.raises(Unanswered):
        await account.another().ask(PartKind.CHARGE, FIRST, "")


def test_no_webhook_is_believed(account: Account) -> None:
    """Banks send none."""
    with pytest.raises(WrongSignature):
        account.processor.read({}, b"", NOON)


async def test_the_first_statements_may_lead_back_to_where_they_began(account: Account) -> None:
    """Nobody knows then which of one day was the first: both are believed in one of their orders."""
    for amount in (100, -100):
        account.bank.books(Booking(amount=amount))
        account.bank.delivers(account.bank.statement())
    assert [arrival.why for arrival in await account.hears()] == ["", ""]


@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.parametrize("at", range(10))
async def test_reading_that_is_killed_at_a_call_loses_nothing(
    account: Account, at: int, *, is_done: bool
) -> None:
    """Each file is heard, at least once, and the statements stay in their order."""
    heard: list[int] = []

    async def hear(arrival: Arrival) -> None:
        heard.extend(line.amount for line in arrival.lines)

    for amount in (1, 2):
        account.bank.books(Booking(amount=amount))
        account.bank.delivers(account.bank.statement())
    with pytest.raises(Killed):
        await account.another(FailingSystem(at, is_done=is_done)).take_in(hear)
    await account.another().take_in(hear)
    assert set(heard) == {1, 2}
    assert heard == sorted(heard)
    assert await account.hears() == []
