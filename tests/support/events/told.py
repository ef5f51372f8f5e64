"""Records of what providers tell, as their contracts have them."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from consumers.stream.records import Record

NOW: Final = datetime(2026, 3, 25, 14, tzinfo=UTC)
KICK_OFF: Final = NOW + timedelta(hours=3)


def instant(at: datetime) -> str:
    """Return an instant as messages have it."""
    return at.isoformat().replace("+00:00", "Z")


def _record(kind: str, key: str, body: dict[str, Any]) -> Record:
    whole = {"schema": f"provider.{kind}/1", **body}
    event = str(uuid5(NAMESPACE_URL, json.dumps(whole)))
    value = json.dumps({"event_id": event, **whole}).encode()
    return Record(f"provider.{kind}.v1", 0, 0, key.encode(), value, ())


def fixture(provider: str, event: str, *sides: str, revision: int = 1, **facts: Any) -> Record:
    """Return a record of a football match between two sides."""
    names = sides or ("Arsenal", "Chelsea")
    body = {
        "provider": provider,
        "revision": revision,
        "sports_event_id": event,
        "sport": "football",
        "competition": "Premier League",
        "name": " v ".join(names),
        "competitors": [
            {"name": name, "side": side} for name, side in zip(names, ("home", "away"), strict=False)
        ],
        "starts_at": instant(KICK_OFF),
        "status": "scheduled",
        "known_since": instant(NOW - timedelta(days=2)),
        "occurred_at": instant(NOW),
        **facts,
    }
    return _record("fixture", f"{provider}:{event}", body)


def market(
    provider: str, market_id: str, event: str, *odds: int | None, revision: int = 1, **facts: Any
) -> Record:
    """Return a record of a market with these odds of home, draw and away."""
    names = ("Home", "Draw", "Away")
    body = {
        "provider": provider,
        "revision": revision,
        "market_id": market_id,
        "sports_event_id": event,
        "kind": "MATCH_RESULT",
        "status": "open",
        "in_play": False,
        "currency": "GBP",
        "runners": [
            {
                "selection_id": name.lower(),
                "name": name,
                "status": "active",
                "position": place,
                "back": [] if milli is None else [{"odds_milli": milli}, {"odds_milli": 1010}],
            }
            for place, (name, milli) in enumerate(zip(names, odds, strict=False), 1)
        ],
        "occurred_at": instant(NOW),
        **facts,
    }
    return _record("market", f"{provider}:{market_id}", body)


def stats(provider: str, event: str, revision: int = 1, **figures: tuple[int, int]) -> Record:
    """Return a record of the statistics of an event: figures of both sides by their names."""
    body = {
        "provider": provider,
        "revision": revision,
        "sports_event_id": event,
        "figures": [
            {"name": name.capitalize(), "home": str(home), "away": str(away)}
            for name, (home, away) in figures.items()
        ],
        "occurred_at": instant(NOW),
    }
    return _record("stats", f"{provider}:{event}", body)


def video(event: str, stream: str, *territories: str, fixtures_of: str = "feed", **facts: Any) -> Record:
    """Return a record of the picture of an event of another provider, which may be seen from now on."""
    body = {
        "provider": "video",
        "revision": 1,
        "fixtures_of": fixtures_of,
        "sports_event_id": event,
        "stream_id": stream,
        "territories": territories,
        "starts_at": instant(NOW),
        "ends_at": instant(KICK_OFF + timedelta(hours=3)),
        "occurred_at": instant(NOW),
        **facts,
    }
    return _record("video", f"video:{event}", body)


def status(provider: str, *, at: datetime = NOW, complete: bool = True, **facts: Any) -> Record:
    """Return a record of how a provider is, which brings everything unless it says otherwise."""
    body = {
        "provider": provider,
        "kind": "exchange",
        "complete": complete,
        "incomplete_since": None if complete else instant(at),
        "reason": "" if complete else "the exchange was silent",
        "first_revision": 1,
        "capabilities": ["fixtures", "pre-match odds", "live odds", "results"],
        "delay_ms": 0,
        "occurred_at": instant(at),
        **facts,
    }
    return _record("status", provider, body)


def gone(kind: str, provider: str, item: str) -> Record:
    """Return a record of an item that its provider no longer has."""
    return Record(f"provider.{kind}.v1", 0, 0, f"{provider}:{item}".encode(), None, ())


def decision(number: int, verdict: str, first: tuple[str, str], second: tuple[str, str]) -> Record:
    """Return a record of what a person decided about two offers, as the back office publishes it."""
    offers = [{"provider": provider, "sports_event_id": event} for provider, event in sorted((first, second))]
    pair = " ".join(f"{offer['provider']}:{offer['sports_event_id']}" for offer in offers)
    subject = blake2b(pair.encode(), digest_size=16).hexdigest()
    state = {"first": offers[0], "second": offers[1], "verdict": verdict}
    return _decided(number, "*", "match", subject, state)


def board(number: int, brand: str, *entries: dict[str, Any]) -> Record:
    """Return a record of what a brand shows, as the back office publishes it."""
    return _decided(number, brand, "board", "facts", {"revision": number, "entries": entries})


def _decided(number: int, brand: str, kind: str, subject: str, state: dict[str, Any]) -> Record:
    body = {
        "schema": "club.global/1",
        "event_id": f"decision-{kind}-{number}",
        "brand_id": brand,
        "epoch": 1,
        "number": number,
        "kind": kind,
        "subject": subject,
        "state": state,
        "reason": None,
        "decided_at": instant(NOW),
    }
    key = f"{brand}:{kind}:{subject}".encode()
    return Record("club.global.v1", 0, 0, key, json.dumps(body).encode(), ())
