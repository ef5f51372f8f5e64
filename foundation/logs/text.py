"""Makes untrusted text safe for a log: short, on one line, without anything that identifies a person."""

from __future__ import annotations

import re
from typing import Final

MAX_LENGTH: Final = 300
"""The maximum length of such a text in a log."""

_CONTROL: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+"
)
"""Characters that could forge a line, move a terminal's cursor, or reverse the direction of text."""

_WORD: Final = re.compile(r"[\w.+:/@-]+")
_IDENTIFYING: Final = re.compile(r"[\d@]")
_SHORT_NUMBER: Final = re.compile(r"[0-9]{1,4}[:.]?")
"""The number of an error, a status or a line; whole ids and amounts of a few digits are rare."""

_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")


def cleaned(text: str, longest: int = MAX_LENGTH) -> str:
    """Return a text on one line, cut to a length."""
    # Only a little more is cleaned than is kept: the text may have megabytes.
    short = _CONTROL.sub(" ", text[: longest + 1])
    return short if len(short) <= longest else short[: longest - 1] + "…"


def impersonal(text: str, longest: int = MAX_LENGTH, *, quoted: bool = True) -> str:
    """Return a text on one line, cut to a length, with `#` for each word that has a digit or an @.

    Such a word may be an id, an amount, an address or a token. What remains says what happened, but not to
    whom. Numbers of up to four digits stay.

    Args:
        text: The text.
        longest: The maximum length.
        quoted: Whether quoted parts are kept, such as the names of tables.
    """
    short = cleaned(text, longest)
    return _WORD.sub(_impersonal_word, short if quoted else _QUOTED.sub("'…'", short))


def _impersonal_word(word: re.Match[str]) -> str:
    text = word[0]
    return "#" if _IDENTIFYING.search(text) and not _SHORT_NUMBER.fullmatch(text) else text
