"""What progress keeps of the outcomes that fulfilment publishes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from consumers.progress.messages import decode_outcome
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from consumers.stream.topics import Message
from subgraphs.progress.qualification.club_state import ClubState, read_outcomes
from tests.support.consumers.progress_reducer import W13, W14, Reducer, reducer

__all__ = ["reducer"]

CONTRACT = Path(__file__).parents[3] / "contracts" / "club.outcomes.v1.schema.json"
BODY = {
    "schema": "club.outcomes/1",
    "event_id": "c0a80101-7d4f-5c1b-9a51-3f1e2d3c4b01",
    "brand_id": "northbet",
    "customer_id": "c-1",
    "iso_week": "2026-W13",
    "revision": 1,
    "state": "CONFIRMED",
    "fulfilment_status": "WAITING",
    "reason": None,
    "flag": None,
    "reward_id": None,
    "config_version": None,
    "credited_at": None,
    "expires_at": None,
    "reference": None,
    "occurred_at": "2026-03-30T11:00:03Z",
}


def outcome(**changes: Any) -> Record:
    """Return an outcome record, with some fields of the body changed."""
    return Record("club.outcomes.v1", 0, 0, b"northbet:c-1", json.dumps(BODY | changes).encode())


async def apply(reducer: Reducer, *records: Record) -> int:
    """Apply outcomes in a transaction; return how many were stale."""
    messages = [Message(record, decode_outcome(record)) for record in records]
    async with reducer.database.write() as connection:
        return (await reducer.apply.outcomes(connection, messages)).stale


async def test_the_highest_revision_holds_in_any_order(reducer: Reducer) -> None:
    """This holds for each week, within a batch and over batches."""
    stale = await apply(
        reducer,
        outcome(revision=2, state="FULFILLING"),
        outcome(),
        outcome(iso_week="2026-W14", state="INELIGIBLE"),
    )
    assert stale == 1
    assert await apply(reducer, outcome(revision=4, state="CREDITED")) == 0
    assert await apply(reducer, outcome(revision=3, state="MISSED"), outcome(revision=4)) == 2
    async with reducer.database.read() as connection:
        assert await read_outcomes(connection, [W13, W14]) == {
            W13: ClubState.CREDITED,
            W14: ClubState.INELIGIBLE,
        }


@pytest.mark.parametrize("place", range(2))
def test_the_examples_of_the_contract_are_let_in(place: int) -> None:
    """They may contain fields that progress does not need."""
    schema = json.loads(CONTRACT.read_text(encoding="utf-8"))
    example = schema["examples"][place]
    Draft202012Validator(schema).validate(BODY)
    record = replace(outcome(**example), key=f"northbet:{example['customer_id']}".encode())
    assert decode_outcome(record).state == example["state"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"state": "TRACKING"}, "`$.state`"),
        ({"revision": 0}, "`$.revision`"),
        ({"iso_week": "2026-W60"}, "`$.iso_week`"),
        ({"customer_id": "c-2"}, "the key contradicts"),
        ({"occurred_at": "2026-03-30T11:00:03+02:00"}, "`occurred_at` is not in UTC"),
    ],
)
def test_an_outcome_outside_its_contract_is_poison(changes: dict[str, Any], reason: str) -> None:
    """The reason says what is wrong."""
    with pytest.raises(Poison) as refused:
        decode_outcome(outcome(**changes))
    assert reason in refused.value.reason
