"""When the fixed office is looked at, and how its graph writes instants and lists."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

NOW: Final = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)
BRAND: Final = "northbet"


def ago(**span: float) -> str:
    """Return an instant before the fixed present, as the graph writes it."""
    return (NOW - timedelta(**span)).isoformat()


def page_of(nodes: list[Any]) -> dict[str, Any]:
    """Return the only page of a list."""
    return {"nodes": nodes, "endCursor": None, "hasNextPage": False}
