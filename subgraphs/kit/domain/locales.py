"""Chooses the language of a response among those of a brand."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from babel import negotiate_locale

MAX_HEADER: Final = 512
"""How many characters of a header are read."""


def choose_locale(accept_language: str | None, offered: Sequence[str], default: str) -> str:
    """Return the offered locale that an `Accept-Language` header prefers, else the default.

    Args:
        accept_language: The header, such as `de, en-GB;q=0.8`; malformed ranges are ignored.
        offered: BCP 47 names, such as en-GB.
        default: One of `offered`.
    """
    if not accept_language:
        return default
    return _chosen(accept_language[:MAX_HEADER], tuple(offered), default)


@lru_cache(maxsize=1024)
def _chosen(accept_language: str, offered: tuple[str, ...], default: str) -> str:
    wanted = _by_preference(accept_language)
    if not wanted:
        return default
    spelled = {name.replace("-", "_").lower(): name for name in offered}
    found = negotiate_locale(wanted, list(spelled), sep="_")
    if found:
        return spelled[found.lower()]
    languages = [_language(name) for name in wanted]
    return next(
        (name for lang in languages for key, name in spelled.items() if _language(key) == lang), default
    )


def _language(name: str) -> str:
    return name.partition("_")[0]


def _by_preference(header: str) -> list[str]:
    ranges: list[tuple[float, str]] = []
    for part in header.split(","):
        name, _, parameter = part.strip().partition(";")
        weight = parameter.strip().removeprefix("q=") or "1"
        try:
            quality = float(weight)
        except ValueError:
            continue
        if name and quality > 0:
            ranges.append((quality, name.strip().replace("-", "_").lower()))
    return [name for _, name in sorted(ranges, key=lambda pair: -pair[0])]
