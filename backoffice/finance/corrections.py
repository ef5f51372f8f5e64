"""Corrections: proposed by one person of finance, approved by another, applied once by the wallet.

An approved correction is a message on `wallet.correction.v1`, written with the approval in one transaction.
The proposal's id is the id of the transfer, so that it moves money once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

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
from backoffice.support.adjustments import Publish
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.domain.instants import utc_text
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.outbox import Fact
from subgraphs.wallet.closing.holds import is_held
from subgraphs.wallet.corrections import Correction, corrections_of_brand
from subgraphs.wallet.funds.customer_accounts import CustomerAccounts
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.models import CLOSES, CORRECTION, CUSTOMER_ACCOUNT, LEDGER
from subgraphs.wallet.topics import CORRECTION_SCHEMA, CORRECTION_TOPIC

CORRECTION_KIND: Final = "finance.correction"
MAX_MINOR: Final = 1_000_000_000
"""The most of one correction: a greater one is a mistake, or several."""

MAX_PENDING: Final = 100
"""Among how many corrections of a customer that wait the same one is looked for."""


@dataclass(frozen=True, slots=True)
class CorrectionRequest:
    """What somebody wants to move, in minor units: to the customer, or from them if it is negative.

    Attributes:
        credit: The club's credit whose account it is; "" for cash.
    """

    owner: Owner
    currency: str
    amount_minor: int
    credit: str = ""


@dataclass(frozen=True, slots=True)
class CorrectionPreview:
    """What a correction would do now; nothing is moved.

    Attributes:
        before_minor: What the customer may use of the account.
        after_minor: The same, after the correction.
        refusal: Why it would be refused; None if it would not.
        waits: Whether it would wait, because payouts of the currency are stopped.
    """

    before_minor: int
    after_minor: int
    refusal: str | None
    waits: bool


@dataclass(frozen=True, slots=True)
class Corrections:
    """Proposes corrections, and publishes those that another person approves.

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
        """Return the kind of proposals to correct a customer's account."""
        needs = Needs(Permission.FINANCE_CORRECT, Permission.FINANCE_APPROVE, Permission.FINANCE_READ)
        return ProposalKind(CORRECTION_KIND, needs, self._approved, step_up=True)

    async def of_brand(
        self, actor: Actor, brand: str, first: int, before: tuple[datetime, str] | None
    ) -> Sequence[Correction]:
        """Return up to `first` corrections of a brand before one, newest first; the access is recorded.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.FINANCE_READ, brand)
        await self._look(actor, "corrections", brand, f"corrections:{brand}")
        async with self.wallet.read() as connection:
            return await corrections_of_brand(connection, CORRECTION, brand, first, before)

    async def preview(self, actor: Actor, wanted: CorrectionRequest) -> CorrectionPreview:
        """Return what a correction would do now; the access is recorded.

        Raises:
            NotFound: There is no such customer whose account the actor may correct.
            Invalid: An amount that cannot be.
        """
        self._require_known(actor, wanted.owner)
        if problems := _problems(wanted):
            raise Invalid(problems)
        await self._look(actor, "correction", wanted.owner.brand, customer_subject(wanted.owner))
        return await self._preview(wanted)

    async def propose(self, actor: Actor, wanted: CorrectionRequest, reason: str) -> ProposalId:
        """Propose a correction; another person has to approve it.

        Raises:
            NotFound: There is no such customer whose account the actor may correct.
            StepUpRequired: The actor has to confirm their second factor.
            Invalid: No reason, or an amount that cannot be.
            Conflict: It would be refused now, or the same one waits for another person already.
        """
        self._require_known(actor, wanted.owner)
        require_step_up(actor, self.clock.machine.now())
        if problems := [*reason_problems(reason), *_problems(wanted)]:
            raise Invalid(problems)
        preview = await self._preview(wanted)
        if preview.refusal is not None:
            raise Conflict(preview.refusal)
        content: Json = {
            "brand": wanted.owner.brand,
            "customer": wanted.owner.customer,
            "currency": wanted.currency,
            "amount_minor": wanted.amount_minor,
            "credit": wanted.credit,
            "before_minor": preview.before_minor,
        }
        async with self.database.write() as connection:
            await self._require_new(connection, wanted)
            return await self.approvals.propose(
                connection,
                actor,
                CORRECTION_KIND,
                brand=wanted.owner.brand,
                subject=customer_subject(wanted.owner),
                content=content,
                reason=reason.strip(),
            )

    async def _require_new(self, connection: AsyncConnection, wanted: CorrectionRequest) -> None:
        """Refuse what was proposed twice: each of both would move the money.

        Raises:
            Conflict: The same correction waits for another person already.
        """
        subject, status = customer_subject(wanted.owner), ProposalStatus.PENDING
        mine = ProposalFilter(status=status, kind=CORRECTION_KIND, subject=subject)
        for proposal in await newest_first(connection, mine, MAX_PENDING, None):
            if _request(proposal) == wanted:
                raise Conflict(
                    f"{proposal.proposer_name} has proposed the same correction: it waits under Approvals. "
                    "If another one is meant, have that one decided first."
                )

    async def _approved(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        """Publish a correction; the proposal's id is what makes it apply once.

        Raises:
            Conflict: It would be refused now. The proposal stays, to be approved later or ended.
        """
        wanted = _request(proposal)
        if (refusal := (await self._preview(wanted)).refusal) is not None:
            raise Conflict(refusal)
        now = await self.clock.at(connection)
        await self.publish(connection, correction_fact(proposal, wanted, actor.name, now), now)
        return {"correction": proposal.proposal_id}

    async def _preview(self, wanted: CorrectionRequest) -> CorrectionPreview:
        ledger = Ledger(self.wallet, LEDGER)
        accounts = await CustomerAccounts(self.wallet, CUSTOMER_ACCOUNT, ledger).of(wanted.owner)
        mine = [
            account.id
            for account in accounts
            if (account.currency, account.credit) == (wanted.currency, wanted.credit)
        ]
        if not accounts:
            raise NotFound("This customer has no wallet.")
        async with self.wallet.read() as connection:
            waits = wanted.amount_minor > 0 and await is_held(connection, CLOSES, wanted.currency)
        found = await ledger.lookup_accounts(mine)
        before = sum(one.credits_posted - one.debits_posted - one.debits_pending for one in found)
        after = before + wanted.amount_minor
        refusal = None
        if not mine:
            what = f"the credit {wanted.credit[:64]}" if wanted.credit else "cash"
            refusal = f"This customer has no account for {what} in {wanted.currency}."
        elif wanted.amount_minor < 0 and after < 0:
            refusal = "No more can be taken than the customer may use now."
        return CorrectionPreview(before, after, refusal, waits)

    def _require_known(self, actor: Actor, owner: Owner) -> None:
        if not allows(actor, Permission.FINANCE_CORRECT, owner.brand):
            raise NotFound("There is no such customer.")

    async def _look(self, actor: Actor, what: str, brand: str, subject: str) -> None:
        await self.audit.record_access(
            self.database, actor, f"finance.look_at_{what}", brand=brand, subject=subject
        )


def _request(proposal: Proposal) -> CorrectionRequest:
    """Return what was proposed."""
    content: Any = proposal.content
    owner = Owner(content["brand"], content["customer"])
    return CorrectionRequest(owner, content["currency"], content["amount_minor"], content["credit"])


def correction_fact(proposal: Proposal, wanted: CorrectionRequest, approved_by: str, at: datetime) -> Fact:
    """Return the message about an approved correction."""
    return Fact(
        topic=CORRECTION_TOPIC,
        schema=CORRECTION_SCHEMA,
        key=f"{wanted.owner.brand}:{wanted.owner.customer}",
        identity=proposal.proposal_id,
        body={
            "brand_id": wanted.owner.brand,
            "customer_id": wanted.owner.customer,
            "correction_id": proposal.proposal_id,
            "currency": wanted.currency,
            "amount_minor": wanted.amount_minor,
            "credit": wanted.credit,
            "reason": proposal.reason,
            "proposed_by": proposal.proposer_name,
            "approved_by": approved_by,
            "decided_at": utc_text(at),
        },
    )


def _problems(wanted: CorrectionRequest) -> list[Problem]:
    problems = []
    if not 0 < abs(wanted.amount_minor) <= MAX_MINOR:
        problems.append(Problem("amountMinor", f"A correction has 1 to {MAX_MINOR} minor units."))
    if not (len(wanted.currency) == len("GBP") and wanted.currency.isascii() and wanted.currency.isupper()):
        problems.append(Problem("currency", "Name a currency, such as GBP."))
    return problems
