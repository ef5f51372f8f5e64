"""What people decide about offers that may be of one event, and how they undo it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require
from backoffice.audit.audit_log import AuditLog
from backoffice.errors import NotFound, Stale
from backoffice.events import repository, waiting
from backoffice.events.reading import checked_reason, require_reading
from backoffice.events.repository import Position
from backoffice.events.waiting import Candidate, WaitingMatch, keys_of
from backoffice.global_events.decisions import Decided, GlobalDecisions
from backoffice.global_events.repository import GlobalDecision
from consumers.messages.global_events.event_states import MatchState, OfferRef
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.events.catalogue.events import OfferRow
from subgraphs.events.matching import Offer, same
from subgraphs.events.records.matches import Pair
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.records.global_state import GlobalKind

OPEN: Final = "open"
MAX_NAME: Final = 200
"""A name that is longer is not learned: no message has it."""


class Verdict(Enum):
    """What a person says of two events."""

    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class ShownCandidate:
    """A candidate, and what was decided about it and is being applied; None if nothing was."""

    candidate: Candidate
    decided: GlobalDecision | None


@dataclass(frozen=True, slots=True)
class ShownMatch:
    """What waits for a person, as it is shown."""

    match: WaitingMatch
    candidates: tuple[ShownCandidate, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer.

    Attributes:
        waiting: The id of the first offer that waits.
        event: The event of the candidate.
        seen: The candidate's version, as the person saw it.
    """

    waiting: str
    event: str
    verdict: Verdict
    seen: str
    reason: str


@dataclass(frozen=True, slots=True)
class MatchService:
    """Reads what waits, and decides about it.

    Attributes:
        database: The back office's.
        events: The events' database, in which the decisions are applied once their messages are read.
    """

    database: Database
    events: Database
    audit: AuditLog
    clock: Clock
    decisions: GlobalDecisions = field(default_factory=GlobalDecisions)

    async def count(self, actor: Actor) -> int:
        """Return how many groups of offers wait for a person.

        Raises:
            Forbidden: The actor may not see them.
        """
        require_reading(actor)
        async with self.events.read() as connection:
            return await repository.count_waiting(connection)

    async def page(self, actor: Actor, first: int, after: Position | None = None) -> Sequence[ShownMatch]:
        """Return what waits by start; what is after a position with `after`.

        Raises:
            Forbidden: The actor may not see it.
        """
        require_reading(actor)
        async with self.events.read() as connection:
            matches = await waiting.waiting_page(connection, first, after)
        return await self._shown(matches)

    async def decide(self, actor: Actor, answer: Answer) -> Sequence[GlobalDecision]:
        """Decide that offers are of one event with a candidate, or that none of them is.

        That is a decision about each offer with each of the candidate, so that it holds for all of both.

        Raises:
            Forbidden: The actor may not.
            Invalid: There is no reason, or it is too long.
            NotFound: Nothing waits there, or not any more.
            Stale: It has changed since the actor saw it, or was decided meanwhile.
        """
        require(actor, Permission.EVENTS_MATCH, None)
        reason = checked_reason(answer.reason)
        match = await self._waiting(answer.waiting)
        candidate = match.candidate(answer.event)
        if candidate is None or candidate.version != answer.seen:
            version = None if candidate is None else candidate.version
            raise Stale("This has changed since you saw it: look at it again.", version)
        states = [_state(pair, answer.verdict) for pair in match.pairs(candidate)]
        async with self.database.write() as connection:
            decided = await self._decide(connection, actor, states, reason)
            for one in decided:
                _require_open(one)
            new = [one for one in decided if one.is_new]
            if not new:
                raise Stale("This was decided already: it is being applied.")
            await self._record(connection, actor, "events.decide_match", new, reason)
        return [one.decision for one in new]

    async def undo(self, actor: Actor, key: str, seen: str, reason: str) -> Sequence[GlobalDecision]:
        """Undo a decision, with all that were taken together with it.

        Args:
            actor: Who undoes it.
            key: The decision's.
            seen: Its `event_id`, as the actor saw it.
            reason: Why.

        Raises:
            Forbidden: The actor may not.
            Invalid: There is no reason, or it is too long.
            NotFound: There is no such decision.
            Stale: It was undone, or decided anew, since the actor saw it.
        """
        require(actor, Permission.EVENTS_MATCH, None)
        tidy = checked_reason(reason)
        async with self.database.write() as connection:
            # Locked before it is compared: somebody may decide anew at the same time.
            await self.decisions.repository.lock_sequence(connection, await self.clock.at(connection))
            decision = await self.decisions.repository.find(connection, key)
            if decision is None or decision.kind != GlobalKind.MATCH.value:
                raise NotFound("There is no such decision about offers.")
            if decision.event_id != seen or not is_in_force(decision):
                raise Stale("This decision has changed since you saw it.", decision.event_id)
            together = await taken_together(connection, self.decisions, [decision])
            states = [_opened(one) for one in together[decision.key]]
            decided = await self._decide(connection, actor, states, tidy)
            if not all(one.is_new for one in decided):
                raise Stale("This decision was undone meanwhile.")
            await self._record(connection, actor, "events.undo_match", decided, tidy)
        return [one.decision for one in decided]

    async def _waiting(self, own_id: str) -> WaitingMatch:
        async with self.events.read() as connection:
            match = await waiting.waiting_match(connection, own_id)
        if match is None:
            raise NotFound("This no longer waits: it was decided, or its offers have changed.")
        return match

    async def _shown(self, matches: Sequence[WaitingMatch]) -> list[ShownMatch]:
        pairs = {
            candidate.version: [_key(keys_of(pair)) for pair in match.pairs(candidate)]
            for match in matches
            for candidate in match.candidates
        }
        async with self.database.read() as connection:
            named = {key for keys in pairs.values() for key in keys}
            known = await self.decisions.repository.named(connection, named)
        return [
            ShownMatch(
                match,
                tuple(
                    ShownCandidate(candidate, _latest(known, pairs[candidate.version]))
                    for candidate in match.candidates
                ),
            )
            for match in matches
        ]

    async def _decide(
        self, connection: AsyncConnection, actor: Actor, states: Sequence[MatchState], reason: str
    ) -> list[Decided]:
        """Decide at one instant, by which the decisions are found to be one deed."""
        at = await self.clock.at(connection)
        return [
            await self.decisions.decide(connection, ALL_BRANDS, state, by=actor.name, at=at, reason=reason)
            for state in states
        ]

    async def _record(
        self,
        connection: AsyncConnection,
        actor: Actor,
        action: str,
        decided: Sequence[Decided],
        reason: str,
    ) -> None:
        for one in decided:
            await self.audit.record(
                connection,
                actor,
                action,
                brand=None,
                subject=f"match:{one.decision.subject}",
                before=None if one.before is None else dict(one.before.state),
                after=dict(one.decision.state),
                reason=reason,
            )


def is_in_force(decision: GlobalDecision) -> bool:
    """Return whether a decision about offers was not undone."""
    return bool(decision.state["verdict"] != OPEN)


async def taken_together(
    connection: AsyncConnection, decisions: GlobalDecisions, wanted: Sequence[GlobalDecision]
) -> Mapping[str, Sequence[GlobalDecision]]:
    """Return the decisions that somebody took at once with each of some, itself included, by its key.

    What was undone, or decided anew, since then is not among them.
    """
    instants = {decision.decided_at for decision in wanted}
    at_once = await decisions.repository.decided_at(connection, GlobalKind.MATCH.value, instants)
    return {
        decision.key: [
            other
            for other in at_once
            if (other.decided_at, other.decided_by, other.reason, other.state["verdict"])
            == (decision.decided_at, decision.decided_by, decision.reason, decision.state["verdict"])
        ]
        for decision in wanted
    }


def _require_open(decided: Decided) -> None:
    """Refuse to overrule what somebody has decided, which can be undone."""
    before = decided.before
    if decided.is_new and before is not None and is_in_force(before):
        raise Stale(f"{before.decided_by} has decided about some of these offers: undo that decision first.")


def _state(pair: tuple[OfferRow, OfferRow], verdict: Verdict) -> MatchState:
    first, second = pair
    aliases = same(_offer(first), _offer(second)).aliases if verdict is Verdict.SAME else ()
    return MatchState(
        first=OfferRef(provider=first.provider, sports_event_id=first.sports_event_id),
        second=OfferRef(provider=second.provider, sports_event_id=second.sports_event_id),
        verdict=verdict.value,
        aliases=tuple(tuple(alias) for alias in aliases if max(map(len, alias)) <= MAX_NAME),
    )


def _opened(decision: GlobalDecision) -> MatchState:
    first, second = (OfferRef(**decision.state[side]) for side in ("first", "second"))
    return MatchState(first=first, second=second, verdict="open")


def _offer(row: OfferRow) -> Offer:
    names = tuple(side.name for side in row.competitors)
    return Offer(row.key, row.known_since, row.sport, row.competition, names, row.starts_at)


def _key(pair: Pair) -> str:
    """Return the key of the decision about two offers."""
    first, second = (OfferRef(provider=key.provider, sports_event_id=key.id) for key in pair)
    return MatchState(first=first, second=second, verdict="open").subject(ALL_BRANDS).key


def _latest(known: Mapping[str, GlobalDecision], keys: Sequence[str]) -> GlobalDecision | None:
    """Return the last decision in force about all of some subjects; None while one of them is open."""
    found = [known[key] for key in keys if key in known and is_in_force(known[key])]
    return max(found, key=lambda one: one.order) if found and len(found) == len(keys) else None
