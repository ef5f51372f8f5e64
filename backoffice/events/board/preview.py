"""What a brand's lists look like with a board, for a territory, a language and an instant.

The events subgraph applies boards to its catalogue; once that is in this tree, `preview` asks it instead.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from backoffice.events.board.entries import Scope
from backoffice.events.board.subjects import BoardSubject, subjects
from consumers.messages.global_events.states import BoardEntry, Placement
from subgraphs.events.catalogue.catalogue import Catalogue, Wanted

MAX_LISTED = 5_000


class ShownItem(NamedTuple):
    """A member of a list as customers see it.

    Attributes:
        position: The place that an editor gave it; None without one.
    """

    subject: BoardSubject
    name: str
    image_url: str | None
    position: int | None
    hidden: bool


class ShownLists(NamedTuple):
    """The lists of a brand, each in its order, without what is hidden."""

    sports: Sequence[ShownItem]
    competitions: Sequence[ShownItem]
    events: Sequence[ShownItem]

    def of(self, scope: Scope) -> Sequence[ShownItem]:
        """Return the list of a scope."""
        return {Scope.SPORT: self.sports, Scope.COMPETITION: self.competitions, Scope.EVENT: self.events}[
            scope
        ]


def preview(
    catalogue: Catalogue,
    board: Mapping[tuple[str, str], BoardEntry],
    brand: str,
    territory: str,
    *,
    locale: str,
    at: datetime,
) -> ShownLists:
    """Return what a brand shows with a board, by scope and id; the territory is empty if it is not known."""
    del brand  # all brands have one catalogue, and the board is this one's

    def listed(scope: Scope) -> list[ShownItem]:
        found = subjects(catalogue, scope, Wanted(), first=MAX_LISTED)
        shown = [shown_item(one, board, territory, locale, at) for one in found]
        seen = [item for item in shown if not item.hidden]
        return sorted(seen, key=lambda item: (item.position is None, item.position or 0))

    return ShownLists(listed(Scope.SPORT), listed(Scope.COMPETITION), listed(Scope.EVENT))


def shown_item(
    subject: BoardSubject,
    entries: Mapping[tuple[str, str], BoardEntry],
    territory: str,
    locale: str,
    at: datetime,
) -> ShownItem:
    """Return how something is shown; entries are by scope and id."""
    placement = placement_in_force(entries.get((subject.scope.value, subject.id)), territory, at)
    if placement is None:
        return ShownItem(subject, subject.name, None, None, hidden=False)
    name = placement.names.get(locale, subject.name)
    return ShownItem(subject, name, placement.image_url, placement.position, placement.hidden)


def placement_in_force(entry: BoardEntry | None, territory: str, at: datetime) -> Placement | None:
    """Return the first placement of an entry that is in force; None if there is none."""
    for placement in () if entry is None else entry.placements:
        begun = placement.since is None or placement.since <= at
        ended = placement.until is not None and placement.until <= at
        if begun and not ended and (not placement.territories or territory in placement.territories):
            return placement
    return None
