"""The messages of notices: one of the platform as a whole, and one of a customer."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from consumers.messages.fields import CustomerId, Instant, Ordinal, require_utc
from consumers.messages.reader import Body, PlatformBody, Reader
from consumers.stream.records import Record
from subgraphs.kit.graphql.money import MAX_MINOR

NoticeId = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A[a-z0-9-]+\Z")]


class NoticePublished(PlatformBody, frozen=True, kw_only=True):
    """A notice, at a revision."""

    notice_id: NoticeId
    revision: Ordinal
    text: Annotated[str, Meta(max_length=500)]
    fee_minor: Annotated[int, Meta(ge=0, le=MAX_MINOR)]


class NoticeDismissed(Body, frozen=True, kw_only=True):
    """A customer has dismissed a notice."""

    customer_id: CustomerId
    notice_id: NoticeId
    dismissed_at: Instant

    def __post_init__(self) -> None:
        """Refuse an instant that is not in UTC."""
        require_utc(dismissed_at=self.dismissed_at)


_NOTICES: Final = Reader(
    "platform.notice", msgspec.json.Decoder(NoticePublished), lambda notice: notice.notice_id
)
_DISMISSALS: Final = Reader(
    "platform.notice-dismissed",
    msgspec.json.Decoder(NoticeDismissed),
    lambda dismissed: f"{dismissed.brand_id}:{dismissed.customer_id}",
)


def decode_notice(record: Record) -> NoticePublished:
    """Return the notice in a record."""
    return _NOTICES.read(record)


def decode_dismissal(record: Record) -> NoticeDismissed:
    """Return the dismissal in a record."""
    return _DISMISSALS.read(record)
