"""The contract suite's part about names: they are the catalogue's, or it is said since when they miss."""

import asyncio
import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import ValidationError

from providers.adapters.exchange import ExchangeSettings
from providers.exchange.adapter import ExchangeAdapter
from providers.exchange.catalogue_client import CatalogueClient
from providers.exchange.connection import ExchangeAway, Refused, Unreadable
from providers.status import ProviderMetrics
from simulator.exchange.faults import FaultName
from tests.providers.exchange.conftest import Follower, Open, until
from tests.providers.exchange.test_kind_exchange import CONTRACTS, MARKETS, until_complete

FIXTURES = "provider.fixture.v1"
SOON: dict[str, Any] = {"catalogue_refresh_seconds": 0.3}
"""All names are asked for again before long."""


def rename(one: Follower, market: str, /, **names: Any) -> None:
    """Let the catalogue have other names of a market."""
    found = one.exchange.stream.world.markets[market]
    found.offer = replace(found.offer, **names)


async def test_all_kinds_of_markets_and_events_are_told_by_their_names(follower: Open) -> None:
    """Races at their course, matches with both sides, lines and place terms; each keeps its contract."""
    async with follower() as one:
        for _ in range(12):
            one.exchange.stream.world.open_market()
        async with one.running(market_types=[]) as adapter:
            await one.until_equal(adapter)
        assert len(one.kafka.latest[FIXTURES]) == 8
    schema = json.loads((CONTRACTS / f"{FIXTURES}.schema.json").read_text())
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    for topic, key, body in one.kafka.sent:
        if topic == FIXTURES:
            validator.validate(body)
            assert key == f"exchange:{body['sports_event_id']}"


async def test_new_markets_are_named_soon_and_asked_for_once(follower: Open) -> None:
    """Those that came together in one request, and the others not again."""
    async with follower() as one, one.running(market_types=[]) as adapter:
        await one.until_equal(adapter)
        one.exchange.stream.world.open_market()
        one.exchange.stream.world.open_market()
        await one.until_equal(adapter)
        asked = [sorted(request["filter"]["marketIds"]) for request in one.exchange.catalogue.requests]
    first, later = [f"1.20000000{at}" for at in (1, 2, 3, 4)], ["1.200000005", "1.200000006"]
    assert asked[0] == first
    assert sorted(name for names in asked[1:] for name in names) == later


async def test_names_that_change_are_told(follower: Open) -> None:
    """With the next round, for market and event alike; what did not change is not told again."""
    async with follower() as one, one.running(**SOON) as adapter:
        await one.until_equal(adapter)
        before = len(one.kafka.sent)
        rename(one, "1.200000002", event="Norwich v Ipswich Town", market="Full Time Result")
        await one.until_equal(adapter)
        asked = len(one.exchange.catalogue.requests)
        await until(lambda: len(one.exchange.catalogue.requests) > asked + 1)
        sent = [(topic, key) for topic, key, _ in one.kafka.sent[before:] if topic in {FIXTURES, MARKETS}]
    assert sorted(sent) == [(FIXTURES, "exchange:29000002"), (MARKETS, "exchange:1.200000002")]


async def test_an_event_goes_through_its_stages(follower: Open) -> None:
    """By its markets: scheduled, suspended, live, finished, and gone with the last of them."""
    async with follower() as one, one.running(refresh_seconds=0.5) as adapter:
        world = one.exchange.stream.world
        for facts in ({"status": "SUSPENDED"}, {"status": "OPEN", "inPlay": True}, {"status": "CLOSED"}):
            await one.until_equal(adapter)
            world.define("1.200000002", **facts)
        await one.until_equal(adapter)
        told = [body["status"] for _, key, body in one.kafka.sent if key == "exchange:29000002"]
        assert list(dict.fromkeys(told)) == ["scheduled", "suspended", "live", "finished"]
        world.retire("1.200000002")
        await one.until_equal(adapter)
        assert (FIXTURES, "exchange:29000002", None) in one.kafka.sent
        kept = {"event:29000002", "names:1.200000002", "1.200000002"}
        await until(lambda: not kept & one.shelf.entries.keys())


CATALOGUE_FAULTS: list[tuple[FaultName, float, str]] = [
    ("catalogue_refuse", 3, "TOO_MANY_REQUESTS"),
    ("catalogue_too_much", 3, "TOO_MUCH_DATA"),
    ("catalogue_page", 3, "status 503"),
    ("catalogue_lacks", 2, "lacks 1 markets"),
    ("catalogue_schema", 2, "lacks 4 markets"),
    ("catalogue_silence", 0.5, ""),
    ("catalogue_slow", 0.2, ""),
]


@pytest.mark.parametrize(("name", "amount", "reason"), CATALOGUE_FAULTS)
async def test_a_fault_of_the_catalogue(follower: Open, name: FaultName, amount: float, reason: str) -> None:
    """Prices go on and nothing is incomplete; names are the exchange's afterwards."""
    async with follower(rate=100) as one:
        one.exchange.stream.faults.arm(name, amount)
        async with one.running() as adapter:
            await until_complete(one)
            assert one.status.trouble is None
            one.exchange.moving.stop()
            await one.until_equal(adapter)
    assert any(reason in said for said in one.status.said) if reason else not one.status.said


async def test_what_is_too_much_is_asked_for_in_parts(follower: Open) -> None:
    """Of half the size until all are named, and then as a whole again."""
    async with follower() as one:
        one.exchange.stream.faults.arm("catalogue_too_much", 1)
        async with one.running(market_types=[]) as adapter:
            await one.until_equal(adapter)
            for _ in range(3):
                one.exchange.stream.world.open_market()
            await one.until_equal(adapter)
        sizes = [len(request["filter"]["marketIds"]) for request in one.exchange.catalogue.requests]
    assert sizes == [4, 2, 2, 3]


async def test_prices_go_on_without_names_and_it_is_said_since_when(follower: Open) -> None:
    """In health and metrics, while the status of what is told is complete; known names stay."""
    async with follower(rate=100) as one, one.running(market_types=[], **SOON) as adapter:
        await until(one.has_names)
        one.exchange.stream.faults.arm("catalogue_page", 10**6)
        await until(lambda: one.status.names is not None)
        one.exchange.stream.world.open_market()
        one.exchange.stream.world.open_market()
        count = len(one.kafka.sent)
        await until(lambda: len(one.kafka.sent) > count + 20)
        health = one.status.health()
        gauges = {metric.name: metric.samples[0].value for metric in ProviderMetrics(one.status).collect()}
        assert health["complete"] is True
        assert "status 503" in str(health["names_trouble"])
        assert datetime.fromisoformat(str(health["names_missing_since"])).tzinfo
        assert gauges["furlong_provider_names_missing_seconds"] > 0
        names = [body["name"] for body in one.kafka.latest[MARKETS].values()]
        assert "Match Odds" in names
        one.exchange.stream.faults.arm("catalogue_page", -(10**6))
        one.exchange.moving.stop()
        await one.until_equal(adapter)


async def test_a_process_has_the_names_of_the_one_before_it_at_once(follower: Open) -> None:
    """And says since when it has known each event, while the catalogue is down."""
    async with follower() as one:
        async with one.running() as adapter:
            await one.until_equal(adapter)
            await until(lambda: "names:1.200000004" in one.shelf.entries)
        before = {key: body["known_since"] for key, body in one.kafka.latest[FIXTURES].items()}
        one.kafka = type(one.kafka)()
        one.exchange.stream.faults.arm("catalogue_page", 10**6)
        async with one.running() as adapter:
            await until(lambda: one.is_equal(adapter) and len(one.kafka.latest.get(FIXTURES, {})) == 3)
        after = {key: body["known_since"] for key, body in one.kafka.latest[FIXTURES].items()}
        names = [body["name"] for topic, _, body in one.kafka.sent if topic in {MARKETS, FIXTURES}]
    assert after == before
    assert all(names)


async def test_names_are_kept_without_the_clocks(follower: Open) -> None:
    """An exchange that is asked for everything anew does not make events new."""
    async with follower() as one:
        async with one.running() as adapter:
            await one.until_equal(adapter)
            await until(lambda: "names:1.200000004" in one.shelf.entries)
        before = {key: body["known_since"] for key, body in one.kafka.latest[FIXTURES].items()}
        del one.shelf.entries["clocks"]
        one.exchange.stream.faults.arm("catalogue_page", 10**6)
        async with one.running() as adapter:
            await until(lambda: one.status.trouble is None)
            await until(lambda: one.is_equal(adapter))
        assert {key: body["known_since"] for key, body in one.kafka.latest[FIXTURES].items()} == before
        assert "names:1.200000004" in one.shelf.entries


async def test_without_an_address_nothing_is_asked(follower: Open) -> None:
    """Events are told by what the stream has of them; nothing is said to be missing."""
    async with follower() as one, one.running(catalogue_url="") as adapter:
        await until(lambda: one.is_equal(adapter) and FIXTURES in one.kafka.latest)
        assert one.status.names is None
        assert not one.exchange.catalogue.requests
        settings = one.settings.model_copy(update={"catalogue_url": ""})
        assert "catalogue" not in await ExchangeAdapter(settings, one.shared).check()
        events = one.kafka.latest[FIXTURES].values()
    assert {(body["sport"], body["name"]) for body in events} == {
        ("football", ""),
        ("horse-racing", ""),
        ("tennis", ""),
    }


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "https://127.0.0.1:99999/", "https://user@example.com/"]
)
def test_an_address_that_cannot_be_is_refused(url: str) -> None:
    """When the settings are read, and never without TLS."""
    with pytest.raises(ValidationError, match="catalogue_url"):
        ExchangeSettings(catalogue_url=url)


async def test_a_catalogue_of_another_authority_is_not_asked(follower: Open) -> None:
    """The session is sent to nobody who cannot prove its name."""
    async with follower() as one:
        client = _client(
            one, ExchangeAdapter(one.settings.model_copy(update={"authority": None}), one.shared)
        )
        with pytest.raises(ExchangeAway, match=r"(?i)certificate"):
            await client.ask(["1.200000001"])
        assert not one.exchange.catalogue.requests


def _client(one: Follower, adapter: ExchangeAdapter, seconds: float = 10.0) -> CatalogueClient:
    return CatalogueClient(one.exchange.catalogue_url, adapter._trusted, adapter._secrets, seconds)


@pytest.mark.parametrize("fault", ["catalogue_silence", "catalogue_slow"])
async def test_a_request_ends_in_time(follower: Open, fault: FaultName) -> None:
    """Whether nothing comes, or byte by byte."""
    async with follower() as one:
        client = _client(one, ExchangeAdapter(one.settings, one.shared), seconds=0.5)
        one.exchange.stream.faults.arm(fault, 60)
        with pytest.raises(ExchangeAway, match="cannot be asked"):
            await client.ask(["1.200000001"])


async def test_a_redirect_is_not_followed_and_a_long_answer_not_read(
    follower: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is the catalogue."""
    async with follower() as one:
        client = _client(one, ExchangeAdapter(one.settings, one.shared))
        one.exchange.stream.faults.arm("catalogue_redirect", 1)
        with pytest.raises(ExchangeAway, match="status 307"):
            await client.ask(["1.200000001"])
        assert len(one.exchange.catalogue.requests) == 1
        with pytest.raises(ExchangeAway, match="status 404"):
            await replace(client, url=f"{client.url}elsewhere/").ask(["1.200000001"])
        monkeypatch.setattr("providers.exchange.catalogue_client.MAX_ANSWER_BYTES", 100)
        with pytest.raises(Unreadable, match="longer than 100 bytes"):
            await client.ask(["1.200000001"])


async def test_a_session_that_expired_is_said_and_the_renewed_one_used(follower: Open) -> None:
    """The stream that is open stays; the secret is read for each request."""
    async with follower() as one, one.running(**SOON) as adapter:
        await one.until_equal(adapter)
        stream = one.exchange.stream
        stream.session = "renewed"
        await until(lambda: "INVALID_SESSION_INFORMATION" in str(one.status.names))
        assert one.status.trouble is None
        assert one.shared.secret_folder is not None
        (one.shared.secret_folder / "exchange-session").write_text("renewed")
        await one.until_equal(adapter)
        assert len(stream.connections) == 1
        with pytest.raises(Refused, match="INVALID_SESSION_INFORMATION"):
            await replace(_client(one, adapter), secrets=lambda: ("simulated-key", "ä")).ask(["1.1"])
        with pytest.raises(ExchangeAway, match="a secret has a line break") as raised:
            await replace(_client(one, adapter), secrets=lambda: ("simulated-key", "a\fb")).ask(["1.1"])
        assert "fb" not in str(raised.value)


async def test_failures_make_pauses_longer(follower: Open) -> None:
    """So that a catalogue that is busy is asked less."""
    async with follower() as one, one.running() as adapter:
        one.exchange.stream.faults.arm("catalogue_refuse", 10**6)
        await until(lambda: one.is_equal(adapter))
        await until(lambda: len(one.exchange.catalogue.requests) > 4)
        before = len(one.exchange.catalogue.requests)
        await asyncio.sleep(1.5)
        assert 1 <= len(one.exchange.catalogue.requests) - before <= 12
