"""What traders suspend and limit: each of them at once and alone, for all nodes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require, require_step_up
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.audit.reasons import reason_problems
from backoffice.betting import state as states
from backoffice.betting.state import Entry, next_state, present_decision, state_of
from backoffice.betting.targets import TargetKey, Targets
from backoffice.errors import Invalid, Problem, Stale
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.global_events.repository import GlobalDecision
from consumers.messages.global_events.states import state_fields
from consumers.messages.global_events.trading_states import (
    TradingLimit,
    TradingStakes,
    TradingState,
    TradingTarget,
)
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.bets.accepting.acceptance import MAX_LEGS
from subgraphs.bets.models import TRADING
from subgraphs.bets.trading import liability
from subgraphs.bets.trading.decided import rules_of
from subgraphs.bets.trading.liability import EventLiability, SelectionLiability
from subgraphs.bets.trading.rules import Scope
from subgraphs.kit.domain.bounds import MAX_STAKE

MAX_LIABILITY: Final = 2**53 - 1
MAX_DELAY: Final = 60.0
MAX_CURRENCIES: Final = 50


@dataclass(frozen=True, slots=True)
class WantedLimit:
    """A limit of each selection in something, in minor units; of neither, the limit is removed."""

    target: TargetKey
    currency: str
    stake_minor: int | None
    liability_minor: int | None


@dataclass(frozen=True, slots=True)
class WantedTerms:
    """What a bet may cost by currency, how many selections it may have, and how long it waits in play.

    None is as the installation's settings say it.
    """

    stakes: Sequence[tuple[str, int, int]]
    max_legs: int | None
    delay_seconds: float | None


@dataclass(frozen=True, slots=True)
class LimitedSelection:
    """A selection with what traders allow of it; None where they have said nothing."""

    selection: SelectionLiability
    stake: int | None
    liability: int | None
    is_suspended: bool


@dataclass(frozen=True, slots=True)
class TradingService:
    """Reads liability and what is decided, and decides.

    Attributes:
        database: The back office's.
        bets: That of bets, of one cell; nothing is written to it here.
    """

    database: Database
    bets: Database
    targets: Targets
    audit: AuditLog
    clock: Clock
    decisions: GlobalDecisions = field(default_factory=GlobalDecisions)

    async def events(
        self, actor: Actor, brand: str, first: int, sport: str | None
    ) -> Sequence[EventLiability]:
        """Return the events of a brand by which most can be lost.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.BETTING_READ, brand)
        async with self.bets.read() as connection:
            return await liability.events_at_risk(connection, TRADING, brand, first, sport)

    async def selections(
        self, actor: Actor, brand: str, sports_event_id: str, first: int
    ) -> Sequence[LimitedSelection]:
        """Return the selections of an event by which most can be lost, with their limits.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.BETTING_READ, brand)
        async with self.bets.read() as connection:
            found = await liability.selections_at_risk(connection, TRADING, brand, sports_event_id, first)
        state, _ = await self.decided(actor, brand)
        rules = rules_of(state_fields(state))
        return [
            LimitedSelection(
                one,
                rules.most_stake(one, one.currency),
                rules.most_liability(one, one.currency),
                rules.is_suspended(one),
            )
            for one in found
        ]

    async def decided(self, actor: Actor, brand: str) -> tuple[TradingState, GlobalDecision | None]:
        """Return what a brand's traders have decided, and the last decision; None before the first.

        Raises:
            Forbidden: The actor may not see it.
        """
        require(actor, Permission.BETTING_READ, brand)
        async with self.database.read() as connection:
            decision = await present_decision(connection, self.decisions.repository, brand)
        return state_of(decision), decision

    async def suspend(self, actor: Actor, key: TargetKey, *, suspended: bool, reason: str) -> TradingState:
        """Take no bets on something, or take them again; the latter needs a step-up.

        Raises:
            Forbidden: The actor may not.
            StepUpRequired: The actor has to confirm their second factor.
            Invalid: There is no reason.
            NotFound: There is no such thing.
            Conflict: Too much is suspended already.
        """
        require(actor, Permission.BETTING_TRADE, key.brand)
        if not suspended:
            require_step_up(actor, self.clock.machine.now())
        if problems := reason_problems(reason):
            raise Invalid(problems)
        target = await self._target(actor, key, suspended=suspended)
        async with self.database.write() as connection:
            return await self.suspend_within(
                connection, actor, key.brand, target, suspended=suspended, reason=reason.strip()
            )

    async def suspend_within(
        self,
        connection: AsyncConnection,
        actor: Actor,
        brand: str,
        target: TradingTarget,
        *,
        suspended: bool,
        reason: str,
    ) -> TradingState:
        """Do the same in the caller's write transaction, who has checked everything."""
        return await self._change(
            connection,
            actor,
            brand,
            lambda state: states.with_suspension(state, target, suspended=suspended),
            action="betting.suspend" if suspended else "betting.resume",
            subject=f"{target.scope}:{target.id}" if target.id else f"brand:{brand}",
            reason=reason,
        )

    async def limit(self, actor: Actor, wanted: WantedLimit, reason: str) -> TradingState:
        """Limit each selection in something, or remove the limit. Needs a step-up.

        Raises:
            Forbidden, StepUpRequired, NotFound, Conflict: As for `suspend`.
            Invalid: There is no reason, or no such amount or currency.
        """
        require(actor, Permission.BETTING_TRADE, wanted.target.brand)
        require_step_up(actor, self.clock.machine.now())
        problems = [*reason_problems(reason), *currency_problems(wanted.currency)]
        for name, amount, most in (
            ("stakeMinor", wanted.stake_minor, MAX_STAKE),
            ("liabilityMinor", wanted.liability_minor, MAX_LIABILITY),
        ):
            if amount is not None and not 0 <= amount <= most:
                problems.append(Problem(name, "An amount is 0 or more."))
        if problems:
            raise Invalid(problems)
        is_gone = wanted.stake_minor is None and wanted.liability_minor is None
        target = await self._target(actor, wanted.target, suspended=not is_gone)

        def changed(state: TradingState) -> TradingState:
            if is_gone:
                return states.without_limit(state, (*target.key, wanted.currency))
            return states.with_limit(state, _limit(target, wanted))

        async with self.database.write() as connection:
            return await self._change(
                connection,
                actor,
                wanted.target.brand,
                changed,
                action="betting.limit",
                subject=f"{target.scope}:{target.id}" if target.id else f"brand:{wanted.target.brand}",
                reason=reason.strip(),
            )

    async def set_terms(
        self, actor: Actor, brand: str, wanted: WantedTerms, *, seen: int, reason: str
    ) -> TradingState:
        """Say what bets of a brand may cost, have and wait. Needs a step-up.

        Raises:
            Forbidden, StepUpRequired, NotFound: As for `suspend`.
            Invalid: There is no reason, or something that cannot be.
            Stale: Somebody has decided something since it was seen.
        """
        require(actor, Permission.BETTING_TRADE, brand)
        require_step_up(actor, self.clock.machine.now())
        if problems := [*reason_problems(reason), *terms_problems(wanted)]:
            raise Invalid(problems)
        await self.targets.find(TargetKey(brand, Scope.BRAND))
        stakes = tuple(
            TradingStakes(currency=currency, minimum_minor=least, maximum_minor=most)
            for currency, least, most in wanted.stakes
        )
        async with self.database.write() as connection:
            return await self._change(
                connection,
                actor,
                brand,
                lambda state: states.with_terms(state, stakes, wanted.max_legs, wanted.delay_seconds),
                action="betting.set_terms",
                subject=f"brand:{brand}",
                reason=reason.strip(),
                seen=seen,
            )

    async def _target(self, actor: Actor, key: TargetKey, *, suspended: bool) -> TradingTarget:
        """Return what is meant; what was decided about needs not be there still to be taken back."""
        if not suspended:
            state, _ = await self.decided(actor, key.brand)
            entries: tuple[Entry, ...] = (*state.suspended, *state.limits)
            for entry in entries:
                if entry.key[:2] == (key.scope.value, key.id):
                    return TradingTarget(
                        scope=entry.scope, id=entry.id, name=entry.name, starts_at=entry.starts_at
                    )
        return await self.targets.find(key)

    async def _change(
        self,
        connection: AsyncConnection,
        actor: Actor,
        brand: str,
        changed: Callable[[TradingState], TradingState],
        *,
        action: str,
        subject: str,
        reason: str,
        seen: int | None = None,
    ) -> TradingState:
        await self.audit.require_acting(connection, actor)
        at = await self.clock.at(connection)
        # Locked before the state is read: others may decide at the same time.
        await self.decisions.repository.lock_sequence(connection, at)
        decision = await present_decision(connection, self.decisions.repository, brand)
        before = state_of(decision)
        present = 0 if decision is None else before.revision
        if seen is not None and seen != present:
            raise Stale("Somebody has decided something meanwhile: look at it again.", present)
        after = changed(before)
        if after == before:
            return before
        following = next_state(decision, after, at)
        await self.decisions.decide(connection, brand, following, by=actor.name, at=at, reason=reason)
        await self.audit.record(
            connection,
            actor,
            action,
            brand=brand,
            subject=subject[:255],
            before=_difference(before, following),
            after=_difference(following, before),
            reason=reason,
        )
        return following


def _limit(target: TradingTarget, wanted: WantedLimit) -> TradingLimit:
    return TradingLimit(
        scope=target.scope,
        id=target.id,
        name=target.name,
        starts_at=target.starts_at,
        currency=wanted.currency,
        stake_minor=wanted.stake_minor,
        liability_minor=wanted.liability_minor,
    )


def _difference(state: TradingState, other: TradingState) -> Json:
    """Return what a state says that another one does not."""
    found: dict[str, Json] = {}
    others = state_fields(other)
    for name, value in state_fields(state).items():
        if isinstance(value, list | tuple):
            left = [entry for entry in value if entry not in others[name]]
            found |= {name: left} if left else {}
        elif value != others[name]:
            found[name] = value
    return found


def currency_problems(currency: str) -> list[Problem]:
    """Return what is wrong with a currency."""
    if len(currency) == len("GBP") and currency.isascii() and currency.isalpha() and currency.isupper():
        return []
    return [Problem("currency", "Name a currency, such as GBP.")]


def terms_problems(wanted: WantedTerms) -> list[Problem]:
    """Return what is wrong with terms of bets."""
    problems = []
    for currency, least, most in wanted.stakes:
        problems += currency_problems(currency)
        if not 1 <= least <= most <= MAX_STAKE:
            problems.append(Problem("stakes", "The lowest stake is at least 1, and not above the highest."))
    if len({currency for currency, _, _ in wanted.stakes}) < len(wanted.stakes):
        problems.append(Problem("stakes", "Each currency has one range."))
    if len(wanted.stakes) > MAX_CURRENCIES:
        problems.append(Problem("stakes", f"There are at most {MAX_CURRENCIES} currencies."))
    if wanted.max_legs is not None and not 1 <= wanted.max_legs <= MAX_LEGS:
        problems.append(Problem("maxLegs", f"A bet has 1 to {MAX_LEGS} selections."))
    if wanted.delay_seconds is not None and not 0 <= wanted.delay_seconds <= MAX_DELAY:
        problems.append(Problem("delaySeconds", f"A bet waits for 0 to {MAX_DELAY:.0f} seconds."))
    return problems
