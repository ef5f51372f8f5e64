"""The notes part of the graph: `Query.notes`."""

from datetime import datetime
from functools import cache

import strawberry
from strawberry import ID, Info

from furlong.new.notes.loaders import NotesContext, NoteView
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.descriptions import fields_described
from subgraphs.kit.graphql.schema_building import SubgraphSchema, build_schema
from subgraphs.kit.settings import Execution

NotesInfo = Info[NotesContext, None]


@strawberry.type
class Note:
    """What the platform wrote to a customer."""

    id: ID
    text: str
    written_at: datetime


@fields_described
@strawberry.type
class Query:
    """Reads of notes."""

    @strawberry.field
    async def notes(self, info: NotesInfo, brand: ID) -> list[Note]:
        """The customer's own notes, the newest first; none without a session."""
        viewer = info.context.of_brand(brand)
        if viewer is None:
            return []
        return [_note(view) for view in await info.context.notes_of(Owner(viewer.brand, viewer.customer))]


def _note(view: NoteView) -> Note:
    return Note(id=ID(view.note_id), text=view.text, written_at=view.written_at)


@cache
def create_schema(execution: Execution = "compiled") -> SubgraphSchema:
    """Return the schema of notes, which the apps of this process share."""
    return build_schema(Query, execution=execution)
