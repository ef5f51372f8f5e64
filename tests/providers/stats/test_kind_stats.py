"""The contract suite of the kind stats.

After each fault what was told is the provider's again, or it is said since when it is not.
"""

import asyncio
import json
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pydantic import ValidationError

from providers.adapters.stats import ADAPTER, StatsSettings
from providers.declaration import CheckFailed
from providers.stats.protocol import FIXTURE_LISTS
from simulator.content.faults import FaultName
from simulator.exchange.serve import serving_exchange
from tests.providers.content_followers import Open, answer_seconds, require_contracts, until

FAULTS: list[tuple[FaultName, float, str]] = [
    ("silence", 1.5, "not answered within"),
    ("duplicates", 2, ""),
    ("gaps", 2, "members came instead of"),
    ("wrong_order", 1, "older than"),
    ("schema_change", 1, "not of the known form"),
    ("slow", 1, "not answered within"),
    ("busy", 1, "answered with 429"),
    ("reconnect_storm", 5, "cannot be asked for"),
    ("redirect", 1, "to elsewhere"),
    ("oversized", 1, "more than 4194304 bytes"),
    ("clock_skew", 3600, ""),
    ("clock_skew", -3600, ""),
]


@pytest.mark.parametrize(("name", "amount", "reason"), FAULTS)
async def test_a_fault_while_events_go_on(
    following: Open, name: FaultName, amount: float, reason: str
) -> None:
    """Afterwards all is the provider's; if it was not in between, that was told with its reason."""
    async with following(rate=20) as one, one.running(answer_seconds=answer_seconds(reason)):
        await one.until_complete()
        await until(lambda: len(one.api.requests) > 10)
        before = len(one.reasons())
        one.api.faults.arm(name, amount)
        asked = len(one.api.requests)
        if reason:
            await until(lambda: any(reason in told for told in one.reasons()[before:]))
        await until(lambda: len(one.api.requests) > asked + 3)
        one.content.is_moving = False
        await one.until_equal()
        assert reason or not one.reasons()[before:], one.reasons()
        require_contracts(one.kafka.sent, "stats")


async def test_the_clock_of_the_provider_is_compared(following: Open) -> None:
    """By the time of its answers: it is a figure, and nothing depends on it."""
    async with following() as one, one.running():
        await one.until_equal()
        assert abs(one.status.ahead_seconds) < 60
        one.api.faults.arm("clock_skew", -3600)
        one.content.sports.move(10)
        await until(lambda: one.status.ahead_seconds < -3500)
        await until(lambda: one.statuses()[-1]["delay_ms"] > 3_500_000)
        assert one.status.trouble is None


async def test_what_has_not_changed_is_not_sent_again(following: Open) -> None:
    """Not by the provider, which answers 304, and not by us."""
    async with following() as one, one.running():
        one.content.sports.move(20)
        await one.until_equal()
        asked, told = len(one.api.requests), len([sent for sent in one.kafka.sent if "status" not in sent[0]])
        await until(lambda: len(one.api.requests) > asked + 3)
        assert {status for _, status in one.api.requests[asked:]} == {304}
        assert len([sent for sent in one.kafka.sent if "status" not in sent[0]]) == told


async def test_only_newer_figures_are_asked_for(following: Open) -> None:
    """The list says how new they are."""
    async with following() as one, one.running():
        first, *_ = one.content.sports.events.values()
        first.stats_revision += 1
        first.corners[0] += 1
        one.content.sports.revision += 1
        await one.until_equal()
        asked = [path for path, _ in one.api.requests if path.endswith("/stats")]
    assert asked == [f"/stats/fixtures/{first.id}/stats"]
    figures = one.latest("provider.stats.v1")[f"stats:{first.id}"]["figures"]
    assert figures[1] == {"name": "Corners", "home": "1", "away": "0"}


async def test_an_event_that_goes_is_told_to_be_gone(following: Open) -> None:
    """With its figures, by empty messages."""
    async with following() as one, one.running():
        event, *_ = one.content.sports.events.values()
        event.stats_revision = 1
        one.content.sports.revision += 1
        await one.until_equal()
        one.content.sports.retire(event)
        await one.until_equal()
    assert ("provider.fixture.v1", f"stats:{event.id}", None) in one.kafka.sent
    assert ("provider.stats.v1", f"stats:{event.id}", None) in one.kafka.sent


async def test_a_process_resumes_where_the_one_before_it_ended(following: Open) -> None:
    """It tells what was kept, asks by the kept ETag, and an event keeps the time since which it is known."""
    async with following() as one:
        async with one.running():
            await one.until_equal()
            known = {key: body["known_since"] for key, body in one.latest("provider.fixture.v1").items()}
            await until(lambda: "position" in one.shelf.entries)
        asked, one.kafka = len(one.api.requests), type(one.kafka)()
        async with one.running():
            await one.until_equal()
        assert one.api.requests[asked] == ("/stats/fixtures", 304)
        assert known == {key: body["known_since"] for key, body in one.latest("provider.fixture.v1").items()}
        assert one.reasons()  # it was not complete before the provider had answered


async def test_a_process_that_follows_another_address_keeps_nothing(following: Open) -> None:
    """What was told of the former one is told to be gone."""
    async with following() as one:
        async with one.running():
            await one.until_equal()
            await until(lambda: "position" in one.shelf.entries)
        fixtures = list(one.latest("provider.fixture.v1"))
        elsewhere = one.settings["url"].replace("/stats", "/nothing")
        async with one.running(url=elsewhere):
            await until(lambda: not one.latest("provider.fixture.v1"))
            await until(lambda: "answered with 404" in one.reasons()[-1])
    assert {("provider.fixture.v1", key, None) for key in fixtures} <= {
        (topic, key, body) for topic, key, body in one.kafka.sent if body is None
    }


async def test_a_provider_that_counts_anew_is_followed(following: Open) -> None:
    """Another epoch says so; its revisions are compared with none of before."""
    async with following() as one, one.running():
        one.content.sports.move(30)
        await one.until_equal()
        one.content.sports.epoch, one.content.sports.revision = "another", 1
        for event in one.content.sports.events.values():
            event.stats_revision = 1
        one.content.sports.move(3)
        await one.until_equal()


async def test_it_is_said_since_when_it_is_incomplete(following: Open) -> None:
    """Since the last answer, and not since that was noticed."""
    async with following() as one, one.running():
        await one.until_equal()
        before = datetime.now(UTC)
        one.api.faults.arm("silence", 60)
        await until(lambda: one.status.trouble is not None)
        assert one.status.trouble
        assert before - timedelta(seconds=5) < one.status.trouble.since < datetime.now(UTC)
        assert one.status.trouble.since == one.status.heard_at


async def test_changes_gather_while_kafka_is_away(following: Open) -> None:
    """Then everything is told again."""
    async with following(rate=20) as one, one.running():
        await one.until_complete()
        one.kafka.is_away = True
        await until(lambda: bool(one.status.health()["kafka_trouble"]))
        one.kafka.latest.clear()
        one.kafka.is_away = False
        one.content.is_moving = False
        await one.until_equal()


async def test_failures_are_asked_about_at_growing_distances(following: Open) -> None:
    """With jitter, up to the longest pause: a storm is no load on the provider."""
    async with following() as one, one.running():
        await one.until_equal()
        asked = len(one.api.requests)
        one.api.faults.arm("redirect", 1000)
        await asyncio.sleep(2.0)
        assert 3 <= len(one.api.requests) - asked <= 25


async def test_the_wait_that_the_provider_asks_for_is_kept(following: Open) -> None:
    """A 429 with `Retry-After: 1` is not asked about again for a second."""
    async with following() as one, one.running():
        await one.until_equal()
        one.api.faults.arm("busy", 1)
        await until(lambda: one.api.requests[-1][1] == 429)
        asked = len(one.api.requests)
        await asyncio.sleep(0.7)
        assert len(one.api.requests) == asked
        await one.until_equal()


async def test_a_wrong_key_is_said_and_the_right_one_used_without_a_restart(following: Open) -> None:
    """The secret is read for each request; a missing one is named."""
    async with following() as one, one.running():
        await one.until_equal()
        one.secret("stats-key").write_text("wrong")
        await until(lambda: bool(one.status.provider and "refuses the key" in one.status.provider.reason))
        one.secret("stats-key").unlink()
        await until(lambda: bool(one.status.provider and "stats-key cannot" in one.status.provider.reason))
        one.secret("stats-key").write_text(one.api.key)
        await one.until_equal()


async def test_a_check_says_in_a_sentence_what_is_wrong(following: Open) -> None:
    """Before anything is followed."""
    async with following() as one:
        assert await one.adapter().check() == f"{one.settings['url']} has 6 fixtures"
        with pytest.raises(CheckFailed, match="set FURLONG_STATS_URL"):
            await one.adapter(url="").check()
        one.secret("stats-key").write_text("wrong")
        with pytest.raises(CheckFailed, match="refuses the key"):
            await one.adapter().check()


async def test_a_server_that_cannot_prove_its_name_gets_no_key(
    following: Open, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    """The certificate of an authority that is not trusted ends the connection before the request."""
    heard = bytearray()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(await reader.read(1000))
        writer.close()

    async with serving_exchange(tmp_path / "certified"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(
            tmp_path / "certified" / "certificate.pem", tmp_path / "certified" / "key.pem"
        )
    port = free_port()
    async with following() as one, await asyncio.start_server(hear, "127.0.0.1", port, ssl=context):
        with pytest.raises(CheckFailed, match=r"(?i)certificate"):
            await one.adapter(url=f"https://127.0.0.1:{port}").check()
    assert not heard


@pytest.mark.parametrize(
    "url",
    [
        "http://stats.example.com",
        "ftp://a.example",
        "https://",
        "https://a:b@c.example",
        "https://a.example/?b",
    ],
)
def test_an_address_that_is_not_safe_is_refused(url: str) -> None:
    """A key is never sent in the clear to another machine."""
    with pytest.raises(ValidationError, match="the address"):
        StatsSettings(url=url)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"id": "a:b"}, "regex"),
        ({"id": "../secrets"}, "regex"),
        ({"starts_at": "2026-01-01T00:00:00"}, "timezone"),
        ({"starts_at": "9999-01-01T00:00:00Z"}, "years"),
        ({"status": "paused"}, "Invalid enum"),
        ({"name": "x" * 201}, "length"),
    ],
)
def test_what_could_not_be_told_is_not_read(changed: dict[str, str], reason: str) -> None:
    """Ids that the contract does not allow, times of no time zone, texts without end."""
    fixture: dict[str, Any] = {
        "id": "ev-1",
        "sport": "soccer",
        "competition": "",
        "name": "",
        "participants": [],
        "starts_at": "2026-01-01T00:00:00Z",
        "status": "live",
        "score": None,
    }
    head = {"schema": "stats.fixtures/1", "epoch": "a", "revision": 1, "total": 1}
    assert FIXTURE_LISTS.decode(json.dumps({**head, "fixtures": [fixture]})).fixtures[0].id == "ev-1"
    with pytest.raises(msgspec.ValidationError, match=reason):
        FIXTURE_LISTS.decode(json.dumps({**head, "fixtures": [fixture | changed]}))
    with pytest.raises(msgspec.ValidationError, match="two different ones"):
        FIXTURE_LISTS.decode(json.dumps({**head, "fixtures": [fixture, fixture | {"name": "other"}]}))


async def test_more_fixtures_than_the_limit_are_refused(following: Open) -> None:
    """What an adapter keeps is bounded, whatever the provider sends."""
    async with following() as one, one.running():
        await one.until_equal()
        for _ in range(ADAPTER.limits.items):
            one.content.sports.open_event()
        await until(lambda: any("more than 2000 members" in reason for reason in one.reasons()))
        assert len(one.latest("provider.fixture.v1")) == 6
