"""Local times of a brand: the instant of a local time, or why there is none."""

from datetime import UTC, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from backoffice.errors import Problem

FIRST_YEAR, LAST_YEAR = 2000, 2099


class InvalidLocalTime(ValueError):
    """A local time does not exist in the zone, or exists twice; the message says what to write."""


class Occurrence(Enum):
    """Which of two instants is meant if the clocks go back and an hour exists twice."""

    EARLIER = "earlier"
    LATER = "later"


def instant_of(local: datetime, zone: str, occurrence: Occurrence | None = None) -> datetime:
    """Return the instant, in UTC, of a local time.

    Args:
        local: Without a zone.
        zone: IANA name.
        occurrence: Which one, for a time that exists twice.

    Raises:
        InvalidLocalTime: The clocks skip that time, or repeat it and `occurrence` is None.
    """
    if local.tzinfo is not None:
        raise InvalidLocalTime(f"write the time as it is in {zone}, without an offset")
    first = local.replace(tzinfo=ZoneInfo(zone), fold=0)
    second = first.replace(fold=1)
    shown = f"{local:%H:%M on %d %B %Y}"
    if first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        until = second.astimezone(UTC).astimezone(ZoneInfo(zone))  # before the change, by the later offset
        after = first.astimezone(UTC).astimezone(ZoneInfo(zone))
        raise InvalidLocalTime(
            f"{shown} does not exist in {zone}: the clocks go forward over it. "
            f"Take a time before the change, such as {until:%H:%M}, or after it, such as {after:%H:%M}"
        )
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    match occurrence:
        case Occurrence.EARLIER:
            return first.astimezone(UTC)
        case Occurrence.LATER:
            return second.astimezone(UTC)
        case None:
            raise InvalidLocalTime(
                f"{shown} exists twice in {zone}, because the clocks go back: say EARLIER for "
                f"{_utc(first)} or LATER for {_utc(second)}"
            )


def typed_instant(
    local: str, occurrence: Occurrence | None, zone: str, path: str, problems: list[Problem]
) -> datetime | None:
    """Return the instant that a person has typed; None for none, or if it is noted as a problem.

    Args:
        local: Such as 2026-03-29T09:00, in the zone's local time.
        occurrence: Which of the two, where the clocks go back.
        zone: The time zone's name.
        path: That of the input's field.
        problems: To which what is wrong is added.
    """
    if not local.strip():
        return None
    try:
        wall = datetime.fromisoformat(local.strip())
        if FIRST_YEAR <= wall.year <= LAST_YEAR:
            return instant_of(wall, zone, occurrence)
        problems.append(Problem(path, f"The year is {FIRST_YEAR} to {LAST_YEAR}."))
    except InvalidLocalTime as error:
        problems.append(Problem(path, str(error)))
    except ValueError:
        problems.append(Problem(path, "Write the time as 2026-03-29T09:00."))
    return None


def local_text(instant: datetime, zone: str) -> str:
    """Return an instant in a zone's local time, with its offset, which tells repeated hours apart."""
    at = instant.astimezone(ZoneInfo(zone))
    offset = at.utcoffset() or timedelta()
    return f"{at:%Y-%m-%d %H:%M} {zone} (UTC{offset.total_seconds() / 3600:+g})"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M} UTC"
