"""Finds the characters of a text that readers cannot see, and that nobody needs to write it."""

import re
import unicodedata
from typing import Final

_FLAG: Final = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")
"""The flag of a part of a country, such as England's: a black flag, and tags that spell the part (UTS 51)."""
_NEEDED: Final = frozenset("\n\u00ad\u061c\u200c\u200d\u200e\u200f")
"""Line breaks, soft hyphens, joiners, and the marks of direction with which Arabic and Hebrew are written."""
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols that look like nothing."""


def unseen_characters(text: str) -> str:
    """Return the names of such characters in a text, such as `U+202E, U+2028`; empty if it has none."""
    unseen = {mark for mark in _FLAG.sub("", text) if is_unseen(mark)} - _NEEDED
    return ", ".join(sorted(f"U+{ord(mark):04X}" for mark in unseen))


def is_unseen(mark: str) -> bool:
    """Return whether a character is shown as nothing, or is a control character."""
    return mark in _BLANK_LETTERS or unicodedata.category(mark) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
