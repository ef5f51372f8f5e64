"""Deposits and withdrawals by a bank, from what a customer asks for to what the ledger and people know."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from subgraphs.wallet.cashier import Cashier
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.paying.answers import words_of
from subgraphs.wallet.paying.opened import OpenedPayments
from subgraphs.wallet.paying.reconciliation.comparison import Compared
from subgraphs.wallet.payments.bank.adapter import BankProcessor
from subgraphs.wallet.payments.payment import PaymentState
from subgraphs.wallet.payments.records.cases import close_case, open_cases
from tests.subgraphs.wallet.payments.bank.banked_wallet import BankedWallet, banked_wallet
from tests.subgraphs.wallet.payments.conftest import ANN
from tests.subgraphs.wallet.payments.payments_wallet import FILE, PaymentsWallet
from tests.subgraphs.wallet.payments.played_bank import ANN as ACCOUNT
from tests.subgraphs.wallet.payments.played_bank import (
    OURS,
    Booking,
    PlayedBank,
    bank_options,
    made_folders,
)


@pytest.fixture
async def banked(wallet: PaymentsWallet, tmp_path: Path) -> BankedWallet:
    """A wallet in which Ann has won."""
    return await banked_wallet(wallet, tmp_path / "bank")


async def test_a_withdrawal_is_done_once_the_statement_has_it(banked: BankedWallet) -> None:
    """The bank gets it less the fee; the customer reads what is going on."""
    order = await banked.withdraws(500)
    assert (order.amount, order.holder, order.currency) == (490, "Ann Bettor", "GBP")
    assert (await banked.newest()).payment.state is PaymentState.SENDING  # type: ignore[union-attr]
    banked.bank.pays(order)
    await banked.hears()
    assert (await banked.newest()).payment.state is PaymentState.DONE  # type: ignore[union-attr]
    assert await banked.played.cash(ANN) == 2_000 - 10 - 500
    banked.played.later(days=1)
    assert await banked.compares(1) == Compared(lines=1, matched=1, different=0)


async def test_what_comes_back_is_the_customers_again(banked: BankedWallet) -> None:
    """Days later, and by its statement at once; the reports of both days agree."""
    order = await banked.withdraws(500)
    banked.bank.pays(order)
    await banked.hears()
    banked.played.later(days=2)
    banked.bank.sends_back(order)
    await banked.hears()
    assert (await banked.newest()).payment.state is PaymentState.FAILED  # type: ignore[union-attr]
    fee_of_deposit = 10  # that of the withdrawal comes back with it
    assert await banked.played.cash(ANN) == 2_000 - fee_of_deposit
    banked.played.later(days=1)
    assert (await banked.compares(3)).different == (await banked.compares(1)).different == 0
    assert await banked.cases() == []


async def test_a_statement_that_nobody_heard_is_found_by_asking(banked: BankedWallet) -> None:
    """Another process has read it, and was killed: the cashier asks how the payout stands."""
    order = await banked.withdraws(500)
    banked.bank.pays(order)
    banked.bank.delivers(banked.bank.statement())

    async def forgets(_: object) -> None:
        return

    await banked.processor.take_in(forgets)
    banked.played.later(hours=1)
    await banked.played.work()
    assert (await banked.newest()).payment.state is PaymentState.DONE  # type: ignore[union-attr]


async def test_the_cashier_takes_statements_in_before_it_sends(banked: BankedWallet) -> None:
    """So that after an older wallet and folder were restored, nothing that a statement has is sent again."""
    outbox = banked.bank.folder / "outbox"
    outbox.rename(banked.bank.folder / "gone")  # nothing can be sent: the wallet does not know that it was
    assert (await banked.played.withdraw(ANN, "w", 500, "transfer")).refusal is None
    (banked.bank.folder / "gone").rename(outbox)
    [part] = [row for row in await banked.played.rows(PAYMENTS.part) if row.processor == "bank"]
    banked.bank.books(Booking(amount=-490, part=part.part_id))
    banked.bank.delivers(banked.bank.statement())
    banked.played.later(hours=1)
    await Cashier(banked.played.opened, banked.played.payments).round()
    assert (await banked.newest()).payment.state is PaymentState.DONE  # type: ignore[union-attr]
    assert banked.bank.orders() == []


async def test_a_deposit_by_transfer_says_what_to_write(banked: BankedWallet) -> None:
    """Where to, and the reference; the money is there once a statement has it."""
    answer = await banked.played.deposit(ANN, "d1", 700, "send")
    assert (answer.refusal, answer.url) == (None, "")
    assert answer.instructions is not None
    assert answer.instructions[:2] == ("Northbet Ltd", OURS)
    assert words_of(answer).startswith("Send exactly this amount from your bank.")
    await banked.hears(Booking(amount=700, remittance=answer.instructions.reference, reference="B9"))
    shown = await banked.newest()
    assert shown.payment is not None
    assert (shown.payment.state, shown.instructions) == (PaymentState.DONE, None)
    assert await banked.played.cash(ANN) == 2_000 - 10 + 700 - 10
    banked.played.later(days=1)
    assert await banked.compares(1) == Compared(lines=1, matched=1, different=0)


async def test_a_transfer_of_another_amount_goes_back_to_who_sent_it(banked: BankedWallet) -> None:
    """At once, by an order to the account that the statement names."""
    answer = await banked.played.deposit(ANN, "d1", 700, "send")
    assert answer.instructions is not None
    await banked.hears(Booking(amount=699, remittance=answer.instructions.reference, holder="Ann E."))
    [order] = banked.bank.takes_orders()
    assert (order.amount, order.holder) == (699, "Ann E.")
    assert (await banked.newest()).payment.state is PaymentState.RETURNED  # type: ignore[union-attr]
    banked.bank.pays(order)
    await banked.hears()
    banked.played.later(days=1)
    assert await banked.compares(1) == Compared(lines=2, matched=2, different=0)
    assert await banked.cases() == []


async def test_a_transfer_after_the_deposit_was_given_up_counts(banked: BankedWallet) -> None:
    """The customer waited too long, and the money is theirs all the same."""
    answer = await banked.played.deposit(ANN, "d1", 700, "send")
    assert answer.instructions is not None
    banked.played.later(days=15)
    await banked.played.work()
    assert (await banked.newest()).payment.state is PaymentState.FAILED  # type: ignore[union-attr]
    await banked.hears(Booking(amount=700, remittance=answer.instructions.reference))
    assert (await banked.newest()).payment.state is PaymentState.DONE  # type: ignore[union-attr]


async def test_a_deposit_by_transfer_can_go_back_to_its_source(banked: BankedWallet) -> None:
    """A withdrawal to the source is an order to the account that paid."""
    answer = await banked.played.deposit(ANN, "d1", 700, "send")
    assert answer.instructions is not None
    banked.played.later(days=60)
    await banked.hears(Booking(amount=700, remittance=answer.instructions.reference))
    assert (await banked.played.withdraw(ANN, "w", 600)).refusal is None
    [order] = banked.bank.takes_orders()
    assert (order.amount, order.account) == (590, ACCOUNT)


async def test_a_statement_that_is_not_believed_is_a_case(banked: BankedWallet) -> None:
    """Once, however often the cashier looks; nothing has moved by it."""
    order = await banked.withdraws(500)
    await banked.hears(Booking(amount=1))
    banked.bank.balance += 5
    banked.bank.pays(order)
    banked.bank.delivers(banked.bank.statement())
    assert await banked.reads() == 1
    assert await banked.reads() == 0
    [(kind, subject)] = await banked.cases()
    assert (kind, subject.startswith("statement ")) == ("unreadable", True)
    [row] = await banked.played.rows(PAYMENTS.case)
    assert "ends with 1" in row.details
    assert "refused/" in row.details
    assert (await banked.newest()).payment.state is PaymentState.SENDING  # type: ignore[union-attr]


async def test_what_is_refused_again_is_another_case(banked: BankedWallet) -> None:
    """On another day, or if another file of its name that cannot be read was refused before."""
    inbox, refused = banked.bank.folder / "inbox", banked.bank.folder / "refused"
    banked.bank.delivers(b"<Document", "text.xml")
    await banked.reads()
    banked.played.later(days=1)
    [kept] = refused.iterdir()
    kept.rename(inbox / "text.xml")
    await banked.reads()
    assert len(await banked.cases()) == 2
    for _ in range(2):
        (inbox / "link.xml").symlink_to("elsewhere")
        await banked.reads()
    assert len(set(await banked.cases())) == 4


async def test_what_is_refused_again_on_a_day_is_another_case_once_the_first_is_closed(
    banked: BankedWallet,
) -> None:
    """Whoever has put it in again learns that this was not enough; before, the case is there."""
    tables = banked.played.payments.work.store.tables
    inbox, refused = banked.bank.folder / "inbox", banked.bank.folder / "refused"
    banked.bank.delivers(b"<Document", "text.xml")
    for number in range(1, 4):
        for _ in range(2):
            await banked.reads()
            assert len(await banked.cases()) == number
            [kept] = refused.iterdir()
            kept.rename(inbox / "text.xml")
        banked.played.later(minutes=1)
        async with banked.played.database.write() as connection:
            [case] = await open_cases(connection, tables, 2)
            at = banked.played.time.now()
            assert await close_case(connection, tables, case.case_id, by="fay", finding="seen", at=at)


@pytest.mark.parametrize("folder", ["read", "records"])
async def test_a_folder_that_cannot_be_read_is_a_case(
    banked: BankedWallet, tmp_path: Path, folder: str
) -> None:
    """One a day, also in a process that begins, however often it looks; other banks go on."""
    order = await banked.withdraws(500)
    banked.bank.pays(order)
    await banked.hears()
    for file in (banked.bank.folder / folder).iterdir():
        if not file.name.startswith("."):
            file.write_text("<Document/>")
    banked.bank.sends_back(order)
    other = PlayedBank(bank_options(made_folders(tmp_path / "other")), banked.bank.now)
    processors = dict(banked.played.payments.work.asking.processors)
    for name, bank in (("bank", banked.bank), ("other", other)):
        bank.delivers(bank.statement())
        processor = BankProcessor(bank.options, bank.now)
        processors[name] = replace(processors["bank"], name=name, processor=processor, bank=processor)
    payments = OpenedPayments.of(banked.played.opened, FILE, processors, "https://{brand}.example/")
    for _ in range(2):
        await Cashier(banked.played.opened, payments).round()
    assert await banked.cases() == [("unreadable", f"folder {banked.played.time.now().date()}")]
    [row] = await banked.played.rows(PAYMENTS.case)
    assert ("read/" if folder == "read" else order.part) in row.details
    assert list((other.folder / "inbox").iterdir()) == []


async def test_a_folder_that_is_not_there_is_no_case(banked: BankedWallet) -> None:
    """It may be mounted in a moment: nobody has to look at what is in it."""
    banked.bank.folder.rename(banked.bank.folder.with_name("gone"))
    await Cashier(banked.played.opened, banked.played.payments).round()
    assert await banked.cases() == []


async def test_an_odd_entry_is_one_case_and_the_file_is_read(banked: BankedWallet) -> None:
    """With why, and what has moved; the day's comparison adds none, nor does another hearing."""
    answer = await banked.played.deposit(ANN, "d1", 700, "send")
    assert answer.instructions is not None
    banked.bank.books(Booking(amount=123, remittance="for Ann"))
    banked.bank.books(Booking(amount=700, remittance=answer.instructions.reference))
    document = banked.bank.statement().replace(b'<Amt Ccy="GBP">1.23</Amt>', b'<Amt Ccy="SEK">17</Amt>')
    banked.bank.delivers(document)
    await banked.reads()
    [case] = await banked.played.rows(PAYMENTS.case)
    assert (case.kind, case.amount_minor, case.currency) == ("unreadable", 123, "GBP")
    assert "no amount in the account's currency" in case.details
    assert "for Ann" in case.details
    assert await banked.played.cash(ANN) == 2_000 - 10 + 700 - 10
    banked.played.later(days=1)
    assert await banked.compares(1) == Compared(lines=2, matched=1, different=0)
    await close_all(banked)
    for file in (banked.bank.folder / "read").glob(".heard"):
        file.unlink()
    await banked.reads()
    assert len(await banked.cases()) == 1


async def test_money_of_which_nothing_is_known_is_a_case(banked: BankedWallet) -> None:
    """A transfer without a reference, and what the bank takes for itself."""
    await banked.withdraws(500)
    await banked.hears(Booking(amount=123, remittance="for Ann"), Booking(amount=-3))
    banked.played.later(days=1)
    assert (await banked.compares(1)).different == 2
    assert {kind for kind, _ in await banked.cases()} == {"unknown"}


async def test_a_day_is_compared_again_if_more_of_it_comes(banked: BankedWallet) -> None:
    """A bank may send two statements of a day, the second one late."""
    order = await banked.withdraws(500)
    banked.bank.pays(order)
    await banked.hears()
    banked.played.later(days=1)
    assert (await banked.compares(1)).different == 0
    day = banked.played.time.now().date() - timedelta(days=1)
    banked.bank.books(Booking(amount=123))
    banked.bank.delivers(banked.bank.statement(day))
    await banked.reads()
    assert [kind for kind, _ in await banked.cases()] == ["unknown"]
    [report] = await banked.played.rows(PAYMENTS.report)
    assert (report.lines, report.matched) == (2, 1)


async def test_unknown_money_of_a_statement_that_comes_very_late_is_a_case(banked: BankedWallet) -> None:
    """Its day is compared by itself no more, so that it is compared when it comes."""
    await banked.withdraws(500)
    day = banked.played.time.now().date()
    banked.played.later(days=50)
    banked.bank.books(Booking(amount=123))
    banked.bank.delivers(banked.bank.statement(day))
    await banked.reads()
    assert [kind for kind, _ in await banked.cases()] == ["unknown"]


async def test_money_that_comes_again_under_a_reference_is_a_case_of_its_own(banked: BankedWallet) -> None:
    """Also after the case of the one before was closed: nobody may lose a transfer."""
    answer = await banked.played.deposit(ANN, "d1", 700, "send")
    assert answer.instructions is not None
    reference = answer.instructions.reference
    for number in range(3):
        await banked.hears(Booking(amount=700, remittance=reference, reference=f"B{number}"))
        banked.played.later(days=1)
        await banked.compares(1)
        await close_all(banked)
    cases = await banked.played.rows(PAYMENTS.case)
    assert sum("B1" in row.details for row in cases) >= 1
    assert sum("B2" in row.details for row in cases) >= 1


async def close_all(banked: BankedWallet) -> None:
    """Close what waits, as a person does."""
    database = banked.played.database
    async with database.write() as connection:
        for case in await open_cases(connection, PAYMENTS, 50):
            at = banked.played.time.now()
            assert await close_case(connection, PAYMENTS, case.case_id, by="fin", finding="seen", at=at)
