"""Decisions of traders as messages tell them, and as they are stored."""

from datetime import UTC, datetime
from typing import Any, Final

from subgraphs.kit.records.global_state import GlobalKind, GlobalOrder, StoredMessage, trading_subject

NOTHING: Final[dict[str, Any]] = {
    "revision": 1,
    "suspended": [],
    "limits": [],
    "stakes": [],
    "max_legs": None,
    "delay_seconds": None,
}


def stored_trading(brand: str = "northbet", **facts: Any) -> StoredMessage:
    """Return what is stored of a brand's traders."""
    return StoredMessage(
        key=trading_subject(brand).key,
        brand=brand,
        kind=GlobalKind.TRADING.value,
        order=GlobalOrder(1, 1),
        event_id="e-1",
        state={**NOTHING, **facts},
        reason=None,
        decided_at=datetime(2026, 3, 28, 12, tzinfo=UTC),
        understood=True,
        produced_at=None,
    )
