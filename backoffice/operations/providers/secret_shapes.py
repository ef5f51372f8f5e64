"""Recognizes what looks like a secret, so that none is stored where only the name of one belongs."""

import re
from collections import Counter
from itertools import pairwise
from math import log2
from typing import Final
from urllib.parse import urlsplit

REFUSED: Final = (
    "This looks like a secret. Write the name of a secret; its value stands on the nodes, in "
    "FURLONG_FULFILMENT_SECRETS or in a file of FURLONG_FULFILMENT_SECRET_FOLDER. Nothing was stored; if it "
    "was a real one, replace it."
)
"""Never with the value: problems are shown, and errors are logged."""

_SCHEMES: Final = re.compile(r"\b(bearer|basic|token|digest)\s+\S{6,}", re.IGNORECASE)
_ASSIGNED: Final = re.compile(
    r"(password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|signature)\s*[=:]\s*\S+", re.IGNORECASE
)
_PREFIXES: Final = re.compile(
    r"(?<![A-Za-z0-9])(sk_|rk_|pk_|whsec_|sk-|ghp_|gho_|ghs_|ghu_|github_pat_|glpat-|xox[abpr]-|AKIA|ASIA|AIza|ya29\.|"
    r"eyJ|SG\.|npm_|pypi-|hvs\.|dop_v1_|shpat_|-----BEGIN)[A-Za-z0-9_./+=\- ]{4,}"
)
_WORD: Final = re.compile(r"[A-Za-z0-9+]+")
_RUN: Final = re.compile(r"[A-Za-z0-9+/=_\-]{20,}")
MIXED_CHARACTERS: Final = 10
LONG_CHARACTERS: Final = 24
MAX_CHANGES: Final = 2
LONG_ENTROPY: Final = 3.7
HEX_CHARACTERS: Final = 24


def looks_like_secret(text: str) -> bool:
    """Return whether a text holds what looks like a secret: a known form, or what nobody types by hand."""
    if _SCHEMES.search(text) or _ASSIGNED.search(text) or _PREFIXES.search(text) or _has_password(text):
        return True
    if any(_is_random(word) for word in _WORD.findall(text)):
        return True
    return any(_is_hexadecimal(run) or _mixes_cases(run) for run in _RUN.findall(text))


def _has_password(text: str) -> bool:
    """Return whether an address in a text has a user or a password."""
    for part in text.split():
        if "://" in part:
            try:
                if "@" in urlsplit(part).netloc:
                    return True
            except ValueError:
                return True
    return False


def _is_random(word: str) -> bool:
    """Return whether a word looks random: letters and digits alternate, or it is long and irregular."""
    if word.isdigit():
        return len(word) >= LONG_CHARACTERS
    turns = sum(a.isdigit() != b.isdigit() for a, b in pairwise(word))
    if len(word) >= MIXED_CHARACTERS and turns > MAX_CHANGES:
        return True
    return len(word) >= LONG_CHARACTERS and _entropy(word) >= LONG_ENTROPY


def _is_hexadecimal(run: str) -> bool:
    """Return whether a run is a number in hexadecimal digits, perhaps with hyphens, such as a UUID."""
    digits = run.replace("-", "")
    return len(digits) >= HEX_CHARACTERS and all(each in "0123456789abcdefABCDEF" for each in digits)


def _mixes_cases(run: str) -> bool:
    """Return whether small and capital letters and digits alternate, as in base64."""
    kinds = ["d" if each.isdigit() else "u" if each.isupper() else "l" for each in run if each.isalnum()]
    turns = sum(a != b for a, b in pairwise(kinds))
    return len(set(kinds)) == 3 and turns * 3 >= len(kinds)  # noqa: PLR2004 - the three kinds


def _entropy(word: str) -> float:
    """Return Shannon's entropy in bits for each character."""
    counts = Counter(word)
    return -sum(n / len(word) * log2(n / len(word)) for n in counts.values())
