"""What has to be told of a simulated feed's books, beside what was told."""

from typing import Any

from providers.sports_feed.identity import canonical, event_id, market_id, outcome_id

STATUS = {1: "open", 0: "inactive", -1: "suspended", -2: "suspended", -3: "closed"}
EVENT_STATUS = {0: "scheduled", 1: "live", 3: "finished"}


def told(fixtures: dict[str, Any], markets: dict[str, Any]) -> dict[str, Any]:
    """Return what the messages of events and markets say."""
    return {
        "events": {
            body["sports_event_id"]: {
                "sport": body["sport"],
                "competitors": [competitor["name"] for competitor in body["competitors"]],
                "starts": body["starts_at"],
                "status": body["status"],
                "score": body["score"],
            }
            for body in fixtures.values()
        },
        "markets": {
            body["market_id"]: {
                "status": body["status"],
                "in_play": body["in_play"],
                "runners": {
                    runner["selection_id"]: {
                        "status": runner["status"],
                        "odds": [offer["odds_milli"] for offer in runner["back"]],
                        "void": runner["void_milli"],
                        "dead_heat": runner["dead_heat_milli"],
                    }
                    for runner in body["runners"]
                },
                "void_periods": sorted(
                    [period["starts_at"] is not None, period["ends_at"] is not None]
                    for period in body["void_periods"]
                ),
            }
            for body in markets.values()
        },
    }


def expected(books: dict[str, Any]) -> dict[str, Any]:
    """Return what has to be told of the feed's own books."""
    events, markets = books["events"], books["markets"].values()
    return {
        "events": {event_id(urn): _event(event) for urn, event in events.items()},
        "markets": {
            market_id(market["event"], market["number"], canonical(market["specifiers"])): _market(
                market, in_play=events[market["event"]]["status"] == 1
            )
            for market in markets
        },
    }


def _event(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "sport": "football",
        "competitors": event["competitors"],
        "starts": event["starts"].replace("+00:00", "Z"),
        "status": EVENT_STATUS[event["status"]],
        "score": ":".join(map(str, event["score"])),
    }


def _market(market: dict[str, Any], *, in_play: bool) -> dict[str, Any]:
    periods = [tuple(period) for period in market["void"]]
    status = STATUS[market["status"]]
    if (None, None) in periods:
        status = "cancelled"
    elif market["results"]:
        status = "settled"
    return {
        "status": status,
        "in_play": in_play,
        "runners": {
            outcome_id(outcome): _runner(price, (market["results"] or {}).get(outcome))
            for outcome, price in market["odds"].items()
        },
        "void_periods": sorted(
            [start is not None, end is not None]
            for start, end in periods
            if start is not None or end is not None
        ),
    }


def _runner(price: float | None, result: list[float] | None) -> dict[str, Any]:
    status, void, dead_heat = "suspended" if price is None else "active", None, None
    if result is not None:
        won, void_factor, factor = result
        status = "void" if void_factor == 1 else "winner" if won else "loser"
        void = round(1000 * void_factor) if 0 < void_factor < 1 else None
        dead_heat = round(1000 * factor) if won and factor < 1 else None
    return {
        "status": status,
        "odds": [] if price is None else [round(1000 * price)],
        "void": void,
        "dead_heat": dead_heat,
    }


def differences(left: Any, right: Any, path: str = "") -> list[str]:
    """Return where two books differ, for whoever reads a failure."""
    if isinstance(left, dict) and isinstance(right, dict):
        names = sorted(left.keys() | right.keys())
        return [
            line for name in names for line in differences(left.get(name), right.get(name), f"{path}/{name}")
        ]
    return [] if left == right else [f"{path}: {left} is not {right}"]
