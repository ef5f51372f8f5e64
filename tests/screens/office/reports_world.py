"""What a home asks of analytics, in the fixed office: what open bets may cost, and what bets have earned."""

from datetime import timedelta
from typing import Any, Final

from tests.screens.office.fixed_present import BRAND, NOW

EXPOSURE: Final = (
    *("brand", "product", "currency", "sports_event_id", "sport", "event_name", "starts_at", "bets"),
    *("stake_minor", "returns_minor", "exposure_minor", "worst_minor", "worst_pick"),
    *("multiples", "multiple_returns_minor"),
)
REVENUE: Final = (
    *("brand", "day", "product", "currency", "bets", "settled_bets", "turnover_minor", "settled_minor"),
    *("void_minor", "returns_minor", "gross_minor", "margin", "free_turnover_minor", "free_returns_minor"),
    *("free_gross_minor", "club_cost_minor", "net_minor"),
)
MATCH: Final = "Aldmere Rovers v Wickford Town"
RACE: Final = "14:30 Wexcombe Park"
ALL_EVENTS: Final = "*"
DAYS: Final = 7

TABLES: Final = {
    "report_revenue": "What a brand has earned on a day (UTC), by product and currency, in minor units.",
    "betting_results": "One row: what bets on one sports event came to on a day (UTC).",
}
DAY: Final = ("day", "Date", "The day, in UTC.")
DAYS_BETS: Final = tuple(
    {"day": f"{NOW - timedelta(days=back):%Y-%m-%d}", "bets": 40 + 7 * back} for back in range(DAYS)
)


def reports_world() -> dict[str, Any]:
    """Return the answers to questions about reports; the others have no rows."""
    known = {"EXPOSURE": (EXPOSURE, exposures()), "REVENUE": (REVENUE, revenues())}
    return {
        "analyticsReport": lambda _info, **named: report(*known.get(named["report"], ((), ()))),
        "analyticsTables": lambda _info: [{"name": name, "says": says} for name, says in TABLES.items()],
        "analyticsColumns": lambda _info, **_named: [dict(zip(("name", "type", "says"), DAY, strict=True))],
        "analyticsAnswer": lambda _info, **_named: {**report(("day", "bets"), DAYS_BETS), "rowCount": DAYS},
    }


def report(columns: tuple[str, ...], rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """Return a report of which all is counted."""
    texts = [[None if row[name] is None else str(row[name]) for name in columns] for row in rows]
    read = {"cell": "*", "until": NOW.isoformat(), "waiting": 0, "says": "Complete up to 12:00:00 UTC"}
    return {"says": "", "columns": columns, "rows": texts, "completeness": [read], "filling": None}


def exposures() -> tuple[dict[str, Any], ...]:
    """Return two events, of which a race may cost more, and all open bets."""
    match = {
        "sport": "football",
        "event_name": "Aldmere Rovers v Wickford Town",
        "worst_pick": "Result: Home",
    }
    race = {"sport": "horse-racing", "event_name": RACE, "worst_pick": "Win: Ashdown Lad"}
    return (
        {**exposure("e1", 812_000, 1_450_000, 310_000), **match},
        {**exposure("e2", 640_000, 3_120_000, 1_705_000), **race},
        exposure(ALL_EVENTS, 1_452_000, 4_570_000, 3_118_000),
    )


def exposure(event: str, stake: int, returned: int, worst: int) -> dict[str, Any]:
    """Return what the open bets of an event may cost."""
    is_event = event != ALL_EVENTS
    return {
        "brand": BRAND,
        "product": "betting",
        "currency": "GBP",
        "sports_event_id": event,
        "sport": "",
        "event_name": "",
        "starts_at": f"{NOW:%Y-%m-%d} 14:30:00" if is_event else None,
        "bets": stake // 2_000,
        "stake_minor": stake,
        "returns_minor": returned,
        "exposure_minor": returned - stake,
        "worst_minor": worst,
        "worst_pick": "",
        "multiples": 12,
        "multiple_returns_minor": 96_000 if is_event else None,
    }


def revenues() -> tuple[dict[str, Any], ...]:
    """Return what bets have earned on each day of a week."""
    return tuple(revenue(day) for day in range(DAYS))


def revenue(day: int) -> dict[str, Any]:
    """Return what bets have earned on a day."""
    settled = 400_000 + 35_000 * day
    returned = settled * (88 + day) // 100
    gross = settled - returned
    return {
        "brand": BRAND,
        "day": f"{NOW - timedelta(days=DAYS - 1 - day):%Y-%m-%d}",
        "product": "betting",
        "currency": "GBP",
        "bets": settled // 2_000,
        "settled_bets": settled // 2_000,
        "turnover_minor": settled,
        "settled_minor": settled,
        "void_minor": 0,
        "returns_minor": returned,
        "gross_minor": gross,
        "margin": f"{100 * gross / settled:.2f}",
        "free_turnover_minor": 0,
        "free_returns_minor": 0,
        "free_gross_minor": 0,
        "club_cost_minor": 12_000,
        "net_minor": gross - 12_000,
    }
