"""Closes of days as finance reads them, and stopped payouts, which two people let go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, brands_with, require, require_step_up
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind
from backoffice.approvals.service import Approvals
from backoffice.audit.canonical_json import Json
from backoffice.audit.reasons import reason_problems
from backoffice.errors import Conflict, Invalid, NotFound
from backoffice.support.adjustments import Publish
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.domain.instants import utc_text
from subgraphs.kit.records.outbox import Fact
from subgraphs.wallet.closing import chain
from subgraphs.wallet.closing.close import Close, Position, StoredClose, UnreadableClose
from subgraphs.wallet.closing.holds import PayoutHold, open_holds
from subgraphs.wallet.models import CLOSES
from subgraphs.wallet.topics import RELEASE_SCHEMA, RELEASE_TOPIC

RELEASE: Final = "finance.release"


@dataclass(frozen=True, slots=True)
class DailyCloses:
    """Reads closes, and proposes that payouts go on.

    Attributes:
        database: The back office's.
        wallet: The wallet's.
        publish: Puts a message into the back office's outbox.
    """

    database: Database
    wallet: Database
    approvals: Approvals
    publish: Publish
    clock: Clock

    @property
    def proposal_kind(self) -> ProposalKind:
        """Return the kind of proposals to let a currency pay out again."""
        needs = Needs(Permission.FINANCE_CORRECT, Permission.FINANCE_APPROVE, Permission.FINANCE_READ)
        return ProposalKind(RELEASE, needs, self._approved, self._unchanged, step_up=True)

    async def newest_first(self, actor: Actor, first: int, before: int | None) -> Sequence[StoredClose]:
        """Return up to `first` closes before one.

        Raises:
            Forbidden: The actor may not see finance of all brands.
        """
        require(actor, Permission.FINANCE_READ, None)
        async with self.wallet.read() as connection:
            return await chain.newest_first(connection, CLOSES, first, before)

    async def positions(self, actor: Actor, brand: str, day: date) -> Sequence[Position]:
        """Return the positions of a brand in the close of a day.

        Raises:
            Forbidden: The actor may not see them.
            NotFound: The day is not closed.
            Conflict: Its close was changed into something else.
        """
        require(actor, Permission.FINANCE_READ, brand)
        async with self.wallet.read() as connection:
            stored = await chain.of_day(connection, CLOSES, day)
        if stored is None:
            raise NotFound(f"{day} is not closed.")
        return [position for position in read_close(stored).positions if position.brand == brand]

    async def holds(self, actor: Actor) -> Sequence[PayoutHold]:
        """Return what stops payouts now.

        Raises:
            Forbidden: The actor may not see finance of any brand.
        """
        if not brands_with(actor, Permission.FINANCE_READ):
            require(actor, Permission.FINANCE_READ, None)
        async with self.wallet.read() as connection:
            return await open_holds(connection, CLOSES)

    async def propose_release(self, actor: Actor, currency: str, reason: str) -> ProposalId:
        """Propose that a currency pays out again; another person has to approve it.

        Raises:
            Forbidden: The actor may not, for all brands.
            StepUpRequired: The actor has to confirm their second factor.
            Invalid: There is no reason.
            Conflict: Payouts are not stopped, or no later day was closed without a difference.
        """
        require(actor, Permission.FINANCE_CORRECT, None)
        require_step_up(actor, self.clock.machine.now())
        if problems := reason_problems(reason):
            raise Invalid(problems)
        holds = await self._releasable(currency)
        content: Json = {"currency": currency, "days": [str(hold.day) for hold in holds]}
        async with self.database.write() as connection:
            return await self.approvals.propose(
                connection,
                actor,
                RELEASE,
                brand=None,
                subject=f"payouts:{currency}",
                content=content,
                reason=reason.strip(),
            )

    async def _unchanged(self, connection: AsyncConnection, proposal: Proposal) -> bool:
        """Tell whether the days that stop payouts are still those that were explained."""
        del connection
        content: Any = proposal.content
        async with self.wallet.read() as reading:
            holds = await open_holds(reading, CLOSES)
        return bool(
            content["days"] == [str(hold.day) for hold in holds if hold.currency == content["currency"]]
        )

    async def _approved(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        """Publish that a currency pays out again.

        Raises:
            Conflict: The last close differs again, or payouts go on already.
        """
        content: Any = proposal.content
        await self._releasable(content["currency"])
        now = await self.clock.at(connection)
        await self.publish(connection, release_fact(proposal, actor.name, now), now)
        return {"release": proposal.proposal_id}

    async def _releasable(self, currency: str) -> list[PayoutHold]:
        async with self.wallet.read() as connection:
            holds = [hold for hold in await open_holds(connection, CLOSES) if hold.currency == currency]
            last = await chain.last(connection, CLOSES)
        if not holds:
            raise Conflict(f"Payouts in {currency[:8]} are not stopped.")
        if last is None or last.day <= holds[-1].day:
            raise Conflict(f"No day after {holds[-1].day} is closed yet.")
        if read_close(last).currencies & {currency, ""}:
            raise Conflict(f"The close of {last.day} differs, too.")
        return holds


def read_close(stored: StoredClose) -> Close:
    """Return what a close says.

    Raises:
        Conflict: It was changed into something else.
    """
    try:
        return stored.close
    except UnreadableClose as fault:
        raise Conflict(f"{str(fault).capitalize()}: an operator has to verify the closes.") from None


def release_fact(proposal: Proposal, approved_by: str, at: datetime) -> Fact:
    """Return the message about payouts that go on."""
    content: Any = proposal.content
    return Fact(
        topic=RELEASE_TOPIC,
        schema=RELEASE_SCHEMA,
        key=content["currency"],
        identity=proposal.proposal_id,
        body={
            "release_id": proposal.proposal_id,
            "currency": content["currency"],
            "days": content["days"],
            "reason": proposal.reason,
            "proposed_by": proposal.proposer_name,
            "approved_by": approved_by,
            "decided_at": utc_text(at),
        },
    )
