"""Checks of what a version counts: whether it can count anything, and whether customers read what."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from backoffice.rules.problems import SchemeProblem, error, warning
from backoffice.rules.scheme_versions import Scheme
from backoffice.scopes.items import ScopeItem, ScopeKind, field_of
from subgraphs.club_kit.domain.schemes import Scheme as KnownScheme
from subgraphs.kit.domain.sports import SPORTS

NAMED: Final = 3
"""So many names stand in a sentence; of more, the number."""


@dataclass(frozen=True, slots=True)
class KnownScope:
    """What is known of the things that a version counts.

    Attributes:
        iso_week: The first week that the version applies to.
        items: By name; without one if no provider tells of it.
        begins: Whether any event of it begins in that week; None if the events could not be read.
    """

    iso_week: str
    items: Collection[ScopeItem] = ()
    begins: bool | None = None


def scope_problems(
    scheme: Scheme, known: KnownScope | None, published: Iterable[KnownScheme]
) -> Iterator[SchemeProblem]:
    """Return what is wrong with what a version counts.

    Args:
        scheme: The version.
        known: None if nothing was looked up.
        published: The versions of the brand: sports of an operator's own are those that they name.
    """
    if scheme.events is None:
        return
    if scheme.qualifying_product != "betting":
        yield error(
            "SCOPE", "events", f"{scheme.qualifying_product} has no sports events: let all of it count"
        )
    theirs = {sport for other in published if other.events is not None for sport in other.events.sports}
    for sport in scheme.events.sports:
        if sport not in SPORTS and sport not in theirs:
            yield error("SCOPE", "events.sports", f"{sport!r} is no sport")
    if known is None:
        return
    if known.begins is None:
        yield warning("EVENTS_UNREAD", "events", "the events cannot be read now, so nothing is said of them")
        return
    yield from _unknown(known)
    if not known.begins:
        yield warning(
            "NO_EVENT", "events", f"nothing of it begins in {known.iso_week}, as far as providers tell so far"
        )
    yield from _unsaid(scheme, known)


def _unknown(known: KnownScope) -> Iterator[SchemeProblem]:
    for kind in ScopeKind:
        missing = [item.id for item in known.items if item.kind is kind and not item.name]
        if missing:
            what = f"one {kind.value}" if len(missing) == 1 else f"{len(missing)} {field_of(kind)}"
            why = f"names {what} that no provider tells of any more"
            yield warning("UNKNOWN_EVENT", f"events.{field_of(kind)}", why)


def _unsaid(scheme: Scheme, known: KnownScope) -> Iterator[SchemeProblem]:
    """Name what counts that customers do not read of: an event is said by its name or its competition's."""
    summary = scheme.terms.summary.casefold()
    unsaid = [
        item.name
        for item in known.items
        if item.name
        and not any(name and name.casefold() in summary for name in (item.name, item.competition))
    ]
    if unsaid:
        names = ", ".join(unsaid[:NAMED])
        more = f" and {len(unsaid) - NAMED} more" if len(unsaid) > NAMED else ""
        yield warning(
            "SCOPE_UNSAID",
            "terms.summary",
            f"does not name {names}{more}: customers should read that only such bets count",
        )
