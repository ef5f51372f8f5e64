"""Single offers, and what became of them."""

from datetime import timedelta

from subgraphs.events.matching import Decisions, Matching, Offer, OfferKey, matched

from .worlds import NOON, arrived

NONE = Decisions()


def offer(
    provider: str,
    *participants: str,
    competition: str = "Premier League",
    sport: str = "football",
    minutes: float = 0,
    number: int = 1,
) -> Offer:
    """Return an offer that starts so many minutes after noon."""
    key = OfferKey(provider, f"{provider}-{number}")
    return Offer(key, NOON, sport, competition, participants, NOON + timedelta(minutes=minutes))


def groups(matching: Matching) -> list[frozenset[OfferKey]]:
    """Return the offers of each event, whether it waits or not."""
    waiting = (group.offers for group in matching.waiting)
    return [frozenset(keys) for keys in (*matching.events, *waiting)]


def joined(*offers: Offer, decisions: Decisions = NONE) -> bool:
    """Return whether offers are one event."""
    return matched(arrived(offers), decisions) == Matching((tuple(one.key for one in offers),))


def waits(*offers: Offer, decisions: Decisions = NONE) -> bool:
    """Return whether the last of the offers waits, alone."""
    waiting = matched(arrived(offers), decisions).waiting
    return [group.offers for group in waiting] == [(offers[-1].key,)]


def apart(*offers: Offer, decisions: Decisions = NONE) -> bool:
    """Return whether offers are an event each."""
    return matched(arrived(offers), decisions) == Matching(tuple((one.key,) for one in offers))
