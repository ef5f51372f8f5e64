"""A lobby as somebody has typed it, and what is in force of it in a brand's own time."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from backoffice.content.workflow.local_time import Occurrence


@dataclass(frozen=True, slots=True)
class TypedRule:
    """A rule for games; see `GameRule`."""

    by: str
    days: int = 30
    value: str = ""


@dataclass(frozen=True, slots=True)
class TypedSection:
    """A section or, without conditions, a group.

    Attributes:
        id: Small letters, digits and hyphens.
        names: Languages with names.
        games: The own ids of games, in order.
        since, until: In the brand's time, such as 2026-03-29T09:00; empty without one.
    """

    id: str
    names: tuple[tuple[str, str], ...] = ()
    games: tuple[str, ...] = ()
    rule: TypedRule | None = None
    jurisdictions: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    since: str = ""
    since_occurrence: Occurrence | None = None
    until: str = ""
    until_occurrence: Occurrence | None = None


@dataclass(frozen=True, slots=True)
class TypedLobby:
    """All of it, in order."""

    sections: tuple[TypedSection, ...] = ()
    groups: tuple[TypedSection, ...] = ()


def wall_time(instant: datetime | None, zone: str) -> str:
    """Return an instant as people of the brand write it; empty without one."""
    if instant is None:
        return ""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat(timespec="minutes")
