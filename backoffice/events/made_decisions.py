"""The decisions that people made about offers, and what became of each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from backoffice.access import Actor
from backoffice.events import repository
from backoffice.events.matches import is_in_force, taken_together
from backoffice.events.reading import by_age, require_reading
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.global_events.repository import GlobalDecision
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.events.catalogue.events import OfferRow
from subgraphs.events.matching import OfferKey
from subgraphs.events.records.matches import Pair, refused_decisions
from subgraphs.kit.records.global_state import GlobalKind, GlobalOrder


class DecisionState(Enum):
    """What became of a decision about two offers."""

    IN_FORCE = "in force"
    BEING_APPLIED = "being applied"
    REFUSED = "refused"
    """The matcher does not follow it: it would join what cannot be of one event."""

    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class MadeDecision:
    """A decision about two offers; an offer is None if it is not known any more.

    Attributes:
        together: How many decisions were taken at once with it, itself included.
    """

    decision: GlobalDecision
    state: DecisionState
    first: OfferRow | None
    second: OfferRow | None
    together: int

    @property
    def keys(self) -> Pair:
        """Return what names the two offers."""
        return _keys(self.decision)

    @property
    def remaining(self) -> OfferRow | None:
        """Return the offer that stays an event if the decision is undone: it was known first."""
        known = (self.first, self.second)
        return next(iter(by_age(offer for offer in known if offer is not None and not offer.is_gone)), None)


@dataclass(frozen=True, slots=True)
class MadeDecisions:
    """Reads the decisions that people made.

    Attributes:
        database: The back office's.
        events: The events' database.
    """

    database: Database
    events: Database
    clock: Clock
    decisions: GlobalDecisions = field(default_factory=GlobalDecisions)

    async def page(
        self, actor: Actor, first: int, before: GlobalOrder | None = None
    ) -> Sequence[MadeDecision]:
        """Return the last decision about each two offers, the newest first.

        Raises:
            Forbidden: The actor may not see them.
        """
        require_reading(actor)
        async with self.database.read() as connection:
            kinds = (GlobalKind.MATCH.value,)
            page = await self.decisions.repository.page(connection, first=first, before=before, kinds=kinds)
            together = await taken_together(connection, self.decisions, page)
        pairs = [_keys(decision) for decision in page]
        async with self.events.read() as connection:
            offers = await repository.offers_named(connection, {key for pair in pairs for key in pair})
            applied = await repository.applied_decisions(connection, set(pairs))
            refused = await refused_decisions(connection, self.clock.now()) if pairs else frozenset[Pair]()
        return [
            MadeDecision(
                decision,
                _state(decision, applied, refused),
                offers.get(_keys(decision)[0]),
                offers.get(_keys(decision)[1]),
                len(together[decision.key]),
            )
            for decision in page
        ]


def _state(
    decision: GlobalDecision, applied: Mapping[Pair, bool], refused: Collection[Pair]
) -> DecisionState:
    pair = _keys(decision)
    if not is_in_force(decision):
        return DecisionState.UNDONE
    if applied.get(pair) is not (decision.state["verdict"] == "same"):
        return DecisionState.BEING_APPLIED
    return DecisionState.REFUSED if pair in refused else DecisionState.IN_FORCE


def _keys(decision: GlobalDecision) -> Pair:
    first, second = (decision.state[side] for side in ("first", "second"))
    return OfferKey(first["provider"], first["sports_event_id"]), OfferKey(
        second["provider"], second["sports_event_id"]
    )
