"""The context of a request to notes, and its batched read of a customer's notes."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from furlong.new.notes.models import NOTE
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.context import RequestContext
from subgraphs.kit.reads.batching import PendingRead
from subgraphs.kit.reads.key_lookup import BatchedLookup, KeyLookup, Row


class NoteView(msgspec.Struct, frozen=True):
    """The columns of a note that the graph shows."""

    note_id: str
    text: str
    written_at: datetime


class NotesContext(RequestContext, kw_only=True, eq=False):
    """The context of one request."""

    notes: BatchedLookup[Owner, tuple[NoteView, ...]]

    def notes_of(self, owner: Owner) -> PendingRead[Owner, tuple[NoteView, ...]]:
        """Return a customer's notes, the newest first."""
        return self.read(self.notes, owner)


def notes_lookup() -> KeyLookup[Owner, tuple[NoteView, ...]]:
    """Return the lookup of a customer's notes."""
    columns = ("note_id", "text", "written_at")  # in the order of NoteView
    return KeyLookup(NOTE, ("brand_id", "customer_id"), columns, _newest_first)


def _newest_first(rows: Sequence[Row]) -> tuple[NoteView, ...]:
    views = (NoteView(*row) for row in rows)
    return tuple(sorted(views, key=lambda view: (view.written_at, view.note_id), reverse=True))
