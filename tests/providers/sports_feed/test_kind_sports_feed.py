"""The contract suite of the kind sports feed, over a real RabbitMQ.

After each fault the books are complete again, or it is said since when they are not.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from providers.declaration import CheckFailed
from providers.sports_feed.adapter import SportsFeedAdapter
from providers.state import StateAway
from simulator.sports_feed.event_world import LIVE, PRE_MATCH
from simulator.sports_feed.faults import FaultName
from tests.providers.sports_feed.conftest import Follower, Open, until
from tools.private_rabbitmq import PrivateRabbitmq

CONTRACTS = Path(__file__).parents[3] / "contracts" / "providers"
FIXTURES, MARKETS, STATUS = "provider.fixture.v1", "provider.market.v1", "provider.status.v1"


async def moved(followed: Follower, times: int) -> None:
    """Let events move so many times."""
    for _ in range(times):
        await followed.served.publisher.publish(followed.served.world.move())


async def test_the_books_are_told_and_then_what_changes(follower: Open) -> None:
    """First by a recovery, then by messages, through signs of life, on one connection."""
    async with follower() as followed, followed.running():
        await followed.until_equal()
        await moved(followed, 300)
        await followed.until_equal()
        assert followed.status.trouble is None
        assert len(followed.served.gate.connections) == 1
        recovered = followed.served.publisher.recoveries
    assert len(recovered) == 4  # of two producers, results and then odds
    assert {(producer, after is None) for producer, _, after in recovered} == {
        *((LIVE, False), (LIVE, True)),
        *((PRE_MATCH, False), (PRE_MATCH, True)),
    }


async def test_messages_keep_their_contracts(follower: Open) -> None:
    """Everything that is told, with revisions that only rise."""
    async with follower(rate=300) as followed, followed.running():
        await until(lambda: any(status["complete"] for status in followed.statuses()))
        await until(lambda: len(followed.kafka.sent) > 300)
        followed.served.faults.arm("lost", 1)
        await until(lambda: bool(followed.reasons()))
        followed.served.moving.stop()
        await followed.until_equal()
    revisions: dict[str, int] = {}
    for topic, key, body in followed.kafka.sent:
        schema = json.loads((CONTRACTS / f"{topic}.schema.json").read_text())
        if body is not None:
            Draft202012Validator(schema, format_checker=FormatChecker()).validate(body)
        if topic == MARKETS:
            assert key == f"feed:{body['market_id']}"
            assert body["revision"] > revisions.get(key, 0)
            revisions[key] = body["revision"]
    assert followed.statuses()[-1]["first_revision"] <= min(revisions.values())


async def test_names_and_kinds_are_the_platforms(follower: Open) -> None:
    """Sports, kinds, lines, handicaps, and names with the competitors in them."""
    async with follower() as followed, followed.running():
        await followed.until_equal()
        markets = {
            body["market_id"]: body
            for body in followed.kafka.latest[MARKETS].values()
            if body["sports_event_id"] == "sr.match.50000001"
        }
        fixture = followed.kafka.latest[FIXTURES]["feed:sr.match.50000001"]
    result, total = markets["sr.match.50000001-1"], markets["sr.match.50000001-18-total=2.5"]
    handicap = markets["sr.match.50000001-16-hcp=-0.5"]
    assert (fixture["sport"], fixture["category"]) == ("football", "England")
    assert (fixture["competition"], fixture["name"]) == ("Premier League", "Home 50000001 v Away 50000001")
    assert [competitor["side"] for competitor in fixture["competitors"]] == ["home", "away"]
    assert [runner["name"] for runner in result["runners"]] == ["Home 50000001", "draw", "Away 50000001"]
    assert (result["kind"], result["line_milli"]) == ("MATCH_RESULT", None)
    assert (total["kind"], total["line_milli"]) == ("TOTALS", 2500)
    assert [runner["name"] for runner in total["runners"]] == ["over 2.5", "under 2.5"]
    assert [runner["handicap_milli"] for runner in handicap["runners"]] == [-500, 500]
    assert handicap["runners"][1]["name"] == "Away 50000001 (+0.5)"
    (variant,) = [body for body in markets.values() if body["kind"] == "207"]
    assert variant["name"] == "1st set game 2 - winner"
    assert [runner["selection_id"] for runner in variant["runners"]] == ["sr.game.1", "sr.game.2"]


FAULTS: list[tuple[FaultName, float, str]] = [
    ("silence", 2.0, "no sign of life"),
    ("duplicates", 20, ""),
    ("lost", 2, "connection to the broker ended"),
    ("wrong_order", 5, ""),
    ("schema_change", 1, "not of the known form"),
    ("not_xml", 1, "not well-formed"),
    ("slow_consumer", 2.0, "down"),
    ("reconnect_storm", 3, "broker"),
    ("refuse", 3, "broker"),
    ("clock_skew", 3600, "s ahead of ours"),
    ("clock_skew", -3600, "a clock is wrong"),
    ("unsubscribed", 2, "lost track of this client"),
    ("recovery_refused", 2, "429"),
    ("recovery_lost", 2, "not complete after 1 s"),
    ("api_down", 1.0, "503"),
]


@pytest.mark.parametrize(("name", "amount", "reason"), FAULTS)
async def test_a_fault_while_events_move(follower: Open, name: FaultName, amount: float, reason: str) -> None:
    """Afterwards the books are the feed's; if they were not in between, that was told with its reason."""
    async with follower(rate=100) as followed, followed.running():
        served, told = followed.served, followed.kafka.sent
        await until(lambda: any(status["complete"] for status in followed.statuses()))
        served.faults.arm(name, amount)
        if name in {"refuse", "reconnect_storm", "recovery_refused", "recovery_lost", "api_down"}:
            served.gate.cut()  # they meet those who connect
        if reason:
            await until(lambda: any(reason in status for status in followed.reasons()))
        else:
            before = len(told)
            await until(lambda: len(told) > before + 100)
        if name == "clock_skew":  # a clock that is wrong has to be put right
            served.faults.arm("clock_skew", 0)
        served.moving.stop()
        await followed.until_equal()
        assert bool(reason) == bool(followed.reasons()), followed.reasons()


async def test_markets_are_suspended_while_their_producer_is_down(follower: Open) -> None:
    """What is told then is not taken for what its producer knows."""
    async with follower() as followed, followed.running():
        await followed.until_equal()
        followed.served.faults.arm("silence", 600)
        await until(lambda: followed.status.trouble is not None)
        latest = followed.kafka.latest[MARKETS]
        await until(lambda: {body["status"] for body in latest.values()} == {"suspended"})
        followed.served.faults.arm("silence", 0)
        await followed.until_equal()


async def test_it_is_said_since_when_books_are_incomplete(follower: Open) -> None:
    """Since the last sign of life, and not since its lack was noticed."""
    async with follower() as followed, followed.running():
        await followed.until_equal()
        heard = datetime.now(UTC)
        followed.served.faults.arm("silence", 600)
        await until(lambda: followed.status.trouble is not None)
        assert followed.status.trouble
        since = followed.status.trouble.since
        assert heard - timedelta(seconds=1) < since < datetime.now(UTC) - timedelta(seconds=0.7)
        assert followed.status.health()["incomplete_since"] == since.isoformat()


async def test_what_the_feed_left_out_comes_when_everything_is_asked_for_anew(follower: Open) -> None:
    """Nothing in the protocol shows it."""
    async with follower() as followed, followed.running(refresh_seconds=2.0):
        await followed.until_equal()
        followed.served.faults.arm("omission", 40)
        await moved(followed, 40)
        assert followed.differences()
        await followed.until_equal()
        # On a busy machine, signs of life may be late.
        assert all("no sign of life" in reason for reason in followed.reasons())


async def test_a_process_resumes_where_the_one_before_it_ended(follower: Open) -> None:
    """It asks for what was published since then, and nothing else; events are as old as before."""
    async with follower() as followed:
        async with followed.running():
            await followed.until_equal()
            await moved(followed, 50)
            await followed.until_equal()
            await asyncio.sleep(0.6)  # a few signs of life
        known = {key: body["known_since"] for key, body in followed.kafka.latest[FIXTURES].items()}
        before = len(followed.served.publisher.recoveries)
        await moved(followed, 50)
        followed.kafka = type(followed.kafka)()  # and Kafka has lost everything, too
        async with followed.running():
            await followed.until_equal()
        recovered = followed.served.publisher.recoveries[before:]
        again = {key: body["known_since"] for key, body in followed.kafka.latest[FIXTURES].items()}
    assert len(recovered) == 2
    assert all(after is not None for _, _, after in recovered)
    assert again.items() >= known.items()
    assert followed.statuses()[0]["reason"]  # it was not complete before it had recovered


async def test_a_process_without_a_state_asks_for_everything(follower: Open) -> None:
    """Results of the producers' windows as well; what was told before is void."""
    async with follower() as followed:
        async with followed.running():
            await followed.until_equal()
            await moved(followed, 100)
            await followed.until_equal()
        before = {body["revision"] for topic, _, body in followed.kafka.sent if topic == MARKETS}
        followed.shelf.entries.clear()
        async with followed.running():
            await followed.until_equal()
    assert followed.statuses()[-1]["first_revision"] > max(before)


async def test_changes_gather_while_kafka_is_away(follower: Open) -> None:
    """Then everything is told again, for the brokers may be others."""
    async with follower(rate=100) as followed, followed.running():
        await until(lambda: any(status["complete"] for status in followed.statuses()))
        followed.kafka.is_away = True
        await until(lambda: followed.status.health()["kafka_trouble"] is not None)
        assert followed.status.provider is None
        followed.kafka.latest.clear()
        followed.kafka.is_away = False
        followed.served.moving.stop()
        await followed.until_equal()


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
    async with follower(rate=100) as followed:
        store = followed.store = _LosingState()
        async with followed.running():
            await until(lambda: any(status["complete"] for status in followed.statuses()))
            store.entries.clear()
            setattr(store, fault, True)
            if fault == "is_away":
                await until(lambda: followed.status.state is not None)
                store.is_away = False
            await until(lambda: followed.status.state is None and bool(store.entries))
            # On a busy machine a producer may seem silent for a moment, which is not the state's doing.
            await until(lambda: followed.status.trouble is None)
            followed.served.moving.stop()
            await followed.until_equal()
            await asyncio.sleep(0.6)
        before = len(followed.served.publisher.recoveries)
        followed.kafka = type(followed.kafka)()
        async with followed.running():
            await followed.until_equal()
        assert all(after is not None for _, _, after in followed.served.publisher.recoveries[before:])


async def test_requests_for_recovery_keep_their_distance(follower: Open) -> None:
    """A storm of reconnections is no load on the API, and comes at growing distances itself."""
    async with follower(request_seconds=20.0) as followed, followed.running():
        await until(lambda: len(followed.served.publisher.recoveries) == 2)
        for _ in range(6):
            connections = len(followed.served.gate.connections)
            followed.served.gate.cut()
            await until(lambda: len(followed.served.gate.connections) > connections)  # noqa: B023
        await asyncio.sleep(1.0)
        assert len(followed.served.publisher.recoveries) == 2
        assert followed.status.trouble is not None


async def test_a_broker_of_this_machine_may_do_without_tls(follower: Open, rabbitmq: PrivateRabbitmq) -> None:
    """The virtual host is then a setting, too."""
    plain = {"tls": False, "port": rabbitmq.port, "virtual_host": "/"}
    async with follower(**plain) as followed, followed.running():
        await followed.until_equal()
        assert not followed.served.gate.connections


async def test_only_chosen_producers_and_sports_are_followed(follower: Open) -> None:
    """The broker sends no others."""
    async with (
        follower(producers=[PRE_MATCH], sports=["sr:sport:2"]) as followed,
        followed.running() as adapter,
    ):
        await until(lambda: followed.status.trouble is None)
        await moved(followed, 50)
        await asyncio.sleep(0.5)
        assert not adapter.feed.books.markets
        assert {producer for producer, _, _ in followed.served.publisher.recoveries} == {PRE_MATCH}


async def test_events_are_forgotten_after_a_while(follower: Open) -> None:
    """With their markets, by empty messages and in the state."""
    async with follower() as followed, followed.running(keep_hours=1.0) as adapter:
        await followed.until_equal()
        books = adapter.feed.books
        gone = next(iter(books.events))
        books.events[gone].heard_at -= 2 * 3_600_000
        key = f"feed:{gone.replace(':', '.')}"
        await until(lambda: key not in followed.kafka.latest[FIXTURES])
        told = followed.kafka.latest[MARKETS]
        await until(lambda: not any(name.startswith(f"{key}-") for name in told))
        await until(lambda: f"event:{gone}" not in followed.shelf.entries)
        assert not any(name.startswith(f"market:{key[5:]}-") for name in followed.shelf.entries)


async def test_more_markets_than_may_be_kept_are_said(follower: Open) -> None:
    """They are left out, and the books are not called complete."""
    async with follower() as followed, followed.running() as adapter:
        adapter.feed.books.limit = 10
        await until(
            lambda: bool(followed.status.provider and "more than 10" in followed.status.provider.reason)
        )
        assert len(adapter.feed.books.markets) == 10


async def test_a_wrong_token_is_said_and_a_right_one_used_without_a_restart(follower: Open) -> None:
    """The secret is read for each connection."""
    async with follower() as followed:
        assert followed.shared.secret_folder is not None
        file = followed.shared.secret_folder / "feed-token"
        file.write_text("wrong")
        async with followed.running():
            refused = "refuses the token"
            await until(lambda: bool(followed.status.provider and refused in followed.status.provider.reason))
            file.write_text("guest")
            await followed.until_equal()


async def test_a_check_says_in_a_sentence_what_is_wrong(follower: Open) -> None:
    """Before anything is followed."""
    async with follower() as followed:
        settings, shared = followed.settings, followed.shared
        said = await SportsFeedAdapter(settings, shared).check()
        assert said == f"127.0.0.1:{followed.served.port} accepts the token; producers 1 (LO), 3 (Ctrl)"
        others: list[tuple[dict[str, Any], str]] = [
            ({"producers": [7]}, "no active producer 7: correct FURLONG_FEED_PRODUCERS"),
            ({"authority": None}, "certificate"),
            ({"virtual_host": "nowhere"}, "broker cannot be used"),
            ({"api_url": "http://127.0.0.1:9/v1"}, "cannot be reached"),
        ]
        for other, reason in others:
            with pytest.raises(CheckFailed, match=reason):
                await SportsFeedAdapter(settings.model_copy(update=other), shared).check()
        assert shared.secret_folder is not None
        (shared.secret_folder / "feed-token").unlink()
        with pytest.raises(CheckFailed, match="feed-token cannot be read"):
            await SportsFeedAdapter(settings, shared).check()
