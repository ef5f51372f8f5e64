"""The contract suite of the kind webhook.

After each fault what was told is the provider's again, or it is said since when it is not.
"""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from providers.declaration import CheckFailed
from simulator.content.faults import FaultName
from tests.providers.content_followers import Following, Open, answer_seconds, require_contracts, until

ASKED = "whole states are asked for"
"""In place of a reason, which is not always told: what is missing may come at once."""

FAULTS: list[tuple[FaultName, float, str]] = [
    ("silence", 3.0, "no heartbeat has come for 1 s"),
    ("duplicates", 5, ""),
    ("gaps", 2, ASKED),
    ("wrong_order", 2, ASKED),
    ("wrong_signature", 3, ASKED),
    ("schema_change", 1, "not of the known form"),
    ("reconnect_storm", 3, ""),
    ("clock_skew", 200, ""),
    ("clock_skew", -200, ""),
    ("clock_skew", 3600, "no heartbeat has come for 1 s"),
    ("clock_skew", -3600, "no heartbeat has come for 1 s"),
]


@pytest.mark.parametrize(("name", "amount", "reason"), FAULTS)
async def test_a_fault_while_events_go_on(
    following: Open, name: FaultName, amount: float, reason: str
) -> None:
    """Afterwards all is the provider's; if it was not in between, that was told with its reason."""
    async with following(rate=20) as one, one.running(silence_seconds=1.0 if "heartbeat" in reason else 30.0):
        await one.until_complete()
        before, asked = len(one.reasons()), len(one.api.requests)
        one.api.faults.arm(name, amount)
        if reason == ASKED:
            await until(lambda: len(one.api.requests) > asked)
        elif reason:
            await until(lambda: any(reason in told for told in one.reasons()[before:]))
        else:
            answered = one.content.sender.answers[200]
            await until(lambda: one.content.sender.answers[200] > answered + 20)
        one.api.faults.arm("clock_skew", 0)
        one.content.is_moving = False
        await one.until_equal()
        assert reason or not one.reasons()[before:], one.reasons()
        require_contracts(one.kafka.sent, "virtual")


API_FAULTS: list[tuple[FaultName, float, str]] = [
    ("slow", 1, "not answered within"),
    ("busy", 1, "answered with 429"),
    ("reconnect_storm", 3, "cannot be asked for"),
    ("redirect", 2, "to elsewhere"),
    ("oversized", 1, "more than 8388608 bytes"),
    ("gaps", 1, "events came instead of"),
]


@pytest.mark.parametrize(("name", "amount", "reason"), API_FAULTS)
async def test_a_fault_while_everything_is_asked_for(
    following: Open, name: FaultName, amount: float, reason: str
) -> None:
    """It is asked for again, after growing pauses."""
    async with following() as one:
        one.content.virtual.changes.clear()
        one.api.faults.arm(name, amount)
        async with one.running(answer_seconds=answer_seconds(reason)):
            await until(lambda: any(reason in told for told in one.reasons()))
            await one.until_equal()


async def test_results_and_what_goes_are_told(following: Open) -> None:
    """A finished event has winners and losers in its markets; then event and markets are gone."""
    async with following() as one, one.running():
        await one.until_equal()
        event, *_ = one.content.virtual.events.values()
        event.goals = [2, 1]
        one.content.virtual.finish(event)
        await one.until_equal()
        market = one.latest("provider.market.v1")[f"virtual:mk-{event.id[3:]}-1x2"]
        assert market["kind"] == "MATCH_RESULT"
        assert market["status"] == "settled"
        assert [runner["status"] for runner in market["runners"]] == ["winner", "loser", "loser"]
        assert one.latest("provider.fixture.v1")[f"virtual:{event.id}"]["sport"] in {"virtual", "esports"}
        one.content.virtual.retire(event)
        await one.until_equal()
    gone = {key for _, key, body in one.kafka.sent if body is None}
    assert {f"virtual:{event.id}", f"virtual:{market['market_id']}"} <= gone


async def test_a_gap_is_filled_by_asking_for_the_event_alone(following: Open) -> None:
    """And the message after the gap is accepted once that has come."""
    async with following() as one, one.running(silence_seconds=60):
        await one.until_equal()
        one.content.sender.heartbeat_seconds = 3600
        await asyncio.sleep(0.5)  # until the last heartbeat was sent
        event, *_ = one.content.virtual.events.values()
        asked = len(one.api.requests)
        one.api.faults.arm("gaps", 1)
        event.status = "live"
        for home in (1, 2):
            event.goals = [home, 0]
            one.content.virtual.record(event, fixture=True, markets=[])
        await one.until_equal()
        assert one.api.requests[asked:] == [(f"/virtual/events/{event.id}", 200)]
        assert one.latest("provider.fixture.v1")[f"virtual:{event.id}"]["score"] == "2:0"


async def test_a_heartbeat_shows_that_the_last_message_is_missing(following: Open) -> None:
    """Nothing else would: everything is asked for."""
    async with following() as one, one.running():
        await one.until_equal()
        asked = len(one.api.requests)
        one.api.faults.arm("gaps", 1)
        event, *_ = one.content.virtual.events.values()
        one.content.virtual.finish(event)
        await one.until_equal()
        assert ("/virtual/events", 200) in one.api.requests[asked:]


async def test_it_is_said_since_when_the_provider_is_silent(following: Open) -> None:
    """Since it was last heard; meanwhile everything is asked for, and it stays incomplete."""
    async with following() as one, one.running():
        await one.until_equal()
        before = datetime.now(UTC)
        one.content.sender.heartbeat_seconds = 3600
        await until(lambda: one.status.trouble is not None)
        assert one.status.trouble
        assert "no heartbeat" in one.status.trouble.reason
        assert before - timedelta(seconds=5) < one.status.trouble.since < datetime.now(UTC)
        asked = len(one.api.requests)
        await until(lambda: len(one.api.requests) > asked + 1)
        assert one.status.trouble is not None


class _Caller:
    """Calls the adapter as the provider does, or as somebody else might."""

    def __init__(self, one: Following) -> None:
        self.one, self.url = one, one.content.sender.url

    def message(self, **changed: Any) -> bytes:
        """Return a message that changes the score of the first event."""
        world = self.one.content.virtual
        event, *_ = world.events.values()
        fixture = {**event.whole()["fixture"], "score": "9:9"}
        message = {
            "schema": "virtual.webhook/1",
            "id": uuid4().hex,
            "kind": "event",
            "epoch": world.epoch,
            "event": event.id,
            "sequence": event.sequence + 1,
            "fixture": fixture,
            "markets": [],
        }
        return json.dumps(message | changed).encode()

    async def post(self, body: bytes, **headers: str) -> httpx.Response:
        """Send a body, signed unless headers say otherwise."""
        signed = self.one.content.sender.signed(body)
        async with httpx.AsyncClient() as client:
            return await client.post(self.url, content=body, headers=signed | headers)


async def test_what_is_not_signed_is_refused_without_details(following: Open) -> None:
    """A wrong, missing or old signature, and a body that was changed: 401, and nothing else happens."""
    async with following() as one, one.running():
        await one.until_equal()
        caller, told = _Caller(one), len(one.reasons())
        body = caller.message()
        signed = one.content.sender.signed(body)
        refused = [
            await caller.post(body, **{"Webhook-Signature": "v1=" + "0" * 64}),
            await caller.post(body, **{"Webhook-Signature": ""}),
            await caller.post(body, **{"Webhook-Signature": signed["Webhook-Signature"][3:]}),
            await caller.post(body, **{"Webhook-Timestamp": str(int(time.time()) - 1)}),
            await caller.post(body, **{"Webhook-Timestamp": "soon"}),
            await caller.post(body + b" ", **signed),
        ]
        assert [(answer.status_code, answer.content) for answer in refused] == [(401, b"")] * len(refused)
        assert len(one.reasons()) == told
        assert one.status.trouble is None
        assert (await caller.post(body)).status_code == 200


@pytest.mark.parametrize("seconds", [-400, 400])
async def test_a_time_too_far_from_ours_is_refused(following: Open, seconds: float) -> None:
    """Before or after: a copy of an old message, or one that was signed for later."""
    async with following() as one, one.running():
        await one.until_equal()
        caller = _Caller(one)
        body = caller.message()
        one.content.sender.faults.skew_seconds = seconds
        signed = one.content.sender.signed(body)
        one.content.sender.faults.skew_seconds = 0
        assert (await caller.post(body, **signed)).status_code == 401


async def test_a_secret_is_replaced_while_both_are_valid(following: Open) -> None:
    """The new one in the first line, the former one in the second; then the former one is worth nothing."""
    async with following() as one, one.running():
        await one.until_equal()
        caller, former = _Caller(one), list(one.content.sender.secrets)
        one.secret("virtual-webhook-secret").write_text(f"new\n{former[0]}\n")
        assert (await caller.post(caller.message(id="by-former"))).status_code == 200
        one.content.sender.secrets = ["new", former[0]]
        assert (await caller.post(caller.message(id="by-both"))).status_code == 200
        one.content.sender.secrets = ["new"]
        assert (await caller.post(caller.message(id="by-new"))).status_code == 200
        one.secret("virtual-webhook-secret").write_text("new\n")
        one.content.sender.secrets = former
        assert (await caller.post(caller.message(id="by-former-again"))).status_code == 401


async def test_a_replay_changes_nothing(following: Open) -> None:
    """A copy is answered as it was, and another body under its id is refused, also after a restart."""
    async with following() as one:
        async with one.running():
            await one.until_equal()
            one.content.sender.heartbeat_seconds = 3600  # so that nothing mends what the test says
            caller = _Caller(one)
            first, second = caller.message(id="first"), caller.message(id="second", gone=True)
            assert (await caller.post(first)).status_code == 200
            assert (await caller.post(first)).status_code == 200
            assert (await caller.post(caller.message(id="first", gone=True))).status_code == 409
            assert (await caller.post(second)).status_code == 200  # but its sequence is old
            event, *_ = one.content.virtual.events
            await until(lambda: one.latest("provider.fixture.v1")[f"virtual:{event}"]["score"] == "9:9")
            await until(lambda: "seen-first" in one.shelf.entries)
        async with one.running():
            await until(lambda: len(one.api.requests) > 1)
            assert (await caller.post(caller.message(id="first", gone=True))).status_code == 409


async def test_another_schema_is_refused_until_everything_was_asked_for(following: Open) -> None:
    """422: what it said is not known, so what is known is not complete."""
    async with following() as one, one.running():
        await one.until_equal()
        caller, asked = _Caller(one), len(one.api.requests)
        one.api.faults.arm("redirect", 2)
        assert (await caller.post(caller.message(schema="virtual.webhook/2"))).status_code == 422
        assert (await caller.post(b"{")).status_code == 422
        await until(lambda: one.status.trouble is not None)
        await one.until_equal()
        assert ("/virtual/events", 200) in one.api.requests[asked:]


async def test_what_cannot_be_known_yet_is_not_accepted(following: Open) -> None:
    """After a gap, while the provider does not answer: 503, and it is told that messages are missing."""
    async with following() as one, one.running():
        await one.until_equal()
        caller = _Caller(one)
        one.api.faults.arm("redirect", 1000)
        event, *_ = one.content.virtual.events.values()
        answer = await caller.post(caller.message(sequence=event.sequence + 5))
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"
        await until(lambda: one.status.trouble is not None)


async def test_a_provider_that_counts_anew_is_followed(following: Open) -> None:
    """Another epoch says so: everything is asked for, and what is of the former one is not taken."""
    async with following() as one, one.running():
        await one.until_equal()
        caller, world = _Caller(one), one.content.virtual
        late = caller.message()
        world.epoch = "another"
        for event in world.events.values():
            event.sequence = 1
        one.content.virtual.move(3)
        await one.until_equal()
        assert (await caller.post(late)).status_code == 200
        await one.until_equal()


async def test_a_process_knows_what_the_one_before_it_knew(following: Open) -> None:
    """It tells what was kept, asks for everything, and an event keeps the time since which it is known."""
    async with following() as one:
        async with one.running():
            await one.until_equal()
            known = {key: body["known_since"] for key, body in one.latest("provider.fixture.v1").items()}
            await until(lambda: "epoch" in one.shelf.entries)
            await asyncio.sleep(0.5)
        one.kafka = type(one.kafka)()
        one.content.virtual.move(20)
        async with one.running():
            await one.until_equal()
        told = {key: body["known_since"] for key, body in one.latest("provider.fixture.v1").items()}
        assert {key: told[key] for key in known.keys() & told.keys()} == {
            key: known[key] for key in known.keys() & told.keys()
        }
        assert known.keys() & told.keys()
        assert one.reasons()


async def test_too_long_and_unknown_requests_are_refused(following: Open) -> None:
    """Before anything is checked."""
    async with following() as one, one.running():
        await one.until_equal()
        caller = _Caller(one)
        assert (await caller.post(b"x" * (2**20 + 1))).status_code == 413
        async with httpx.AsyncClient() as client:
            assert (await client.get(caller.url)).status_code == 405
            assert (await client.post(caller.url + "/else")).status_code == 404


async def test_changes_gather_while_kafka_is_away(following: Open) -> None:
    """Webhooks are still accepted; then everything is told again."""
    async with following(rate=20) as one, one.running():
        await one.until_complete()
        one.kafka.is_away = True
        await until(lambda: bool(one.status.health()["kafka_trouble"]))
        answered = one.content.sender.answers[200]
        await until(lambda: one.content.sender.answers[200] > answered + 10)
        one.kafka.latest.clear()
        one.kafka.is_away = False
        one.content.is_moving = False
        await one.until_equal()


async def test_a_check_says_in_a_sentence_what_is_wrong(following: Open) -> None:
    """Before anything is followed."""
    async with following() as one:
        assert await one.adapter().check() == f"{one.settings['url']} has 6 events"
        one.secret("virtual-webhook-secret").unlink()
        with pytest.raises(CheckFailed, match="virtual-webhook-secret cannot be read"):
            await one.adapter().check()
