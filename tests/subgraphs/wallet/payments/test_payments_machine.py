"""Requests, webhooks, faults, kills and people in any order: nothing is paid twice, and nothing is lost."""

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.funds.codes import AccountCode, house_account
from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.ledger.reading import AccountFilter
from subgraphs.wallet.ledger.transfers import TransferFlags
from subgraphs.wallet.limits.limit import LimitKind
from subgraphs.wallet.models import LEDGER, PAYMENTS
from subgraphs.wallet.paying.reconciliation.reconciler import Reconciler
from subgraphs.wallet.payments.payment import LACKED, RECEIVED, Decision
from subgraphs.wallet.payments.processor import Notice, PartKind, PartState, Unanswered, Unavailable
from subgraphs.wallet.payments.records.refunds import DecidedRefund, decide_refund, refundable_charges
from subgraphs.wallet.payments.records.store import part_of
from tests.subgraphs.wallet.credits_wallet import opened_dying
from tests.subgraphs.wallet.payments.payments_wallet import PaymentsWallet
from tests.subgraphs.wallet.payments.played_processor import NOON, Fault, PlayedProcessor
from tests.support.examples import OUTER_LAYER
from tests.support.money.contract import CURRENCY
from tests.support.wallet.ledgers import StoppedClock, opened_ledger

BRAND: Final = "northbet"
CUSTOMERS: Final = [Owner(BRAND, "ann"), Owner(BRAND, "ben")]
KEYS: Final = ["a", "b", "c", "d"]
AMOUNTS: Final = [100, 700, 2_500]
VOID: Final = TransferFlags.VOID_PENDING_TRANSFER
LEFT: Final = -1
"""A refund of what is left of a charge, instead of all of it."""

ASKED: Final = [Fault.UNAVAILABLE, Fault.LOST_BEFORE, Fault.LOST_AFTER]
MAX_ROUNDS: Final = 60
"""After so many rounds without a fault, what is still due never ends."""

customers = st.sampled_from(CUSTOMERS)
keys = st.sampled_from(KEYS)
amounts = st.sampled_from(AMOUNTS)
picks = st.integers(0, 1_000)
names = st.sampled_from(["first", "second", "bank"])


class PaymentsMachine(RuleBasedStateMachine):
    """Customers, processors, people and faults."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.refunds: list[DecidedRefund] = []

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do something; a process that is killed in the middle begins anew."""
        try:
            return self.loop.run_until_complete(work)
        except OSError:
            self.wallet.restart()
            return None

    @initialize()
    def begin(self) -> None:
        """There is a wallet."""
        self.wallet: PaymentsWallet = self.loop.run_until_complete(self._opened())

    async def _opened(self) -> PaymentsWallet:
        folder, clock = self.stack.enter_context(tempfile.TemporaryDirectory()), StoppedClock()
        self.database = await self.stack.enter_async_context(opened_dying(f"sqlite+aiosqlite:///{folder}"))
        ledger = await self.stack.enter_async_context(opened_ledger(self.database, clock))
        return PaymentsWallet(self.database, ledger, clock)

    @rule(owner=customers, key=keys, amount=amounts)
    def deposit(self, owner: Owner, key: str, amount: int) -> None:
        """A customer asks to deposit, perhaps once more."""
        self.run(self.wallet.deposit(owner, f"d{key}", amount))

    @rule(owner=customers, key=keys, amount=amounts, method=st.sampled_from(["back", "transfer"]))
    def withdraw(self, owner: Owner, key: str, amount: int, method: str) -> None:
        """A customer asks to withdraw, perhaps once more."""
        self.run(self.wallet.withdraw(owner, f"w{key}", amount, method))

    @rule(owner=customers, amount=amounts)
    def customer_wins(self, owner: Owner, amount: int) -> None:
        """A customer gets what no processor has brought, and so may be paid out by a bank."""
        self.run(self.wallet.win(owner, amount))

    @rule(name=names, pick=picks, other=st.sampled_from([0, 0, 0, -1, 7]))
    def customer_pays(self, name: str, pick: int, other: int) -> None:
        """A customer pays what is open, rarely another amount."""
        played = self.wallet.played[name]
        if open_ := played.those(PartKind.CHARGE, PartState.OPEN):
            reference = open_[pick % len(open_)]
            played.pays(reference, played.books[reference].amount + other)

    @rule(name=names, pick=picks, state=st.sampled_from([PartState.DONE, PartState.FAILED]))
    def money_moves(self, name: str, pick: int, state: PartState) -> None:
        """A refund, payout or dispute ends; what had arrived may come back."""
        played = self.wallet.played[name]
        kinds = (PartKind.REFUND, PartKind.PAYOUT, PartKind.DISPUTE)
        going = [key for kind in kinds for key in played.those(kind, PartState.OPEN, PartState.PROCESSING)]
        if state is PartState.FAILED:
            going += [
                *played.those(PartKind.PAYOUT, PartState.DONE),
                *played.those(PartKind.REFUND, PartState.DONE),
            ]
        if going:
            played.becomes(going[pick % len(going)], state, "played")

    @rule(name=names, pick=picks, kind=st.sampled_from([PartKind.DISPUTE, PartKind.REFUND]))
    def money_is_taken_back(self, name: str, pick: int, kind: PartKind) -> None:
        """A bank disputes a charge, or somebody refunds it at the processor."""
        played = self.wallet.played[name]
        paid = [key for key in played.those(PartKind.CHARGE, PartState.DONE) if played.left_of(key) > 0]
        if paid:
            charge = paid[pick % len(paid)]
            played.takes_back(charge, kind, max(1, played.left_of(charge) // 2))

    @rule(name=names, pick=picks, times=st.integers(1, 2))
    def webhook(self, name: str, pick: int, times: int) -> None:
        """A processor says what happened some time ago, perhaps twice."""
        said = self.wallet.played[name].said
        if said:
            for _ in range(times):
                self.run(self._told(name, said[pick % len(said)]))

    @rule(minutes=st.sampled_from([0, 1, 90]))
    def work(self, minutes: int) -> None:
        """Time passes, and the worker does what is due."""
        self.wallet.later(minutes=minutes)
        self.run(self.wallet.work())

    @rule(name=names)
    def report(self, name: str) -> None:
        """A report is compared in the middle of the day: what is on its way is asked about."""
        self.run(self._compared(name))

    @rule(pick=picks, decision=st.sampled_from(Decision))
    def decide(self, pick: int, decision: Decision) -> None:
        """Two people decide about a withdrawal."""
        self.run(self._decided(pick, decision))

    @rule(pick=picks, amount=st.sampled_from([0, 0, LEFT, LEFT, 100, 3_000]), again=st.booleans())
    def refund(self, pick: int, amount: int, again: bool) -> None:  # noqa: FBT001 - hypothesis gives it by name
        """Two people decide to send back some or all of a charge; the message may come again, much later."""
        self.run(self._refunded(pick, amount, again=again))

    @rule(owner=customers)
    def exclude(self, owner: Owner) -> None:
        """A customer excludes themselves."""
        self.run(self.wallet.exclude(owner, 1))

    @rule(owner=customers, amount=amounts)
    def limit(self, owner: Owner, amount: int) -> None:
        """A customer sets a deposit limit."""
        self.run(self.wallet.limit(owner, LimitKind.DEPOSIT_DAY, amount))

    @rule(name=names, faults=st.lists(st.sampled_from(ASKED), min_size=1, max_size=3))
    def processor_fails(self, name: str, faults: list[Fault]) -> None:
        """The next requests to a processor are refused, or their answers are lost."""
        self.wallet.played[name].faults += faults

    @rule(writes=st.integers(0, 6), is_written=st.booleans())
    def kill(self, writes: int, is_written: bool) -> None:  # noqa: FBT001 - hypothesis gives it by name
        """One of the next writes is the last that the process does."""
        self.database.writes, self.database.is_written = writes, is_written

    @invariant()
    def the_processors_books_have_each_part_once(self) -> None:
        """Nothing was asked for under two ids, and no refund is above its charge."""
        if not hasattr(self, "wallet"):
            return
        for played in self.wallet.played.values():
            parts = [booked.part for booked in played.books.values() if booked.part]
            assert len(parts) == len(set(parts))

    def teardown(self) -> None:
        """In the end, ledger, processors and histories are equal."""
        try:
            if hasattr(self, "wallet"):
                self.loop.run_until_complete(self._end())
        finally:
            self.loop.run_until_complete(self.stack.aclose())
            self.loop.close()

    async def _told(self, name: str, notice: Notice) -> None:
        await self.wallet.payments.work.notice(name, notice)

    async def _compared(self, name: str) -> None:
        with suppress(Unanswered, Unavailable):
            await Reconciler(self.wallet.payments.work).ask(name, NOON.date())

    async def _decided(self, pick: int, decision: Decision) -> None:
        waiting = [row for row in await self.wallet.rows(PAYMENTS.payment) if row.review]
        if waiting:
            row = waiting[pick % len(waiting)]
            async with self.database.write() as connection:
                await self.wallet.payments.work.store.decide(
                    connection,
                    row.payment_id,
                    decision,
                    decision_id=row.payment_id,
                    by="fay, finn",
                    reason="seen",
                    at=self.wallet.time.now(),
                )

    async def _refunded(self, pick: int, amount: int, *, again: bool) -> None:
        paid = [
            row
            for row in await self.wallet.rows(PAYMENTS.part)
            if row.kind == "charge" and row.state == "done"
        ]
        if again and self.refunds:
            wanted = self.refunds[pick % len(self.refunds)]
        elif paid:
            row = paid[pick % len(paid)]
            left = await self._left_of(row) if amount == LEFT else amount
            wanted = DecidedRefund(
                decision_id=f"f{len(self.refunds)}",
                payment_id=row.payment_id,
                charge_id=row.part_id,
                amount_minor=left or row.amount_minor,
                currency=row.currency,
                reason="r",
                decided_by="fay, finn",
                decided_at=self.wallet.time.now(),
            )
            self.refunds.append(wanted)
        else:
            return
        store = self.wallet.payments.work.store
        async with self.database.write() as connection:
            await decide_refund(connection, store, wanted)

    async def _left_of(self, row: Any) -> int:
        """Return what people see that a charge has left; 0 if it cannot be refunded."""
        async with self.database.read() as connection:
            found = await refundable_charges(connection, PAYMENTS, [part_of(row)])
        return sum(charge.left_minor for charge in found)

    async def _end(self) -> None:
        self.database.writes = None
        wallet = self.wallet
        wallet.restart()
        for played in wallet.played.values():
            played.faults.clear()
        await self._until_quiet()
        for played in wallet.played.values():
            self._ends_all(played)
        for name, played in wallet.played.items():
            for notice in list(reversed(played.said)):
                await self._told(name, notice)
        for row in await wallet.rows(PAYMENTS.payment):
            if row.review and not row.decision and not row.refusal and row.accepted_at:
                await self._decided(0, Decision.APPROVED)
        await self._until_quiet()
        for played in wallet.played.values():
            self._ends_all(played)
        await self._until_quiet()
        await self._is_right()
        await self._is_reported()

    async def _is_reported(self) -> None:
        """All that processors report is known, and all that is known is reported."""
        before = await self.wallet.rows(PAYMENTS.case)
        for name in self.wallet.played:
            compared = await Reconciler(self.wallet.payments.work).ask(name, NOON.date())
            assert compared.matched == compared.lines
        assert await self.wallet.rows(PAYMENTS.case) == before

    def _ends_all(self, played: PlayedProcessor) -> None:
        for kind in (PartKind.REFUND, PartKind.PAYOUT):
            for key in played.those(kind, PartState.PROCESSING):
                played.becomes(key, PartState.DONE)

    async def _until_quiet(self) -> None:
        for _ in range(MAX_ROUNDS):
            self.wallet.later(hours=2)
            if not await self.wallet.work():
                return
            for played in self.wallet.played.values():
                self._ends_all(played)
        raise AssertionError("something is always due")

    async def _is_right(self) -> None:
        wallet = self.wallet
        assert not await prove(self.database)
        there = sum(played.has for played in wallet.played.values())
        assert await wallet.balance(BRAND, AccountCode.PAYMENTS) == -there
        pending = [row for row in await wallet.rows(LEDGER.pending_transfer) if row.status == "pending"]
        owed = {row.payment_id for row in await wallet.rows(PAYMENTS.case) if row.kind == "owed"}
        parts = {row.part_id: row for row in await wallet.rows(PAYMENTS.part)}
        waits = {
            row.payment_id for row in await wallet.rows(PAYMENTS.payment) if row.review and not row.decision
        }
        for row in pending:
            assert parts[row.id.partition("/")[0]].payment_id in owed | waits
        await self._refunds_are_right(parts)
        await self._owed_is_nobodys(parts)
        for owner in CUSTOMERS:
            assert await wallet.cash(owner) == await self._history(owner)
            assert await wallet.cash(owner) >= 0

    async def _refunds_are_right(self, parts: dict[str, Any]) -> None:
        """Each decision is one refund or refused with why, and no charge gave back more than it was."""
        asked = {booked.part for played in self.wallet.played.values() for booked in played.books.values()}
        known = await self.wallet.rows(PAYMENTS.refund)
        assert len({row.part_id for row in known}) == len({row.decision_id for row in known}) == len(known)
        for row in known:
            assert (row.part_id in parts) is (row.refusal in {"", LACKED})
            assert not (row.refusal and row.part_id in asked)
        assert {part_id for part_id in parts if "-f" in part_id} <= {row.part_id for row in known}
        for charge in parts.values():
            back = [row for row in parts.values() if (row.source, row.kind) == (charge.part_id, "refund")]
            assert (
                sum(row.amount_minor for row in back if row.state != "failed") <= charge.amount_minor
                or not back
            )

    async def _owed_is_nobodys(self, parts: dict[str, Any]) -> None:
        """A charge that has to go back leaves its customer what they had, whatever became of it."""
        is_open = {row.id: row.status == "pending" for row in await self.wallet.rows(LEDGER.pending_transfer)}
        houses = {house_account(BRAND, CURRENCY, code) for code in AccountCode}
        for charge in parts.values():
            if charge.kind != "charge" or charge.admission in {"", RECEIVED}:
                continue
            of_it = {row.part_id for row in parts.values() if charge.part_id in {row.part_id, row.source}}
            total = 0
            for row in await self.wallet.rows(LEDGER.transfer):
                is_moved = is_open.get(row.id, True) and not row.flags & VOID and not row.failure
                if row.id.partition("/")[0] in of_it and is_moved:
                    total += row.amount * (
                        (row.debit_account_id in houses) - (row.credit_account_id in houses)
                    )
            assert total == 0

    async def _history(self, owner: Owner) -> int:
        """Return what a customer's own transfers add up to."""
        total = 0
        for account in await self.wallet.accounts.of(owner):
            [sums] = await self.wallet.ledger.lookup_accounts([account.id])
            transfers = await self.wallet.ledger.get_account_transfers(AccountFilter(account.id, limit=1_000))
            is_pending = {row.id for row in await self.wallet.rows(LEDGER.pending_transfer)}
            for transfer in transfers:
                if transfer.id not in is_pending and not transfer.flags & VOID:
                    came = transfer.credit_account_id == account.id
                    total += transfer.amount if came else -transfer.amount
            total -= sums.debits_pending
        return total


def test_payments_in_any_order_conserve_money() -> None:
    """Ledger = processors = customers' histories, whatever happened, in whichever order."""
    run_state_machine_as_test(
        PaymentsMachine,
        settings=settings(
            max_examples=OUTER_LAYER,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        ),
    )
