"""Video: the API of pictures, read strictly, and the adapter that polls which there are."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from providers.adapters.video import ADAPTER, VideoSettings
from providers.delivery import Delivery, Item
from providers.json_api import JsonApi, open_api
from providers.kept_items import KeptItems
from providers.messages import VideoMessage, item_key
from providers.polling import (
    POSITION,
    Listing,
    Pace,
    PolledList,
    Position,
    checked,
    deliver_while,
    keep_polling,
    position_of,
)
from providers.provider_words import Id, Instant, distinct, require_years
from providers.settings import ProviderSettings
from providers.topics import VIDEO

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


class VideoAdapter:
    """Keeps the list of pictures as the provider has it."""

    def __init__(self, settings: VideoSettings, shared: ProviderSettings) -> None:
        self._settings, self._shared = settings, shared
        self.items = KeptItems(f"{settings.url} {settings.fixtures_of}")
        self._pictures = PolledList("/pictures", ADAPTER.limits.items, Position())

    async def check(self) -> str:
        """Ask for the pictures once; return in a sentence what was found.

        Raises:
            CheckFailed: They cannot be had.
        """
        return await checked(ADAPTER, self._count())

    async def run(self, delivery: Delivery) -> None:
        """Follow the provider until cancelled."""
        self.items.restore(await delivery.load(), delivery.status)
        self._pictures.position = position_of(self.items)
        async with self._opened() as api:
            pace = Pace.of(self._shared, self._settings.poll_seconds)
            polling = keep_polling(lambda: self._ask(api, delivery), pace, delivery)
            await deliver_while(delivery, self.items, polling)

    def _opened(self) -> AbstractAsyncContextManager[JsonApi]:
        return open_api(
            self._settings,
            "FURLONG_VIDEO_URL",
            lambda: self._shared.secret("video-key"),
            ADAPTER.limits.message_bytes,
        )

    async def _count(self) -> str:
        async with self._opened() as api:
            read = await PolledList("/pictures", ADAPTER.limits.items, Position()).next(api, PICTURE_LISTS)
        return f"{self._settings.url} has {read[0].total if read else 0} pictures"

    async def _ask(self, api: JsonApi, delivery: Delivery) -> None:
        read = await self._pictures.next(api, PICTURE_LISTS, delivery)
        if read is None:
            return
        listing, self._pictures.position = read
        now, fixtures_of = delivery.status.now(), self._settings.fixtures_of
        messages = {
            Item(VIDEO.name, item_key(ADAPTER.name, name)): picture.message(ADAPTER.name, fixtures_of, now)
            for name, picture in listing.by_id().items()
        }
        self.items.replace(VIDEO.name, messages)
        self.items.note(POSITION, msgspec.json.encode(self._pictures.position))
        delivery.status.items = len(messages)
