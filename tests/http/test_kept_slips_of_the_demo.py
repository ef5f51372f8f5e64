"""What the demo keeps of bets that were placed: an id stays that of the first bet under it."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from furlong.demo.bets.settled_slips import FILE, TABLES, OpenSlip, OpenSlips
from simulator.sqlite_file import open_file

SLIP = OpenSlip(
    bet_id="6f0c1a52-8f6e-4a57-9d0a-0d3a9c1b7e11",
    brand="northbet",
    customer="c-1001",
    currency="GBP",
    stake_minor=500,
    odds_milli=2500,
    selection_id="northbet:m-1-home",
    free_bet="",
    placed_at="2026-11-29T10:00:00+00:00",
)


def test_an_id_stays_that_of_the_first_bet(tmp_path: Path) -> None:
    """Also after a restart, and when the bet has been settled: it does not wait for a result again."""
    another = replace(SLIP, selection_id="northbet:m-1-away", placed_at="2026-11-29T11:00:00+00:00")
    with closing(open_file(tmp_path / FILE, TABLES)) as file:
        slips = OpenSlips(file)
        assert slips.add(SLIP) == SLIP
        assert slips.add(another) == SLIP
        assert slips.after("") == [SLIP]
        slips.remove(SLIP)
    with closing(open_file(tmp_path / FILE, TABLES)) as file:
        slips = OpenSlips(file)
        assert slips.add(another) == SLIP
        assert slips.after("") == []


def test_a_bet_that_was_never_published_is_forgotten(tmp_path: Path) -> None:
    """Nobody knows of it, so nothing is settled."""
    with closing(open_file(tmp_path / FILE, TABLES)) as file:
        slips = OpenSlips(file)
        slips.add(SLIP)
        slips.forget(SLIP)
        assert slips.after("") == []
        assert slips.add(replace(SLIP, odds_milli=3000)).odds_milli == 3000
