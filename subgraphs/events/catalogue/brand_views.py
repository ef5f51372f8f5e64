"""The views of brands that this process keeps: one for each brand and territory that its board speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from subgraphs.events.catalogue.boards import EMPTY_BOARD
from subgraphs.events.catalogue.brand_view import BrandView
from subgraphs.events.catalogue.catalogue import Catalogue
from subgraphs.events.catalogue.events import Event

MAX_VIEWS: Final = 1_000
"""How many views are kept: visitors may ask for brands that are none."""


class _Kept(NamedTuple):
    view: BrandView
    until: datetime | None

    def is_at(self, now: datetime) -> bool:
        """Return whether the board says at an instant what the view shows."""
        return self.view.at <= now and (self.until is None or now < self.until)


@dataclass(slots=True)
class BrandViews:
    """Makes views, and keeps each until an event or what its board says has changed."""

    _kept: dict[tuple[str, str | None], _Kept] = field(default_factory=dict)
    _events: Sequence[Event] = ()

    def of(self, catalogue: Catalogue, brand: str, territory: str | None, now: datetime) -> BrandView:
        """Return the events as a brand shows them to a visitor in a territory at an instant."""
        board = catalogue.boards.get(brand, EMPTY_BOARD)
        if self._events is not catalogue.ordered or len(self._kept) >= MAX_VIEWS:
            self._kept.clear()  # views of former events would keep all of them in memory
            self._events = catalogue.ordered
        key = brand, territory if territory in board.territories else None
        kept = self._kept.get(key)
        if kept is None or kept.view.board is not board or not kept.is_at(now):
            kept = _Kept(BrandView(brand, catalogue, board, key[1], now), board.next_change(now))
        elif kept.view.catalogue is not catalogue:
            kept = kept._replace(view=kept.view.with_catalogue(catalogue))
        self._kept[key] = kept
        return kept.view
