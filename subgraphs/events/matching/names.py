"""Names of participants and competitions: in one form, and how similar two of them are."""

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

MAX_NAMES: Final = 65_536
"""How many names and pairs of names are remembered."""
ABBREVIATED: Final = 0.9
"""How similar a name and its abbreviation are at least."""
_LETTERS: Final = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    }
)
_APOSTROPHES: Final = re.compile("['`.\N{RIGHT SINGLE QUOTATION MARK}\N{ACUTE ACCENT}]")
_WORD: Final = re.compile(r"\w+")
_FORMS: Final = frozenset({"fc", "afc", "cf", "ac", "as", "bk", "fk", "sc", "sk", "club"})
"""Words that say what sort of club it is, and that providers leave out as they like."""
_TEAMS: Final = {
    **dict.fromkeys(("women", "woman", "ladies", "w", "femenino", "feminino", "frauen", "fem"), "women"),
    **dict.fromkeys(("reserves", "reserve", "res", "ii", "b", "2"), "reserves"),
    **dict.fromkeys(("youth", "juniors", "academy"), "youth"),
}
"""Words at the end of a name that say which team of a club it is: another one, however similar the name."""
_WRITTEN_AGE: Final = re.compile(r"\bu ?(\d\d)s?\b")
_AGE: Final = re.compile(r"u\d\d")
_PLACEHOLDER: Final = re.compile(
    r"to be (announced|confirmed|decided|determined)|unknown|bye"
    r"|(winner|loser|runner up)( .*)?|(tb[acd]|lucky loser|qualifier)( \w+)?"
)
"""What is written, in one form, until it is known who takes part."""


@lru_cache(MAX_NAMES)
def normal(name: str, *, has_clubs: bool = True) -> str:
    """Return a name without what providers write differently: case, accents and punctuation.

    Where clubs take part, forms of clubs are left out, too, and words for a team of a club are the same. A
    name that has nothing else keeps its words, and one without any word is only stripped.
    """
    words = list(_words(name))
    if has_clubs:
        words = [word for word in words if word not in _FORMS] or words
        words = _WRITTEN_AGE.sub(r"u\1", " ".join(words)).split()
        team = words[-1:] if len(words) > 1 else []
        words[len(words) - len(team) :] = [_TEAMS.get(word, word) for word in team]
    return " ".join(words) or name.strip()


@lru_cache(MAX_NAMES)
def similarity(first: str, second: str, *, has_clubs: bool = True) -> float:
    """Return how similar two normal names are, from 0 to 1; 0 for two teams of one club."""
    if first == second:
        return 1.0
    if has_clubs and team_of(first) != team_of(second):
        return 0.0
    # The measure depends on the order of its arguments, and the result must not.
    lower, higher = sorted((first, second))
    by_letters: float = SequenceMatcher(None, lower, higher, autojunk=False).ratio()
    words, others = first.split(), second.split()
    abbreviated = _abbreviates(words, others) or _abbreviates(others, words)
    return max(by_letters, ABBREVIATED) if abbreviated else by_letters


def has_word(name: str) -> bool:
    """Return whether a name has a letter or a digit at all."""
    return bool(_words(name))


@lru_cache(MAX_NAMES)
def is_placeholder(name: str) -> bool:
    """Return whether a name stands for a participant who is not known yet, as "TBD", "Winner of …" or "?"."""
    words = _words(name)
    return not words or _PLACEHOLDER.fullmatch(" ".join(words)) is not None


def team_of(name: str) -> frozenset[str]:
    """Return the words of a normal name that tell the teams of a club apart."""
    return frozenset(word for word in name.split() if word in _TEAMS.values() or _AGE.fullmatch(word))


@lru_cache(MAX_NAMES)
def _words(name: str) -> tuple[str, ...]:
    """Return the words of a name without case, accents and punctuation."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    letters = unicodedata.normalize("NFKD", folded).translate(_LETTERS)
    text = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return tuple(_WORD.findall(_APOSTROPHES.sub("", text).replace("_", " ")))


def _abbreviates(short: list[str], long: list[str]) -> bool:
    """Return whether each word of a name begins as a word of the other does, in order: Man Utd, K Smith."""
    if len(short) == len(long) == 1:
        return False
    rest = iter(long)
    return all(any(_is_short_for(word, other) for other in rest) for word in short)


def _is_short_for(word: str, other: str) -> bool:
    letters = iter(other)
    return word[0] == other[0] and all(letter in letters for letter in word)
