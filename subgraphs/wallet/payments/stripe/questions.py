"""How parts stand at Stripe: by its own ids, or else by going through what was made lately.

Only lists are used: they know at once what was made, which Stripe's search knows a minute later, or more.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias, TypeVar

from subgraphs.wallet.payments.processor import Notice, PartKind, PartState, Unanswered
from subgraphs.wallet.payments.stripe.connection import StripeConnection
from subgraphs.wallet.payments.stripe.faults import Refused
from subgraphs.wallet.payments.stripe.notices import (
    dispute_notice,
    instant,
    part_of,
    payment_notice,
    payout_notice,
    refund_notice,
    session_notice,
)
from subgraphs.wallet.payments.stripe.objects import Dispute, PaymentIntent, Payout, Refund, Session

Part = TypeVar("Part", Session, Refund, Payout)
Question: TypeAlias = Callable[[str], Awaitable[Notice | None]]

MAX_PAGE_LIFE: Final = timedelta(hours=25)
"""Stripe's pages end at most 24 hours after they were made; the clocks may differ."""

WHOLE_CHARGE: Final = "latest_charge.balance_transaction"
"""What of a payment says the fee."""


class StripeQuestions:
    """Asks Stripe how parts stand; changes nothing.

    Each method raises what the connection raises, and `Unreadable` about an answer of unknown form.
    """

    def __init__(
        self, connection: StripeConnection, now: Callable[[], datetime], look_back: timedelta
    ) -> None:
        """Ask by a connection, and go through what is no older than `look_back`."""
        self._connection = connection
        self._api = connection.api
        self._now = now
        self._look_back = look_back
        self._by_id: Mapping[tuple[PartKind, str], Question] = {
            (PartKind.CHARGE, "cs"): self._session,
            (PartKind.CHARGE, "pi"): self._payment,
            (PartKind.CHARGE, "ch"): _without_payment,
            (PartKind.CHARGE, "py"): _without_payment,
            (PartKind.REFUND, "re"): self._refund,
            (PartKind.REFUND, "pyr"): self._refund,
            (PartKind.PAYOUT, "po"): self._payout,
            (PartKind.DISPUTE, "dp"): self._dispute,
            (PartKind.DISPUTE, "du"): self._dispute,
        }

    async def ask(self, kind: PartKind, part: str, reference: str) -> Notice | None:
        """Return how a part stands; None if Stripe has no such part."""
        if not reference:
            return await self._made_lately(kind, part)
        question = self._by_id.get((kind, reference.partition("_")[0]))
        if question is None:
            raise Unanswered(f"{reference!r} is no id of a {kind} at Stripe")
        try:
            return await question(reference)
        except Refused as refusal:
            if refusal.missing:
                return None
            raise

    async def session_of(self, reference: str) -> Session | None:
        """Return the page of a charge, by the id of either the page or its payment."""
        sessions = self._api.checkout.sessions
        if reference.startswith("cs_"):
            session, _ = await self._connection.send(Session, sessions.retrieve_async, reference)
            return session
        async for session in self._connection.listed(Session, sessions.list_async, payment_intent=reference):
            return session
        return None

    async def page_until(self, end: datetime, part: str) -> Notice | None:
        """Return how the charge stands whose page was made for a part, and ends at a time."""
        made = {"gte": int((end - MAX_PAGE_LIFE).timestamp()), "lte": int(end.timestamp())}
        return await self._charge(part, made)

    async def refund_of(self, payment: str, part: str) -> Refund | None:
        """Return the refund of a payment that was made for a part."""
        return await self._made_for(part, Refund, self._api.refunds.list_async, payment_intent=payment)

    async def payout_to(self, account: str, part: str) -> Payout | None:
        """Return the payout to an account that was made for a part."""
        return await self._made_for(part, Payout, self._api.payouts.list_async, destination=account)

    async def _made_for(
        self, part: str, form: type[Part], request: Callable[..., Awaitable[Any]], **params: Any
    ) -> Part | None:
        async for made in self._connection.listed(form, request, **params):
            if part_of(made.metadata) == part:
                return made
        return None

    async def _made_lately(self, kind: PartKind, part: str) -> Notice | None:
        since = {"gte": int((self._now() - self._look_back).timestamp())}
        match kind:
            case PartKind.CHARGE:
                return await self._charge(part, since)
            case PartKind.REFUND:
                refund = await self._made_for(part, Refund, self._api.refunds.list_async, created=since)
                return refund_notice(refund, instant(refund.created)) if refund else None
            case PartKind.PAYOUT:
                payout = await self._made_for(part, Payout, self._api.payouts.list_async, created=since)
                return payout_notice(payout, instant(payout.created)) if payout else None
            case PartKind.DISPUTE:
                return None  # We make none.

    async def _charge(self, part: str, made: Mapping[str, int]) -> Notice | None:
        sessions = self._api.checkout.sessions
        session = await self._made_for(part, Session, sessions.list_async, created=made)
        return await self._session(session.id) if session else None

    async def _session(self, reference: str) -> Notice:
        session, at = await self._connection.send(
            Session,
            self._api.checkout.sessions.retrieve_async,
            reference,
            expand=[f"payment_intent.{WHOLE_CHARGE}"],
        )
        return session_notice(session, at or self._now())

    async def _payment(self, reference: str) -> Notice:
        payment, at = await self._connection.send(
            PaymentIntent, self._api.payment_intents.retrieve_async, reference, expand=[WHOLE_CHARGE]
        )
        notice = payment_notice(payment, at or self._now())
        if notice.state is not PartState.OPEN:
            return notice
        # Only its page knows whether the customer may still pay, and where.
        session = await self.session_of(reference)
        return await self._session(session.id) if session else notice

    async def _refund(self, reference: str) -> Notice:
        refund, at = await self._connection.send(Refund, self._api.refunds.retrieve_async, reference)
        return refund_notice(refund, at or self._now())

    async def _payout(self, reference: str) -> Notice:
        payout, at = await self._connection.send(Payout, self._api.payouts.retrieve_async, reference)
        return payout_notice(payout, at or self._now())

    async def _dispute(self, reference: str) -> Notice | None:
        dispute, at = await self._connection.send(Dispute, self._api.disputes.retrieve_async, reference)
        return dispute_notice(dispute, at or self._now())


async def _without_payment(_charge: str) -> None:
    """Return that a charge is none of ours: all that is of one of ours names it by its payment."""
