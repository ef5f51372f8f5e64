"""CSV that spreadsheets show as plain text: no cell is interpreted as a formula."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

_FORMULA: Final = frozenset("=+-@\N{MINUS SIGN}")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Control and format characters, and blanks: spreadsheets skip them before a formula."""


def csv_lines(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as lines of RFC 4180; None is empty, and what may be a formula gets an apostrophe."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return written.getvalue()


def _cell(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return "" if value is None else value
    text = str(value)
    return f"'{text}" if text and _may_be_formula(text[0]) else text


def _may_be_formula(first: str) -> bool:
    """Tell whether a character begins a formula, in any width or size, or is unseen before one."""
    return unicodedata.category(first) in _UNSEEN or unicodedata.normalize("NFKC", first)[0] in _FORMULA
