"""What an entry of a board is about, and how it is shown: as people write it, and as it is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from backoffice.content.workflow.local_time import InvalidLocalTime, Occurrence, instant_of
from backoffice.content.workflow.publication import image_address
from consumers.messages.global_events.event_states import BoardEntry, Placement


class Scope(Enum):
    """What an entry is about."""

    SPORT = "sport"
    COMPETITION = "competition"
    EVENT = "event"


class EntryKey(NamedTuple):
    """The entry of a brand's board about a sport, a competition or an event.

    Attributes:
        id: The platform's own, without the brand.
    """

    brand: str
    scope: Scope
    id: str

    @property
    def subject(self) -> str:
        """Return what proposals and the audit log name."""
        return f"board:{self.brand}:{self.scope.value}:{self.id}"


@dataclass(frozen=True, slots=True)
class TypedPlacement:
    """A placement as somebody has typed it.

    Attributes:
        since, until: In the brand's time, such as 2026-03-29T09:00; empty without one.
        names: Locales with names.
        image_url: A link, image:HASH of an uploaded picture, or empty.
    """

    territories: tuple[str, ...] = ()
    since: str = ""
    since_occurrence: Occurrence | None = None
    until: str = ""
    until_occurrence: Occurrence | None = None
    hidden: bool = False
    position: int | None = None
    names: tuple[tuple[str, str], ...] = ()
    image_url: str = ""


class StoredPlacement(msgspec.Struct, frozen=True, kw_only=True):
    """A placement as it is stored, with instants in UTC.

    Attributes:
        territories: Codes of ISO 3166-1, in order; empty for all.
        position: Its place among its like, the lowest first.
        image_url: A link, image:HASH of an uploaded picture, or empty.
    """

    territories: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    hidden: bool = False
    position: int | None = None
    names: dict[str, str] = {}
    image_url: str = ""

    @classmethod
    def of(cls, placement: Placement) -> "StoredPlacement":
        """Return a placement that is in force."""
        fields = {name: getattr(placement, name) for name in placement.__struct_fields__}
        return cls(**{**fields, "image_url": placement.image_url or ""})

    def in_force(self, images_url: str) -> Placement:
        """Return it as nodes have it; `images_url` is where browsers find uploaded pictures."""
        fields = {name: getattr(self, name) for name in self.__struct_fields__}
        return Placement(**{**fields, "image_url": image_address(self.image_url, images_url)})


Placements = tuple[StoredPlacement, ...]


def placements_of(fields: Iterable[Mapping[str, Any]]) -> Placements:
    """Return placements that were stored as JSON."""
    return msgspec.convert(list(fields), Placements)


def placement_fields(placements: Placements) -> list[dict[str, Any]]:
    """Return placements as JSON's values."""
    fields: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(placements))
    return fields


def entry_in_force(key: EntryKey, placements: Placements, images_url: str) -> BoardEntry:
    """Return an entry as nodes have it."""
    return BoardEntry(
        scope=key.scope.value,
        id=key.id,
        placements=tuple(placement.in_force(images_url) for placement in placements),
    )


def local_time(instant: datetime | None, zone: str) -> tuple[str, Occurrence | None]:
    """Return an instant as people of the brand write it, and which of two it is where there are two."""
    if instant is None:
        return "", None
    there = instant.astimezone(ZoneInfo(zone))
    wall = there.replace(tzinfo=None, fold=0)
    try:
        instant_of(wall, zone)
    except InvalidLocalTime:
        return wall.isoformat(timespec="minutes"), Occurrence.LATER if there.fold else Occurrence.EARLIER
    return wall.isoformat(timespec="minutes"), None
