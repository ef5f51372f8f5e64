"""Catalogues and boards that are drawn, and what a brand shows of them: plainly filtered and sorted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import strategies as st

from subgraphs.events.catalogue.boards import Board, Entry, Placement, Scope
from subgraphs.events.catalogue.catalogue import Catalogue
from subgraphs.events.catalogue.events import CompetitorRow, Event, OfferRow, Providers
from subgraphs.events.matching.names import normal
from subgraphs.events.models import OVER
from subgraphs.events.own_ids import competition_id, offer_id

NOON: Final = datetime(2026, 3, 25, 12, tzinfo=UTC)
BRAND: Final = "northbet"
SPORTS: Final = ("darts", "football", "tennis")
COMPETITIONS: Final = ("Cup", "League")
TERRITORIES: Final = ("GB", "DE")
NAMES: Final = ("Final", "\u200f\u0645\u0628\u0627\u0631\u0627\u0629", "\u200b", "Größe 1")
PROVIDERS: Final = Providers({}, frozenset(("exchange", "feed")), ())


def offer(number: int, sport: str, competition: str, status: str, provider: str = "feed") -> OfferRow:
    """Return an offer; two providers' offers of one number are of one event."""
    own = offer_id(provider, str(number))
    return OfferRow(
        provider=provider,
        sports_event_id=str(number),
        own_id=own,
        sport=sport,
        competition=competition,
        name=f"Event {number}",
        competitors=(CompetitorRow("Home", "home"), CompetitorRow("Away", "away")),
        starts_at=NOON + timedelta(hours=number % 3),
        status=status,
        score=None,
        known_since=NOON - timedelta(days=1, seconds=provider == "feed"),
        is_gone=False,
        event_id=offer_id("feed", str(number)),
    )


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """Draw a catalogue of some events, some of them offered twice, with another competition's name."""
    offers: list[OfferRow] = []
    for number in range(draw(st.integers(0, 9))):
        sport = draw(st.sampled_from(SPORTS))
        status = draw(st.sampled_from(("scheduled", "scheduled", "live", "finished")))
        offers.append(offer(number, sport, draw(st.sampled_from(COMPETITIONS)), status))
        if draw(st.booleans()):
            other = draw(st.sampled_from(COMPETITIONS))
            offers.append(offer(number, sport, other, status, "exchange"))
    board = draw(boards([one.own_id for one in offers]))
    other_brand = draw(boards([one.own_id for one in offers]))
    by_brand = {BRAND: board, "southbet": other_brand}
    return Catalogue(1, {one.key: one for one in offers}, PROVIDERS, {}, by_brand)


@st.composite
def boards(draw: st.DrawFn, events: Sequence[str]) -> Board:
    """Draw a board, also of things that are not there."""
    competitions = [competition_id(sport, normal(name)) for sport in SPORTS for name in COMPETITIONS]
    ids: dict[Scope, Sequence[str]] = {
        "sport": [*SPORTS, "chess"],
        "competition": competitions,
        "event": [*events, "nobody-knows"],
    }
    wanted = [(scope, own_id) for scope, of_it in ids.items() for own_id in of_it]
    chosen = draw(st.lists(st.sampled_from(wanted), unique=True, max_size=8))
    listed = st.lists(placements(), min_size=1, max_size=3).map(tuple)
    return Board(
        entries=tuple(Entry(scope=scope, id=own_id, placements=draw(listed)) for scope, own_id in chosen)
    )


@st.composite
def placements(draw: st.DrawFn) -> Placement:
    """Draw a placement that begins and ends within some hours of noon, if at all."""
    first, second = sorted(draw(st.lists(st.integers(-3, 3), min_size=2, max_size=2, unique=True)))
    begins, ends = draw(st.booleans()), draw(st.booleans())
    return Placement(
        territories=draw(st.frozensets(st.sampled_from(TERRITORIES))),
        since=NOON + timedelta(hours=first) if begins else None,
        until=NOON + timedelta(hours=second) if ends else None,
        hidden=draw(st.integers(0, 2)) == 0,
        position=draw(st.none() | st.integers(0, 2)),
        names=draw(st.dictionaries(st.sampled_from(("de", "en-GB")), st.sampled_from(NAMES))),
        image_url=draw(st.none() | st.just("/pictures/1.png")),
    )


class PlainBrand:
    """What a brand shows, from its board as it is written."""

    def __init__(self, catalogue: Catalogue, brand: str, territory: str | None, now: datetime) -> None:
        """Keep what is asked for."""
        self.catalogue, self.now, self.territory = catalogue, now, territory
        board = catalogue.boards.get(brand)
        self.entries = () if board is None else board.entries

    def placement(self, scope: str, ids: Iterable[str]) -> Placement | None:
        """Return how something is shown that has these ids."""
        wanted = list(ids)
        for entry in self.entries:
            if entry.scope == scope and entry.id in wanted:
                for placement in entry.placements:
                    if self._is_in_force(placement):
                        return placement
        return None

    def _is_in_force(self, placement: Placement) -> bool:
        if placement.territories and self.territory not in placement.territories:
            return False
        if placement.since is not None and self.now < placement.since:
            return False
        return placement.until is None or self.now < placement.until

    def of_event(self, event: Event) -> Placement | None:
        """Return how an event is shown: by the entry of its present id, or else of another one."""
        return self.placement("event", (event.id,)) or self.placement(
            "event", (offer.own_id for offer in event.offers)
        )

    def is_hidden(self, event: Event) -> bool:
        """Return whether an event is hidden, its sport, or the competition of any of its offers."""
        competitions = (competition_id(one.sport, normal(one.competition)) for one in event.offers)
        found = [self.of_event(event), self.placement("sport", (event.sport,))]
        found += [self.placement("competition", (own_id,)) for own_id in competitions]
        return any(placement is not None and placement.hidden for placement in found)

    def events(self) -> list[str]:
        """Return the ids of the events that are shown and not over, in order."""
        shown = [
            event
            for event in self.catalogue.events.values()
            if event.status not in OVER and not self.is_hidden(event)
        ]

        def order(event: Event) -> tuple[object, ...]:
            return event.status != "live", event.starts_at, event.id

        return [event.id for event in sorted(shown, key=_after_positions(self.of_event, order))]

    def sports(self) -> list[str]:
        """Return the sports that are shown, in order."""
        shown = {self.catalogue.events[own_id].sport for own_id in self.events()}

        def placement(sport: str) -> Placement | None:
            return self.placement("sport", (sport,))

        return sorted(shown, key=_after_positions(placement, lambda sport: (sport,)))


def _after_positions(
    placement: Callable[..., Placement | None], order: Callable[..., tuple[object, ...]]
) -> Callable[..., tuple[object, ...]]:
    def key(member: object) -> tuple[object, ...]:
        placed = placement(member)
        position = None if placed is None else placed.position
        return position is None, position or 0, *order(member)

    return key
