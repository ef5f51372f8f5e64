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

_GREEK: Final = (
    "α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o"  # noqa: RUF001 - Greek
)
_CYRILLIC: Final = (
    "а=a б=b в=v г=g ґ=g д=d е=e є=ye ж=zh з=z и=i і=i ї=yi й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t "  # noqa: RUF001 - Cyrillic
    "у=u ф=f х=kh ц=ts ч=ch ш=sh щ=shch ъ=' ы=y ь=' э=e ю=yu я=ya ђ=dj ј=j љ=lj њ=nj ћ=c џ=dz"  # noqa: RUF001 - the same
)
_OTHERS: Final = "ß=ss æ=ae œ=oe ø=o đ=d ð=d þ=th ł=l ħ=h ŋ=n ə=a \N{LATIN SMALL LETTER DOTLESS I}=i"
_LETTERS: Final[dict[str, str]] = {
    pair[0]: pair[2:] for table in (_GREEK, _CYRILLIC, _OTHERS) for pair in table.split(" ")
}
_SIGNS: Final = {
    "&": "+",
    "_": "-",
    "`": "'",
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
}


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
