"""Who leads for each kind of data: the first in order of preference that is trusted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from subgraphs.events.trust import ProviderReport, Trust

DATA: Final = ("fixtures", "pre-match odds", "live odds", "results")
"""The kinds of data for which somebody leads; an adapter says which of them it brings."""


@dataclass(frozen=True, slots=True)
class Leader:
    """Who leads, since when and why; None if nobody is to be trusted."""

    provider: str | None
    since: datetime
    reason: str


def in_order(providers: Iterable[str], preferred: Sequence[str]) -> list[str]:
    """Return providers in the order in which they lead: as preferred, then by name."""
    place = {provider: number for number, provider in enumerate(preferred)}
    return sorted(providers, key=lambda provider: (place.get(provider, len(place)), provider))


def leaders(
    before: Mapping[str, Leader],
    reports: Iterable[ProviderReport],
    trusts: Mapping[str, Trust],
    preferred: Sequence[str],
    now: datetime,
) -> dict[str, Leader]:
    """Return who leads for each kind of data; who led before and still may, leads since then."""
    brought = {report.provider: report.capabilities for report in reports}
    found = {}
    for data in DATA:
        able = in_order((name for name, brings in brought.items() if data in brings), preferred)
        first = next((provider for provider in able if trusts[provider].trusted), None)
        last = before.get(data)
        if last is not None and last.provider == first:
            found[data] = last
        elif able or last is not None:
            found[data] = Leader(first, now, _reason(last, first, trusts))
    return found


def _reason(last: Leader | None, first: str | None, trusts: Mapping[str, Trust]) -> str:
    before = last.provider if last else None
    if before is None:
        return f"{first} is trusted" if first else "nobody is trusted"
    trust = trusts.get(before)
    if trust is None or trust.trusted:
        return f"{first} is preferred to {before}" if trust else f"{before} is no longer there"
    return f"{before}: {trust.reason}"
