"""The consumer of notices: one topic of the platform, one of customers, and the one that erases them."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from prometheus_client import CollectorRegistry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.messages.accounts import without_erased
from consumers.messages.reducers import account_topic
from consumers.stream.consumer import App, Consumer
from consumers.stream.settings import StreamSettings
from consumers.stream.topics import Message, Outcome, Topic
from consumers.stream.wiring import wire
from foundation.storage.clock import Clock
from foundation.storage.columns import upsert
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from foundation.tracing import Tracing
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.records.erasure import Erasure, Pseudonyms
from tests.support.notices import DISMISSED_TOPIC, NOTICE_TOPIC
from tests.support.notices.customer_data import erasure_of
from tests.support.notices.messages import NoticeDismissed, NoticePublished, decode_dismissal, decode_notice
from tests.support.notices.models import DISMISSAL, NOTICE, STREAM


async def store_notices(connection: AsyncConnection, messages: Sequence[Message[NoticePublished]]) -> Outcome:
    """Store the newest revisions of a batch."""
    newest: dict[str, NoticePublished] = {}
    for message in messages:
        known = newest.get(message.event.notice_id)
        if known is None or message.event.revision > known.revision:
            newest[message.event.notice_id] = message.event
    c = NOTICE.c
    stored = select(c.notice_id, c.revision).where(c.notice_id.in_(sorted(newest))).with_for_update()
    revisions = {row.notice_id: row.revision for row in await connection.execute(stored)}
    rows = [newest[name].row() for name in sorted(newest) if newest[name].revision > revisions.get(name, 0)]
    if rows:
        changed = ("revision", "text", "fee_minor")
        await connection.execute(upsert(connection.dialect.name, NOTICE, rows, update=changed))
    return Outcome(stale=len(messages) - len(rows))


@dataclass(frozen=True, slots=True)
class DismissalReducer:
    """Applies batches of dismissals, except those of customers who have been erased since."""

    erasure: Erasure

    async def apply(
        self, connection: AsyncConnection, messages: Sequence[Message[NoticeDismissed]]
    ) -> Outcome:
        """Apply a batch; the first dismissal of a notice stays."""
        kept = await without_erased(self.erasure, connection, messages, attrgetter("dismissed_at"))
        if kept:
            rows = [message.event.row() for message in kept]
            await connection.execute(upsert(connection.dialect.name, DISMISSAL, rows))
        return Outcome(stale=len(messages) - len(kept))


def create_consumer(
    database_settings: DatabaseSettings,
    stream_settings: StreamSettings,
    registry: CollectorRegistry,
    clock: Clock,
    tracing: Tracing | None = None,
    *,
    changed: CustomersChanged | None = None,
) -> Consumer:
    """Return a consumer of the database of notices; `registry` must be its own."""
    database = Database.open(database_settings, "notices", None if tracing is None else tracing.tracer)
    erasure = erasure_of(database.dialect, Pseudonyms.from_settings(database_settings))
    topics = [
        Topic(NOTICE_TOPIC, decode_notice, store_notices, waits=False, shared=True),
        account_topic(erasure, clock),
        Topic(DISMISSED_TOPIC, decode_dismissal, DismissalReducer(erasure).apply),
    ]
    return wire(
        App("furlong-notices", topics),
        database,
        STREAM,
        settings=stream_settings,
        registry=registry,
        clock=clock,
        tracing=tracing,
        changed=changed,
    )
