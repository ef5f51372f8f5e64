"""Late bets: counting one takes two people, as an adjustment of a week does; one rejects it, for good.

An accepted bet changes the week's total, and with it who gets a reward. A rejected one leaves all as it is.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, allows, require_step_up
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.audit.reasons import reason_problems
from backoffice.audit.subjects import customer_subject
from backoffice.errors import Conflict, Invalid, NotFound
from backoffice.jobs.jobs import JobKind, JobRun
from backoffice.jobs.service import Jobs
from backoffice.operations.cases.deciding import Undecided, both_names, carry_out, case_of
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.domain.keys import Owner
from subgraphs.progress.errors import NothingToDecide
from subgraphs.progress.ledger.ledger import ledger_of
from subgraphs.progress.models import REFERENCE
from subgraphs.progress.review import ReviewService
from subgraphs.progress.review_repository import Decision, LateRevision, find_late_decision, late_revision

LATE_BET: Final = "operations.late_bet"
_UNDECIDED: Final = Undecided(LATE_BET)
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class LateBets:
    """Decides about late bets.

    Attributes:
        database: The back office's.
        progress: The progress subgraph's.
    """

    database: Database
    progress: Database
    audit: AuditLog
    approvals: Approvals
    jobs: Jobs
    clock: Clock

    @property
    def proposal_kind(self) -> ProposalKind:
        """Return the kind of proposals to count a late bet: it may earn a reward, as an adjustment may."""
        needs = Needs(
            Permission.SUPPORT_ADJUST, Permission.SUPPORT_APPROVE_ADJUSTMENT, Permission.OPERATIONS_CASES
        )
        return ProposalKind(LATE_BET, needs, self._approved, self._waits, step_up=True)

    @property
    def job_kind(self) -> JobKind:
        """Return the kind of jobs that count a late bet in the database of progress."""
        return JobKind(LATE_BET, Permission.SUPPORT_APPROVE_ADJUSTMENT, self._count)

    async def propose(self, actor: Actor, case: str, reason: str) -> ProposalId:
        """Propose to count a late bet as if it had come in time; another person has to approve it.

        Args:
            actor: Who proposes.
            case: Brand, bet and revision, as listed.
            reason: Why.

        Raises:
            NotFound: There is no such bet about which the actor may decide.
            StepUpRequired: The actor has to confirm their second factor.
            Invalid: There is no reason.
            Conflict: It was decided already, it has changed since it was listed, or a proposal waits.
        """
        wanted = self._permitted(actor, case, reason)
        late = await self._late(wanted)
        owner = Owner(late.brand, late.customer)
        async with self.progress.read() as connection:
            currencies = await ReferenceRepository(REFERENCE).currencies(connection, [owner])
        content: Json = {
            "case": case,
            "brand": late.brand,
            "customer": late.customer,
            "bet": late.bet_id,
            "week": late.iso_week,
            "counted_minor": late.counted_minor,
            "would_count_minor": late.would_count_minor,
            "would_be": late.would_be,
            "currency": currencies.get(owner),
        }
        async with self.database.write() as connection:
            await _UNDECIDED.require(connection, customer_subject(owner), case)
            return await self.approvals.propose(
                connection,
                actor,
                LATE_BET,
                brand=late.brand,
                subject=customer_subject(owner),
                content=content,
                reason=reason.strip(),
            )

    async def proposed(self, brand: str) -> dict[str, str]:
        """Return the proposals of a brand that wait, by case."""
        async with self.database.read() as connection:
            return await _UNDECIDED.proposed(connection, brand)

    async def reject(self, actor: Actor, case: str, reason: str) -> None:
        """Leave a bet as it counts now, for good; the same rejection again changes nothing.

        Raises:
            NotFound, StepUpRequired, Invalid, Conflict: As for `propose`.
        """
        wanted = self._permitted(actor, case, reason)
        try:
            late = await self._late(wanted)
        except Conflict:
            if await self._is_stored(wanted):
                return
            raise
        subject = customer_subject(Owner(late.brand, late.customer))
        async with self.database.write() as connection:
            await self.audit.require_acting(connection, actor)
            await _UNDECIDED.require(connection, subject, case)
            await self.audit.record(
                connection,
                actor,
                "operations.reject_late_bet",
                brand=late.brand,
                subject=subject,
                before=None,
                after={"bet": late.bet_id, "revision": late.revision, "counts_minor": late.counted_minor},
                reason=wanted.why,
            )
        if refusal := await self._carry_out(wanted):
            raise refusal

    def _permitted(self, actor: Actor, case: str, reason: str) -> Decision:
        """Return the rejection of a bet, of which a proposal has what it is about."""
        wanted = _decision(case, accepted=False, by=actor.name[:128], why=reason.strip())
        if wanted is None or not allows(actor, Permission.SUPPORT_ADJUST, wanted.brand):
            raise NotFound("There is no such late bet.")
        require_step_up(actor, self.clock.machine.now())
        if problems := reason_problems(reason):
            raise Invalid(problems)
        return wanted

    async def _late(self, wanted: Decision) -> LateRevision:
        async with self.progress.read() as connection:
            try:
                return await late_revision(connection, wanted)
            except NothingToDecide:
                pass
        raise await self._decided(wanted)

    async def _decided(self, wanted: Decision) -> Conflict | NotFound:
        """Return why nobody can decide about a bet."""
        async with self.progress.read() as connection:
            made = await find_late_decision(connection, wanted)
        if made is None:
            return NotFound(
                "This bet doesn't wait, or has changed since it was listed: list late bets again."
            )
        verb = "accepted" if made.accepted else "rejected"
        return Conflict(f"This late bet is {verb} already, by {made.by}: “{made.why}”.")

    async def _is_stored(self, wanted: Decision) -> bool:
        async with self.progress.read() as connection:
            return await find_late_decision(connection, wanted) == wanted

    async def _waits(self, connection: AsyncConnection, proposal: Proposal) -> bool:
        """Tell whether the bet still waits, with the revision and the amounts that were proposed."""
        del connection
        wanted = _decision(case_of(proposal), accepted=True, by="", why="")
        if wanted is None:
            return False
        try:
            return _amounts(await self._late(wanted)) == _proposed_amounts(proposal)
        except (Conflict, NotFound):
            return False

    async def _approved(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        """Start the job that counts the bet."""
        by = both_names(proposal, actor.name)
        job = await self.jobs.start(
            connection,
            actor,
            LATE_BET,
            brand=proposal.brand,
            arguments={
                "case": case_of(proposal),
                "amounts": _proposed_amounts(proposal),
                "by": by,
                "reason": proposal.reason,
            },
            key=f"late-bet:{proposal.proposal_id}",
        )
        return {"job": job.job_id}

    async def _count(self, run: JobRun) -> Json:
        """Count a bet; after a crash, what was stored is not stored again."""
        given = run.job.arguments
        wanted = _decision(given["case"], accepted=True, by=given["by"], why=given["reason"])
        if wanted is None:
            return {"counted": False, "reason": "There is no such late bet."}
        if refusal := await self._carry_out(wanted, given["amounts"]):
            return {"counted": False, "reason": str(refusal)}
        return {"counted": True}

    async def _carry_out(
        self, wanted: Decision, amounts: list[Json] | None = None
    ) -> Conflict | NotFound | None:
        """Store a decision, about these amounts if given, unless it is stored; return why it cannot be."""

        async def decide() -> None:
            if amounts is not None:
                async with self.progress.read() as connection:
                    late = await late_revision(connection, wanted)
                if _amounts(late) != amounts:
                    raise NothingToDecide(f"{wanted.bet_id} counts another amount by now")
            await self._review.decide(wanted)

        try:
            await carry_out(decide, wanted.bet_id)
        except NothingToDecide:
            if not await self._is_stored(wanted):
                return await self._decided(wanted)
        return None

    @property
    def _review(self) -> ReviewService:
        return ReviewService(self.progress, ledger_of(self.progress.dialect, self.clock), self.clock)


def _amounts(late: LateRevision) -> list[Json]:
    """Return for whom a late bet counts what now, and would count: what a decision is about."""
    return [late.customer, late.iso_week, late.counted_minor, late.would_count_minor]


def _proposed_amounts(proposal: Proposal) -> list[Json]:
    """Return these as they were proposed."""
    content: Any = proposal.content
    return [content.get(name) for name in ("customer", "week", "counted_minor", "would_count_minor")]


def _decision(case: str, *, accepted: bool, by: str, why: str) -> Decision | None:
    """Return a decision about a case such as `northbet:b-1:3`; None if that is no case."""
    brand, _, rest = case.partition(":")
    bet, _, revision = rest.rpartition(":")
    if not (brand and bet and _NUMBER.fullmatch(revision)):
        return None
    return Decision(brand, bet, int(revision), accepted=accepted, by=by, why=why)
