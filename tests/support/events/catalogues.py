"""All that a catalogue shows, for comparisons."""

from typing import Any

from subgraphs.events.catalogue.brand_view import BrandView
from subgraphs.events.catalogue.catalogue import Catalogue, Wanted

EVERYTHING = 10**6


def shown(catalogue: Catalogue) -> dict[str, Any]:
    """Return offers, events in order, what each id finds, and sports; not what changes all the time."""
    everything = BrandView.of_everything(catalogue)
    return {
        "offers": dict(catalogue.offers),
        "events": dict(catalogue.events),
        "found": {
            offer.own_id: None if (event := catalogue.find(offer.own_id)) is None else event.id
            for offer in catalogue.offers.values()
        },
        "listed": [event.id for event in everything.page(Wanted(), EVERYTHING, None).events],
        "competitions": {
            sport: [event.id for event in events] for sport, events in catalogue.competitions.items()
        },
    }
