"""The API of pictures, read strictly; unknown members are ignored."""

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from providers.messages import VideoMessage
from providers.polling import Listing
from providers.provider_words import Id, Instant, distinct, require_years

Territory = Annotated[str, Meta(pattern=r"\A[A-Z]{2}\Z")]


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """The picture of a sports event, and where and when it may be seen; no territories are all of them."""

    event: Id
    stream: Id
    territories: Annotated[tuple[Territory, ...], Meta(max_length=300)]
    starts_at: Instant
    ends_at: Instant

    def __post_init__(self) -> None:
        """Refuse what cannot be told."""
        require_years(self.starts_at, self.ends_at)
        if self.ends_at <= self.starts_at:
            raise ValueError("a picture ends before it starts")

    def message(self, provider: str, fixtures_of: str, now: datetime) -> VideoMessage:
        """Return what is told of it."""
        return VideoMessage(
            provider=provider,
            fixtures_of=fixtures_of,
            revision=0,
            occurred_at=now,
            sports_event_id=self.event,
            stream_id=self.stream,
            territories=self.territories,
            starts_at=self.starts_at.astimezone(UTC),
            ends_at=self.ends_at.astimezone(UTC),
        )


class PictureList(Listing, frozen=True, kw_only=True):
    """All pictures: the answer to `GET /pictures`."""

    schema: Literal["video.pictures/1"]
    pictures: tuple[Picture, ...]

    def by_id(self) -> dict[str, Picture]:
        """Return the pictures by their events."""
        return distinct((picture.event, picture) for picture in self.pictures)


PICTURE_LISTS: Final = msgspec.json.Decoder(PictureList)
