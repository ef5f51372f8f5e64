"""What a bank says of orders before it books them: each gets what its own status says."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.payments.bank.reports import Status, is_report, read_report
from subgraphs.wallet.payments.payment import PaymentState
from subgraphs.wallet.payments.processor import Notice, PartKind, PartState, Payout, Refund, Unreadable
from tests.subgraphs.wallet.payments.bank.banked_wallet import BankedWallet, banked_wallet
from tests.subgraphs.wallet.payments.bank_account import Account, account_at
from tests.subgraphs.wallet.payments.conftest import ANN
from tests.subgraphs.wallet.payments.payments_wallet import PaymentsWallet
from tests.subgraphs.wallet.payments.played_bank import ANN as ACCOUNT
from tests.subgraphs.wallet.payments.played_bank import Booking, bank_options, made_folders

PAYOUT: Final = Payout(id="p1-p1", amount=700, currency="GBP", holder="Ann Example", account=ACCOUNT)
VERSIONS: Final = ("pain.002.001.03", "pain.002.001.10", "pain.002.001.14")


def why(code: str) -> str:
    """Return the reason of a status; "" if there is none."""
    return f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else ""


def payment(part: str, code: str = "", reason: str = "") -> str:
    """Return what is said of a payment."""
    status = f"<TxSts>{code}</TxSts>" if code else ""
    return f"<TxInfAndSts><OrgnlEndToEndId>{part}</OrgnlEndToEndId>{status}{why(reason)}</TxInfAndSts>"


def batch(part: str, *payments: str, code: str = "", reason: str = "") -> str:
    """Return what is said of a batch."""
    status = f"<PmtInfSts>{code}</PmtInfSts>" if code else ""
    inner = f"<OrgnlPmtInfId>{part}</OrgnlPmtInfId>{status}{why(reason)}{''.join(payments)}"
    return f"<OrgnlPmtInfAndSts>{inner}</OrgnlPmtInfAndSts>"


def report(
    *batches: str, part: str = "m1", code: str = "", reason: str = "", version: str = VERSIONS[1]
) -> bytes:
    """Return a report."""
    status = f"<GrpSts>{code}</GrpSts>" if code else ""
    group = f"<OrgnlMsgId>{part}</OrgnlMsgId><OrgnlMsgNmId>pain.001</OrgnlMsgNmId>{status}{why(reason)}"
    head = "<GrpHdr><MsgId>R1</MsgId></GrpHdr>"
    body = f"{head}<OrgnlGrpInfAndSts>{group}</OrgnlGrpInfAndSts>{''.join(batches)}"
    namespace = f"urn:iso:std:iso:20022:tech:xsd:{version}"
    return f'<Document xmlns="{namespace}"><CstmrPmtStsRpt>{body}</CstmrPmtStsRpt></Document>'.encode()


READ: Final[dict[str, tuple[bytes, list[tuple[str, str, str]]]]] = {
    "a file that was refused": (report(code="RJCT", reason="FF01"), [("m1", "RJCT", "FF01")]),
    "a batch that was refused, with and without its payments": (
        report(batch("b1", code="RJCT", reason="AC04"), batch("b2", payment("p2"), code="RJCT"), code="PART"),
        [("b1", "RJCT", "AC04"), ("p2", "RJCT", "")],
    ),
    "a file that was accepted in parts": (
        report(
            batch("b1", payment("p1", "ACSP"), payment("p2", "RJCT", "AC01"), payment("p3"), code="PART"),
            code="PART",
        ),
        [("p1", "ACSP", ""), ("p2", "RJCT", "AC01"), ("p3", "PART", "")],
    ),
    "a payment without an id of its own": (
        report(batch("b1", payment("NOTPROVIDED", "ACCP"))),
        [("b1", "ACCP", "")],
    ),
    "members and codes that nobody knows": (
        report(batch("b1", payment("p1", "ZZ99", "AB99").replace("<TxSts>", "<New a='1'><X/></New><TxSts>"))),
        [("p1", "ZZ99", "AB99")],
    ),
    "what is no code": (report(batch("b1", payment("p1", "Ann's all", "Ann's"))), [("p1", "", "")]),
    "an older version without batches": (
        report(payment("p1", "RJCT", "AC04"), version="pain.002.001.02"),
        [("p1", "RJCT", "AC04")],
    ),
}


@pytest.mark.parametrize("what", READ)
def test_each_order_gets_its_own_status(what: str) -> None:
    """What has none has that of its batch, or of the file."""
    written, expected = READ[what]
    assert is_report(written)
    assert read_report(written) == tuple(
        Status(part=part, code=code, reason=reason) for part, code, reason in expected
    )


@pytest.mark.parametrize(
    "written",
    [
        report()[:-20],
        report(version="pain.002.001.AA"),
        report().replace(b"CstmrPmtStsRpt", b"Other"),
        report().replace(b"<OrgnlMsgId>m1</OrgnlMsgId>", b""),
        b"<!DOCTYPE a>" + report(),
    ],
)
def test_what_is_no_report_is_refused(written: bytes) -> None:
    """With words for a person."""
    with pytest.raises(Unreadable, match="the report"):
        read_report(written)


async def heard(account: Account, written: bytes) -> tuple[list[Notice], Sequence[tuple[str, str]]]:
    """Let a report come; return what follows from it, and what a person has to look at."""
    account.bank.delivers(written, "report.xml")
    [arrival] = await account.hears()
    assert arrival.why == ""
    assert list((account.bank.folder / "inbox").iterdir()) == []
    return list(arrival.notices), arrival.odd


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_refused_order_has_failed(account: Account, version: str) -> None:
    """Also for a process that begins, and without its record; it is not ordered again."""
    await account.processor.pay_out(PAYOUT)
    account.bank.takes_orders()
    written = report(batch(PAYOUT.id, code="RJCT", reason="AC04"), part=PAYOUT.id, version=version)
    for _ in range(2):
        [failed], odd = await heard(account, written)
        assert (failed.kind, failed.part, failed.state, failed.reason) == (
            PartKind.PAYOUT,
            PAYOUT.id,
            PartState.FAILED,
            "AC04",
        )
        assert odd == ()
    stands = await account.another().ask(PartKind.PAYOUT, PAYOUT.id, "")
    assert stands is not None
    assert (stands.state, stands.reason) == (PartState.FAILED, "AC04")
    for file in (account.bank.folder / "records").iterdir():
        file.unlink()
    assert (await account.another().pay_out(PAYOUT)).state is PartState.FAILED
    assert len(account.bank.orders()) == 1


@pytest.mark.parametrize("code", ["ACTC", "ACSP", "ACSC", "PDNG", "RCVD", "PART"])
async def test_what_is_under_way_stays_so_until_a_statement_has_it(account: Account, code: str) -> None:
    """Only a statement proves that money has moved."""
    await account.processor.pay_out(PAYOUT)
    assert await heard(account, report(batch("b1", payment(PAYOUT.id, code)))) == ([], ())
    stands = await account.processor.ask(PartKind.PAYOUT, PAYOUT.id, "")
    assert stands is not None
    assert stands.state is PartState.PROCESSING


@pytest.mark.parametrize(
    ("part", "code", "reason", "words"),
    [
        (PAYOUT.id, "ZZ99", "", "status ZZ99 is not known"),
        (PAYOUT.id, "", "", "is not known"),
        (PAYOUT.id, "CANC", "AC04", "status CANC is not known"),
        (PAYOUT.id, "RJCT", "AM05", "duplicate"),
        (PAYOUT.id, "RJCT", "DU03", "duplicate"),
        (PAYOUT.id, "RJCT", "NARR", "without a code"),
        (PAYOUT.id, "RJCT", "", "without a code"),
        ("other", "RJCT", "AC04", "not ours"),
        ("../records/x", "RJCT", "AC04", "not ours"),
    ],
)
async def test_what_is_not_certain_is_for_a_person(
    account: Account, part: str, code: str, reason: str, words: str
) -> None:
    """A duplicate that is refused does not undo the first: its money would be the customer's twice."""
    await account.processor.pay_out(PAYOUT)
    notices, [(order, doubt)] = await heard(account, report(batch("b1", payment(part, code, reason))))
    assert (notices, order) == ([], part)
    assert words in doubt
    stands = await account.another().ask(PartKind.PAYOUT, PAYOUT.id, "")
    assert stands is not None
    assert stands.state is PartState.PROCESSING


async def test_what_is_booked_is_not_refused(account: Account) -> None:
    """Whichever comes first: the statement proves it, and a person sees what contradicts."""
    await account.processor.pay_out(PAYOUT)
    [order] = account.bank.takes_orders()
    account.bank.pays(order)
    account.bank.delivers(account.bank.statement())
    await account.hears()
    notices, [(_, doubt)] = await heard(account, report(part=PAYOUT.id, code="RJCT", reason="AC04"))
    assert notices == []
    assert "had booked" in doubt
    stands = await account.another().ask(PartKind.PAYOUT, PAYOUT.id, "")
    assert stands is not None
    assert stands.state is PartState.DONE


async def test_a_refused_refund_leaves_its_charge_what_it_has(account: Account) -> None:
    """All of it can be sent again, by another order."""
    account.bank.books(Booking(amount=2500, reference="B7"))
    account.bank.delivers(account.bank.statement())
    await account.hears()
    refund = Refund(id="r1", charge="B7", amount=2500, currency="GBP")
    await account.processor.refund(refund)
    [failed], _ = await heard(account, report(part="r1", code="RJCT", reason="AC04"))
    assert (failed.kind, failed.of, failed.state) == (PartKind.REFUND, "B7", PartState.FAILED)
    again = await account.processor.refund(Refund(id="r2", charge="B7", amount=2500, currency="GBP"))
    assert again.state is PartState.PROCESSING


async def test_a_refused_order_is_cleared_away_after_its_term(tmp_path: Path) -> None:
    """As one that was booked: it has a customer's name and account in it."""
    account = account_at(bank_options(made_folders(tmp_path / "bank"), sent_days=30))
    await account.processor.pay_out(PAYOUT)
    account.bank.takes_orders()
    await heard(account, report(part=PAYOUT.id, code="RJCT", reason="AC04"))
    for days, left in ((30, 1), (1, 0)):
        account.clock.advance(timedelta(days=days))
        await account.hears()
        assert len(account.bank.orders()) == left


@pytest.fixture
async def banked(wallet: PaymentsWallet, tmp_path: Path) -> BankedWallet:
    """A wallet in which Ann has won."""
    return await banked_wallet(wallet, tmp_path / "bank")


async def test_money_of_a_refused_withdrawal_is_the_customers_again(banked: BankedWallet) -> None:
    """At once; the next day compares, and nothing is a case."""
    before = await banked.played.cash(ANN)
    order = await banked.withdraws(500)
    banked.bank.delivers(report(part=order.part, code="RJCT", reason="AC04"), "report.xml")
    await banked.hears()
    assert (await banked.newest()).payment.state is PaymentState.FAILED  # type: ignore[union-attr]
    assert await banked.played.cash(ANN) == before
    banked.played.later(days=1)
    assert (await banked.compares(1)).different == 0
    assert await banked.cases() == []


async def test_a_status_that_nobody_knows_is_one_case(banked: BankedWallet) -> None:
    """However often its report comes; the withdrawal stays on its way."""
    order = await banked.withdraws(500)
    written = report(batch("b1", payment(order.part, "ZZ99")), code="PART")
    for _ in range(2):
        banked.bank.delivers(written, "report.xml")
        await banked.reads()
    [case] = await banked.played.rows(PAYMENTS.case)
    assert (case.kind, order.part in case.details, "ZZ99" in case.details) == ("unreadable", True, True)
    assert (await banked.newest()).payment.state is PaymentState.SENDING  # type: ignore[union-attr]


async def test_money_that_is_booked_after_it_was_refused_is_a_case(banked: BankedWallet) -> None:
    """The customer has it again: a person has to see both."""
    order = await banked.withdraws(500)
    banked.bank.delivers(report(part=order.part, code="RJCT", reason="AC04"), "report.xml")
    await banked.reads()
    banked.bank.pays(order)
    await banked.hears()
    banked.played.later(days=1)
    assert (await banked.compares(1)).different == 1
    assert [kind for kind, _ in await banked.cases()] == ["different"]
