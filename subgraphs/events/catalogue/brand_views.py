"""The views of brands that this process keeps: one for each brand and territory that its board speaks of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from subgraphs.events.catalogue.boards import EMPTY_BOARD
from subgraphs.events.catalogue.brand_view import BrandView
from subgraphs.events.catalogue.catalogue import Catalogue


class _Kept(NamedTuple):
    view: BrandView
    until: datetime | None

    def is_of(self, catalogue: Catalogue, now: datetime) -> bool:
        """Return whether the view shows a catalogue as it is shown at an instant."""
        begun = self.view.catalogue is catalogue and self.view.at <= now
        return begun and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class BrandViews:
    """Makes views, and keeps each until the catalogue or what its board says has changed."""

    _kept: dict[tuple[str, str | None], _Kept] = field(default_factory=dict)

    def of(self, catalogue: Catalogue, brand: str, territory: str | None, now: datetime) -> BrandView:
        """Return the events as a brand shows them to a visitor in a territory at an instant."""
        board = catalogue.boards.get(brand, EMPTY_BOARD)
        if not board.entries:
            return BrandView(brand, catalogue, EMPTY_BOARD, None, now)
        key = brand, territory if territory in board.territories else None
        kept = self._kept.get(key)
        if kept is not None and kept.is_of(catalogue, now):
            return kept.view
        view = BrandView(brand, catalogue, board, key[1], now)
        self._kept[key] = _Kept(view, board.next_change(now))
        return view
