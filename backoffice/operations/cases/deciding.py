"""What deciding about a case has in common: nobody decides what waits for approval, or was just approved.

A decision is recorded first, and carried out once that is committed: what is not recorded is not done.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.approvals.proposals import Proposal, ProposalStatus
from backoffice.approvals.repository import ProposalFilter, newest_first
from backoffice.errors import Conflict
from backoffice.jobs import repository as jobs
from backoffice.jobs.jobs import JobStatus

MAX_KNOWN: Final = 100
"""Among how many proposals of a kind one about the same case is looked for."""

MAX_ATTEMPTS, PAUSE_SECONDS = 4, 0.1
"""How often a decision is carried out while another transaction is in the way, and the first pause."""

_log = structlog.get_logger("backoffice.operations")
_UNDER_WAY: Final = frozenset({JobStatus.QUEUED, JobStatus.RUNNING})


@dataclass(frozen=True, slots=True)
class Undecided:
    """Knows the proposals of a kind, each about one case, whose `case` their content names."""

    kind: str

    async def require(self, connection: AsyncConnection, subject: str, case: str) -> None:
        """Refuse a decision about a case while another one is on its way.

        Args:
            connection: On the back office's database.
            subject: The customer, as the audit log names them.
            case: The case.

        Raises:
            Conflict: A proposal about it waits, or the job of one that was approved has not run.
        """
        for status in (ProposalStatus.PENDING, ProposalStatus.EXECUTED):
            mine = ProposalFilter(status=status, kind=self.kind, subject=subject)
            for proposal in await newest_first(connection, mine, MAX_KNOWN, None):
                if case_of(proposal) != case:
                    continue
                if status is ProposalStatus.PENDING:
                    raise Conflict(
                        f"{proposal.proposer_name} has made a proposal about this: it waits under Approvals. "
                        "Have that one decided first."
                    )
                outcome: Any = proposal.outcome
                job = await jobs.find(connection, outcome["job"])
                if job is not None and job.status in _UNDER_WAY:
                    raise Conflict(f"{both_names(proposal)} have decided about this: it is about to follow.")

    async def proposed(self, connection: AsyncConnection, brand: str) -> dict[str, str]:
        """Return the newest proposals of a brand that wait, by their case."""
        wanted = ProposalFilter(status=ProposalStatus.PENDING, kind=self.kind, brands=frozenset({brand}))
        listed = await newest_first(connection, wanted, MAX_KNOWN, None)
        return {case_of(proposal): proposal.proposal_id for proposal in listed}


async def carry_out(decide: Callable[[], Awaitable[object]], case: str) -> None:
    """Carry out a decision in the database of its case; again if another transaction was in the way.

    An earlier commit may have succeeded unnoticed: then the case is decided already, by this decision.

    Raises:
        sqlalchemy.exc.DBAPIError: The last attempt failed, too.
    """
    for attempt in range(1, MAX_ATTEMPTS):
        try:
            await decide()
        except DBAPIError as fault:
            _log.warning("decision_tried_again", case=case, fault=repr(fault.orig))
            await asyncio.sleep(PAUSE_SECONDS * attempt)
        else:
            return
    await decide()


def case_of(proposal: Proposal) -> str:
    """Return the case that a proposal is about."""
    content: Any = proposal.content
    return str(content["case"])


def both_names(proposal: Proposal, approver: str | None = None) -> str:
    """Return who decided by a proposal, as the database of the case keeps it."""
    return f"{proposal.proposer_name}, {approver or proposal.decider_name}"[:128]
