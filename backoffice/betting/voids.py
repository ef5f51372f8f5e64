"""Voids: one trader proposes that bets are void, another approves it.

A bet goes out as a message on `bet.void.v1`, a market or selection as a decision for all nodes, which also
suspends it. Both are written with the approval in one transaction. That a market or selection is void can be
taken back in the same way: bets on it are settled by its result again, and it stays suspended.
"""

from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require, require_step_up
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind, ProposalStatus
from backoffice.approvals.repository import ProposalFilter, newest_first
from backoffice.approvals.service import Approvals
from backoffice.audit.canonical_json import Json
from backoffice.audit.reasons import REASON_CHARACTERS, reason_problems
from backoffice.audit.subjects import customer_subject
from backoffice.betting.bets import OpenBets
from backoffice.betting.targets import TargetKey
from backoffice.betting.trading import TradingService
from backoffice.errors import Conflict, Invalid, Problem
from backoffice.global_events.repository import GlobalDecision
from backoffice.support.adjustments import Publish
from consumers.messages.global_events.states import read_state
from consumers.messages.global_events.trading_states import TradingTarget, VoidState
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.bets.betting.bet import Bet, BetStatus
from subgraphs.bets.models import TRADING
from subgraphs.bets.trading.rules import Scope
from subgraphs.bets.trading.topics import VOID_SCHEMA, VOID_TOPIC
from subgraphs.kit.domain.instants import utc_text
from subgraphs.kit.domain.selections import market_of
from subgraphs.kit.records.global_state import GlobalKind, void_subject
from subgraphs.kit.records.outbox import Fact

VOID_KIND: Final = "betting.void"
MAX_KNOWN: Final = 100
"""Among how many proposals about a subject the same one is looked for."""

VOIDABLE: Final = (Scope.MARKET, Scope.SELECTION)
MAX_DECLARED: Final = 200
"""Among how many decisions those are looked for that are shown."""


@dataclass(frozen=True, slots=True)
class DeclaredVoid:
    """A market or selection on which all bets are void, and who decided it."""

    state: VoidState
    decision: GlobalDecision


@dataclass(frozen=True, slots=True)
class Voids:
    """Proposes voids, and decides those that another person approves.

    Attributes:
        database: The back office's.
        bets: That of bets; nothing is written to it here.
        publish: Puts a message into the back office's outbox.
    """

    database: Database
    bets: Database
    trading: TradingService
    open_bets: OpenBets
    approvals: Approvals
    publish: Publish
    clock: Clock

    @property
    def proposal_kind(self) -> ProposalKind:
        """Return the kind of proposals that bets are void."""
        needs = Needs(Permission.BETTING_VOID, Permission.BETTING_APPROVE, Permission.BETTING_READ)
        return ProposalKind(VOID_KIND, needs, self._approved, step_up=True)

    async def propose_bet(self, actor: Actor, bet_id: str, reason: str) -> ProposalId:
        """Propose that a bet is void; another person has to approve it.

        Raises:
            NotFound: There is no such bet about which the actor may decide.
            StepUpRequired: The actor has to confirm their second factor.
            Invalid: There is no reason.
            Conflict: It is void, or was never made; or the same is proposed already.
        """
        bet = (await self.open_bets.find(actor, bet_id, Permission.BETTING_VOID)).bet
        require_step_up(actor, self.clock.machine.now())
        if problems := reason_problems(reason):
            raise Invalid(problems)
        await self._require_voidable(bet)
        first = bet.legs[0]
        content: Json = {
            "of": "bet",
            "bet": bet.bet_id,
            "brand": bet.brand_id,
            "customer": bet.customer_id,
            "pick": f"{first.event} · {first.pick}"[:400],
            "legs": len(bet.legs),
            "status": bet.status.value,
            "currency": bet.slip.currency,
            "stake_minor": bet.slip.total_minor,
            "returns_minor": bet.returns_minor,
            "free": bool(bet.slip.free_bet),
        }
        return await self._propose(actor, bet.brand_id, customer_subject(bet.owner), content, reason)

    async def propose(self, actor: Actor, key: TargetKey, reason: str, *, void: bool = True) -> ProposalId:
        """Propose that all bets of a brand on a market or a selection are void, or are so no more.

        Raises:
            Forbidden: The actor may not.
            NotFound: There is no such market or selection.
            StepUpRequired: The actor has to confirm their second factor.
            Invalid: There is no reason, or it is neither.
            Conflict: It is so already, or something is proposed for it.
        """
        require(actor, Permission.BETTING_VOID, key.brand)
        require_step_up(actor, self.clock.machine.now())
        problems = reason_problems(reason)
        if key.scope not in VOIDABLE:
            problems = [*problems, Problem("scope", "A market or a selection can be void, and a single bet.")]
        if problems:
            raise Invalid(problems)
        async with self.database.read() as connection:
            declared = await self._declared(connection, key)
        _require_change(declared, void=void)
        # What is void may be taken back after its event has gone.
        target = declared or await self.trading.targets.find(key)
        starts_at = target.starts_at if isinstance(target, TradingTarget) else None
        content: Json = {
            "of": target.scope,
            "id": target.id,
            "name": target.name,
            "void": void,
            "starts_at": None if starts_at is None else utc_text(starts_at),
            "open": await self._open(key),
        }
        return await self._propose(actor, key.brand, f"{target.scope}:{target.id}", content, reason)

    async def _propose(
        self, actor: Actor, brand: str, subject: str, content: Json, reason: str
    ) -> ProposalId:
        async with self.database.write() as connection:
            await self._require_new(connection, brand, subject, content)
            return await self.approvals.propose(
                connection,
                actor,
                VOID_KIND,
                brand=brand,
                subject=subject,
                content=content,
                reason=reason.strip()[:REASON_CHARACTERS],
            )

    async def _require_new(self, connection: AsyncConnection, brand: str, subject: str, content: Any) -> None:
        """Refuse what waits for another person already.

        Raises:
            Conflict: It does.
        """
        waiting = ProposalFilter(status=ProposalStatus.PENDING, kind=VOID_KIND, subject=subject)
        for proposal in await newest_first(connection, waiting, MAX_KNOWN, None):
            known: Any = proposal.content
            if proposal.brand == brand and _named(known) == _named(content):
                raise Conflict(
                    f"{proposal.proposer_name} has proposed this: it waits under Approvals. Have that one "
                    "decided first."
                )

    async def _approved(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        """Decide what was proposed.

        Raises:
            Conflict: It is so already. The proposal stays, to be ended.
        """
        content: Any = proposal.content
        at = await self.clock.at(connection)
        if content["of"] == "bet":
            found = await self.open_bets.read([content["bet"]])
            if not found:
                raise Conflict("There is no such bet any more.")
            await self._require_voidable(found[0].bet)
            await self.publish(connection, void_fact(proposal, found[0].bet, actor.name, utc_text(at)), at)
            return {"void": proposal.proposal_id}
        void = content["void"]
        key = TargetKey(str(proposal.brand), Scope(content["of"]), content["id"])
        _require_change(await self._declared(connection, key), void=void)
        state = VoidState(scope=content["of"], id=content["id"], name=content["name"], is_void=void)
        decided = await self.trading.decisions.decide(
            connection, str(proposal.brand), state, by=actor.name, at=at, reason=proposal.reason
        )
        if void:
            target = TradingTarget(scope=content["of"], id=content["id"], name=content["name"])
            await self.trading.suspend_within(
                connection, actor, str(proposal.brand), target, suspended=True, reason=proposal.reason
            )
        return {"void": proposal.proposal_id, "number": decided.decision.order.number}

    async def _require_voidable(self, bet: Bet) -> None:
        """Refuse a bet that stands no more.

        Raises:
            Conflict: It does not.
        """
        if bet.status in {BetStatus.REFUSED, BetStatus.PENDING}:
            raise Conflict("This bet is not made.")
        if bet.status is BetStatus.VOID:
            raise Conflict("This bet is void already.")
        async with self.bets.read() as connection:
            c = TRADING.bet_void.c
            if await connection.scalar(select(c.bet_id).where(c.bet_id == bet.bet_id)) is not None:
                raise Conflict("Two people have declared this bet void already.")

    async def declared(self, actor: Actor, brand: str) -> list[DeclaredVoid]:
        """Return on what all bets of a brand are void, the last decided first, as many as a page shows.

        Raises:
            Forbidden: The actor may not see it.
        """
        require(actor, Permission.BETTING_READ, brand)
        async with self.database.read() as connection:
            decisions = await self.trading.decisions.repository.page(
                connection, first=MAX_DECLARED, brands=[brand], kinds=[GlobalKind.VOID.value]
            )
        found = [(void_state(decision), decision) for decision in decisions]
        return [DeclaredVoid(state, decision) for state, decision in found if state.is_void]

    async def _declared(self, connection: AsyncConnection, key: TargetKey) -> VoidState | None:
        """Return the decision by which a market or selection is void; None if it is not."""
        repository = self.trading.decisions.repository
        decision = await repository.find(connection, void_subject(key.brand, key.scope.value, key.id).key)
        state = None if decision is None else void_state(decision)
        return state if state is not None and state.is_void else None

    async def _open(self, key: TargetKey) -> list[Json]:
        """Return what open bets on a market or selection come to, by currency."""
        sums, market = TRADING.exposure.c, market_of(key.id)
        is_mine = sums.selection_id.startswith(f"{market}-", autoescape=True)
        if key.scope is Scope.SELECTION:
            is_mine = sums.selection_id == key.id
        query = (
            select(sums.currency, func.sum(sums.bets), func.sum(sums.stake_minor))
            .where(sums.brand_id == key.brand, sums.bets > 0, is_mine)
            .group_by(sums.currency)
            .order_by(sums.currency)
        )
        async with self.bets.read() as connection:
            return [
                {"currency": currency, "bets": int(bets), "stake_minor": int(stake)}
                for currency, bets, stake in await connection.execute(query)
            ]


def void_state(decision: GlobalDecision) -> VoidState:
    """Return what a decision about a void says."""
    return cast(
        "VoidState", read_state(GlobalKind.VOID, decision.brand, decision.subject, dict(decision.state))
    )


def _require_change(declared: VoidState | None, *, void: bool) -> None:
    """Refuse to decide what is so already.

    Raises:
        Conflict: It is.
    """
    if void and declared is not None:
        raise Conflict("It is void already.")
    if not void and declared is None:
        raise Conflict("It is not void.")


def _named(content: Any) -> tuple[str, str]:
    return content["of"], content["bet"] if content["of"] == "bet" else content["id"]


def void_fact(proposal: Proposal, bet: Bet, approved_by: str, at: str) -> Fact:
    """Return the message about a bet that is void."""
    return Fact(
        topic=VOID_TOPIC,
        schema=VOID_SCHEMA,
        key=f"{bet.brand_id}:{bet.customer_id}",
        identity=proposal.proposal_id,
        body={
            "brand_id": bet.brand_id,
            "customer_id": bet.customer_id,
            "bet_id": bet.bet_id,
            "decision_id": proposal.proposal_id,
            "reason": proposal.reason,
            "proposed_by": proposal.proposer_name,
            "approved_by": approved_by,
            "decided_at": at,
        },
    )
