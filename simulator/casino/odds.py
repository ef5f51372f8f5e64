"""What games show and pay: drawn for a round, and calculated over all that can be shown."""

import random
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Final, TypeAlias

from simulator.casino.catalogue import ANY, WILD, Choice, Dice, Game, Slot

Shown: TypeAlias = tuple[int, ...]
"""Where each reel has stopped, or what each die shows."""

COIN_SIDES: Final = 2
PERCENT: Final = 100
NOTHING: Final = Decimal(0)


def draw(game: Game, source: random.Random) -> Shown:
    """Return what a round shows."""
    if isinstance(game, Slot):
        return tuple(source.randrange(len(reel)) for reel in game.reels)
    return tuple(source.randint(1, game.sides) for _ in range(game.dice))


def doubles(source: random.Random) -> bool:
    """Return whether a win is doubled, rather than lost."""
    return source.randrange(COIN_SIDES) == 0


def multiple(game: Game, choice: str, shown: Shown) -> Decimal:
    """Return what is paid, as a multiple of the stake.

    Args:
        game: What is played.
        choice: The name of what was bet on dice; of a slot, "".
        shown: What the round shows.
    """
    if isinstance(game, Slot):
        return _line_pays(game, symbols(game, shown))
    chosen = choice_of(game, choice)
    return chosen.pays if chosen is not None and _wins(chosen, sum(shown)) else NOTHING


def symbols(slot: Slot, shown: Shown) -> str:
    """Return the letters of the line."""
    return "".join(reel[stop] for reel, stop in zip(slot.reels, shown, strict=True))


def choice_of(game: Dice, name: str) -> Choice | None:
    """Return what can be bet on dice under a name; None if there is nothing."""
    return next((choice for choice in game.choices if choice.name == name), None)


def all_shown(game: Game) -> Iterator[Shown]:
    """Yield all that a round can show, each as probable as any other."""
    if isinstance(game, Slot):
        return product(*(range(len(reel)) for reel in game.reels))
    return product(range(1, game.sides + 1), repeat=game.dice)


def return_to_player(game: Game, choice: str = "") -> Fraction:
    """Return the share of stakes that is paid back in the long run, exactly.

    Whoever doubles gets the same share: a win is doubled as often as it is lost.
    """
    multiples = [Fraction(multiple(game, choice, shown)) for shown in all_shown(game)]
    return sum(multiples, Fraction(0)) / len(multiples)


def hit_ratio(game: Game, choice: str = "") -> Fraction:
    """Return the share of rounds that pay something, exactly."""
    pays = [multiple(game, choice, shown) > 0 for shown in all_shown(game)]
    return Fraction(sum(pays), len(pays))


def percent(share: Fraction) -> str:
    """Return a share in percent as it is stated: with two digits, never more than it is."""
    hundredths = share * PERCENT * PERCENT
    whole, rest = divmod(hundredths.numerator // hundredths.denominator, PERCENT)
    return f"{whole}.{rest:02}"


def stated_rtp(game: Game) -> str:
    """Return what a game returns to players at least, as it is stated."""
    if isinstance(game, Slot):
        return game.rtp
    return min((choice.rtp for choice in game.choices), key=Decimal)


def stated_hits(game: Game) -> str:
    """Return how many rounds of a hundred pay something; with dice, of the choice that pays most often."""
    if isinstance(game, Slot):
        return game.hits
    return percent(max(hit_ratio(game, choice.name) for choice in game.choices))


def _line_pays(slot: Slot, line: str) -> Decimal:
    return max((pays for pattern, pays in slot.pays.items() if _matches(pattern, line)), default=NOTHING)


def _matches(pattern: str, line: str) -> bool:
    return all(
        wanted in {ANY, letter} or letter == WILD for wanted, letter in zip(pattern, line, strict=True)
    )


def _wins(choice: Choice, total: int) -> bool:
    match choice.sum:
        case "under":
            return total < choice.number
        case "over":
            return total > choice.number
    return total == choice.number
