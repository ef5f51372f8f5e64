"""Every command that lists something can print it for programs."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from furlong.cli import app
from furlong.cli.json_lists import echo_table, table, week_cell
from furlong.cli.main import COMMANDS

LISTS = [
    "furlong brand contrast",
    "furlong deadletters list",
    "furlong fulfilment history",
    "furlong fulfilment reviews",
    "furlong liability",
    "furlong review disputed",
    "furlong review late",
    "furlong reward list",
    "furlong settings",
    "furlong week status",
]


def below(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """A command or group, and every command below it, by their whole names."""
    yield name, command
    for each, found in getattr(command, "commands", {}).items():
        yield from below(found, f"{name} {each}")


ALL = dict(
    pair for name, command in COMMANDS.items() for pair in below(command.load(name), f"furlong {name}")
)


@pytest.mark.parametrize("name", sorted({*LISTS, *(each for each in ALL if each.endswith(" list"))}))
def test_a_list_takes_json(name: str) -> None:
    """By the option of that name, with one help text for all."""
    [option] = [param for param in ALL[name].params if "--json" in param.opts]
    assert option.help == "Print one JSON array, for programs."


def test_a_table_says_the_zone_of_its_times_once() -> None:
    """In the head; no cell repeats it."""
    at = datetime(2026, 11, 30, 9, 5, 7, tzinfo=UTC)
    assert list(table([("node", "since", "lag"), ("main/club", at, 3), ("main/bets", None, 12)])) == [
        "node       since (UTC)          lag",
        "main/club  2026-11-30 09:05:07    3",
        "main/bets                        12",
    ]


def test_the_settings_are_told_to_programs() -> None:
    """Each with its variable, its default and its meaning, as the list shows them."""
    told = json.loads(CliRunner().invoke(app, ["settings", "--json"]).output)
    shown = CliRunner().invoke(app, ["settings"]).output
    assert "".join(f"{one['variable']}={one['default']}\n    {one['meaning']}\n" for one in told) == shown


class Terminal(io.StringIO):
    """A terminal, as far as a list asks."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@pytest.mark.parametrize(("columns", "is_wide"), [(60, False), (120, True)])
def test_a_table_that_is_wider_than_the_terminal_is_records(
    monkeypatch: pytest.MonkeyPatch, *, columns: int, is_wide: bool
) -> None:
    """A line for each cell that has something, broken at words; no line is wider than the terminal."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    at = datetime(2026, 11, 30, 9, 5, 7, tzinfo=UTC)
    health = "unknown: it has not said how it is: does furlong provider run stats run?"
    echo_table(
        ("provider", "since", "note", "health"), [("stats", at, None, health), ("feed", at, " ", "up")]
    )
    lines = terminal.getvalue().splitlines()
    assert max(map(len, lines)) <= columns
    assert is_wide or lines == [
        "provider     stats",
        "since (UTC)  2026-11-30 09:05:07",
        "health       unknown: it has not said how it is: does",
        "             furlong provider run stats run?",
        "",
        "provider     feed",
        "since (UTC)  2026-11-30 09:05:07",
        "health       up",
    ]
    assert not is_wide or len(lines) == 3


def test_a_pipe_gets_the_table_whatever_its_width(capsys: pytest.CaptureFixture[str]) -> None:
    """As programs that cut columns expect it."""
    echo_table(("name", "text"), [("one", "x" * 300), ("two", "y")])
    assert capsys.readouterr().out.splitlines()[0] == "name  text"


def test_a_week_says_its_monday() -> None:
    """Beside the name that commands take."""
    assert [week_cell(week) for week in ("2026-W49", "2027-W01", "*")] == [
        "2026-W49 (30 Nov)",
        "2027-W01 (4 Jan)",
        "*",
    ]
