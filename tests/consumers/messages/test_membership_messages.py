"""Which records the progress consumer decodes as a membership, and which are poison."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from consumers.messages.memberships import decode_membership
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from tests.support.consumers.sample_messages import MEMBERSHIP, membership

CONTRACT = Path(__file__).parents[3] / "contracts" / "club.membership.v1.schema.json"
LEFT = {"change": "opted_out", "opted_in": False, "since": None, "left_at": "2026-03-27T00:00:00Z"}


@pytest.mark.parametrize("record", [membership(), membership(version=2, **LEFT), membership(later=[1])])
def test_a_membership_within_its_contract_is_decoded(record: Record) -> None:
    """Everything that the contract allows is decoded, including unknown fields."""
    Draft202012Validator(json.loads(CONTRACT.read_text(encoding="utf-8"))).validate(
        json.loads(record.value or b"")
    )
    assert decode_membership(record).customer_id == "c-1"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (membership(version=0), "`$.version`"),
        (membership(change="joined"), "`$.change`"),
        (membership(opted_in="yes"), "`$.opted_in`"),
        (membership(since="2026-03-25T10:00:00+01:00"), "`since` is not in UTC"),
        (membership(first_opted_in_at="1999-12-31T00:00:00Z"), "`first_opted_in_at` is not between"),
        (membership(first_opted_in_at=None), "a member needs a `first_opted_in_at`"),
        (membership(schema="club.membership/2"), "unknown schema"),
        (replace(membership(), key=b"northbet:c-2"), "the key contradicts"),
        (replace(membership(), value=None), "a null value has no meaning here"),
    ],
)
def test_a_membership_outside_its_contract_is_poison(record: Record, reason: str) -> None:
    """It is refused with a reason that says what is wrong."""
    with pytest.raises(Poison) as refused:
        decode_membership(record)
    assert reason in refused.value.reason


@pytest.mark.parametrize("field", sorted(MEMBERSHIP))
def test_every_field_of_a_membership_is_required(field: str) -> None:
    """Even fields that may be null are required."""
    body = {name: value for name, value in json.loads(membership().value or b"").items() if name != field}

    with pytest.raises(Poison, match=f"missing required field `{field}`"):
        decode_membership(replace(membership(), value=json.dumps(body).encode()))
