"""The builder's cursor: a selection of a fetch, and the selections above it."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.planner.fetch.fetch_node import FetchNode, SelectionDraft


@dataclass(slots=True, eq=False)
class Cursor:
    """A selection that the builder writes into.

    Attributes:
        fetch: The fetch; None before the first.
        selection: The selection set of the objects here.
        parent: The cursor at the object whose field led here; None at the top.
    """

    fetch: FetchNode | None
    selection: SelectionDraft
    parent: Cursor | None = None

    def moved(self, fetch: FetchNode) -> Cursor:
        """Return the cursor at the same objects in another fetch."""
        return Cursor(fetch, fetch.selection, self.parent)

    def up(self, levels: int) -> Cursor:
        """Return the cursor at an ancestor."""
        cursor: Cursor | None = self
        for _ in range(levels):
            cursor = None if cursor is None else cursor.parent
        if cursor is None:
            raise AssertionError("there are fewer ancestors")
        return cursor
