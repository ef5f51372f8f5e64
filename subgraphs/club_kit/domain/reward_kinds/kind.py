"""What a kind of reward declares: its terms, its law, who pays it, its words and its picture."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum


class Payer(StrEnum):
    """Who pays rewards: a sort of company, or the platform's own wallet. Each adapter belongs to one."""

    SPORTSBOOK = "sportsbook"
    GAMES = "games"
    WALLET = "wallet"
    HOUSE = "house"


class Amount(Enum):
    """What says how much a reward is.

    Attributes:
        VALUE: Its value in minor units.
        OPTIONAL_VALUE: Its value in minor units, if it has one.
        SPINS: Its number of spins, and no value.
    """

    VALUE = "value"
    OPTIONAL_VALUE = "optional value"
    SPINS = "spins"

    def problem(self, value_minor: int | None, spins: int | None) -> str | None:
        """Return why a reward cannot have this amount; None if it can."""
        match self:
            case Amount.SPINS if not spins:
                return "without spins"
            case Amount.SPINS if value_minor is not None:
                return "with a value: the number of spins says how much it is"
            case Amount.SPINS:
                return None
            case _ if spins is not None:
                return "with spins"
            case Amount.OPTIONAL_VALUE:
                return "with the value 0" if value_minor == 0 else None
            case _:
                return None if value_minor else "without a value"

    def is_known(self, value_minor: int | None, spins: int | None) -> bool:
        """Return whether a reward has all the amount that it needs to be paid."""
        match self:
            case Amount.SPINS:
                return spins is not None
            case Amount.OPTIONAL_VALUE:
                return True
            case _:
                return value_minor is not None


@dataclass(frozen=True, slots=True)
class Ban:
    """A law that forbids a kind of reward in a jurisdiction from an instant on.

    Attributes:
        source: The regulation that the rule comes from.
    """

    jurisdiction: str
    since: datetime
    source: str

    def holds(self, jurisdiction: str, at: datetime) -> bool:
        """Return whether the law is in force in a jurisdiction at an instant."""
        return self.jurisdiction == jurisdiction and self.since <= at


@dataclass(frozen=True, slots=True)
class KindRules:
    """A kind of reward.

    Attributes:
        name: Its name in messages and tables; the graph has it in capitals.
        words: What people call such rewards in English, in the plural.
        glyph: The path of its picture, in a square of 24 by 24, drawn as lines.
        payers: Who pays it: the first is the usual one.
        own_money: Whether it is the customer's own money once credited, never used up and never expiring.
        names_games: Whether its content should say in which games it can be used.
        bans: The laws that forbid the kind itself; those about all rewards are in the law of the catalogue.
    """

    name: str
    words: str
    glyph: str
    amount: Amount
    payers: tuple[Payer, ...]
    own_money: bool = False
    names_games: bool = False
    bans: tuple[Ban, ...] = ()
