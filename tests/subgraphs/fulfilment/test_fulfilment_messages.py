"""The messages between subgraphs about rewards agree with their schemas and their readers."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from consumers.messages.customer_weeks import decode_choice, decode_qualification
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from subgraphs.club_kit.topics import CHOICE_TOPIC, QUALIFICATION_TOPIC
from tests.support.fulfilment.payout_harness import CASH, SPINS, PayoutHarness
from tests.support.message_contracts import schema_of

CONTRACTS = Path(__file__).parents[3] / "contracts"
TOPICS = ["club.qualification.v1", "club.choice.v1", "club.outcomes.v1"]
DECODERS = {QUALIFICATION_TOPIC: decode_qualification, CHOICE_TOPIC: decode_choice}


def contract(topic: str) -> Draft202012Validator:
    """Return the validator of a topic's messages."""
    schema = json.loads((CONTRACTS / f"{topic}.schema.json").read_text())
    return Draft202012Validator(schema, format_checker=FormatChecker(["uuid"]))


def record(topic: str, body: dict[str, Any]) -> Record:
    """Return a body as a Kafka record."""
    key = f"{body.get('brand_id')}:{body.get('customer_id')}"
    return Record(topic, 0, 0, key.encode(), json.dumps(body).encode())


@pytest.mark.parametrize("topic", TOPICS)
def test_reward_contracts_and_their_examples_are_valid(topic: str) -> None:
    """Each contract is a valid schema, describes every field, and matches its examples."""
    checked = contract(topic)
    Draft202012Validator.check_schema(checked.schema)
    assert all("description" in field for field in schema_of(checked)["properties"].values())
    for example in schema_of(checked)["examples"]:
        checked.validate(example)


@pytest.mark.parametrize("topic", sorted(DECODERS))
def test_examples_are_understood(topic: str) -> None:
    """The consumer reads every field of the contract's examples."""
    for example in schema_of(contract(topic))["examples"]:
        row = DECODERS[topic](record(topic, example)).row()
        flat = example | (example.get("reward") or {})
        expected = {
            name: value for name, value in flat.items() if name not in {"schema", "event_id", "reward"}
        }
        assert {name: row[name] for name in expected if name != "occurred_at"} == {
            name: value for name, value in expected.items() if name != "occurred_at"
        }


@pytest.mark.parametrize("topic", sorted(DECODERS))
def test_a_message_without_a_field_is_poison(topic: str) -> None:
    """A message without a required field is poison."""
    checked = contract(topic)
    for name in schema_of(checked)["required"]:
        body = deepcopy(schema_of(checked)["examples"][0])
        del body[name]
        assert not checked.is_valid(body)
        with pytest.raises(Poison):
            DECODERS[topic](record(topic, body))


@pytest.mark.parametrize(
    "change",
    [
        {"revision": 0},
        {"iso_week": "2026-W54"},
        {"status": "perhaps"},
        {"total_minor": -1},
        {"currency": "gbp"},
        {"occurred_at": "2026-03-30T12:00:00+01:00"},
        {"schema": "club.qualification/2"},
    ],
)
def test_an_invalid_qualification_is_poison(change: dict[str, Any]) -> None:
    """A value out of range is poison."""
    body = schema_of(contract(QUALIFICATION_TOPIC))["examples"][0] | change
    with pytest.raises(Poison):
        decode_qualification(record(QUALIFICATION_TOPIC, body))


@pytest.mark.parametrize(
    "change",
    [{"value_minor": None}, {"kind": "free_spins"}, {"kind": "a pony"}, {"expiry_days": 0}, {"spins": 0}],
)
def test_a_reward_without_an_amount_is_poison(change: dict[str, Any]) -> None:
    """A free bet without a value, or spins without a number, is poison."""
    body = deepcopy(schema_of(contract(CHOICE_TOPIC))["examples"][0])
    body["reward"] |= change
    with pytest.raises(Poison):
        decode_choice(record(CHOICE_TOPIC, body))


def test_a_contradicting_key_is_poison() -> None:
    """A key that contradicts the body is poison."""
    body = schema_of(contract(CHOICE_TOPIC))["examples"][0]
    with pytest.raises(Poison):
        decode_choice(Record(CHOICE_TOPIC, 0, 0, b"northbet:c-9", json.dumps(body).encode()))


async def test_outcomes_keep_their_contract(harness: PayoutHarness) -> None:
    """Everything that happens to a reward is published according to the contract, with growing revisions."""
    checked = contract("club.outcomes.v1")
    await harness.owe("c-1")
    await harness.owe("c-2", SPINS)
    harness.arm_fault("games", "refuse")
    await harness.owe("c-3", CASH)
    await harness.add_account("c-3", rg_state="self_excluded")
    await harness.run_worker(harness.open())
    await harness.qualify("c-1", "revoked")
    told = [json.loads(row.value) for row in await harness.published()]
    for body in told:
        checked.validate(body)
    mine = [body for body in told if body["customer_id"] == "c-1"]
    assert [body["state"] for body in mine] == ["CONFIRMED", "FULFILLING", "CREDITED", "CREDITED"]
    assert mine[-1]["flag"] == "REVOKED_AFTER_CREDIT"
    revisions = [body["revision"] for body in mine]
    assert revisions == sorted(set(revisions))
    assert {body["state"] for body in told if body["customer_id"] == "c-3"} == {"CONFIRMED", "INELIGIBLE"}
