"""Recognises what spreadsheets make of ids and amounts when a file is opened and saved again."""

import re
import unicodedata
from typing import Final

_AS_TEXT: Final = "format the column as text before the values come in, and export it again"
_DAMAGE: Final = (
    (
        re.compile(r"[+-]?\d([.,]\d+)?E[+-]\d{2,3}", re.ASCII),
        f"a spreadsheet has shortened a long number, whose digits are lost: {_AS_TEXT}",
    ),
    (
        re.compile(r"#(N/A|NV|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BUSY!|GETTING_DATA)"),
        "a spreadsheet's formula has failed here: put the value in its place",
    ),
    (
        re.compile(r"#{2,}"),
        "a spreadsheet's column was too narrow to show the value: export the values, not what is shown",
    ),
    (
        re.compile(r"[=@].*", re.DOTALL),
        'it is a spreadsheet\'s formula: export the value, as in 00123 for ="00123"',
    ),
    (
        re.compile(r"['\u2019].*", re.DOTALL),
        "a spreadsheet's apostrophe for text is part of the value: remove it",
    ),
)


def spreadsheet_damage(value: str) -> str | None:
    """Return what a spreadsheet did to a value, and what to do about it; None if it did nothing known."""
    for pattern, damage in _DAMAGE:
        if pattern.fullmatch(value):
            return damage
    unseen = sorted({f"U+{ord(mark):04X}" for mark in value if unicodedata.category(mark) in {"Cc", "Cf"}})
    return f"it has characters that cannot be seen ({', '.join(unseen)}): remove them" if unseen else None
