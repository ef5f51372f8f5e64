"""Names in the letters that all banks accept.

Source: EPC217-08 of the European Payments Council, which lists the basic Latin set, and how other letters are
replaced. What is written in other scripts becomes letters where an alphabet has a usual way, and dots else.
"""

import re
import unicodedata
from string import ascii_letters, digits
from typing import Final

ALLOWED: Final = frozenset(f"{ascii_letters}{digits}/-?:().,'+ ")
NOTHING_LEFT: Final = "NOTPROVIDED"
"""What stands for a name of which no letter can be written."""

_GREEK: Final = dict(
    zip("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o".split(), strict=True)
)
_CYRILLIC: Final = dict(
    zip(
        "абвгґдеєжзиіїйклмнопрстуфхцчшщъыьэюяђјљњћџ",
        "a b v g g d e ye zh z i i yi y k l m n o p r s t u f kh ts ch sh shch . y . e yu ya "
        "dj j lj nj c dz".replace(". ", "' ").split(),
        strict=True,
    )
)
_LETTERS: Final = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ł": "l",
    "ħ": "h",
    "ı": "i",
    "ŋ": "n",
    "ə": "a",
    **_GREEK,
    **_CYRILLIC,
}
_SIGNS: Final = {"&": "+", "_": "-", "’": "'", "‘": "'", "`": "'", "–": "-", "—": "-"}


def latin(text: str, longest: int) -> str:
    """Return a text in the basic Latin set, with at most so many characters; it is never empty.

    It neither begins nor ends with a slash, and has no two of them together, as banks demand.
    """
    composed = unicodedata.normalize("NFC", text)
    written = "".join(_written(character) for character in composed)
    spaced = re.sub("/{2,}", "/", " ".join(written.split()))
    cut = spaced.strip("/ ")[:longest].strip("/ ")
    return cut if any(character.isalnum() for character in cut) else NOTHING_LEFT


def _written(character: str) -> str:
    if character in ALLOWED:
        return character
    if character in _SIGNS:
        return _SIGNS[character]
    if (letter := _LETTERS.get(character.lower())) is not None:
        return letter.capitalize() if character.isupper() else letter
    if character.isspace():
        return " "
    taken_apart = unicodedata.normalize("NFKD", character)
    base = [part for part in taken_apart if not unicodedata.combining(part)]
    if taken_apart == character or not base:
        return "." if base else ""
    return "".join(_written(part) for part in base)
