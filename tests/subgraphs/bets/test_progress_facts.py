"""What the club is told of a bet, as its own consumer reads it."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from consumers.progress.messages import BetChanged, decode_bet
from consumers.stream.records import Record
from subgraphs.bets.betting.bet import Bet
from subgraphs.bets.betting.facts import Moved, with_fact
from subgraphs.bets.betting.progress_facts import MAX_ODDS, progress_fact
from tests.subgraphs.bets.slips import NOON, bet, made, selection, slip
from tests.subgraphs.bets.test_settling import LATER, settled

CONTRACT = Path(__file__).parents[3] / "contracts" / "club.progress.v1.schema.json"


def told(known: Bet) -> BetChanged:
    """Return what the club's consumer reads of a bet."""
    fact = progress_fact(known)
    assert fact is not None
    message = fact.encoded()
    Draft202012Validator(json.loads(CONTRACT.read_text())).validate(json.loads(message.value))
    return decode_bet(Record(message.topic, 0, 0, message.key.encode(), message.value.encode()))


def test_a_bet_that_is_made_is_placed() -> None:
    """With its whole stake, of both lines, and the odds of all legs."""
    double = told(made(slip((1, 2), each_way=True)))
    assert (double.status, double.bet_type, double.bet_revision) == ("placed", "multiple", 1)
    assert (double.stake_minor, double.counting_stake_minor, double.odds_milli) == (2000, 2000, 9000)
    assert (double.placed_at, double.occurred_at) == (NOON, NOON)
    assert [(leg.selection_id, leg.odds_milli) for leg in double.legs or ()] == [
        (selection(1), 3000),
        (selection(2), 3000),
    ]


@pytest.mark.parametrize(
    ("result", "status", "counting"),
    [
        ("winner", "settled", 1000),
        ("loser", "settled", 1000),
        ("removed", "void", 0),
        ("winner 500", "partially_void", 500),
        ("loser 500", "partially_void", 500),
    ],
)
def test_each_settlement_is_the_next_revision(result: str, status: str, counting: int) -> None:
    """Also one that corrects another; what is void counts no more."""
    known = settled(made(), m1=result)
    first = told(known)
    assert (first.status, first.counting_stake_minor, first.bet_revision) == (status, counting, 2)
    assert first.occurred_at == LATER
    again = told(settled(known, m1="placed"))
    assert (again.status, again.bet_revision) == ("settled", 3)


def test_a_multiple_with_a_void_leg_counts_with_its_whole_stake() -> None:
    """All of it was at risk on the other leg."""
    known = told(settled(made(slip((1, 2))), m1="removed", m2="winner"))
    assert (known.status, known.counting_stake_minor) == ("settled", 1000)


def test_equal_revisions_have_equal_bodies() -> None:
    """Whether the money has moved by then or not."""
    known = settled(made(), m1="winner")
    moved = with_fact(known, Moved(1, LATER))
    assert moved != known
    assert progress_fact(moved) == progress_fact(known)


@pytest.mark.parametrize("facts", [{}, {"reserved_at": NOON, "decided_at": NOON}, {"refusal": "DECLINED"}])
def test_what_is_not_made_is_not_told(facts: dict[str, Any]) -> None:
    """A refused bet never counts."""
    assert progress_fact(bet(**facts)) is None


def test_odds_that_no_message_can_say_are_cut() -> None:
    """They are far beyond any minimum that a scheme asks."""
    assert told(made(slip(range(1, 21), seen=1_000_000))).odds_milli == MAX_ODDS
