"""The promises of `subgraphs.wallet.payments.processor`, for processors whose other side a test plays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final, Protocol, TypeAlias

import pytest
from msgspec.structs import replace

from subgraphs.wallet.payments.processor import (
    Charge,
    Notice,
    NotNow,
    PartKind,
    PartState,
    Payout,
    Processor,
    Refund,
    Unanswered,
    Unavailable,
    Unreadable,
    WrongSignature,
    is_later,
)

CHARGE, REFUND, PAYOUT, DISPUTE = PartKind
FIRST, SECOND, THIRD = (f"p{letter * 26}-c1" for letter in "abc")
"""Ids of charges, of the form of all ids: a bank finds them in what a customer has written."""

NOON: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
Part: TypeAlias = Charge | Refund | Payout
Webhook: TypeAlias = tuple[Mapping[str, str], bytes]

DONE_AND_LOST: Final = ("timeout_after", "reset_after", "error_after", "garbage_after")
LOST: Final = ("timeout_before", "reset_before", "error", "garbage")
NOT_DONE: Final = ("too_many", "refuse")


@dataclass(frozen=True, slots=True)
class Moved:
    """What the processor itself believes of a part.

    Attributes:
        part: Our id; "" if it knows none.
        is_done: Whether its money has moved, and has not come back.
    """

    kind: PartKind
    part: str
    amount: int
    is_done: bool


class PlayedAccount(Protocol):
    """An account at a processor, whose customers, banks and faults are in the hand of a test.

    Attributes:
        payee: An account to which money may be sent.
    """

    processor: Processor
    payee: str

    async def pay(self, url: str, card: str = "pays") -> None:
        """Let a customer pay at a page: `pays`, `asks` and confirms, or is declined for a reason."""
        ...

    async def decide(self, kind: PartKind, reference: str, state: PartState) -> None:
        """Let a bank decide about a refund, payout or dispute."""
        ...

    async def fail(self, fault: str, *, on: str = "POST") -> None:
        """Let the next call fail; `refuse` is for all until `recover`."""
        ...

    async def recover(self) -> None:
        """Let nothing fail any more."""
        ...

    async def moved(self) -> Sequence[Moved]:
        """Return all parts that the processor has."""
        ...

    def now(self) -> datetime:
        """Return the time of both sides."""
        ...

    def pass_time(self, time: timedelta) -> None:
        """Let time pass at both sides."""
        ...


class PagedAccount(PlayedAccount, Protocol):
    """An account at a processor that has a page where customers pay, and sends webhooks."""

    async def dispute(self, charge: str) -> None:
        """Let a customer's bank take a charge back."""
        ...

    async def spoil_webhooks(self, fault: str, amount: float = 1) -> None:
        """Let webhooks come wrongly from now on."""
        ...

    async def webhooks(self) -> Sequence[Webhook]:
        """Return all webhooks of what has happened so far, in the order in which they came."""
        ...

    async def balance(self) -> int:
        """Return what the processor owes us."""
        ...


def charge(account: PlayedAccount, part: str = FIRST, amount: int = 2500) -> Charge:
    """Return a charge that can be asked for."""
    return Charge(
        id=part,
        amount=amount,
        currency="GBP",
        brand="northbet",
        back_url="https://northbet.example/cashier",
        language="en",
        expires_at=account.now() + timedelta(hours=1),
    )


def payout(account: PlayedAccount, part: str = "payout-1", amount: int = 700) -> Payout:
    """Return a payout that can be asked for."""
    return Payout(id=part, amount=amount, currency="GBP", holder="Ann Example", account=account.payee)


async def paid(account: PlayedAccount, part: str = FIRST, amount: int = 2500) -> Notice:
    """Let a customer pay; return how the charge stands."""
    opened = await account.processor.begin(charge(account, part, amount))
    await account.pay(opened.url)
    stands = await account.processor.ask(CHARGE, part, opened.reference)
    assert stands is not None
    assert stands.state is PartState.DONE
    return stands


async def a_part(account: PlayedAccount, kind: PartKind) -> Part:
    """Return a part that can be asked for; for a refund, its charge is paid."""
    match kind:
        case PartKind.CHARGE:
            return charge(account)
        case PartKind.REFUND:
            of = await paid(account, THIRD, 1000)
            return Refund(id="refund-1", charge=of.reference, amount=400, currency="GBP")
    return payout(account)


async def send(account: PlayedAccount, part: Part) -> Notice:
    """Ask for a part."""
    match part:
        case Charge():
            return await account.processor.begin(part)
        case Refund():
            return await account.processor.refund(part)
        case Payout():
            return await account.processor.pay_out(part)


async def count(account: PlayedAccount, part: Part) -> int:
    """Return how often the processor has a part."""
    return sum(moved.part == part.id for moved in await account.moved())


def folded(account: PagedAccount, webhooks: Sequence[Webhook]) -> dict[tuple[PartKind, str], PartState]:
    """Return how parts stand by what webhooks said, whichever way they came."""
    states: dict[tuple[PartKind, str], PartState] = {}
    for headers, body in webhooks:
        for notice in account.processor.read(headers, body, account.now()):
            key = (notice.kind, notice.part or notice.reference)
            if key not in states or is_later(notice.kind, notice.state, states[key]):
                states[key] = notice.state
    return states


OUTGOING: Final = pytest.mark.parametrize("kind", [CHARGE, REFUND, PAYOUT])


class ProcessorPromises:
    """What each processor keeps; a subclass has a fixture `account`."""

    @OUTGOING
    async def test_one_effect_under_an_id(self, account: PlayedAccount, kind: PartKind) -> None:
        """However often it is asked for, also a day later, there is one, and its answer stays the same."""
        part = await a_part(account, kind)
        first = await send(account, part)
        again = await send(account, part)
        assert (again.reference, again.part, again.amount) == (first.reference, part.id, part.amount)
        if kind is not CHARGE:
            account.pass_time(timedelta(hours=25))
            assert (await send(account, part)).reference == first.reference
        assert await count(account, part) == 1

    @OUTGOING
    async def test_another_request_under_an_id_is_an_error(
        self, account: PlayedAccount, kind: PartKind
    ) -> None:
        """It has no effect, and is neither a refusal nor a doubt."""
        part = await a_part(account, kind)
        await send(account, part)
        with pytest.raises(Exception) as error:  # noqa: PT011 - which one is the processor's
            await send(account, replace(part, amount=part.amount + 1))
        assert not isinstance(error.value, Unanswered | Unavailable)
        assert [m.amount for m in await account.moved() if m.part == part.id] == [part.amount]

    @OUTGOING
    @pytest.mark.parametrize("fault", DONE_AND_LOST)
    async def test_a_lost_answer_is_a_doubt_that_asking_ends(
        self, account: PlayedAccount, kind: PartKind, fault: str
    ) -> None:
        """The part is there once: by its id alone it is found, and a repetition gets it."""
        part = await a_part(account, kind)
        await account.fail(fault)
        with pytest.raises(Unanswered):
            await send(account, part)
        await account.recover()
        found = await account.processor.ask(kind, part.id, "")
        assert found is not None
        assert (found.part, found.amount, found.kind) == (part.id, part.amount, kind)
        assert (await send(account, part)).reference == found.reference
        assert await count(account, part) == 1

    @OUTGOING
    @pytest.mark.parametrize("fault", NOT_DONE)
    async def test_what_is_certainly_not_done_is_unavailable(
        self, account: PlayedAccount, kind: PartKind, fault: str
    ) -> None:
        """So that another processor may be asked."""
        part = await a_part(account, kind)
        await account.fail(fault)
        with pytest.raises(Unavailable):
            await send(account, part)
        await account.recover()
        assert await count(account, part) == 0

    @pytest.mark.parametrize("fault", [*LOST, "refuse"])
    async def test_a_question_without_an_answer_is_a_doubt(self, account: PlayedAccount, fault: str) -> None:
        """It says neither that the part is there nor that it is not."""
        await send(account, payout(account))
        await account.fail(fault, on="GET")
        with pytest.raises(Unanswered):
            await account.processor.ask(PAYOUT, "payout-1", "")

    async def test_refunds_never_exceed_the_charge(self, account: PlayedAccount) -> None:
        """One that would is FAILED, with a reason; what has failed may be refunded again."""
        of = (await paid(account, amount=1000)).reference
        asked = Refund(id="r1", charge=of, amount=600, currency="GBP")
        first = await account.processor.refund(asked)
        more = await account.processor.refund(replace(asked, id="r2", amount=401))
        assert (more.state, bool(more.reason)) == (PartState.FAILED, True)
        await account.decide(REFUND, first.reference, PartState.FAILED)
        whole = await account.processor.refund(replace(asked, id="r3", amount=1000))
        assert whole.state is PartState.PROCESSING
        assert [m.amount for m in await account.moved() if m.kind is REFUND and m.is_done] == [1000]

    async def test_an_unpaid_charge_is_not_refunded(self, account: PlayedAccount) -> None:
        """The refund is FAILED."""
        opened = await account.processor.begin(charge(account))
        asked = Refund(id="r1", charge=opened.reference, amount=1, currency="GBP")
        assert (await account.processor.refund(asked)).state is PartState.FAILED

    async def test_a_paid_charge_is_not_cancelled(self, account: PlayedAccount) -> None:
        """The answer says that it is DONE."""
        asked = charge(account)
        opened = await account.processor.begin(asked)
        await account.pay(opened.url)
        assert (await account.processor.cancel(asked, opened.reference)).state is PartState.DONE


class PagePromises(ProcessorPromises):
    """What a processor with a page and webhooks keeps beside that; a subclass has a fixture `account`."""

    @OUTGOING
    @pytest.mark.parametrize("fault", LOST)
    async def test_a_lost_request_is_a_doubt_that_asking_ends(
        self, account: PagedAccount, kind: PartKind, fault: str
    ) -> None:
        """The part is not there; a repetition makes it."""
        part = await a_part(account, kind)
        await account.fail(fault)
        with pytest.raises(Unanswered):
            await send(account, part)
        await account.recover()
        assert await account.processor.ask(kind, part.id, "") is None
        assert (await send(account, part)).state is not PartState.FAILED
        assert await count(account, part) == 1

    async def test_what_cannot_be_done_now_is_done_later(self, account: PagedAccount) -> None:
        """Such as for want of balance: the same request is carried out when that has changed, and once."""
        for times in range(1, 4):
            await account.fail("payout_refused")
            with pytest.raises(NotNow):
                await account.processor.pay_out(payout(account))
            assert await count(account, payout(account)) == 0, times
        for _ in range(2):
            assert (await account.processor.pay_out(payout(account))).state is PartState.PROCESSING
        assert await count(account, payout(account)) == 1

    async def test_a_declined_charge_may_still_be_paid(self, account: PagedAccount) -> None:
        """It stays OPEN with the reason, and is DONE once another card pays."""
        opened = await account.processor.begin(charge(account))
        await account.pay(opened.url, "insufficient_funds")
        declined = await account.processor.ask(CHARGE, FIRST, opened.reference)
        assert declined is not None
        assert (declined.state, declined.reason) == (PartState.OPEN, "insufficient_funds")
        await account.pay(opened.url, "asks")
        states = folded(account, await account.webhooks())
        assert states == {(CHARGE, FIRST): PartState.DONE}

    async def test_a_cancelled_charge_is_not_paid(self, account: PagedAccount) -> None:
        """Not even if its page is still open at the customer's."""
        asked = charge(account)
        opened = await account.processor.begin(asked)
        cancelled = await account.processor.cancel(asked, opened.reference)
        assert (cancelled.state, cancelled.part) == (PartState.FAILED, asked.id)
        await account.pay(opened.url)
        assert not any(moved.is_done for moved in await account.moved())

    async def test_a_charge_ends_when_it_says(self, account: PagedAccount) -> None:
        """Nobody can pay it then, and it is FAILED."""
        opened = await account.processor.begin(charge(account))
        account.pass_time(timedelta(hours=1))
        await account.pay(opened.url)
        stands = await account.processor.ask(CHARGE, FIRST, opened.reference)
        assert stands is not None
        assert stands.state is PartState.FAILED

    async def test_parts_rise_whatever_comes_in_whichever_order(self, account: PagedAccount) -> None:
        """Webhooks out of order and repeated end where asking ends."""
        of = await paid(account)
        lost = await paid(account, SECOND)
        refund = await account.processor.refund(
            Refund(id="r1", charge=of.reference, amount=600, currency="GBP")
        )
        await account.decide(REFUND, refund.reference, PartState.DONE)
        await account.decide(REFUND, refund.reference, PartState.FAILED)
        sent = await account.processor.pay_out(payout(account))
        await account.decide(PAYOUT, sent.reference, PartState.DONE)
        await account.decide(PAYOUT, sent.reference, PartState.FAILED)
        await account.dispute(lost.reference)
        webhooks = [*(await account.webhooks())]
        [dispute] = [reference for kind, reference in folded(account, webhooks) if kind is DISPUTE]
        await account.decide(DISPUTE, dispute, PartState.DONE)
        webhooks = [*(await account.webhooks())]
        expected = {
            (CHARGE, FIRST): PartState.DONE,
            (CHARGE, SECOND): PartState.DONE,
            (REFUND, "r1"): PartState.FAILED,
            (PAYOUT, "payout-1"): PartState.FAILED,
            (DISPUTE, dispute): PartState.DONE,
        }
        for seed in range(5):
            mixed = [*webhooks, *webhooks[::2]]
            Random(seed).shuffle(mixed)  # noqa: S311 - repeatable on purpose
            assert folded(account, mixed) == expected
        asked = ((REFUND, "r1", refund), (PAYOUT, "payout-1", sent))
        for kind, part, notice in asked:
            stands = await account.processor.ask(kind, part, notice.reference)
            assert stands is not None
            assert (stands.state, bool(stands.reason)) == (PartState.FAILED, True)
        stands = await account.processor.ask(DISPUTE, "", dispute)
        assert stands is not None
        assert (stands.state, stands.of) == (PartState.DONE, lost.reference)

    async def test_the_charge_of_a_dispute_is_found_by_the_id_that_it_names(
        self, account: PagedAccount
    ) -> None:
        """Also by those who were never told of the charge: the answer has our id of it."""
        of = await paid(account)
        await account.dispute(of.reference)
        notices = [
            notice
            for headers, body in await account.webhooks()
            for notice in account.processor.read(headers, body, account.now())
        ]
        [named] = {notice.of for notice in notices if notice.kind is DISPUTE}
        stands = await account.processor.ask(CHARGE, "", named)
        assert stands is not None
        assert (stands.part, stands.state, stands.reference) == (FIRST, PartState.DONE, named)

    async def test_silence_is_ended_by_asking(self, account: PagedAccount) -> None:
        """If no webhook comes, a question tells the same."""
        await account.spoil_webhooks("lost", 100)
        await paid(account)
        assert await account.webhooks() == []
        stands = await account.processor.ask(CHARGE, FIRST, "")
        assert stands is not None
        assert stands.state is PartState.DONE

    @pytest.mark.parametrize(
        ("fault", "amount"), [("wrong_signature", 100), ("clock_skew", 400), ("clock_skew", -400)]
    )
    async def test_a_webhook_of_somebody_else_is_not_believed(
        self, account: PagedAccount, fault: str, amount: float
    ) -> None:
        """Nor is one of another time."""
        await account.spoil_webhooks(fault, amount)
        await paid(account)
        webhooks = await account.webhooks()
        assert webhooks
        for headers, body in webhooks:
            with pytest.raises(WrongSignature):
                account.processor.read(headers, body, account.now())

    async def test_a_changed_or_old_webhook_is_not_believed(self, account: PagedAccount) -> None:
        """Its signature is of each byte, and of its time."""
        await paid(account)
        headers, body = (await account.webhooks())[-1]
        with pytest.raises(WrongSignature):
            account.processor.read(headers, body.replace(b"2500", b"2501"), account.now())
        with pytest.raises(WrongSignature):
            account.processor.read(headers, body, account.now() + timedelta(minutes=6))
        with pytest.raises(WrongSignature):
            account.processor.read({}, body, account.now())

    async def test_unknown_members_do_no_harm(self, account: PagedAccount) -> None:
        """A processor adds members at any time."""
        await account.spoil_webhooks("unknown_members", 100)
        await paid(account)
        assert folded(account, await account.webhooks()) == {(CHARGE, FIRST): PartState.DONE}

    async def test_a_missing_member_is_unreadable(self, account: PagedAccount) -> None:
        """What is not said is not guessed."""
        await account.processor.pay_out(payout(account))
        await account.webhooks()
        await account.spoil_webhooks("missing_member", 100)
        sent = await account.processor.ask(PAYOUT, "payout-1", "")
        assert sent is not None
        await account.decide(PAYOUT, sent.reference, PartState.DONE)
        headers, body = (await account.webhooks())[-1]
        with pytest.raises(Unreadable):
            account.processor.read(headers, body, account.now())

    async def test_a_report_has_what_moved(self, account: PagedAccount) -> None:
        """Each movement once, by part; the amounts less the fees are what the processor owes us."""
        of = await paid(account, amount=1000)
        lost = await paid(account, SECOND, 2000)
        refund = Refund(id="r1", charge=of.reference, amount=400, currency="GBP")
        await account.processor.refund(refund)
        sent = await account.processor.pay_out(payout(account))
        await account.decide(PAYOUT, sent.reference, PartState.FAILED)
        await account.dispute(lost.reference)
        day = account.now().date()
        with pytest.raises(Unanswered):
            [line async for line in account.processor.report(day)]
        account.pass_time(timedelta(days=1))
        lines = [line async for line in account.processor.report(day)]
        moved = sorted((line.kind, line.part, line.amount) for line in lines)
        assert moved == [
            (CHARGE, FIRST, 1000),
            (CHARGE, SECOND, 2000),
            (DISPUTE, "", -2000),
            (PAYOUT, "payout-1", -700),
            (PAYOUT, "payout-1", 700),
            (REFUND, "r1", -400),
        ]
        assert len({line.id for line in lines}) == len(lines)
        assert sum(line.amount - line.fee for line in lines) == await account.balance()
        assert [line async for line in account.processor.report(account.now().date() - timedelta(2))] == []
