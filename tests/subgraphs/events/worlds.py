"""Worlds of sports events whose truth is known, as providers offer them under names of their own."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from hypothesis import strategies as st

from subgraphs.events.matching import Offer, OfferKey
from subgraphs.events.matching.offers import rules_of

NOON: Final = datetime(2026, 11, 28, 12, tzinfo=UTC)
PROVIDERS: Final = ("exchange", "feed", "book", "data")
TEAMS: Final = (
    *("Manchester United", "Manchester City", "Arsenal", "Arsenal Women", "Arsenal U21", "FC Barcelona"),
    *("FC Barcelona B", "Real Madrid", "Real Sociedad", "Atlético Madrid", "1. FC Köln", "SC Fortuna Köln"),
    *("Internazionale", "Inter Miami CF", "Malmö FF", "Łódź", "Brøndby IF", "St. Pauli", "Nott'm Forest"),
)
"""Many of them are similar to others, and yet no two are the same."""
SAME_CLUBS: Final = (
    *(("Chelsea", "Leeds"), ("Chelsea Women", "Leeds Women"), ("Chelsea U21", "Leeds U21")),
    *(("Chelsea Reserves", "Leeds Reserves"), ("Everton", "Leeds Academy")),
)
"""Matches at the same time, which are told apart by the teams of the clubs alone."""
PLAYERS: Final = ("Novak Djokovic", "Iga Świątek", "Jannik Sinner", "Carlos Alcaraz", "Cameron Norrie")
COMPETITIONS: Final = {
    "football": ("Premier League", "Women's Super League", "La Liga", "Coppa Italia"),
    "tennis": ("ATP Finals", "WTA Finals"),
    "horse-racing": ("Ascot", "Kempton Park"),
}
_PLAIN: Final = str.maketrans("éöŁłźøŚąę", "eoLlzoSae")


@dataclass(frozen=True, slots=True)
class World:
    """Offers, and the number of the true event of each."""

    offers: tuple[Offer, ...]
    truth: dict[OfferKey, int]

    def events(self) -> set[frozenset[OfferKey]]:
        """Return the true events that are offered."""
        return {
            frozenset(key for key, event in self.truth.items() if event == number)
            for number in self.truth.values()
        }


@st.composite
def worlds(draw: st.DrawFn, *, misspelt: bool = False, late: bool = False) -> World:
    """Draw a world: by default only of what the rules know to be the same.

    Names may also be `misspelt`, with a letter left out, and offers `late`, by hours.
    """
    random = draw(st.randoms(use_true_random=False))
    offers: list[Offer] = []
    truth: dict[OfferKey, int] = {}
    for number, (sport, competition, names, start) in enumerate(draw(_calendars())):
        tolerance = int(rules_of(sport).start_tolerance.total_seconds()) // 2
        for provider in random.sample(PROVIDERS, random.randint(1, len(PROVIDERS))):
            key = OfferKey(provider, f"{random.randrange(100)}-{number}")
            written = tuple(_written(name, random, misspelt=misspelt) for name in names)
            if sport == "tennis" and random.random() < 0.5:
                written = written[::-1]
            starts_at = start + timedelta(seconds=random.randint(0, 6 * tolerance if late else tolerance))
            offers.append(Offer(key, 0, sport, _written(competition, random), written, starts_at))
            truth[key] = number
    random.shuffle(offers)
    return World(arrived(offers), truth)


def arrived(offers: list[Offer]) -> tuple[Offer, ...]:
    """Return offers as if they had become known in this order."""
    return tuple(
        Offer(offer.key, seen, offer.sport, offer.competition, offer.participants, offer.starts_at)
        for seen, offer in enumerate(offers)
    )


@st.composite
def _calendars(draw: st.DrawFn) -> list[tuple[str, str, tuple[str, ...], datetime]]:
    """Draw true events: nobody takes part twice a day, and races of a course are 20 minutes apart."""
    events: list[tuple[str, str, tuple[str, ...], datetime]] = []
    for day in range(draw(st.integers(1, 2))):
        at = NOON + timedelta(days=day)
        for sport, names in (("football", TEAMS), ("tennis", PLAYERS)):
            order = draw(st.permutations(names))
            for pair in range(draw(st.integers(0, min(4, len(names) // 2)))):
                competition = draw(st.sampled_from(COMPETITIONS[sport]))
                start = at + timedelta(minutes=draw(st.integers(0, 300)))
                events.append((sport, competition, tuple(order[2 * pair : 2 * pair + 2]), start))
        bills = draw(st.lists(st.sampled_from(SAME_CLUBS), unique=True))
        events += [("football", "Premier League", teams, at) for teams in bills]
        for course in COMPETITIONS["horse-racing"]:
            races = range(draw(st.integers(0, 2)))
            events += [("horse-racing", course, (), at + timedelta(minutes=20 * race)) for race in races]
    return events


def _written(name: str, random: Random, *, misspelt: bool = False) -> str:
    """Return how a provider writes a name."""
    if random.random() < 0.5:
        name = name.translate(_PLAIN)
    if random.random() < 0.5:
        name = name.replace("'", "").replace(".", "").replace(" ", random.choice((" ", "  ", "-", "_")))
    if random.random() < 0.5 and not name.endswith(("B", "Women", "U21")):
        name = name.removeprefix("FC ") if name.startswith("FC ") else f"{name} FC"
    if misspelt and random.random() < 0.5:
        gap = random.randrange(1, len(name))
        name = name[:gap] + name[gap + 1 :]
    return random.choice((name, name.upper(), name.lower()))
