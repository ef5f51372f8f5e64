"""What games return to players is what they state, calculated over all that they can show."""

from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Final

import pytest

from simulator.casino.catalogue import ANY, SYMBOLS, WILD, Dice, Game, Slot, load_catalogue
from simulator.casino.odds import (
    all_shown,
    doubles,
    draw,
    hit_ratio,
    multiple,
    percent,
    return_to_player,
    stated_rtp,
)
from subgraphs.kit.domain.currencies import minor_digits

GAMES: Final = [game for provider in load_catalogue().providers for game in provider.games]
SLOTS: Final = [game for game in GAMES if isinstance(game, Slot)]
DICE: Final = [game for game in GAMES if isinstance(game, Dice)]
LEAST, MOST = Fraction(92, 100), Fraction(975, 1000)


def name(game: Game) -> str:
    """Return a game's code."""
    return game.code


def test_there_are_enough_games_to_fill_a_lobby() -> None:
    """Each provider has several, each under a code of its own, and no two are the same."""
    assert len(GAMES) >= 12
    assert [len(provider.games) > 4 for provider in load_catalogue().providers] == [True, True]
    assert len({game.code for game in GAMES}) == len(GAMES)
    assert len({(game.reels, tuple(game.pays.items())) for game in SLOTS}) == len(SLOTS)
    assert len({(game.dice, game.sides, game.choices) for game in DICE}) == len(DICE)


@pytest.mark.parametrize("slot", SLOTS, ids=name)
def test_a_slot_returns_what_it_states(slot: Slot) -> None:
    """Counted by hand, symbol by symbol: independent of how a round is paid."""
    total = Fraction(0)
    hits = 0
    for first in slot.reels[0]:
        for second in slot.reels[1]:
            for third in slot.reels[2]:
                line = (first, second, third)
                best = Decimal(0)
                for pattern, pays in slot.pays.items():
                    fits = all(p in (ANY, s) or s == WILD for p, s in zip(pattern, line, strict=True))
                    best = max(best, pays) if fits else best
                total += Fraction(best)
                hits += best > 0
    count = len(slot.reels[0]) * len(slot.reels[1]) * len(slot.reels[2])
    assert return_to_player(slot) == total / count
    assert (percent(total / count), percent(Fraction(hits, count))) == (slot.rtp, slot.hits)
    assert LEAST <= return_to_player(slot) <= MOST


@pytest.mark.parametrize("slot", SLOTS, ids=name)
def test_a_slots_paytable_holds_together(slot: Slot) -> None:
    """Each pattern can be shown, each letter is drawn, and each prize is a whole number of pence."""
    letters = set("".join(slot.reels))
    assert letters <= SYMBOLS.keys()
    lines = {
        "".join(reel[stop] for reel, stop in zip(slot.reels, shown, strict=True)) for shown in all_shown(slot)
    }
    for pattern, pays in slot.pays.items():
        assert set(pattern) <= letters | {ANY}
        plain = {line for line in lines if all(p in (ANY, s) for p, s in zip(pattern, line, strict=True))}
        assert plain, pattern
        assert all((pays * stake * 100) % 1 == 0 for stake in slot.stakes), pattern


@pytest.mark.parametrize("dice", DICE, ids=name)
def test_dice_return_what_they_state(dice: Dice) -> None:
    """Each choice does, by a count of sums; the game states the least of them."""
    ways: dict[int, int] = {0: 1}
    for _ in range(dice.dice):
        sums: dict[int, int] = {}
        for total, count in ways.items():
            for side in range(1, dice.sides + 1):
                sums[total + side] = sums.get(total + side, 0) + count
        ways = sums
    for choice in dice.choices:
        wins = {"under": range(choice.number), "over": range(choice.number + 1, 1000)}
        winning = wins.get(choice.sum, (choice.number,))
        chance = Fraction(sum(count for total, count in ways.items() if total in winning), sum(ways.values()))
        assert hit_ratio(dice, choice.name) == chance
        assert return_to_player(dice, choice.name) == chance * Fraction(choice.pays)
        assert percent(chance * Fraction(choice.pays)) == choice.rtp
        assert LEAST <= chance * Fraction(choice.pays) <= MOST
        assert all((choice.pays * stake * 100) % 1 == 0 for stake in dice.stakes)
    assert Decimal(stated_rtp(dice)) == min(Decimal(choice.rtp) for choice in dice.choices)


@pytest.mark.parametrize("game", GAMES, ids=name)
def test_what_is_drawn_is_what_was_counted(game: Game) -> None:
    """Thousands of rounds pay about what is stated: nothing was left out, or is drawn more often."""
    choice = "" if isinstance(game, Slot) else game.choices[-1].name
    source = Random(5)  # noqa: S311 - repeatable on purpose
    payouts = [float(multiple(game, choice, draw(game, source))) for _ in range(20_000)]
    mean = sum(payouts) / len(payouts)
    variance = sum((payout - mean) ** 2 for payout in payouts) / len(payouts)
    assert abs(mean - float(return_to_player(game, choice))) < 4 * (variance / len(payouts)) ** 0.5
    assert {shown in set(all_shown(game)) for shown in (draw(game, source) for _ in range(50))} == {True}


def test_doubling_is_fair() -> None:
    """A win is doubled as often as it is lost, so what a game returns stays."""
    source = Random(5)  # noqa: S311 - repeatable on purpose
    assert abs(sum(doubles(source) for _ in range(40_000)) - 20_000) < 400


def test_great_britains_pace_and_stakes_are_data() -> None:
    """Slots: 2.5 s and £5; other games: 5 s. Germany: 5 s and 1 €."""
    catalogue = load_catalogue()
    for slot in SLOTS:
        assert catalogue.pace_of(slot, "GB").seconds >= 2.5
        assert max(catalogue.stakes_of(slot, "GB")) <= 5
        assert catalogue.pace_of(slot, "DE").seconds >= 5
        assert max(catalogue.stakes_of(slot, "DE")) <= 1
        assert catalogue.stakes_of(slot, "") == slot.stakes
    assert all(catalogue.pace_of(dice, "GB").seconds >= 5 for dice in DICE)


def test_stakes_are_like_pounds_in_each_currency() -> None:
    """In 1/100,000 of it; each currency has hundredths, so no prize is a part of its minor unit."""
    assert load_catalogue().units(Decimal("0.2"), "GBP") == 20_000
    assert load_catalogue().units(Decimal("0.2"), "DKK") == 200_000
    assert {minor_digits(currency) for currency in load_catalogue().currencies} == {2}


def test_no_dice_are_offered_in_germany() -> None:
    """Its licences are for slots; and no game is certified where a stake of it is not allowed."""
    assert not any("DE" in dice.certificates for dice in DICE)
    for game in GAMES:
        for place in game.certificates:
            assert load_catalogue().stakes_of(game, place[:2]), (game.code, place)
