"""Forms of scheme versions, as somebody types them."""

from typing import Any, Final

NEXT: Final = "2026-03-29T23:00:00Z"  # Monday 00:00 in London, the clocks have gone forward


def form(**changes: Any) -> dict[str, Any]:
    """Return a form that passes, or what the changes make of it."""
    good: dict[str, Any] = {
        "jurisdiction": "GB",
        "currency": "GBP",
        "version": 2,
        "qualifying_product": "betting",
        "target_minor": 2500,
        "min_stake_minor": 100,
        "min_odds_milli": 1500,
        "bet_types": ["single", "multiple"],
        "default_reward_id": "fb-5",
        "grace_minutes": 1440,
        "effective_from": NEXT,
        "terms": {
            "version": "2026-2",
            "summary": "Stake £25. 18+.",
            "url": "https://northbet.example/club/terms",
        },
    }
    return good | changes
