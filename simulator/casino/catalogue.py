"""The providers and their games, read from `games.yaml`: reels, paytables and dice are data."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Final, Literal, TypeAlias

import msgspec
from msgspec import Struct

DEMO: Final = "XXX"
"""The currency of play without money."""

UNITS: Final = 100_000
"""Units of an amount in one of the currency."""

LANGUAGES: Final = ("en", "de", "da", "it")
ANY: Final = "*"
"""In a pattern of a paytable: whatever a reel shows."""

WILD: Final = "W"
"""A symbol that stands for each other one."""

SYMBOLS: Final = {
    "A": "acorn",
    "L": "leaf",
    "B": "bell",
    "R": "berry",
    "M": "moon",
    "S": "star",
    "7": "seven",
    "W": "sun",
}
"""What the letters of reels and patterns are."""


class Pace(Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for games of a kind in a country.

    Attributes:
        seconds: From the beginning of a game to that of the next one, at least.
        most: The highest stake, in pounds or euros.
    """

    seconds: float
    most: Decimal


class _Game(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What games of all kinds have.

    Attributes:
        code: Names the game at its provider.
        released: A date by ISO 8601.
        certificates: The jurisdictions in which the game may be offered.
        volatility: From 1 to 5.
        stakes: What can be staked, in pounds or euros.
        colours: The two colours of its picture.
    """

    code: str
    name: str
    released: str
    tags: tuple[str, ...]
    certificates: tuple[str, ...]
    volatility: int
    stakes: tuple[Decimal, ...]
    colours: tuple[str, str]


class Slot(_Game, frozen=True, tag="slot"):
    """Three reels with one line.

    Attributes:
        rtp: What it returns to players, in percent, as it is stated.
        hits: How many games of a hundred pay something, as it is stated.
        reels: The letters of each reel, around it.
        pays: The multiples of the stake by pattern; the highest one that matches is paid.
    """

    rtp: str
    hits: str
    reels: tuple[str, str, str]
    pays: dict[str, Decimal]


class Choice(Struct, frozen=True, forbid_unknown_fields=True):
    """What can be bet on dice.

    Attributes:
        sum: How the sum of the dice compares with the number.
        pays: The multiple of the stake.
        rtp: What it returns to players, in percent, as it is stated.
    """

    sum: Literal["under", "over", "exactly"]
    number: int
    pays: Decimal
    rtp: str

    @property
    def name(self) -> str:
        """Return what tells it from the game's other choices."""
        return f"{self.sum}-{self.number}"


class Dice(_Game, frozen=True, tag="dice"):
    """The sum of some dice.

    Attributes:
        doubles: How often a win may be doubled or lost before it is collected.
    """

    dice: int
    sides: int
    choices: tuple[Choice, ...]
    doubles: int = 0


Game: TypeAlias = Slot | Dice


class Provider(Struct, frozen=True, forbid_unknown_fields=True):
    """A provider.

    Attributes:
        name: As commands and settings call it.
        title: As people read it.
    """

    name: str
    title: str
    games: tuple[Game, ...]

    def game(self, code: str) -> Game | None:
        """Return a game; None if there is none of that code."""
        return next((game for game in self.games if game.code == code), None)


class Catalogue(Struct, frozen=True, forbid_unknown_fields=True):
    """All providers, and what holds for their games.

    Attributes:
        currencies: What can be played with; how much of each is like a pound or a euro.
        pace: By kind of game and country; under "" for countries that are not listed.
    """

    currencies: dict[str, int]
    pace: dict[str, dict[str, Pace]]
    providers: tuple[Provider, ...]

    def pace_of(self, game: Game, country: str) -> Pace:
        """Return what holds for a game in a country; "" is one that nobody said."""
        paces: Mapping[str, Pace] = self.pace["slot" if isinstance(game, Slot) else "dice"]
        return paces.get(country, paces[""])

    def units(self, amount: Decimal, currency: str) -> int:
        """Return an amount in pounds or euros as units of a currency."""
        return int(amount * (1 if currency == DEMO else self.currencies[currency]) * UNITS)

    def stakes_of(self, game: Game, country: str) -> tuple[Decimal, ...]:
        """Return what can be staked on a game in a country, in pounds or euros."""
        most = self.pace_of(game, country).most
        return tuple(stake for stake in game.stakes if stake <= most)


@cache
def load_catalogue() -> Catalogue:
    """Return the providers that come with the simulator."""
    content = resources.files("simulator.casino").joinpath("games.yaml").read_bytes()
    return msgspec.yaml.decode(content, type=Catalogue)
