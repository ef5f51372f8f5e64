"""The contract suite of the kind exchange.

After each fault the books are complete again, or it is said since when they are not.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from providers.declaration import CheckFailed
from providers.exchange.adapter import ExchangeAdapter
from providers.exchange.subscription import CLOCKS
from providers.state import StateAway
from simulator.exchange.faults import FaultName
from simulator.exchange.stream import SEGMENT_MARKETS
from tests.providers.exchange.conftest import Follower, Open, until
from tests.providers.memory_kafka import MemoryKafka

CONTRACTS = Path(__file__).parents[3] / "contracts" / "providers"
STATUS, MARKETS = "provider.status.v1", "provider.market.v1"


def statuses(follower: Follower) -> list[dict[str, Any]]:
    """Return all that was told of the adapter itself."""
    return [body for topic, _, body in follower.kafka.sent if topic == STATUS]


def subscriptions(follower: Follower) -> list[dict[str, Any]]:
    """Return all requests for books."""
    return [asked for asked in follower.exchange.stream.requests if asked["op"] == "marketSubscription"]


async def test_the_books_are_told_and_then_what_changes(follower: Open) -> None:
    """From an image in segments, by changes, through heartbeats."""
    async with follower() as one, one.running() as adapter:
        await one.until_equal(adapter)
        first = len(one.kafka.sent)
        one.exchange.stream.world.move(50)
        await one.until_equal(adapter)
        await asyncio.sleep(1.2)  # heartbeats alone keep the connection
        assert one.status.trouble is None
        assert len(one.exchange.stream.connections) == 1
        markets = [key for topic, key, _ in one.kafka.sent[first:] if topic == MARKETS]
        assert 0 < len(markets) < 50  # not one for each change


async def test_messages_keep_their_contracts(follower: Open) -> None:
    """Everything that is told, with revisions that only rise."""
    async with follower(rate=200) as one, one.running() as adapter:
        await asyncio.sleep(0.5)
        one.exchange.stream.faults.arm("lost", 1)
        await asyncio.sleep(0.5)
        assert adapter.subscription.books.markets
    revisions: dict[str, int] = {}
    for topic, key, body in one.kafka.sent:
        schema = json.loads((CONTRACTS / f"{topic}.schema.json").read_text())
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(body)
        if topic == MARKETS:
            assert key == f"exchange:{body['market_id']}"
            assert body["revision"] > revisions.get(key, 0)
            revisions[key] = body["revision"]
    assert statuses(one)[-1]["first_revision"] <= min(revisions.values())


FAULTS: list[tuple[FaultName, float, str]] = [
    ("silence", 1.5, "silent"),
    ("duplicates", 5, ""),
    ("lost", 2, "connection ended"),
    ("wrong_order", 1, "published before"),
    ("schema_change", 1, "not of the known form"),
    ("slow_consumer", 1.2, ""),
    ("reconnect_storm", 5, "connection ended"),
    ("refuse", 3, "MAX_CONNECTION_LIMIT_EXCEEDED"),
    ("invalid_clock", 1, "INVALID_CLOCK"),
    ("clock_skew", 3600, ""),
    ("clock_skew", -3600, "published before"),
    ("behind", 0.5, "behind"),
]


@pytest.mark.parametrize(("name", "amount", "reason"), FAULTS)
async def test_a_fault_while_prices_move(follower: Open, name: FaultName, amount: float, reason: str) -> None:
    """Afterwards the books are the exchange's; if they were not in between, that was told with its reason."""
    heartbeat = 500 if name == "silence" else 5_000  # a busy machine is no silent exchange
    async with follower(rate=200) as one, one.running(heartbeat_ms=heartbeat) as adapter:
        await until_complete(one)
        one.exchange.stream.faults.arm(name, amount)
        if name in {"refuse", "reconnect_storm", "invalid_clock"}:  # they meet those who connect
            one.exchange.stream.cut()
        await asyncio.sleep(1.6)
        one.exchange.moving.stop()
        await one.until_equal(adapter)
        reasons = [status["reason"] for status in statuses(one) if not status["complete"]][1:]
    assert any(reason in found for found in reasons) if reason else not reasons, reasons


async def until_complete(one: Follower) -> None:
    """Wait until it is told for the first time that the books are complete."""
    await until(lambda: any(status["complete"] for status in statuses(one)))


async def test_it_is_said_since_when_books_are_incomplete(follower: Open) -> None:
    """Since the exchange was last heard, and not since that was noticed."""
    async with follower() as one, one.running() as adapter:
        await one.until_equal(adapter)
        heard = datetime.now(UTC)
        one.exchange.stream.faults.arm("silence", 60)
        await until(lambda: one.status.trouble is not None)
        assert one.status.trouble
        since = one.status.trouble.since
        assert heard - timedelta(seconds=0.6) < since < datetime.now(UTC) - timedelta(seconds=0.9)
        assert one.status.health()["incomplete_since"] == since.isoformat()


async def test_what_the_exchange_left_out_comes_with_the_next_image(follower: Open) -> None:
    """Nothing in the protocol shows it, so all books are asked for anew from time to time."""
    async with follower() as one, one.running(refresh_seconds=1.0) as adapter:
        await one.until_equal(adapter)
        one.exchange.stream.faults.arm("omission", 1)
        one.exchange.stream.world.move(30)
        images = len(subscriptions(one))
        await one.until_equal(adapter)
    assert len(subscriptions(one)) > images
    assert not any(asked.get("clk") for asked in subscriptions(one))


async def test_an_image_that_never_comes_is_asked_for_again(
    follower: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Heartbeats go on and no price moves: without an end of patience, the books would never be complete."""
    monkeypatch.setattr("providers.exchange.adapter.ANSWER_SECONDS", 1.0)
    async with follower() as one:
        parts = -(-len(one.exchange.stream.world.markets) // SEGMENT_MARKETS)
        one.exchange.stream.faults.arm("image_omission", parts)
        async with one.running() as adapter:
            await one.until_equal(adapter)
    assert len(subscriptions(one)) > 1


async def test_a_market_that_goes_is_told_to_be_gone(follower: Open) -> None:
    """With an empty message, once an image lacks it."""
    async with follower() as one, one.running(refresh_seconds=0.3) as adapter:
        await one.until_equal(adapter)
        gone = next(iter(one.exchange.stream.world.markets))
        one.exchange.stream.world.retire(gone)
        await one.until_equal(adapter)
    assert (MARKETS, f"exchange:{gone}", None) in one.kafka.sent


async def test_a_process_resumes_where_the_one_before_it_ended(follower: Open) -> None:
    """From its clocks: the exchange sends what changed in between, and no image."""
    async with follower() as one:
        async with one.running() as adapter:
            await one.until_equal(adapter)
            await asyncio.sleep(0.1)
        one.exchange.stream.world.move(40)
        one.kafka = type(one.kafka)()  # and Kafka has lost everything, too
        async with one.running() as adapter:
            await one.until_equal(adapter)
    assert [bool(asked.get("clk")) for asked in subscriptions(one)] == [False, True]
    assert statuses(one)[0]["reason"]  # it was not complete before it had resumed


async def test_a_process_without_a_state_begins_with_an_image(follower: Open) -> None:
    """Its revisions say that what was told before them is void."""
    async with follower() as one:
        async with one.running() as adapter:
            await one.until_equal(adapter)
        before = {body["revision"] for topic, _, body in one.kafka.sent if topic == MARKETS}
        one.shelf.entries.clear()
        one.exchange.stream.world.retire(next(iter(one.exchange.stream.world.markets)))
        async with one.running() as adapter:
            await until(lambda: one.status.trouble is None)
            await asyncio.sleep(0.3)
    assert statuses(one)[-1]["first_revision"] > max(before)


async def test_changes_gather_while_kafka_is_away(follower: Open) -> None:
    """Then everything is told again, for the brokers may be others."""
    async with follower(rate=100) as one, one.running() as adapter:
        await until_complete(one)
        one.kafka.is_away = True
        await asyncio.sleep(0.8)
        assert one.status.health()["kafka_trouble"]
        assert one.status.provider is None
        one.kafka.latest.clear()
        one.kafka.is_away = False
        one.exchange.moving.stop()
        await one.until_equal(adapter)


async def test_changes_that_could_not_be_told_are_kept_afterwards(follower: Open) -> None:
    """A process that begins then resumes from clocks that are no newer than the books that were kept."""
    async with follower() as one:
        one.kafka = kafka = _FailingKafka()
        async with one.running() as adapter:
            await one.until_equal(adapter)
            kafka.fails_with = MARKETS
            one.exchange.stream.world.move(50)
            await until(lambda: one.status.kafka is not None)
            kafka.is_away = False
            await one.until_equal(adapter)
            subscription = adapter.subscription
            await until(lambda: one.shelf.entries.get(CLOCKS) == msgspec.json.encode(subscription.clocks))
        one.kafka = MemoryKafka()
        async with one.running() as adapter:
            await one.until_equal(adapter)
        clocks = [asked.get("clk") for asked in one.exchange.stream.requests if "marketFilter" in asked]
    assert [bool(clock) for clock in clocks] == [False, True]


class _FailingKafka(MemoryKafka):
    """Brokers that go away when they are sent a message on a topic."""

    fails_with = ""

    async def send(self, topic: str, *, value: bytes | None, key: bytes) -> "asyncio.Future[None]":
        if topic == self.fails_with:
            self.fails_with, self.is_away = "", True
        return await super().send(topic, value=value, key=key)


class _LosingState:
    """A store that fails or forgets on demand."""

    def __init__(self) -> None:
        self.entries: dict[str, bytes] = {}
        self.is_away = self.has_lost = False

    async def load(self) -> dict[str, bytes]:
        self._require()
        return dict(self.entries)

    async def replace(self, entries: Mapping[str, bytes]) -> None:
        self._require()
        self.entries, self.has_lost = dict(entries), False

    async def update(self, changed: Mapping[str, bytes], removed: frozenset[str]) -> bool:
        self._require()
        if self.has_lost:
            return False
        self.entries.update(changed)
        for name in removed:
            self.entries.pop(name, None)
        return True

    async def close(self) -> None:
        """Nothing is open."""

    def _require(self) -> None:
        if self.is_away:
            raise StateAway("gone")


@pytest.mark.parametrize("fault", ["is_away", "has_lost"])
async def test_a_lost_state_is_kept_again_as_a_whole(follower: Open, fault: str) -> None:
    """Books stay complete meanwhile; what is kept in the end is enough for another process."""
    async with follower(rate=100) as one:
        store = one.store = _LosingState()
        async with one.running() as adapter:
            await until_complete(one)
            store.entries.clear()
            setattr(store, fault, True)
            await asyncio.sleep(0.5)
            assert one.status.trouble is None
            assert one.status.health()["state_trouble"] or fault == "has_lost"
            store.is_away = False
            await asyncio.sleep(0.8)
            assert one.status.state is None
            one.exchange.moving.stop()
            await one.until_equal(adapter)
            await asyncio.sleep(0.3)
        one.kafka = type(one.kafka)()
        async with one.running() as adapter:
            await one.until_equal(adapter)
        clocks = [asked.get("clk") for asked in one.exchange.stream.requests if "marketFilter" in asked]
    assert clocks[0] is None
    assert clocks[-1]


async def test_reconnections_come_at_growing_distances(follower: Open) -> None:
    """With jitter, up to the longest pause: a storm is no load on the exchange."""
    async with follower() as one, one.running() as adapter:
        await one.until_equal(adapter)
        one.exchange.stream.faults.arm("refuse", 1000)
        one.exchange.stream.cut()
        before = len(one.exchange.stream.connections)
        await asyncio.sleep(2.0)
        assert 3 <= len(one.exchange.stream.connections) - before <= 20


@pytest.mark.parametrize(
    ("secret", "reason"),
    [("exchange-session", "INVALID_SESSION_INFORMATION"), ("exchange-app-key", "INVALID_APP_KEY")],
)
async def test_wrong_credentials_are_said_and_right_ones_used_without_a_restart(
    follower: Open, secret: str, reason: str
) -> None:
    """The secrets are read for each connection."""
    async with follower() as one:
        assert one.shared.secret_folder is not None
        file = one.shared.secret_folder / secret
        right = file.read_text()
        file.write_text("wrong")
        async with one.running() as adapter:
            await until(lambda: bool(one.status.provider and reason in one.status.provider.reason))
            file.write_text(right)
            await one.until_equal(adapter)


async def test_a_missing_secret_is_named(follower: Open) -> None:
    """In one sentence."""
    async with follower() as one, one.running() as adapter:
        await one.until_equal(adapter)
        assert one.shared.secret_folder is not None
        (one.shared.secret_folder / "exchange-session").unlink()
        one.exchange.stream.cut()
        missing = "exchange-session cannot be read"
        await until(lambda: bool(one.status.provider and missing in one.status.provider.reason))


async def test_a_check_says_in_a_sentence_what_is_wrong(follower: Open) -> None:
    """Before anything is followed."""
    async with follower() as one:
        adapter = ExchangeAdapter(one.settings, one.shared)
        assert await adapter.check() == (
            f"127.0.0.1:{one.exchange.port} accepts the session, and so does the catalogue"
        )
        assert one.shared.secret_folder is not None
        (one.shared.secret_folder / "exchange-session").write_text("expired")
        with pytest.raises(CheckFailed, match="INVALID_SESSION"):
            await adapter.check()
        (one.shared.secret_folder / "exchange-session").unlink()
        with pytest.raises(CheckFailed, match="exchange-session cannot be read"):
            await adapter.check()


async def test_a_certificate_of_another_authority_is_not_trusted(follower: Open) -> None:
    """Nothing is sent to a server that cannot prove its name."""
    async with follower() as one, one.running(authority=None):
        await until(lambda: bool(one.status.provider and "certificate" in one.status.provider.reason.lower()))
        assert not one.exchange.stream.requests


async def test_a_host_that_is_no_name_is_said(follower: Open) -> None:
    """The process does not end with an error of the library."""
    async with follower() as one, one.running(host="stream..example"):
        await until(lambda: bool(one.status.provider and "cannot be reached" in one.status.provider.reason))
