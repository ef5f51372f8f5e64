"""Refunds of deposits: one person proposes what goes back to its source, another approves it.

A decision is a message on `wallet.payment.v1`, written with the approval in one transaction. The wallet sends
each once, by the proposal's id, and never more than the charge has left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, allows, require, require_step_up
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind, ProposalStatus
from backoffice.approvals.repository import ProposalFilter, newest_first
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.audit.reasons import reason_problems
from backoffice.audit.subjects import customer_subject
from backoffice.errors import Conflict, Invalid, NotFound, Problem
from backoffice.finance.payments.withdrawals import MAX_KNOWN, payment_fact
from backoffice.support.adjustments import Publish
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.models import LEDGER, PAYMENTS
from subgraphs.wallet.payments.payment import Payment
from subgraphs.wallet.payments.records.refunds import (
    BrandRefund,
    RefundableCharge,
    refundable_charges,
    refunds_of_brand,
    refunds_of_payments,
)
from subgraphs.wallet.payments.records.reviews import find_payment
from subgraphs.wallet.payments.records.store import PaymentStore

REFUND_KIND: Final = "finance.refund"


class RefundRequest(Struct, frozen=True):
    """What somebody wants to send back: how much of which charge of a deposit, in minor units."""

    payment_id: str
    charge_id: str
    amount_minor: int


class Refundable(Struct, frozen=True):
    """A charge that was paid, what it has left, and what cash the customer may use, in minor units."""

    charge: RefundableCharge
    cash_minor: int

    def problem(self, amount_minor: int) -> str:
        """Return why an amount cannot go back; "" if it can."""
        left = self.charge.left_minor
        if amount_minor > left:
            return (
                "This charge has less left: something of it was refunded, withdrawn or taken back by a bank."
            )
        if self.charge.is_owed:
            return (
                ""
                if amount_minor == left
                else "This money was never the customer's: all that is left of it goes back."
            )
        return "" if amount_minor <= self.cash_minor else "The customer has less cash than that."


@dataclass(frozen=True, slots=True)
class Refunds:
    """Reads what can go back and what was decided, and proposes and publishes decisions.

    Attributes:
        database: The back office's.
        wallet: The wallet's; nothing is written to it here.
        publish: Puts a message into the back office's outbox.
    """

    database: Database
    wallet: Database
    audit: AuditLog
    approvals: Approvals
    publish: Publish
    clock: Clock

    @property
    def proposal_kind(self) -> ProposalKind:
        """Return the kind of proposals to refund a deposit."""
        needs = Needs(Permission.FINANCE_CORRECT, Permission.FINANCE_APPROVE, Permission.FINANCE_READ)
        return ProposalKind(REFUND_KIND, needs, self._approved, step_up=True)

    async def of_brand(
        self, actor: Actor, brand: str, first: int, before: tuple[datetime, str] | None
    ) -> Sequence[BrandRefund]:
        """Return up to `first` decided refunds of a brand before one, newest first; the access is recorded.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.FINANCE_READ, brand)
        await self._look(actor, "refunds", brand, f"refunds:{brand}")
        async with self.wallet.read() as connection:
            return await refunds_of_brand(connection, PAYMENTS, brand, first, before)

    async def refundable(self, actor: Actor, payment_id: str) -> Sequence[Refundable]:
        """Return the charges of a payment that were paid; the access is recorded.

        Raises:
            NotFound: There is no such payment that the actor may see.
        """
        payment = await self._found(payment_id)
        if payment is None or not allows(actor, Permission.FINANCE_READ, payment.brand_id):
            await self._look(actor, "payment", None, f"payment:{payment_id[:64]}")
            raise NotFound("There is no such payment.")
        await self._look(actor, "payment", payment.brand_id, customer_subject(payment.owner))
        return await self._refundable(payment)

    async def propose(self, actor: Actor, wanted: RefundRequest, reason: str) -> ProposalId:
        """Propose to send money of a deposit back; another person has to approve it.

        Raises:
            NotFound: There is no such payment about which the actor may decide, or no such charge.
            StepUpRequired: The actor has to confirm their second factor.
            Invalid: There is no reason, or no amount.
            Conflict: It would be refused now, or a refund of the payment waits for another person or the
                wallet already.
        """
        payment = await self._found(wanted.payment_id)
        if payment is None or not allows(actor, Permission.FINANCE_CORRECT, payment.brand_id):
            raise NotFound("There is no such payment.")
        require_step_up(actor, self.clock.machine.now())
        problems = reason_problems(reason)
        if wanted.amount_minor <= 0:
            problems = [*problems, Problem("amountMinor", "Say how much goes back.")]
        if problems:
            raise Invalid(problems)
        found = await self._require_possible(payment, wanted)
        content: Json = {
            "payment": payment.payment_id,
            "charge": wanted.charge_id,
            "processor": found.charge.charge.processor,
            "brand": payment.brand_id,
            "customer": payment.customer_id,
            "amount_minor": wanted.amount_minor,
            "currency": payment.currency,
            "left_minor": found.charge.left_minor,
            "cash_minor": found.cash_minor,
            "owed": found.charge.is_owed,
        }
        async with self.database.write() as connection:
            await self._require_new(connection, payment)
            return await self.approvals.propose(
                connection,
                actor,
                REFUND_KIND,
                brand=payment.brand_id,
                subject=customer_subject(payment.owner),
                content=content,
                reason=reason.strip(),
            )

    async def _require_new(self, connection: AsyncConnection, payment: Payment) -> None:
        """Refuse what was proposed twice, also while the wallet has not heard of the first: each sends money.

        Raises:
            Conflict: A refund of the payment waits for another person, or for the wallet.
        """
        async with self.wallet.read() as wallet:
            known = await refunds_of_payments(wallet, PAYMENTS, [payment.payment_id])
        heard = {refund.decision_id for refund in known}
        for status in (ProposalStatus.PENDING, ProposalStatus.EXECUTED):
            subject = customer_subject(payment.owner)
            mine = ProposalFilter(status=status, kind=REFUND_KIND, subject=subject)
            for proposal in await newest_first(connection, mine, MAX_KNOWN, None):
                content: Any = proposal.content
                if content["payment"] != payment.payment_id or proposal.proposal_id in heard:
                    continue
                if status is ProposalStatus.EXECUTED:
                    raise Conflict(
                        f"{proposal.proposer_name} and {proposal.decider_name} have decided about a refund "
                        "of this payment: the wallet is about to follow."
                    )
                raise Conflict(
                    f"{proposal.proposer_name} has proposed a refund of this payment: it waits under "
                    "Approvals. Have that one decided first."
                )

    async def _approved(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        """Publish a decision; the proposal's id is what makes the wallet send it once.

        Raises:
            Conflict: It would be refused now. The proposal stays, to be approved later or ended.
        """
        content: Any = proposal.content
        wanted = RefundRequest(content["payment"], content["charge"], content["amount_minor"])
        payment = await self._found(wanted.payment_id)
        if payment is None:
            raise Conflict("There is no such payment any more.")
        await self._require_possible(payment, wanted)
        now = await self.clock.at(connection)
        amount = {name: content[name] for name in ("amount_minor", "currency")}
        fact = payment_fact(proposal, "refund", actor.name, now, charge_id=wanted.charge_id, **amount)
        await self.publish(connection, fact, now)
        return {"refund": proposal.proposal_id}

    async def _require_possible(self, payment: Payment, wanted: RefundRequest) -> Refundable:
        """Return the charge whose money goes back.

        Raises:
            NotFound: The payment has no such charge that was paid.
            Conflict: As much cannot go back now.
        """
        for found in await self._refundable(payment):
            if found.charge.charge.part_id == wanted.charge_id:
                if problem := found.problem(wanted.amount_minor):
                    raise Conflict(problem)
                return found
        raise NotFound("This payment has no such charge that was paid.")

    async def _refundable(self, payment: Payment) -> list[Refundable]:
        parts = (await PaymentStore(self.wallet, PAYMENTS).parts_of([payment.payment_id])).get(
            payment.payment_id
        )
        async with self.wallet.read() as connection:
            charges = await refundable_charges(connection, PAYMENTS, parts or ())
        accounts = await Ledger(self.wallet, LEDGER).lookup_accounts([payment.account_id]) if charges else ()
        cash = sum(
            account.credits_posted - account.debits_posted - account.debits_pending for account in accounts
        )
        return [Refundable(charge, cash) for charge in charges]

    async def _look(self, actor: Actor, what: str, brand: str | None, subject: str) -> None:
        await self.audit.record_access(
            self.database, actor, f"finance.look_at_{what}", brand=brand, subject=subject
        )

    async def _found(self, payment_id: str) -> Payment | None:
        async with self.wallet.read() as connection:
            return await find_payment(connection, PAYMENTS, payment_id)
