"""The consumer of notices: one topic of the platform, one of customers, and the one that erases them."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.acknowledgements.block_consumer import BlockConsumer, ConsumerParts
from consumers.messages.accounts import without_erased
from consumers.messages.reducers import account_topic
from consumers.stream.topics import AnyTopic, Message, Outcome, Topic
from foundation.storage.columns import upsert
from subgraphs.kit.records.erasure import Erasure
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


def _topics(parts: ConsumerParts) -> list[AnyTopic]:
    erasure = erasure_of(parts.database.dialect, parts.pseudonyms)
    return [
        Topic(NOTICE_TOPIC, decode_notice, store_notices, waits=False, shared=True),
        account_topic(erasure, parts.clock),
        Topic(DISMISSED_TOPIC, decode_dismissal, DismissalReducer(erasure).apply),
    ]


create_consumer: Final = BlockConsumer("notices", STREAM, _topics)
