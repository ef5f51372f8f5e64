"""The record: a call has its whole effect or none."""

from datetime import UTC, datetime

import pytest

from simulator.upstream.record import ApiRequest, Change, Record, Refusal, Resource

PLACE = Resource("/here", {"customer_id": "c-1"})
ASKED = ApiRequest("PUT", "/here", datetime(2026, 3, 25, tzinfo=UTC), customer="c-1", key="k1")
CHANGE = Change("k1", PLACE, {"state": "opted_in"})


def nothing() -> None:
    """No refusal."""


def fail() -> Refusal | None:
    """A rule that breaks."""
    raise RuntimeError("broken rule")


def test_a_call_that_fails_leaves_nothing(record: Record) -> None:
    """An error in the middle takes all back, and the next call is as if it had never been."""
    with pytest.raises(RuntimeError):
        record.put(ASKED, CHANGE, fail)
    assert (record.fields(PLACE), record.journal()) == (None, [])
    assert record.put(ASKED, CHANGE, nothing).body["revision"] == 1


def test_a_key_with_an_answer_is_not_decided_again(record: Record) -> None:
    """The rules are asked once a key: a replay does not depend on them."""
    first = record.put(ASKED, CHANGE, nothing)
    assert record.put(ASKED, CHANGE, fail) == first
