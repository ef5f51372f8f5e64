"""What features of the gateway cost a request."""

from pathlib import Path

from bench.features import BARE, BEGIN, DEFAULTS, OFF, PAGE, UNMEASURED, configurations, count, table
from bench.performance import with_table
from gateway.settings import GatewaySettings
from gateway.settings.feature_list import FEATURES as ALL


def test_each_feature_is_measured_or_says_why_not(tmp_path: Path) -> None:
    """A new feature is measured, too; those that are on by default can all be switched off."""
    assert sorted((*configurations(tmp_path), *UNMEASURED)) == sorted(entry.name for entry in ALL)
    bare = GatewaySettings(**OFF)
    assert {name for name, part in bare.parts.items() if part.is_on} <= set(UNMEASURED)


def test_the_defaults_cost_at_most_a_fifth_of_the_core() -> None:
    """In instructions, which are the same in each run."""
    counted = count({BARE, DEFAULTS})
    assert counted[DEFAULTS]["opcodes"] <= 1.2 * counted[BARE]["opcodes"]


def test_the_list_says_what_each_feature_adds() -> None:
    """`furlong gateway path` prints these; they may be old by a twentieth, or by 20 instructions."""
    listed = {entry.name: entry.instructions for entry in ALL if entry.name not in UNMEASURED}
    counted = {name: totals["opcodes"] for name, totals in count({BARE, *listed}).items()}
    added = {name: counted[name] - counted[BARE] for name in listed}
    assert {
        name: (number, added[name])
        for name, number in listed.items()
        if number is None or abs(added[name] - number) > max(20, number // 20)
    } == {}


def test_the_table_says_what_each_feature_adds() -> None:
    """Compared with the bare core; a feature may also take something away."""
    measures = ("python_calls", "c_calls", "opcodes", "system_calls", "microseconds")
    bare, other = dict.fromkeys(measures, 1000.4), dict.fromkeys(measures, 990.0)
    assert table({BARE: bare, "cors": other})[2:] == [
        f"| {BARE} | 1,000 | 1,000 | 1,000 | 1,000 | 1,000 |",
        "| cors: for a page of another origin | -10 | -10 | -10 | -10 | -10 |",
    ]


def test_the_page_has_a_place_for_the_table() -> None:
    """The benchmark replaces what stands there."""
    assert "\nthe table\n" in with_table(PAGE.read_text(encoding="utf-8"), "the table", BEGIN)
