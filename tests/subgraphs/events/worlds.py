"""Worlds of sports events whose truth is known, as providers offer them under names of their own."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Final

from hypothesis import strategies as st

from subgraphs.events.matching import Decisions, Different, Offer, OfferKey, same
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
SMITHS: Final = ("Kevin Smith", "Karl Smith", "Kim Smith")
"""They play the same opponents on one day, and some providers call each of them "K Smith"."""
SPELLINGS: Final = {
    "Manchester United": ("Man Utd", "Manchester Utd"),
    "Manchester City": ("Man City",),
    "Arsenal U21": ("Arsenal U-21", "Arsenal U 21"),
    "Arsenal Women": ("Arsenal Ladies", "Arsenal (W)"),
    "Internazionale": ("Inter", "Inter Milan"),
    "Inter Miami CF": ("Inter", "Miami"),
    "Nott'm Forest": ("Nottingham Forest",),
    "Real Madrid": ("Madrid", "R. Madrid"),
    "Atlético Madrid": ("Madrid", "Atletico"),
    **{name: (f"{name[0]} Smith", "Smith") for name in SMITHS},
    **{name: (f"{name[0]}. {name.split()[-1]}", name.split()[-1]) for name in PLAYERS},
    "Premier League": ("England 1", "English Premier League"),
    "La Liga": ("Spain 1",),
}
"""What some providers call them: always the same, but two of them by one name."""
COMPETITIONS: Final = {
    "darts": ("World Matchplay",),
    "football": ("Premier League", "Women's Super League", "La Liga", "Coppa Italia"),
    "tennis": ("ATP Finals", "WTA Finals"),
    "horse-racing": ("Ascot", "Kempton Park"),
}
_CROWDED: Final = (
    *(("K Smith", "J Jones"), ("Kevin Smith", "J Jones"), ("Karl Smith", "J Jones"), ("J Jones", "K Smith")),
    *(("Smith", "Jones"), ("Kevin Smith Women", "J Jones"), ("TBD", "J Jones")),
)
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
def worlds(draw: st.DrawFn, *, spelt: bool = False, misspelt: bool = False, late: bool = False) -> World:
    """Draw a world: by default only of what the rules know to be the same.

    Each provider may also have names that are `spelt` as it likes, single names be `misspelt`, with a letter
    left out, and offers `late`, by hours.
    """
    random = draw(st.randoms(use_true_random=False))
    spellings = {
        provider: {name: random.choice((name, *others)) for name, others in SPELLINGS.items() if spelt}
        for provider in PROVIDERS
    }
    offers: list[Offer] = []
    truth: dict[OfferKey, int] = {}
    for number, (sport, competition, names, start) in enumerate(draw(_calendars())):
        rules = rules_of(sport)
        tolerance = int(rules.start_tolerance.total_seconds()) // 2
        write = partial(_written, random=random, of_club=rules.has_clubs)
        for provider in random.sample(PROVIDERS, random.randint(1, len(PROVIDERS))):
            key = OfferKey(provider, f"{random.randrange(100)}-{number}")
            spelling = spellings[provider]
            written = tuple(write(spelling.get(name, name), misspelt=misspelt) for name in names)
            if not rules.has_home_side and random.random() < 0.5:
                written = written[::-1]
            starts_at = start + timedelta(seconds=random.randint(0, 6 * tolerance if late else tolerance))
            course = write(spelling.get(competition, competition))
            offers.append(Offer(key, NOON, sport, course, written, starts_at))
            truth[key] = number
    random.shuffle(offers)
    return World(arrived(offers), truth)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Offers that have much in common, and decisions about them, right or wrong."""

    offers: tuple[Offer, ...]
    decisions: Decisions


@st.composite
def crowds(draw: st.DrawFn) -> Crowd:
    """Draw a crowd, in which no provider has two offers that start at the same time."""
    sport = draw(st.sampled_from(("darts", "football")))
    pairs = draw(st.lists(st.sampled_from(_CROWDED), min_size=1, max_size=3))
    offers: list[Offer] = []
    places = st.tuples(st.sampled_from(PROVIDERS), st.integers(0, 40))
    for number, (provider, tens) in enumerate(draw(st.lists(places, unique=True, max_size=10))):
        key = OfferKey(provider, f"{draw(st.integers(0, 9))}-{number}")
        names, course = draw(st.sampled_from(pairs)), draw(st.sampled_from(("Cup", "Cup", "World Cup")))
        offers.append(Offer(key, NOON, sport, course, names, NOON + timedelta(minutes=20 * tens)))
    decided = [
        tuple(draw(st.permutations(offers))[:2])
        for _ in range(draw(st.integers(0, 4)) if len(offers) > 1 else 0)
    ]
    half = draw(st.integers(0, len(decided)))
    return Crowd(
        arrived(offers),
        Decisions(
            frozenset(same(*pair) for pair in decided[:half]),
            frozenset(Different(first.key, second.key) for first, second in decided[half:]),
        ),
    )


def arrived(offers: Iterable[Offer]) -> tuple[Offer, ...]:
    """Return offers as if they had become known in this order."""
    return tuple(
        replace(offer, known_since=NOON - timedelta(days=9) + timedelta(seconds=second))
        for second, offer in enumerate(offers)
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
        for hour, smith in enumerate(draw(st.lists(st.sampled_from(SMITHS), unique=True))):
            start = at + timedelta(hours=4 * hour)
            events.append(("darts", "World Matchplay", (smith, "Jo Jones"), start))
        bills = draw(st.lists(st.sampled_from(SAME_CLUBS), unique=True))
        events += [("football", "Premier League", teams, at) for teams in bills]
        for course in COMPETITIONS["horse-racing"]:
            races = range(draw(st.integers(0, 2)))
            events += [("horse-racing", course, (), at + timedelta(minutes=20 * race)) for race in races]
    return events


def _written(name: str, random: Random, *, of_club: bool, misspelt: bool = False) -> str:
    """Return how a provider writes a name."""
    if random.random() < 0.5:
        name = name.translate(_PLAIN)
    if random.random() < 0.5:
        name = name.replace("'", "").replace(".", "").replace(" ", random.choice((" ", "  ", "-", "_")))
    if random.random() < 0.5 and of_club and not name.endswith(("B", "Women", "U21", "21", "(W)", "Ladies")):
        name = name.removeprefix("FC ") if name.startswith("FC ") else f"{name} FC"
    if misspelt and random.random() < 0.5:
        gap = random.randrange(1, len(name))
        name = name[:gap] + name[gap + 1 :]
    return random.choice((name, name.upper(), name.lower()))
