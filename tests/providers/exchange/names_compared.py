"""Names and events as an adapter told them, and as the simulated exchange has them."""

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.exchange.market_world import MarketWorld
from simulator.exchange.programme import Offer

SPORTS = {"1": "football", "2": "tennis", "7": "horse-racing", "7522": "basketball"}
KINDS: dict[tuple[str, str], tuple[str, int | None]] = {
    ("1", "MATCH_ODDS"): ("MATCH_RESULT", None),
    ("2", "MATCH_ODDS"): ("MATCH_WINNER", None),
    ("7522", "MATCH_ODDS"): ("MATCH_WINNER", None),
    ("1", "OVER_UNDER_25"): ("TOTALS", 2500),
    ("1", "ASIAN_HANDICAP"): ("HANDICAP", None),
    ("7", "WIN"): ("WIN", None),
    ("7", "PLACE"): ("PLACE", None),
    ("7", "EACH_WAY"): ("WIN", None),
}


def told_names(messages: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the messages of markets say beside prices."""
    return {
        body["market_id"]: {
            "event": body["sports_event_id"],
            "kind": (body["kind"], body["line_milli"]),
            "name": body["name"],
            "places": body["place_terms"],
            "runners": [
                (runner["selection_id"], runner["name"], runner["handicap_milli"])
                for runner in body["runners"]
            ],
        }
        for body in messages.values()
    }


def expected_names(world: MarketWorld) -> dict[str, Any]:
    """Return what has to be told of the exchange's markets beside prices."""
    return {name: _market(market.offer) for name, market in world.markets.items()}


def _market(offer: Offer) -> dict[str, Any]:
    divisor = None if offer.each_way is None else int(offer.each_way)
    terms = {"places": offer.winners, "numerator": 1, "denominator": divisor}
    return {
        "event": offer.event_id,
        "kind": KINDS[offer.event_type, offer.market_type],
        "name": offer.market,
        "places": terms if divisor else None,
        "runners": [(str(runner.id), runner.name, round(1000 * runner.handicap)) for runner in offer.runners],
    }


def told_fixtures(messages: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the messages of sports events say."""
    names = ("sport", "competition", "name", "status")
    return {
        body["sports_event_id"]: {
            **{name: body[name] for name in names},
            "starts_at": body["starts_at"].removesuffix("Z")[:23],
            "competitors": {one["side"]: one["name"] for one in body["competitors"]},
        }
        for body in messages.values()
    }


def expected_fixtures(world: MarketWorld) -> dict[str, Any]:
    """Return what has to be told of the exchange's sports events."""
    events = {market.offer.event_id: market for market in world.markets.values()}
    return {
        event: {
            "sport": SPORTS[market.offer.event_type],
            "competition": market.offer.venue or market.offer.competition,
            "name": market.offer.event,
            "status": _status(
                one.definition for one in world.markets.values() if one.offer.event_id == event
            ),
            "starts_at": market.definition["openDate"].removesuffix("Z"),
            "competitors": _sides(market.offer.event),
        }
        for event, market in events.items()
    }


def _sides(event: str) -> dict[str, str]:
    for word, sides in ((" v ", ("home", "away")), (" @ ", ("away", "home"))):
        if word in event:
            return dict(zip(sides, event.split(word), strict=True))
    return {}


def _status(definitions: Iterable[Mapping[str, Any]]) -> str:
    left = [definition for definition in definitions if definition["status"] != "CLOSED"]
    if not left:
        return "finished"
    if {definition["status"] for definition in left} == {"SUSPENDED"}:
        return "suspended"
    return "live" if any(definition["inPlay"] for definition in left) else "scheduled"
