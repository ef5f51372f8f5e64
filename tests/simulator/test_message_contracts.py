"""The JSON Schemas of the messages, and the simulator's messages against them."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from simulator.events import EventSource
from simulator.kafka.messages import Bet, Message, bet_message
from simulator.kafka.publish import seed_bets, world_messages
from simulator.kafka.traffic import traffic
from simulator.world import World
from tests.support.message_contracts import schema_of

CONTRACTS = Path(__file__).parents[2] / "contracts"
TOPICS = [
    "club.progress.v1",
    "club.reward-config.v1",
    "club.account-status.v1",
    "club.scheme.v1",
    "club.membership.v1",
]
NOW = datetime(2026, 3, 25, 14, 3, 11, 250_000, tzinfo=UTC)


def contract(topic: str) -> Draft202012Validator:
    """The validator of a topic's messages; UUIDs and times are checked too."""
    formats = FormatChecker(["uuid"])
    formats.checks("date-time", raises=ValueError)(_is_time)
    schema = json.loads((CONTRACTS / f"{topic}.schema.json").read_text())
    return Draft202012Validator(schema, format_checker=formats)


def _is_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value) is not None


def example(topic: str) -> dict[str, Any]:
    """A fresh copy of a contract's first example."""
    return deepcopy(schema_of(contract(topic))["examples"][0])


def all_messages(world: World) -> list[Message]:
    """Whatever the simulator publishes, with a good deal of traffic."""
    source = EventSource()
    list(source.still(world, Random(1), NOW))  # noqa: S311 - the same each time
    bets = [*seed_bets(world, NOW), *islice(traffic(world, 4, "run", lambda: NOW, source.picks), 3000)]
    return [*world_messages(world, NOW), *map(bet_message, bets)]


@pytest.mark.parametrize("topic", TOPICS)
def test_contracts_are_schemas(topic: str) -> None:
    """Each contract is itself valid, has a title, and describes every field."""
    schema = schema_of(contract(topic))
    Draft202012Validator.check_schema(schema)
    assert schema["title"]
    assert all("description" in field for field in schema["properties"].values())


@pytest.mark.parametrize("topic", TOPICS)
def test_examples_keep_their_contract(topic: str) -> None:
    """Every example of a contract is valid."""
    checked = contract(topic)
    assert schema_of(checked)["examples"]
    for one in schema_of(checked)["examples"]:
        checked.validate(one)


@pytest.mark.parametrize("topic", TOPICS)
def test_every_required_field_is_required(topic: str) -> None:
    """An example without any one of its required fields breaks the contract."""
    checked = contract(topic)
    for field in schema_of(checked)["required"]:
        body = example(topic)
        del body[field]
        assert not checked.is_valid(body), field


@pytest.mark.parametrize("topic", TOPICS)
def test_unknown_fields_are_let_through(topic: str) -> None:
    """A contract may grow: fields it does not know are no fault."""
    assert contract(topic).is_valid(example(topic) | {"added_later": 1})


@pytest.mark.parametrize(
    ("topic", "field", "value"),
    [
        ("club.progress.v1", "schema", "club.progress/2"),
        ("club.progress.v1", "stake_minor", -1),
        ("club.progress.v1", "stake_minor", 2**31),
        ("club.progress.v1", "stake_minor", "500"),
        ("club.progress.v1", "bet_type", None),
        ("club.progress.v1", "product", "casino"),
        ("club.progress.v1", "bet_revision", 0),
        ("club.progress.v1", "event_id", "6f0b"),
        ("club.progress.v1", "placed_at", "2026-03-25T14:03:11+02:00"),
        ("club.progress.v1", "placed_at", "2026-02-30T14:03:11Z"),
        ("club.progress.v1", "channel", "radio"),
        ("club.reward-config.v1", "kind", "holiday"),
        ("club.reward-config.v1", "jurisdictions", []),
        ("club.reward-config.v1", "config_version", 1.5),
        ("club.account-status.v1", "verified", 1),
        ("club.account-status.v1", "rg_state", None),
        ("club.account-status.v1", "currency", "gbp"),
        ("club.scheme.v1", "target_minor", 0),
        ("club.scheme.v1", "void_policy", "include"),
        ("club.scheme.v1", "default_reward_id", ""),
        ("club.scheme.v1", "bet_types", ["double"]),
        ("club.scheme.v1", "terms", {"version": "1"}),
    ],
)
def test_corrupted_messages_break_the_contract(topic: str, field: str, value: Any) -> None:
    """A value of the wrong type, form or range is refused."""
    assert not contract(topic).is_valid(example(topic) | {field: value})


def test_every_message_keeps_its_contract(world: World) -> None:
    """Accounts, rewards, seed bets and traffic are all valid."""
    contracts = {topic: contract(topic) for topic in TOPICS}
    with_legs = 0
    for message in all_messages(world):
        body = json.loads(message.value)
        contracts[message.topic].validate(body)
        with_legs += "legs" in body
    assert with_legs > 1000


def test_keys_and_headers_repeat_the_body(world: World) -> None:
    """Keys are as the contracts name them, and no header contradicts its body."""
    for message in all_messages(world):
        body = json.loads(message.value)
        parts = {
            "club.progress.v1": ("brand_id", "customer_id"),
            "club.account-status.v1": ("brand_id", "customer_id"),
            "club.reward-config.v1": ("brand_id", "reward_id", "config_version"),
        }[message.topic]
        assert message.key.decode() == ":".join(str(body[part]) for part in parts)
        headers = {name: value.decode() for name, value in message.headers}
        assert headers == {
            "schema": body["schema"],
            "event_id": body["event_id"],
            "producer": "simulator",
            "brand": body["brand_id"],
            "traceparent": headers["traceparent"],
        }
        trace = UUID(body["event_id"]).hex
        assert headers["traceparent"] == f"00-{trace}-{trace[16:]}-00"


def test_times_are_written_in_utc(world: World) -> None:
    """An instant is written as RFC 3339 with Z, fractions of a second included."""
    bet: Bet = next(traffic(world, 1, "run", lambda: NOW))
    assert json.loads(bet_message(bet).value)["placed_at"] == "2026-03-25T14:03:11.250000Z"


def test_the_same_fact_is_the_same_event(world: World) -> None:
    """Accounts and seed bets published again in the same week are equal to the byte."""
    later = datetime(2026, 3, 29, 20, tzinfo=UTC)

    def facts(now: datetime) -> list[Message]:
        accounts = [
            message for message in world_messages(world, now) if message.topic == "club.account-status.v1"
        ]
        return accounts + [bet_message(bet) for bet in seed_bets(world, now)]

    assert facts(NOW) == facts(later)


def test_seed_bets_belong_to_the_current_week(world: World) -> None:
    """The seed bets of the next week are other bets, placed in that week."""
    this_week = list(seed_bets(world, NOW))
    next_week = list(seed_bets(world, datetime(2026, 4, 1, tzinfo=UTC)))
    assert {bet.bet_id for bet in this_week}.isdisjoint(bet.bet_id for bet in next_week)
    monday = datetime(2026, 3, 30, tzinfo=UTC)
    assert all(bet.placed_at < monday for bet in this_week)
    assert [bet.placed_at.isoformat() for bet in next_week][:2] == [
        "2026-03-29T23:00:01+00:00",
        "2026-03-29T23:00:02+00:00",
    ]
