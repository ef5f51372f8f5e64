"""Does what is due for payments, step by step; several processes may do so at once, and be killed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.durable_steps.engine import advance
from subgraphs.kit.durable_steps.loop import Loop, LoopName
from subgraphs.kit.durable_steps.postponed import Postponement
from subgraphs.kit.durable_steps.schedule import Pauses, Schedule
from subgraphs.wallet.closing.holds import is_held
from subgraphs.wallet.closing.tables import CloseTables
from subgraphs.wallet.limits.acts import Act
from subgraphs.wallet.limits.claims import Claim
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.paying.admitting.admission import Admission
from subgraphs.wallet.paying.admitting.scrutiny import Scrutiny
from subgraphs.wallet.paying.asking import Asking, absent
from subgraphs.wallet.paying.booking import Booking
from subgraphs.wallet.paying.cases import case_of, case_of_step, case_of_unknown
from subgraphs.wallet.payments.merging import merged
from subgraphs.wallet.payments.payment import (
    Part,
    Payment,
    charges,
    is_decided,
    owed_charge,
    state_of,
)
from subgraphs.wallet.payments.processor import (
    Contradiction,
    Notice,
    PartKind,
    PartState,
    Unanswered,
    Unavailable,
)
from subgraphs.wallet.payments.records.cases import case_of_failing, open_case, open_case_again
from subgraphs.wallet.payments.records.refunds import refuse_refund
from subgraphs.wallet.payments.records.store import PaymentStore, SeenPayment
from subgraphs.wallet.payments.steps import (
    Accept,
    Admit,
    Book,
    Close,
    Follow,
    GiveBack,
    Keep,
    Route,
    Send,
    Step,
    next_step,
)

log = structlog.get_logger(__name__)
DUE_PAYMENTS: Final = LoopName("wallet-cashier", "payments")
AT_ONCE: Final = 4
"""How many payments a process goes on with at the same time: most of their time they wait for others."""

FRESH: Final = timedelta(days=1)
"""So long a customer may still look at a payment, and it is looked at more often."""

PAUSES_OF_FRESH: Final = Pauses(timedelta(seconds=2), timedelta(minutes=5))
PAUSES: Final = Pauses(timedelta(seconds=2), timedelta(hours=1))
MAX_SENT: Final = 2
"""How often a charge is asked for in doubt before another processor is, if there is one."""


@dataclass(frozen=True, slots=True)
class PaymentWork:
    """Brings payments forward.

    Attributes:
        asking: What asks processors.
        scrutiny: Finds what a person has to look at.
    """

    wallet: OpenedWallet
    store: PaymentStore
    booking: Booking
    admission: Admission
    closes: CloseTables
    asking: Asking
    scrutiny: Scrutiny

    @property
    def loop(self) -> Loop[str]:
        """Return the loop over payments, whoever has found that something is to be done for them."""
        return Loop(
            name=DUE_PAYMENTS,
            postponed=self.wallet.postponed,
            clock=self.wallet.clock.machine,
            named=str,
            put_off=self.store.due_payments.put_off,
            opens_case=self._failing,
            at_once=AT_ONCE,
        )

    async def advance(self, payment_id: str, *, looks: bool = False) -> SeenPayment | None:
        """Do what can be done for a payment now; return it, or None if there is none.

        Args:
            payment_id: The payment.
            looks: Whether processors are asked how parts stand that go their way.

        Raises:
            OSError: The database is unavailable; what is due is done later.
        """
        await advance(PaymentSteps(self, looks=looks), payment_id)
        return await self.store.load(payment_id)

    async def notice(self, processor: str, notice: Notice) -> bool:
        """Note what a processor says, and do what follows; return whether the part is known.

        Raises:
            OSError: The database is unavailable: whoever says it has to say it again.
            Unanswered: Likewise, because the processor does not say now which charge it means.
            Unavailable: Likewise.
        """
        payment_id = await self._merged(processor, notice)
        if payment_id is None:
            await self._unknown(processor, notice)
            return False
        for advanced in await self.loop.each([payment_id], self.advance):
            if advanced is not None:  # an attempt that was declined moves no money, and is shown
                self.wallet.announce(advanced[0].owner)
        return True

    async def _merged(self, processor: str, notice: Notice) -> str | None:
        """Note what a processor says; return the payment, None if nothing is known of it.

        A dispute, or a refund that somebody made, names its charge by the processor's id, which may not have
        reached us yet: then the processor is asked whose it is.
        """
        at = await self.wallet.now()
        payment_id = await self.store.merge(processor, notice, at)
        if payment_id is not None or not notice.of:
            return payment_id
        charge = await self.asking.charge(processor, notice.of)
        if charge is None or await self.store.merge(processor, charge, at) is None:
            return None
        return await self.store.merge(processor, notice, at)

    async def look(self, payment_id: str) -> None:
        """Ask processors how the parts of a payment stand, also of those that seemed to be over."""
        loaded = await self.store.load(payment_id)
        for part in loaded[1] if loaded else []:
            await self._noted(part, await self.asking.stands(part))
        await self.advance(payment_id)

    async def _failing(self, payment_id: str, noted: Postponement) -> None:
        """Put a payment before a person with which nobody could go on, for whatever reason."""
        at = await self.wallet.now()
        async with self.wallet.database.write() as connection:
            brand = await self.store.brand_of(connection, payment_id)
            case = case_of_failing(payment_id, brand, noted, at)
            await open_case_again(connection, self.store.tables, case)

    async def _unknown(self, processor: str, notice: Notice) -> None:
        """Put money before a person of which nothing is known here; what moved nothing is no money."""
        if case := case_of_unknown(processor, notice, await self.wallet.now()):
            async with self.wallet.database.write() as connection:
                await open_case(connection, self.store.tables, case)

    async def tried(self, payment: Payment, parts: list[Part], step: Step) -> bool:
        """Do a step; a person has to look at one that contradicts what is there, and others go on."""
        try:
            return await self._done(payment, parts, step)
        except Contradiction as why:
            log.error("payment_contradicts", payment=payment.payment_id, why=str(why))  # noqa: TRY400 - says all
            case = case_of_step(payment, parts, step, why, await self.wallet.now())
        async with self.wallet.database.write() as connection:
            await open_case_again(connection, self.store.tables, case)
        return False

    async def _done(self, payment: Payment, parts: list[Part], step: Step) -> bool:
        """Do a step; return whether there may be more to do at once."""
        goes_on = True
        match step:
            case Accept():
                await self._accept(payment, parts)
            case Route(number):
                await self._route(payment, number)
            case Send(part):
                goes_on = await self._send(payment, parts, part)
            case Follow(part):
                goes_on = await self._noted(part, await self.asking.stands(part))
            case Close(part):
                goes_on = await self._noted(part, await self.asking.cancelled(payment, part))
            case Admit(part):
                await self.admission.admit(payment, part.part_id)
            case Book(part):
                await self._book(payment, parts, part)
            case Keep(part):
                await self._keep(payment, parts, part)
            case GiveBack():
                await self.admission.give_back(payment)
        return goes_on

    async def _accept(self, payment: Payment, parts: list[Part]) -> None:
        """Count a deposit, or keep the money of a withdrawal; or refuse it for ever."""
        if payment.is_deposit:
            await self.admission.claim(payment)
        else:
            account = await self._cash(payment.owner, payment.currency)
            held = account and await self.booking.hold(replace(payment, account_id=account), parts)
            review = await self._sources(payment, account) if held else ""
            async with self.wallet.database.write() as connection:
                if held:
                    at = await self.wallet.clock.machine.at(connection)
                    review = review or await self.scrutiny.of_sums(connection, payment, at)
                    await self.store.accept(connection, payment, account, at, review)
                else:
                    await self.store.refuse(connection, payment.payment_id, "INSUFFICIENT_FUNDS")
        self.wallet.announce(payment.owner)

    async def _sources(self, payment: Payment, account: str) -> str:
        """Return why a person has to look at where money came from; "" if nobody has to."""
        return await self.scrutiny.of_sources(payment, await self._left(account))

    async def cash(self, owner: Owner, currency: str) -> int:
        """Return the cash that a customer may use."""
        account = await self._cash(owner, currency)
        return await self._left(account) if account else 0

    async def _left(self, account: str) -> int:
        found = await self.wallet.ledger.lookup_accounts([account])
        return sum(one.credits_posted - one.debits_posted - one.debits_pending for one in found)

    async def _cash(self, owner: Owner, currency: str) -> str:
        """Return the customer's account for cash; "" if there is none."""
        accounts = await self.wallet.accounts.of(owner)
        cash = (account.id for account in accounts if (account.credit, account.currency) == ("", currency))
        return next(cash, "")

    async def _route(self, payment: Payment, number: int) -> None:
        """Write down that a processor is going to be asked for a charge."""
        name = payment.routes[number]
        at = await self.wallet.now()
        part = Part(
            part_id=f"{payment.payment_id}-c{number + 1}",
            payment_id=payment.payment_id,
            kind=PartKind.CHARGE,
            processor=name,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            asked_at=at,
            expires_at=at + self.asking.time_of(name),
        )
        await self.store.add_part(part)

    async def _send(self, payment: Payment, parts: list[Part], part: Part) -> bool:
        """Ask a processor for a part; return whether it has answered."""
        pays_out = not payment.is_deposit or is_decided(part)
        if pays_out and await self._is_held(payment.currency):
            return False
        try:
            notice = await self.asking.sent(payment, parts, part)
        except Unavailable as why:
            log.warning("processor_unavailable", processor=part.processor, part=part.part_id, why=str(why))
            return await self._given_up(part)
        except Unanswered as why:
            log.warning("processor_unanswered", processor=part.processor, part=part.part_id, why=str(why))
            is_last = payment.routes[-1:] == (part.processor,)
            if part.kind is PartKind.CHARGE and not is_last and payment.tries + 1 >= MAX_SENT:
                return await self._given_up(part)
            return False
        await self.store.merge(part.processor, notice, await self.wallet.now())
        self.wallet.announce(payment.owner)
        return True

    async def _given_up(self, part: Part) -> bool:
        """Let another processor be asked for a charge, which a customer has never seen; others wait."""
        if part.kind is not PartKind.CHARGE:
            return False
        await self.store.merge(part.processor, absent(part), await self.wallet.now())
        return True

    async def _noted(self, part: Part, notice: Notice | None) -> bool:
        """Note how a part stands; return whether that is more than what was known."""
        if notice is None or merged(part, notice) is None:
            return False
        await self.store.merge(part.processor, notice, await self.wallet.now())
        return True

    async def _keep(self, payment: Payment, parts: list[Part], part: Part) -> None:
        """Keep the money of a refund that people decided, or refuse it for ever."""
        is_kept = await self.booking.keep(payment, parts, part)
        async with self.wallet.database.write() as connection:
            if is_kept:
                await self.store.set_part(connection, part.part_id, booked=PartState.ASKED.value)
            else:
                await refuse_refund(connection, self.store, part)
        self.wallet.announce(payment.owner)

    async def _book(self, payment: Payment, parts: list[Part], part: Part) -> None:
        """Bring the ledger to the state of a part."""
        await self.booking.book(payment, parts, part)
        async with self.wallet.database.write() as connection:
            await self.store.set_part(connection, part.part_id, booked=part.state.value)
            if case := case_of(payment, parts, part, await self.wallet.clock.machine.at(connection)):
                await open_case(connection, self.store.tables, case)
            if _is_paid_out(payment, parts, part):
                await self._count(connection, payment, part)
        self.wallet.announce(payment.owner)

    async def _count(self, connection: AsyncConnection, payment: Payment, part: Part) -> None:
        """Count what was paid out; what has come back counts no more."""
        claims, owner = self.wallet.claims, payment.owner
        if not await claims.knows(connection, owner):
            return
        if part.state is PartState.DONE:
            at = await self.wallet.clock.at(connection)
            paid = Claim(owner, part.part_id, Act.WITHDRAWAL, part.amount_minor, part.currency, at)
            await claims.record(connection, paid)
        else:
            await claims.came_back(connection, owner, part.part_id)

    async def _is_held(self, currency: str) -> bool:
        async with self.wallet.database.read() as connection:
            return await is_held(connection, self.closes, currency)


@dataclass(frozen=True, slots=True)
class PaymentSteps:
    """The steps of payments.

    Attributes:
        looks: Whether processors are asked how parts stand that go their way.
    """

    work: PaymentWork
    looks: bool

    async def now(self) -> datetime:
        """Return the machine's time by the database's clock."""
        return await self.work.wallet.now()

    async def load(self, item: str) -> SeenPayment | None:
        """Return a payment as it is written; None if there is none."""
        return await self.work.store.load(item)

    async def perform(self, seen: SeenPayment, at: datetime) -> SeenPayment | None:
        """Do the next step; None if nothing is to be done, or if nothing new is known."""
        step = self._step(seen, at)
        if step is None or not await self.work.tried(*seen, step):
            return None
        return await self.load(seen.payment.payment_id)

    def plan(self, seen: SeenPayment, at: datetime) -> Schedule:
        """Return when somebody has to look at a payment again.

        Whoever waits for others, and has not looked, puts no look off: a customer may ask very often.
        """
        payment, parts = seen
        if next_step(payment, parts, at) is None:
            return Schedule(None)
        if self._step(seen, at) is None and payment.tries and payment.due_at is not None:
            return Schedule(payment.due_at, payment.tries)
        pauses = PAUSES_OF_FRESH if at - payment.asked_at < FRESH else PAUSES
        ends = (part.expires_at for part in charges(parts) if not part.is_over)
        return pauses.again(payment.tries, at, *ends)

    async def schedule(self, seen: SeenPayment, planned: Schedule) -> bool:
        """Note how a payment stands, and when to look again; return False if something came between."""
        payment, store = seen.payment, self.work.store
        loaded = await store.load(payment.payment_id)
        if loaded is None:
            return True
        state = state_of(*loaded)
        noted = await store.schedule(payment, state, *planned)
        if noted and state is not loaded[0].state:  # also one by which no money moves is shown at once
            self.work.wallet.announce(payment.owner)
        return noted

    def _step(self, seen: SeenPayment, at: datetime) -> Step | None:
        """Return the next step; None also if it is to ask about what goes its way, and nobody looks."""
        step = next_step(*seen, at)
        return None if isinstance(step, Follow) and not self.looks else step


def _is_paid_out(payment: Payment, parts: list[Part], part: Part) -> bool:
    """Tell whether a part sends money that was the customer's."""
    if not payment.is_deposit:
        return True
    return is_decided(part) and owed_charge(parts, part.source) is None
