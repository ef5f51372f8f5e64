"""Lists: aligned columns for people, and JSON for programs by the option that every list has."""

import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from textwrap import wrap
from typing import Annotated, Any, Final, TypeVar

import orjson
import typer

E = TypeVar("E")
LOCALE: Final = "en-GB"
"""In which lists for people are written."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A cell with an amount, given in minor units and shown as money: `£5.00`."""

    minor: int
    currency: str

    def __str__(self) -> str:
        """Return the amount as people write it."""
        from subgraphs.kit.graphql.money import written

        return written(self.minor, self.currency, LOCALE)


_WEEK: Final = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


def week_cell(iso_week: str) -> str:
    """Return a week as commands take it, with its Monday: `2026-W49 (30 Nov)`; other texts unchanged."""
    named = _WEEK.fullmatch(iso_week)
    if named is None:
        return iso_week
    monday = date.fromisocalendar(int(named[1]), int(named[2]), 1)
    return f"{iso_week} ({monday.day} {monday:%b})"


def amount(minor: int, currency: str | None) -> Amount | str:
    """Return a cell with an amount; in minor units, which it says, if its currency is not known."""
    return f"{minor} minor units" if currency is None else Amount(minor, currency)


AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array, for programs.")]


def echo_json(entries: Iterable[Any]) -> None:
    """Print entries, mappings or dataclasses, as one array; times in ISO 8601."""
    typer.echo(orjson.dumps(list(entries), option=orjson.OPT_INDENT_2).decode())


def echo_list(
    entries: Iterable[E],
    *,
    as_json: bool,
    heads: Sequence[str],
    cells: Callable[[E], Sequence[object]],
    facts: Callable[[E], Any] = lambda entry: entry,
    nothing: str = "",
) -> None:
    """Print entries as JSON, by their facts, or as a table for people, by their cells."""
    if as_json:
        echo_json(map(facts, entries))
    else:
        echo_table(heads, map(cells, entries), nothing)


def echo_table(heads: Sequence[str], rows: Iterable[Sequence[object]], nothing: str = "") -> None:
    """Print rows below their heads, or a sentence if there are none.

    On a terminal that is narrower than the table, each row is a record: a line for each of its cells.
    """
    lines = list(rows)
    if not lines:
        typer.echo(nothing)
        return
    shown = list(table([heads, *lines]))
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    if columns is not None and max(map(len, shown)) > columns:
        shown = list(records([heads, *lines], columns))
    typer.echo("\n".join(shown))


def table(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield a line for each row, the heads first, with columns as wide as their widest cell.

    Figures are right-aligned. Times are in UTC, which the head says once.
    """
    named, *entries = _with_zones(rows)
    texts = [[(_shown(cell), isinstance(cell, int | Amount)) for cell in row] for row in (named, *entries)]
    widths = [max(len(text) for text, _ in column) for column in zip(*texts, strict=True)]
    for row in texts:
        cells = (
            text.rjust(width) if number else text.ljust(width)
            for (text, number), width in zip(row, widths, strict=True)
        )
        yield "  ".join(cells).rstrip()


def records(rows: Iterable[Sequence[object]], columns: int) -> Iterator[str]:
    """Yield each row as lines of a head and its cell, broken at words to the width, without empty cells."""
    named, *entries = _with_zones(rows)
    indent = max(map(len, map(str, named))) + 2
    width = max(columns - indent, 20)
    for place, row in enumerate(entries):
        if place:
            yield ""
        for head, text in zip(named, map(_shown, row), strict=True):
            if broken := wrap(text, width, break_long_words=False, break_on_hyphens=False):
                yield f"{head!s:<{indent}}{broken[0]}"
                yield from (" " * indent + line for line in broken[1:])


def _with_zones(rows: Iterable[Sequence[object]]) -> list[Sequence[object]]:
    """Return rows, of which the first has the heads: those of times say in which zone they are."""
    heads, *entries = rows
    of_times = {place for row in entries for place, cell in enumerate(row) if isinstance(cell, datetime)}
    return [[f"{head} (UTC)" if place in of_times else head for place, head in enumerate(heads)], *entries]


def _shown(cell: object) -> str:
    """Return a cell's text; None is empty."""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return "" if cell is None else str(cell)
