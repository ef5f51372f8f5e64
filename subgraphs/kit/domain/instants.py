"""How messages write instants."""

from datetime import UTC, datetime


def utc_text(instant: datetime) -> str:
    """Return an instant as messages write it: RFC 3339, in UTC."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
