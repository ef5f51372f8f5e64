"""Groups offers that surely are of one event: by names and starts, and by what people decided."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Final, TypeAlias

from subgraphs.events.matching.decisions import Decisions, Different
from subgraphs.events.matching.offers import Offer, rules_of

Group: TypeAlias = tuple[Offer, ...]
"""Offers of one event, in the order in which they became known."""
_SEEN: Final = attrgetter("seen", "key")
_CLOSER: Final = (1.0, 0.5, 0.25, 0.0)
"""Shares of the tolerance of starts, which are tried while a provider has several of the events."""


def grouped(offers: Iterable[Offer], decisions: Decisions) -> list[Group]:
    """Return all offers in groups, the group that became known first is the first.

    Offers are of one event if sport, competition and participants are the same and the starts lie within the
    tolerance of the sport, from one offer to the next. No group has two offers of a provider, or two that are
    different by decision. The groups do not depend on the order of offers, but where an event can be that of
    several offers of a provider which start at the same moment: it is then that of the one that was first.
    """
    by_names: defaultdict[tuple[object, ...], list[Offer]] = defaultdict(list)
    for offer in offers:
        by_names[_names(offer, decisions)].append(offer)
    close = (group for same_names in by_names.values() for group in _close(same_names))
    alike = [part for group in close for part in _first_come(group, decisions)]
    return sorted(_united(alike, decisions), key=lambda group: _SEEN(group[0]))


def excluded(first: Group, second: Group, decisions: Decisions) -> bool:
    """Return whether two groups cannot be of one event."""
    return any(_is_excluded(offer, other, decisions) for offer in first for other in second)


def _names(offer: Offer, decisions: Decisions) -> tuple[object, ...]:
    if not offer.is_named:
        return (offer.key,)
    return offer.sport, decisions.competition(offer), decisions.participants(offer)


def _close(offers: Iterable[Offer], closer: Sequence[float] = _CLOSER) -> Iterator[Group]:
    """Yield offers with the same names in groups that start close to one another."""
    for run in _runs(offers, closer[0]):
        providers = {offer.key.provider for offer in run}
        if len(providers) == len(run) or not (rest := closer[1:]):
            yield tuple(sorted(run, key=_SEEN))
        else:
            yield from _close(run, rest)


def _runs(offers: Iterable[Offer], share: float) -> list[list[Offer]]:
    """Return offers in runs, in which the next one starts within this share of the tolerance."""
    runs: list[list[Offer]] = []
    for offer in sorted(offers, key=attrgetter("starts_at")):
        tolerance = rules_of(offer.sport).start_tolerance * share
        if runs and offer.starts_at - runs[-1][-1].starts_at <= tolerance:
            runs[-1].append(offer)
        else:
            runs.append([offer])
    return runs


def _is_excluded(offer: Offer, other: Offer, decisions: Decisions) -> bool:
    """Return whether two offers cannot be of one event: a provider has both, or a person said so."""
    first, second = sorted((offer.key, other.key))
    return first.provider == second.provider or Different(first, second) in decisions.different


def _first_come(offers: Group, decisions: Decisions) -> list[Group]:
    """Return groups of which each can be of one event: an offer joins the first one that it can."""
    groups: list[Group] = []
    for offer in offers:
        for place, group in enumerate(groups):
            if not excluded(group, (offer,), decisions):
                groups[place] = (*group, offer)
                break
        else:
            groups.append((offer,))
    return groups


def _united(groups: Iterable[Group], decisions: Decisions) -> Iterable[Group]:
    """Return the groups after those were united of which a person said that they are the same."""
    group_of = {offer.key: group for group in groups for offer in group}
    for decision in sorted(decisions.same):
        first, second = group_of.get(decision.first), group_of.get(decision.second)
        if first and second and first is not second and not excluded(first, second, decisions):
            united = tuple(sorted((*first, *second), key=_SEEN))
            group_of.update((offer.key, united) for offer in united)
    return {group[0].key: group for group in group_of.values()}.values()
