"""The types of sports events' part of the graph."""

from datetime import datetime

import strawberry
from strawberry import ID

from backoffice.events.leaders import JudgedProvider
from backoffice.events.made_decisions import DecisionState, MadeDecision
from backoffice.events.matches import ShownCandidate, ShownMatch, Verdict
from backoffice.events.offers import ListedOffer
from backoffice.events.reading import name_of
from backoffice.events.repository import LeaderChange, OfferState
from foundation.same_fields import with_fields_of
from subgraphs.events.catalogue.events import OfferRow
from subgraphs.events.leaders import Leader
from subgraphs.kit.graphql.descriptions import described

described(strawberry.enum(OfferState))
described(strawberry.enum(Verdict, name="MatchVerdict"))
described(strawberry.enum(DecisionState, name="MatchDecisionState"))


@described
@strawberry.type
class OfferInfo:
    """A sports event as a provider offers it.

    Attributes:
        id: The platform's own.
        sports_event_id: The provider's.
        known_since: When the platform first knew it.
    """

    id: ID
    provider: str
    sports_event_id: str
    sport: str
    competition: str
    name: str
    competitors: list[str]
    starts_at: datetime
    status: str
    known_since: datetime


@described
@strawberry.type
class OfferedEventInfo:
    """The event that offers are of; its id and its name are those of its first offer.

    Attributes:
        offers: How many providers offer it.
    """

    id: ID
    name: str
    offers: int


@described
@strawberry.type
class ListedOfferInfo:
    """An offer with the event that it is of.

    Attributes:
        event: Null while it waits for a person, and once it is gone.
    """

    id: ID
    state: OfferState
    offer: OfferInfo
    event: OfferedEventInfo | None


@described
@strawberry.type
class TakenDecision:
    """What somebody has decided, and when."""

    verdict: Verdict
    by: str
    at: datetime


@described
@strawberry.type
class MatchCandidate:
    """An event that offers may be of.

    Attributes:
        id: The id of the event.
        confidence: How likely it is, of 0 to 1.
        waiting: Whether it waits for a person as well.
        version: What a decision about it has to name: it changes with all that is shown of both sides.
        decided: What was decided and is being applied; null if nothing was.
    """

    id: ID
    confidence: float
    waiting: bool
    version: str
    offers: list[OfferInfo]
    decided: TakenDecision | None


@described
@strawberry.type
class WaitingMatchInfo:
    """Offers that wait for a person, with the events that they may be of, likeliest first.

    Attributes:
        id: That of the first offer.
    """

    id: ID
    sport: str
    offers: list[OfferInfo]
    candidates: list[MatchCandidate]


@described
@strawberry.type
class OfferName:
    """An offer that a decision names.

    Attributes:
        offer: Null if it is not known any more.
    """

    provider: str
    sports_event_id: str
    offer: OfferInfo | None


@described
@strawberry.type
class MatchDecisionInfo:
    """The last decision about two offers.

    Attributes:
        verdict: Null once it was undone.
        version: What undoing it has to name.
        by: Who decided it, or undid it.
        learned: How many other names it teaches.
        together: How many decisions were taken at once with it, itself included, and are undone with it.
        remaining: The offer that stays an event if the decision is undone.
    """

    id: ID
    verdict: Verdict | None
    state: DecisionState
    version: str
    first: OfferName
    second: OfferName
    by: str
    at: datetime
    reason: str | None
    learned: int
    together: int
    remaining: OfferInfo | None


@described
@strawberry.type
class EventLeader:
    """Who leads for a kind of data.

    Attributes:
        provider: Null if nobody is to be trusted, or nobody brings it.
        since: Null while nobody brings it.
    """

    data: str
    provider: str | None
    since: datetime | None
    reason: str


@described
@strawberry.type
class EventProvider:
    """How a provider's adapter says that it is, and whether it is trusted.

    Attributes:
        complete: Whether it has told everything.
        problem: Why it is not complete; empty if it is.
        delay_ms: How old its messages are when they come.
        said_at: When it last said so.
        trusted: Null before it was judged.
        since: Since when it is trusted, or not.
        reason: Why it is not; empty if it is.
        failures: How often it failed lately.
        well_since: Since when nothing is wrong; null while something is.
    """

    id: ID
    capabilities: list[str]
    complete: bool
    problem: str
    delay_ms: float
    said_at: datetime
    trusted: bool | None
    since: datetime | None
    reason: str
    failures: int
    well_since: datetime | None


@described
@strawberry.type
class LeaderChangeInfo:
    """A change of who leads for a kind of data; null stands for nobody."""

    id: ID
    data: str
    before: str | None
    after: str | None
    reason: str
    changed_at: datetime


def offer_to_graphql(offer: OfferRow) -> OfferInfo:
    """Return an offer's node."""
    return with_fields_of(
        OfferInfo,
        offer,
        id=ID(offer.own_id),
        name=name_of(offer),
        competitors=[side.name for side in offer.competitors],
    )


def listed_to_graphql(listed: ListedOffer) -> ListedOfferInfo:
    """Return a listed offer's node."""
    event = listed.event
    return ListedOfferInfo(
        id=ID(listed.offer.own_id),
        state=listed.state,
        offer=offer_to_graphql(listed.offer),
        event=None if event is None else with_fields_of(OfferedEventInfo, event, id=ID(event.id)),
    )


def match_to_graphql(shown: ShownMatch) -> WaitingMatchInfo:
    """Return the node of what waits."""
    return WaitingMatchInfo(
        id=ID(shown.match.own_id),
        sport=shown.match.sport,
        offers=[offer_to_graphql(offer) for offer in shown.match.offers],
        candidates=[_candidate(candidate) for candidate in shown.candidates],
    )


def _candidate(shown: ShownCandidate) -> MatchCandidate:
    candidate, decided = shown.candidate, shown.decided
    return with_fields_of(
        MatchCandidate,
        candidate,
        id=ID(candidate.event),
        waiting=candidate.is_waiting,
        offers=[offer_to_graphql(offer) for offer in candidate.offers],
        decided=None
        if decided is None
        else TakenDecision(
            verdict=Verdict(decided.state["verdict"]), by=decided.decided_by, at=decided.decided_at
        ),
    )


def decision_to_graphql(made: MadeDecision) -> MatchDecisionInfo:
    """Return a decision's node."""
    decision, (first, second) = made.decision, made.keys
    names = [
        OfferName(
            provider=key.provider,
            sports_event_id=key.id,
            offer=None if offer is None else offer_to_graphql(offer),
        )
        for key, offer in ((first, made.first), (second, made.second))
    ]
    is_open = made.state is DecisionState.UNDONE
    return MatchDecisionInfo(
        id=ID(decision.key),
        verdict=None if is_open else Verdict(decision.state["verdict"]),
        state=made.state,
        version=decision.event_id,
        first=names[0],
        second=names[1],
        by=decision.decided_by,
        at=decision.decided_at,
        reason=decision.reason,
        learned=len(decision.state.get("aliases", ())),
        together=made.together,
        remaining=None if made.remaining is None else offer_to_graphql(made.remaining),
    )


def leader_to_graphql(data: str, leader: Leader | None) -> EventLeader:
    """Return the node of who leads for a kind of data."""
    if leader is None:
        return EventLeader(data=data, provider=None, since=None, reason="no provider brings it")
    return with_fields_of(EventLeader, leader, data=data)


def provider_to_graphql(judged: JudgedProvider) -> EventProvider:
    """Return a provider's node."""
    report, trust = judged.report, judged.trust
    return EventProvider(
        id=ID(report.provider),
        capabilities=sorted(report.capabilities),
        complete=report.complete,
        problem=report.reason,
        delay_ms=report.delay_ms,
        said_at=report.said_at,
        trusted=None if trust is None else trust.trusted,
        since=None if trust is None else trust.since,
        reason="" if trust is None else trust.reason,
        failures=0 if trust is None else trust.failures,
        well_since=None if trust is None else trust.well_since,
    )


def change_to_graphql(change: LeaderChange) -> LeaderChangeInfo:
    """Return a change's node."""
    return with_fields_of(LeaderChangeInfo, change, id=ID(str(change.id)))
