"""Lists: aligned columns for people, and JSON for programs by the option that every list has."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
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
    """Print rows below their heads, or a sentence if there are none."""
    lines = list(rows)
    typer.echo("\n".join(table([heads, *lines])) if lines else nothing)


def table(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield a line for each row, the heads first, with columns as wide as their widest cell.

    Figures are right-aligned. Times are in UTC, which the head says once.
    """
    heads, *entries = rows
    of_times = {place for row in entries for place, cell in enumerate(row) if isinstance(cell, datetime)}
    named = [f"{head} (UTC)" if place in of_times else head for place, head in enumerate(heads)]
    texts = [[(_shown(cell), isinstance(cell, int | Amount)) for cell in row] for row in (named, *entries)]
    widths = [max(len(text) for text, _ in column) for column in zip(*texts, strict=True)]
    for row in texts:
        cells = (
            text.rjust(width) if number else text.ljust(width)
            for (text, number), width in zip(row, widths, strict=True)
        )
        yield "  ".join(cells).rstrip()


def _shown(cell: object) -> str:
    """Return a cell's text; None is empty."""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return "" if cell is None else str(cell)
