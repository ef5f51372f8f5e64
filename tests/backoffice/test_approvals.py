"""Four eyes: another person approves just what was proposed, and it is executed once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, Role
from backoffice.approvals import repository
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind, ProposalStatus
from backoffice.approvals.repository import PROPOSAL
from backoffice.approvals.service import CHANGED, Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.audit.repository import AUDIT_LOG
from backoffice.errors import Conflict, Forbidden, FourEyes, Invalid, NotFound, Stale, StepUpRequired
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from tests.support.office.backoffice_fixture import NOW, actor, backoffice_database

ANN = actor("ann", Role.SUPPORT)
BOB = actor("bob", Role.RISK)
EVE = actor("eve", Role.ADMINISTRATOR)
ADJUSTING = Needs(Permission.SUPPORT_ADJUST, Permission.SUPPORT_APPROVE_ADJUSTMENT, Permission.SUPPORT_READ)


@dataclass
class Ledger:
    """What a kind of the tests executes: it counts, and may say that something changed.

    Attributes:
        declined: By whom proposals were ended without an approval, and why.
    """

    executed: list[Json] = field(default_factory=list)
    declined: list[tuple[str, str | None]] = field(default_factory=list)
    same: bool = True

    async def execute(self, connection: AsyncConnection, by: Actor, proposal: Proposal) -> Json:
        """Note the content."""
        del connection, by
        self.executed.append(proposal.content)
        return {"done": True}

    async def decline(
        self, connection: AsyncConnection, by: Actor, proposal: Proposal, why: str | None
    ) -> None:
        """Note who ended a proposal, and why."""
        del connection, proposal
        self.declined.append((by.user_id, why))

    async def unchanged(self, connection: AsyncConnection, proposal: Proposal) -> bool:
        """Return what the test says."""
        del connection, proposal
        return self.same


@dataclass
class OfficeClient:
    """Approvals over a database."""

    database: Database
    approvals: Approvals
    ledger: Ledger

    async def propose(self, by: Actor = ANN, kind: str = "test.adjustment") -> Proposal:
        """Propose an adjustment, and return it as a screen reads it."""
        async with self.database.write() as connection:
            found = await self.approvals.propose(
                connection,
                by,
                kind,
                brand="northbet",
                subject="customer:c-1",
                content={"amount": 500},
                reason="Bet was refused by mistake",
            )
        return await self.find(found)

    async def find(self, proposal_id: ProposalId) -> Proposal:
        """Read a proposal."""
        async with self.database.read() as connection:
            found = await repository.find(connection, proposal_id)
        assert found is not None
        return found

    async def actions(self) -> list[str]:
        """Return what the audit log holds."""
        async with self.database.read() as connection:
            query = select(AUDIT_LOG.c.action).order_by(AUDIT_LOG.c.sequence)
            return list((await connection.execute(query)).scalars())


@pytest.fixture
async def office_client(database_url: str) -> AsyncIterator[OfficeClient]:
    """Approvals with three kinds: one moves money, and one depends on how its proposals end."""
    ledger = Ledger()
    kind = ProposalKind("test.adjustment", ADJUSTING, ledger.execute, ledger.unchanged)
    clock = ManualClock(NOW)
    async with backoffice_database(database_url) as database:
        approvals = Approvals(database, AuditLog(clock), clock, [kind])
        approvals.register(replace(kind, name="test.money", step_up=True))
        approvals.register(replace(kind, name="test.offer", declined=ledger.decline))
        yield OfficeClient(database, approvals, ledger)


async def test_another_person_approves_and_it_is_executed_once(office_client: OfficeClient) -> None:
    """An approval executes the proposal; a second one finds it decided."""
    proposal = await office_client.propose()
    done = await office_client.approvals.approve(BOB, proposal.proposal_id, proposal.content_hash, NOW)
    assert (done.status, done.decided_by, done.outcome) == (ProposalStatus.EXECUTED, "bob", {"done": True})
    with pytest.raises(Conflict):
        await office_client.approvals.approve(BOB, proposal.proposal_id, proposal.content_hash, NOW)
    assert office_client.ledger.executed == [{"amount": 500}]
    assert await office_client.actions() == ["approvals.propose", "approvals.approve"]


@pytest.mark.parametrize(
    "same",
    [
        actor("ann", Role.RISK),
        actor("ann-2", Role.RISK, person="ann"),
        actor("ann", Role.RISK, person="renamed"),
        actor("ann-3", *Role, person="ann", brand="*"),
    ],
    ids=["with another role", "with a second account", "renamed", "with all roles"],
)
async def test_nobody_approves_their_own(office_client: OfficeClient, same: Actor) -> None:
    """The person counts, not the account, the session or the roles."""
    proposal = await office_client.propose()
    with pytest.raises(FourEyes):
        await office_client.approvals.approve(same, proposal.proposal_id, proposal.content_hash, NOW)
    assert (await office_client.find(proposal.proposal_id)).status is ProposalStatus.PENDING
    assert office_client.ledger.executed == []


async def test_the_roles_decide_who_approves(office_client: OfficeClient) -> None:
    """Who may not approve is refused; who has no part in the brand does not learn that it exists."""
    proposal = await office_client.propose()
    with pytest.raises(Forbidden):
        await office_client.approvals.approve(
            actor("eve", Role.EDITOR), proposal.proposal_id, proposal.content_hash, NOW
        )
    for stranger in (actor("sue", Role.RISK, brand="southbet"), actor("nobody")):
        with pytest.raises(NotFound):
            await office_client.approvals.approve(stranger, proposal.proposal_id, proposal.content_hash, NOW)
    with pytest.raises(NotFound):
        await office_client.approvals.approve(BOB, "no-such-proposal", proposal.content_hash, NOW)


async def test_what_the_approver_saw_is_what_is_executed(office_client: OfficeClient) -> None:
    """The hash of another content is refused, and the proposal waits."""
    proposal = await office_client.propose()
    with pytest.raises(Stale):
        await office_client.approvals.approve(BOB, proposal.proposal_id, "0" * 64, NOW)
    assert (await office_client.find(proposal.proposal_id)).status is ProposalStatus.PENDING


@pytest.mark.parametrize(
    "changes", [{"content": '{"amount":50000}'}, {"brand_id": "southbet"}, {"subject": "customer:c-2"}]
)
async def test_a_proposal_that_was_changed_is_void(
    office_client: OfficeClient, changes: dict[str, str]
) -> None:
    """Content, brand and subject are bound: a changed row is not executed, whatever its approver sent."""
    proposal = await office_client.propose()
    async with office_client.database.write() as connection:
        await connection.execute(update(PROPOSAL).values(**changes))
    both = actor("bob", Role.RISK, brand="*")
    with pytest.raises(Stale):
        await office_client.approvals.approve(both, proposal.proposal_id, proposal.content_hash, NOW)
    assert (await office_client.find(proposal.proposal_id)).status is ProposalStatus.VOID
    assert office_client.ledger.executed == []


async def test_an_approval_is_void_when_its_subject_changed(office_client: OfficeClient) -> None:
    """What changed since it was proposed has to be proposed again."""
    proposal = await office_client.propose()
    office_client.ledger.same = False
    with pytest.raises(Stale):
        await office_client.approvals.approve(BOB, proposal.proposal_id, proposal.content_hash, NOW)
    office_client.ledger.same = True
    with pytest.raises(Conflict):
        await office_client.approvals.approve(BOB, proposal.proposal_id, proposal.content_hash, NOW)
    assert await office_client.actions() == ["approvals.propose", "approvals.void"]


async def test_of_many_approvers_at_once_one_wins(office_client: OfficeClient) -> None:
    """A race of approvers executes once; the others learn that it is decided."""
    proposal = await office_client.propose()
    approvers = [actor(f"risk-{number}", Role.RISK) for number in range(6)]
    outcomes = await asyncio.gather(
        *(
            office_client.approvals.approve(approver, proposal.proposal_id, proposal.content_hash, NOW)
            for approver in approvers
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, Proposal) for outcome in outcomes) == 1
    assert sum(isinstance(one, Conflict) for one in outcomes) == 5
    assert len(office_client.ledger.executed) == 1


async def test_money_needs_the_second_factor_again(office_client: OfficeClient) -> None:
    """A kind that moves money is approved only after a step-up."""
    proposal = await office_client.propose(kind="test.money")
    with pytest.raises(StepUpRequired):
        await office_client.approvals.approve(BOB, proposal.proposal_id, proposal.content_hash, NOW)
    confirmed = replace(BOB, stepped_up_until=NOW + timedelta(minutes=5))
    await office_client.approvals.approve(confirmed, proposal.proposal_id, proposal.content_hash, NOW)
    assert len(office_client.ledger.executed) == 1


async def test_a_failed_execution_decides_nothing(office_client: OfficeClient) -> None:
    """When the executor fails, the approval is rolled back with it."""

    async def fail(connection: AsyncConnection, by: Actor, proposal: Proposal) -> Json:
        del connection, by, proposal
        raise ZeroDivisionError

    office_client.approvals.register(ProposalKind("test.failing", ADJUSTING, fail))
    proposal = await office_client.propose(kind="test.failing")
    with pytest.raises(ZeroDivisionError):
        await office_client.approvals.approve(BOB, proposal.proposal_id, proposal.content_hash, NOW)
    assert (await office_client.find(proposal.proposal_id)).status is ProposalStatus.PENDING
    assert await office_client.actions() == ["approvals.propose"]


async def test_rejecting_and_withdrawing_end_a_proposal(office_client: OfficeClient) -> None:
    """Another person rejects with a reason; the proposer withdraws; neither is possible the other way."""
    first, second = await office_client.propose(), await office_client.propose()
    with pytest.raises(Invalid):
        await office_client.approvals.reject(BOB, first.proposal_id, "  ", NOW)
    with pytest.raises(FourEyes):
        await office_client.approvals.reject(
            actor("ann-2", Role.RISK, person="ann"), first.proposal_id, "no", NOW
        )
    rejected = await office_client.approvals.reject(BOB, first.proposal_id, "no receipt", NOW)
    assert (rejected.status, rejected.decision_reason) == (ProposalStatus.REJECTED, "no receipt")
    with pytest.raises(NotFound):
        await office_client.approvals.withdraw(BOB, second.proposal_id, NOW)
    withdrawn = await office_client.approvals.withdraw(ANN, second.proposal_id, NOW)
    assert withdrawn.status is ProposalStatus.WITHDRAWN
    for ended in (first, second):
        with pytest.raises(Conflict):
            await office_client.approvals.approve(BOB, ended.proposal_id, ended.content_hash, NOW)


async def test_what_depends_on_a_proposal_learns_that_it_ended_unapproved(
    office_client: OfficeClient,
) -> None:
    """However it ended, with the reason that people read; an approval is no such end."""
    approvals, database = office_client.approvals, office_client.database
    rejected, withdrawn, void, lapsed, approved = [
        await office_client.propose(kind="test.offer") for _ in range(5)
    ]
    await approvals.approve(BOB, approved.proposal_id, approved.content_hash, NOW)
    await approvals.reject(BOB, rejected.proposal_id, "no receipt", NOW)
    await approvals.withdraw(ANN, withdrawn.proposal_id, NOW)
    office_client.ledger.same = False
    with pytest.raises(Stale):
        await approvals.approve(BOB, void.proposal_id, void.content_hash, NOW)
    async with database.write() as connection:
        await approvals.lapse(connection, EVE, "ann", {}, "Ann left.")
    assert office_client.ledger.declined == [
        ("bob", "no receipt"),
        ("ann", None),
        ("bob", CHANGED),
        ("eve", "Ann left."),
    ]
    assert (await office_client.find(lapsed.proposal_id)).decision_reason == "Ann left."


async def test_an_account_keeps_the_proposals_that_its_roles_still_allow(office_client: OfficeClient) -> None:
    """Whatever has lost its proposer's permission, or its kind, lapses; what is decided stays as it is."""
    approvals, database = office_client.approvals, office_client.database
    decided, waiting = await office_client.propose(), await office_client.propose()
    other = await office_client.propose(by=actor("sam", Role.SUPPORT))
    await approvals.reject(BOB, decided.proposal_id, "no receipt", NOW)
    async with database.write() as connection:
        await approvals.lapse(connection, EVE, "ann", ANN.roles, "Ann moved.")
    assert (await office_client.find(waiting.proposal_id)).status is ProposalStatus.PENDING
    without_the_area = Approvals(database, AuditLog(ManualClock(NOW)), ManualClock(NOW))
    async with database.write() as connection:
        await without_the_area.lapse(connection, EVE, "ann", ANN.roles, "Ann moved.")
    states = [
        (await office_client.find(proposal.proposal_id)).status for proposal in (decided, waiting, other)
    ]
    assert states == [ProposalStatus.REJECTED, ProposalStatus.VOID, ProposalStatus.PENDING]


async def test_two_areas_do_not_register_the_same_kind(office_client: OfficeClient) -> None:
    """Otherwise one of them would execute what was proposed to the other."""
    with pytest.raises(ValueError, match="two kinds of proposals named test"):
        office_client.approvals.register(ProposalKind("test.money", ADJUSTING, office_client.ledger.execute))


async def test_without_accounts_somebody_is_one_of_persons_only_by_their_own(
    office_client: OfficeClient,
) -> None:
    """Who could have acted for whom is known from accounts alone."""
    async with office_client.database.read() as connection:
        assert await office_client.approvals.is_one_of(connection, BOB, {"ann", "bob"})
        assert not await office_client.approvals.is_one_of(connection, BOB, {"ann"})


async def test_a_proposal_needs_a_reason_and_a_known_kind(office_client: OfficeClient) -> None:
    """Nothing is stored without a reason, or for a kind that nobody registered."""
    async with office_client.database.write() as connection:
        with pytest.raises(Invalid):
            await office_client.approvals.propose(
                connection, ANN, "test.money", brand="b", subject="s", content={}, reason=" "
            )
        with pytest.raises(ValueError, match="no area registered"):
            await office_client.approvals.propose(
                connection, ANN, "test.other", brand="b", subject="s", content={}, reason="r"
            )
