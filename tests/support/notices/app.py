"""Composition root of the subgraph of notices."""

from collections.abc import Sequence
from functools import partial

from foundation.storage.database import Database
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.live.rereading import states_of
from subgraphs.kit.live.updates import Updates
from subgraphs.kit.live.watches import public_subject
from subgraphs.kit.mutations.changes import Changes
from subgraphs.kit.mutations.intents import IntentRepository
from subgraphs.kit.reads.key_lookup import BatchedLookup, KeyLookup, LookupPart, Row
from tests.support.notices import NOTICE_TOPIC
from tests.support.notices.models import INTENT, NOTICE
from tests.support.notices.schema import NoticesContext, StoredNotice, create_schema
from tests.support.notices.service import NoticeService, Register

COLUMNS = ("revision", "text", "fee_minor")


def _row_key(notice_id: str) -> Row:
    return (notice_id,)


def _stored(rows: Sequence[Row]) -> StoredNotice | None:
    return StoredNotice(*rows[0]) if rows else None


def _notice_id(watched: bytes) -> str | None:
    found = public_subject(NOTICE_TOPIC, watched)
    return None if found is None else found.decode()


def create_subgraph(parts: SubgraphParts, register: Register | None = None) -> Subgraph:
    """Return the subgraph of notices over its database, and the register that makes its changes."""
    options = parts.reading
    database = Database.open(parts.database, "notices", options.tracer)
    lookup: KeyLookup[str, StoredNotice | None] = KeyLookup(
        NOTICE, ("notice_id",), ("notice_id", *COLUMNS), _stored
    )
    notices: BatchedLookup[str, StoredNotice | None] = BatchedLookup(
        database, (LookupPart(lookup, _row_key),), lambda found: found, options.observe
    )
    changes = Changes(
        database, IntentRepository(INTENT), register or Register(), parts.clock, parts.bus.customers_changed
    )
    return Subgraph(
        name="notices",
        schema=create_schema(options.execution),
        verifier=parts.verifier,
        make_context=partial(
            NoticesContext,
            notices=notices,
            updates=Updates(parts.bus, parts.live),
            service=NoticeService(changes, parts.clock),
        ),
        database=database,
        clock=parts.clock,
        execution=options.execution,
        stored=states_of(notices.load, _notice_id),
    )
