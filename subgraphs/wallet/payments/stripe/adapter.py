"""Stripe as a processor: customers pay at its own page, so that no card's data touches us."""

import importlib.util
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

import structlog
from msgspec import structs

from foundation.late_imports import NotInstalled
from subgraphs.wallet.payments.processor import (
    Charge,
    Notice,
    PartKind,
    PartState,
    Payout,
    Refund,
    ReportLine,
    Unanswered,
    Unavailable,
    Unreadable,
    WrongSignature,
)
from subgraphs.wallet.payments.stripe import objects
from subgraphs.wallet.payments.stripe.amounts import NotPayable, to_stripe
from subgraphs.wallet.payments.stripe.checkout import session_params
from subgraphs.wallet.payments.stripe.faults import OtherRequest, Refused
from subgraphs.wallet.payments.stripe.notices import (
    PART,
    instant,
    payout_notice,
    refund_notice,
    session_notice,
)
from subgraphs.wallet.payments.stripe.options import FindSecret, StripeOptions
from subgraphs.wallet.payments.stripe.report import report_line
from subgraphs.wallet.payments.stripe.signature import HEADER, check_signature
from subgraphs.wallet.payments.stripe.webhooks import read_event

if TYPE_CHECKING:
    import httpx

log = structlog.get_logger(__name__)

HOW_TO_INSTALL: Final = "Stripe needs its SDK, which is not installed: pip install 'furlong[payments]'"

ACCOUNT: Final = re.compile("(ba|card)_[A-Za-z0-9_]{1,120}")
"""Tokens of accounts: neither an IBAN nor what looks like a card's number is sent."""

NOT_A_TOKEN: Final = "account_is_not_a_token"  # noqa: S105 - a code
NO_PAYMENT: Final = "charge_not_paid"
OTHER_CURRENCY: Final = "charge_in_other_currency"


Asked: TypeAlias = Charge | Refund | Payout


def require_sdk() -> None:
    """Require Stripe's SDK, which is an optional package.

    Raises:
        NotInstalled: It is not there.
    """
    if importlib.util.find_spec("stripe") is None:
        raise NotInstalled(HOW_TO_INSTALL)


class StripeProcessor:
    """One account at Stripe.

    For 24 hours, Stripe itself answers a repeated request as it answered the first. After that, a refund or
    payout is found among those of the same charge or account; and a page cannot be made again, since the end
    that a charge sets for it is at most 24 hours after its beginning.
    """

    def __init__(
        self,
        options: StripeOptions,
        find_secret: FindSecret,
        now: Callable[[], datetime],
        transport: "httpx.AsyncBaseTransport | None" = None,
    ) -> None:
        """Open the SDK; the connections are made when they are needed.

        Args:
            options: How the account is reached.
            find_secret: Finds the API key and the webhooks' secrets.
            now: The machine's clock.
            transport: What sends requests; by default, the network.

        Raises:
            NotInstalled: The SDK is not there.
        """
        require_sdk()
        from subgraphs.wallet.payments.stripe.connection import StripeConnection  # noqa: PLC0415
        from subgraphs.wallet.payments.stripe.questions import StripeQuestions  # noqa: PLC0415

        self._options = options
        self._find_secret = find_secret
        self._now = now
        self._connection = StripeConnection(options, find_secret, transport)
        self._api = self._connection.api
        self._questions = StripeQuestions(self._connection, now, timedelta(hours=options.look_back_hours))

    async def begin(self, charge: Charge) -> Notice:
        """Make a page where the customer pays: OPEN with its URL."""
        return await self._answered(PartKind.CHARGE, charge, self._begin(charge))

    async def cancel(self, charge: Charge, reference: str) -> Notice:
        """Close the page where the customer pays; return how the charge stands then.

        If the page is not known, it is made, or found, under the charge's id first: a request for it that is
        still on its way cannot make one afterwards.
        """
        return await self._answered(PartKind.CHARGE, charge, self._cancel(charge, reference))

    async def refund(self, refund: Refund) -> Notice:
        """Send money of a charge back to its source."""
        return await self._answered(PartKind.REFUND, refund, self._refund(refund))

    async def pay_out(self, payout: Payout) -> Notice:
        """Send money to the account that a token of Stripe's stands for."""
        return await self._answered(PartKind.PAYOUT, payout, self._pay_out(payout))

    async def ask(self, kind: PartKind, part: str, reference: str) -> Notice | None:
        """Return how a part stands; None if Stripe has no such part.

        A part without a reference is looked for among those of the last `look_back_hours`. A request that was
        not answered may still be on its way when there is none yet: who wants it done repeats it instead.
        """
        try:
            return await self._questions.ask(kind, part, reference)
        except (Refused, Unavailable, Unreadable) as fault:
            raise Unanswered(str(fault)) from fault

    def read(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Sequence[Notice]:
        """Return what a webhook says; nothing if it is about something else."""
        found = [self._find_secret(name) for name in self._options.webhook_secrets]
        secrets = [secret for secret in found if secret]
        if not secrets:
            log.error("stripe_webhook_secret_missing", secrets=self._options.webhook_secrets)
            raise WrongSignature(f"there is no secret {' or '.join(self._options.webhook_secrets)}")
        check_signature(headers.get(HEADER, ""), body, secrets, at, self._options.tolerance_seconds)
        return read_event(body)

    async def report(self, day: date) -> AsyncIterator[ReportLine]:
        """Return what has moved on our balance at Stripe on a UTC day.

        Raises:
            Unanswered: That cannot be known now, or the day is not over.
            Unreadable: A movement has an unknown form.
        """
        begins = datetime.combine(day, time(), UTC)
        ends = begins + timedelta(days=1)
        if self._now() < ends + timedelta(seconds=self._options.tolerance_seconds):
            raise Unanswered(f"{day} is not over at Stripe")
        movements = self._connection.listed(
            objects.BalanceTransaction,
            self._api.balance_transactions.list_async,
            created={"gte": int(begins.timestamp()), "lt": int(ends.timestamp())},
            expand=["data.source"],
        )
        try:
            async for movement in movements:
                yield report_line(movement)
        except (Refused, Unavailable) as fault:
            raise Unanswered(str(fault)) from fault

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()

    async def _answered(self, kind: PartKind, asked: Asked, answer: Awaitable[Notice]) -> Notice:
        """Return an answer, or that what was asked for is refused."""
        try:
            return structs.replace(await answer, part=asked.id)
        except (NotPayable, Refused) as refusal:
            return self._failed(kind, asked, refusal.code)
        except Unreadable as fault:
            # It is done, perhaps, in words that are not known.
            raise Unanswered(str(fault)) from fault

    async def _begin(self, charge: Charge) -> Notice:
        try:
            session = await self._make_page(charge)
        except Refused as refusal:
            earlier = None
            if refusal.param == "expires_at":
                earlier = await self._questions.page_until(charge.expires_at, charge.id)
            if earlier is None:
                raise
            if (earlier.amount, earlier.currency) != (charge.amount, charge.currency):
                raise OtherRequest(f"{charge.id} stands for another page at Stripe") from refusal
            return earlier
        # A repeated answer shows the page as it was made.
        return session_notice(session, instant(session.created))

    async def _cancel(self, charge: Charge, reference: str) -> Notice:
        page = await self._questions.session_of(reference) if reference else None
        if page is None:
            page = await self._make_page(charge)
        try:
            closed, at = await self._connection.send(
                objects.Session,
                self._api.checkout.sessions.expire_async,
                page.id,
                key=f"expire:{charge.id}",
            )
            return session_notice(closed, at or self._now())
        except Refused as refusal:
            log.info("stripe_page_not_open", part=charge.id, code=refusal.code)
            stands = await self._questions.ask(PartKind.CHARGE, charge.id, page.id)
            if stands is None:
                raise
            return stands

    async def _refund(self, refund: Refund) -> Notice:
        amount = to_stripe(refund.amount, refund.currency, PartKind.REFUND)
        payment = await self._payment_of(refund.charge)
        if payment is None:
            return self._failed(PartKind.REFUND, refund, NO_PAYMENT)
        if payment.currency.upper() != refund.currency:
            return self._failed(PartKind.REFUND, refund, OTHER_CURRENCY)
        earlier = await self._questions.refund_of(payment.id, refund.id)
        if earlier is not None:
            _require_same(refund, amount, earlier)
            return refund_notice(earlier, instant(earlier.created))
        made, _ = await self._connection.send(
            objects.Refund,
            self._api.refunds.create_async,
            key=f"refund:{refund.id}",
            payment_intent=payment.id,
            amount=amount,
            metadata={PART: refund.id},
        )
        return refund_notice(made, instant(made.created))

    async def _pay_out(self, payout: Payout) -> Notice:
        if not ACCOUNT.fullmatch(payout.account):
            return self._failed(PartKind.PAYOUT, payout, NOT_A_TOKEN)
        amount = to_stripe(payout.amount, payout.currency, PartKind.PAYOUT)
        earlier = await self._questions.payout_to(payout.account, payout.id)
        if earlier is not None:
            _require_same(payout, amount, earlier)
            return payout_notice(earlier, instant(earlier.created))
        made, _ = await self._connection.send(
            objects.Payout,
            self._api.payouts.create_async,
            key=f"payout:{payout.id}",
            amount=amount,
            currency=payout.currency.lower(),
            destination=payout.account,
            metadata={PART: payout.id},
        )
        return payout_notice(made, instant(made.created))

    async def _make_page(self, charge: Charge) -> objects.Session:
        amount = to_stripe(charge.amount, charge.currency, PartKind.CHARGE)
        name = self._options.display_names.get(charge.brand, charge.brand)
        session, _ = await self._connection.send(
            objects.Session,
            self._api.checkout.sessions.create_async,
            key=f"begin:{charge.id}",
            **session_params(charge, amount, name),
        )
        return session

    async def _payment_of(self, reference: str) -> objects.PaymentIntent | None:
        """Return the payment of a charge; None if nobody has paid at its page."""
        if reference.startswith("cs_"):
            session = await self._questions.session_of(reference)
            paid = session.payment_intent if session else None
            reference = paid.id if isinstance(paid, objects.PaymentIntent) else paid or ""
        if not reference.startswith("pi_"):
            return None
        payment, _ = await self._connection.send(
            objects.PaymentIntent, self._api.payment_intents.retrieve_async, reference
        )
        return payment

    def _failed(self, kind: PartKind, asked: Asked, reason: str) -> Notice:
        return Notice(
            kind=kind,
            part=asked.id,
            reference="",
            of=asked.charge if isinstance(asked, Refund) else "",
            state=PartState.FAILED,
            amount=asked.amount,
            currency=asked.currency,
            at=self._now(),
            reason=reason,
        )


def _require_same(asked: Refund | Payout, amount: int, earlier: objects.Refund | objects.Payout) -> None:
    """Require what was made under an id to be what is asked for now.

    Raises:
        OtherRequest: It is something else.
    """
    if (earlier.amount, earlier.currency.upper()) != (amount, asked.currency):
        raise OtherRequest(f"{asked.id} stands for {earlier.id} at Stripe, which is something else")
