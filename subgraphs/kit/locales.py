"""Which of a brand's languages an answer is written in."""

from collections.abc import Sequence

from babel import negotiate_locale


def choose_locale(accept_language: str | None, offered: Sequence[str], default: str) -> str:
    """The offered locale that an `Accept-Language` header likes best, else the default.

    Args:
        accept_language: as `de, en-GB;q=0.8`; ranges that make no sense are passed over.
        offered: BCP 47 names, as en-GB.
        default: one of `offered`.
    """
    wanted = _by_preference(accept_language or "")
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
    for part in header[:512].split(","):
        name, _, parameter = part.strip().partition(";")
        weight = parameter.strip().removeprefix("q=") or "1"
        try:
            quality = float(weight)
        except ValueError:
            continue
        if name and quality > 0:
            ranges.append((quality, name.strip().replace("-", "_").lower()))
    return [name for _, name in sorted(ranges, key=lambda pair: -pair[0])]
