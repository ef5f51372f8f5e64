"""The exchange's words become the platform's, and what has no word stays as it is."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from providers.exchange.book import Books
from providers.exchange.catalogue import CatalogueMarket, MarketNames, Names
from providers.exchange.catalogue_client import MAX_MARKETS
from providers.exchange.messages import MarketTeller
from providers.exchange.protocol import MarketChange, MarketDefinition
from providers.exchange.translation import (
    KINDS,
    SPORTS,
    competitors_of,
    kind_of,
    place_terms_of,
    sport_of,
)
from providers.messages import PlaceTerms
from subgraphs.kit.domain.sports import MARKET_KINDS
from subgraphs.kit.domain.sports import SPORTS as PLATFORM


def _market(market_type: str, **fields: Any) -> MarketDefinition:
    known = {
        "eventId": "1",
        "eventTypeId": "1",
        "marketTime": "2026-11-28T12:00:00Z",
        "status": "OPEN",
        "marketType": market_type,
        **fields,
    }
    return msgspec.convert(known, MarketDefinition)


def test_only_words_of_the_platform_are_used() -> None:
    """A sport or kind that it does not have would be lost on readers."""
    assert set(SPORTS.values()) <= PLATFORM.keys()
    assert set(KINDS.values()) <= MARKET_KINDS.keys()
    assert (sport_of("7"), sport_of("31415")) == ("horse-racing", "other")


@pytest.mark.parametrize(
    ("market_type", "runners", "kind"),
    [
        ("MATCH_ODDS", [{"id": 1}, {"id": 2}, {"id": 58805}], ("MATCH_RESULT", None)),
        ("MATCH_ODDS", [{"id": 1}, {"id": 2}], ("MATCH_WINNER", None)),
        ("OVER_UNDER_25", [], ("TOTALS", 2500)),
        ("OVER_UNDER_05", [], ("TOTALS", 500)),
        ("OVER_UNDER_105", [], ("TOTALS", 10_500)),
        ("OVER_UNDER_25_CARDS", [], ("OVER_UNDER_25_CARDS", None)),
        ("ASIAN_HANDICAP", [], ("HANDICAP", None)),
        ("BOTH_TEAMS_TO_SCORE", [], ("BOTH_TO_SCORE", None)),
        ("CORRECT_SCORE", [], ("CORRECT_SCORE", None)),
        ("EACH_WAY", [], ("WIN", None)),
        ("HALF_TIME", [], ("HALF_TIME", None)),
        ("", [], ("", None)),
    ],
)
def test_kinds(market_type: str, runners: list[dict[str, int]], kind: tuple[str, int | None]) -> None:
    """With a line where the type has one; others keep the exchange's name."""
    assert kind_of(_market(market_type, runners=runners)) == kind


def test_a_draw_is_known_by_its_name_as_well() -> None:
    """Its id is not the same in all sports."""
    market = _market("MATCH_ODDS", runners=[{"id": 1}, {"id": 2}, {"id": 3}])
    assert kind_of(market, ["Kent", "Surrey", "The Draw"]) == ("MATCH_RESULT", None)
    assert kind_of(market, ["Kent", "Surrey", "Drawn Sabre"]) == ("MATCH_WINNER", None)


@pytest.mark.parametrize(
    ("market_type", "divisor", "winners", "terms"),
    [
        ("EACH_WAY", 4.0, 3, PlaceTerms(places=3, numerator=1, denominator=4)),
        ("EACH_WAY", 4.5, 3, None),
        ("EACH_WAY", 0, 3, None),
        ("EACH_WAY", 4, 0, None),
        ("EACH_WAY", None, 3, None),
        ("WIN", 4, 1, None),
    ],
)
def test_place_terms(market_type: str, divisor: float | None, winners: int, terms: PlaceTerms | None) -> None:
    """Only of each-way markets, and never terms that cannot be."""
    assert place_terms_of(_market(market_type, eachWayDivisor=divisor, numberOfWinners=winners)) == terms


@pytest.mark.parametrize(
    ("name", "sport", "sides"),
    [
        ("Norwich v Ipswich", "football", ("Norwich", "Ipswich")),
        ("Elin Hallberg vs Marta Quesada", "tennis", ("Elin Hallberg", "Marta Quesada")),
        ("Denver Nuggets @ Utah Jazz", "basketball", ("Utah Jazz", "Denver Nuggets")),
        ("Stevenage v Vale", "football", ("Stevenage", "Vale")),
        ("English Championship", "football", None),
        ("A v B v C", "football", None),
        (" v Ipswich", "football", None),
        ("", "football", None),
        ("Ascot v York 28th Nov", "horse-racing", None),
    ],
)
def test_competitors(name: str, sport: str, sides: tuple[str, str] | None) -> None:
    """The home side first, which is the second in American sports; none where the name does not say."""
    found = tuple(one.name for one in competitors_of(name, sport))
    assert found == (sides or ())
    assert [one.side for one in competitors_of(name, sport)] == (["home", "away"] if sides else [])


def test_a_market_that_the_catalogue_lacks_is_asked_for_at_growing_distances() -> None:
    """Up to the distance at which all are; others are named meanwhile."""
    names = Names(refresh_seconds=10, first_pause_seconds=1)
    answer = msgspec.convert([{"marketId": "1.1", "marketName": "x" * 300}], list[CatalogueMarket])
    times, now = [], 0.0
    for _ in range(60):
        asked = names.due(["1.1", "1.2"], now, MAX_MARKETS)
        if "1.2" in asked:
            times.append(now)
        names.receive(asked, answer, now)
        now += 0.5
    assert times == [0, 1, 3, 7, 15, 25]
    assert len(names.known["1.1"].market) == 200


def test_new_markets_are_asked_for_before_old_ones() -> None:
    """In batches; what is not due is not asked for."""
    names = Names(refresh_seconds=10, first_pause_seconds=1)
    names.receive(["1.1"], [CatalogueMarket("1.1")], now=0)
    assert names.due(["1.1", "1.2", "1.3"], 20, most=2) == ["1.2", "1.3"]
    assert names.due(["1.1"], 5, most=2) == []


def _told(definition: dict[str, Any], **runner: Any) -> dict[str, Any]:
    """Return what is told of a market with one runner."""
    market = msgspec.convert(definition, MarketDefinition)
    change = msgspec.convert({"id": "1.1", "img": True, "rc": [{"id": 7, **runner}]}, MarketChange)
    books = Books()
    books.apply([change])
    teller = MarketTeller("exchange", levels=3, currency="GBP")
    told = teller.message(books.markets["1.1"], market, MarketNames(), 1, datetime(2026, 11, 28, tzinfo=UTC))
    return dict(msgspec.json.decode(told))


def test_lines_are_not_told_as_odds() -> None:
    """The prices of a market of lines are runs or goals, from half a one to thousands."""
    definition = msgspec.to_builtins(_market("TOTAL_RUNS", bettingType="LINE", runners=[{"id": 7}]))
    runner = _told(definition, atb=[[0.5, 10]], atl=[[1200.5, 10]], ltp=300.5)["runners"][0]
    assert (runner["back"], runner["lay"], runner["last_odds_milli"]) == ([], [], None)


@pytest.mark.parametrize(("status", "told"), [("REMOVED_VACANT", "removed"), ("WINNER", "winner")])
def test_statuses_of_runners_are_the_platforms(status: str, told: str) -> None:
    """A trap that stayed empty is a runner that was removed."""
    definition = msgspec.to_builtins(_market("WIN", runners=[{"id": 7, "status": status}]))
    assert _told(definition)["runners"][0]["status"] == told


def _closed(kind: str, winners: int, *statuses: str) -> list[tuple[str, int | None]]:
    """Return a closed market's status, and each runner's with its share."""
    runners = [{"id": number, "status": status} for number, status in enumerate(statuses, start=1)]
    told = _told(
        msgspec.to_builtins(_market(kind, status="CLOSED", numberOfWinners=winners, runners=runners))
    )
    shares = [(runner["status"], runner.get("dead_heat_milli")) for runner in told["runners"]]
    return [(told["status"], None), *shares]


@pytest.mark.parametrize(
    ("kind", "winners", "statuses", "shares"),
    [
        ("WIN", 1, ["WINNER", "LOSER"], [None, None]),
        ("WIN", 1, ["WINNER", "WINNER", "LOSER"], [500, 500, None]),
        ("PLACE", 3, ["WINNER"] * 3 + ["LOSER"], [None] * 4),
        ("PLACE", 3, ["WINNER"] * 4 + ["LOSER"], [750] * 4 + [None]),
        ("EACH_WAY", 2, ["WINNER", "PLACED", "LOSER"], [None, None, None]),
        ("EACH_WAY", 2, ["WINNER", "PLACED", "PLACED"], [None, 500, 500]),
        ("EACH_WAY", 1, ["PLACED", "PLACED"], [500, 500]),
    ],
)
def test_more_winners_than_places_share_them(
    kind: str, winners: int, statuses: list[str], shares: list[int | None]
) -> None:
    """A bet of 10.00 at 2.28 on one of two winners of one place is paid 11.40, not 22.80."""
    assert [share for _, share in _closed(kind, winners, *statuses)[1:]] == shares


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (["REMOVED", "REMOVED"], "settled"),
        (["LOSER", "LOSER"], "settled"),
        (["WINNER", "LOSER", "REMOVED_VACANT"], "settled"),
        (["ACTIVE", "ACTIVE"], "closed"),
        (["REMOVED", "ACTIVE"], "closed"),
        ([], "closed"),
    ],
)
def test_a_closed_market_without_a_winner_has_a_result(statuses: list[str], status: str) -> None:
    """Stakes come back, or are lost; while a runner has no result, nothing is known."""
    assert _closed("WIN", 1, *statuses)[0] == (status, None)
