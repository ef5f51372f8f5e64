"""Builds the notes subgraph from its settings."""

from functools import partial

from foundation.storage.database import Database
from furlong.new.notes.loaders import NotesContext, notes_lookup
from furlong.new.notes.schema import create_schema
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.reads.key_lookup import BatchedLookup

NAME = "notes"


def create_subgraph(parts: SubgraphParts) -> Subgraph:
    """Return the notes subgraph over its database."""
    options = parts.reading
    database = Database.open(parts.database, NAME, options.tracer)
    notes = BatchedLookup.of(database, notes_lookup(), options.observe)
    return Subgraph(
        name=NAME,
        schema=create_schema(options.execution),
        verifier=parts.verifier,
        make_context=partial(NotesContext, notes=notes),
        database=database,
        clock=parts.clock,
        execution=options.execution,
    )
