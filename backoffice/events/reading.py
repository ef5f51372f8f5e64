"""Who may read what providers offer: all of it belongs to all brands, so a role for one of them is enough."""

from collections.abc import Iterable

from backoffice.access import Actor, Permission, brands_with, require
from backoffice.audit.reasons import REASON_CHARACTERS
from backoffice.errors import Invalid, Problem
from subgraphs.events.catalogue.events import OfferRow


def require_reading(actor: Actor) -> None:
    """Check that somebody may read sports events.

    Raises:
        Forbidden: They have no such role for any brand.
    """
    if not brands_with(actor, Permission.EVENTS_READ):
        require(actor, Permission.EVENTS_READ, None)


def checked_reason(reason: str) -> str:
    """Return a reason without spaces around it.

    Raises:
        Invalid: There is none, or it is too long.
    """
    tidy = reason.strip()
    if not tidy:
        raise Invalid([Problem("reason", "Say why: nodes and the audit log show it.")])
    if len(tidy) > REASON_CHARACTERS:
        raise Invalid([Problem("reason", f"A reason has at most {REASON_CHARACTERS} characters.")])
    return tidy


def by_age(offers: Iterable[OfferRow]) -> tuple[OfferRow, ...]:
    """Return offers in the order in which they became known: an event has the id of the first."""
    return tuple(sorted(offers, key=lambda offer: (offer.known_since, offer.key)))


def name_of(offer: OfferRow) -> str:
    """Return how an offer is called, by its name or by who takes part."""
    return offer.name or " v ".join(side.name for side in offer.competitors) or offer.competition
