"""For every adapter, the feed's contract, the adapter's format and the progress contract agree."""

import json
from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from consumers.feeds.mapping.feed import AnyFeed
from consumers.feeds.settings import find, known
from consumers.stream.errors import Poison
from tests.support.consumers.feed_records import (
    example,
    examples,
    feed_contract,
    progress_body,
    progress_contract,
    written,
)
from tests.support.message_contracts import schema_of

FEEDS = find(known())
each_feed = pytest.mark.parametrize("feed", FEEDS, ids=[feed.name for feed in FEEDS])


def taken(feed: AnyFeed, record: dict[str, Any]) -> bool:
    """Return whether the adapter accepts a record."""
    try:
        feed.progress(written(record))
    except Poison:
        return False
    return True


@each_feed
def test_the_contract_is_a_schema_that_describes_every_field(feed: AnyFeed) -> None:
    """The schema is valid, and each field has a description."""
    schema = schema_of(feed_contract(feed.topic))
    Draft202012Validator.check_schema(schema)
    assert schema["title"]
    assert all("description" in field for field in schema["properties"].values())


@each_feed
def test_every_example_becomes_a_progress_message(feed: AnyFeed) -> None:
    """The example satisfies the feed's contract, and its message satisfies the progress contract."""
    assert len(examples(feed)) >= 3
    for record in examples(feed):
        body = progress_body(feed, record)
        message = feed.progress(written(record))
        assert message.key == f"{body['brand_id']}:{body['customer_id']}".encode()
        assert dict(message.headers)["event_id"] == body["event_id"].encode()
        assert body["bet_id"].startswith(f"{feed.name}.")


@each_feed
def test_the_same_bet_is_the_same_message(feed: AnyFeed) -> None:
    """The order of fields and unknown fields do not matter."""
    for record in examples(feed):
        again = dict(reversed(record.items())) | {"sentAt": "2026-03-25T15:00:00Z"}
        assert feed.progress(written(record)) == feed.progress(written(again))


@each_feed
def test_revisions_are_different_events(feed: AnyFeed) -> None:
    """An event's id follows from the bet and its revision."""
    bodies = [progress_body(feed, record) for record in examples(feed)]
    names = {(body["bet_id"], body["bet_revision"]) for body in bodies}
    assert len({body["event_id"] for body in bodies}) == len(names)


@each_feed
def test_what_a_contract_requires_the_adapter_requires(feed: AnyFeed) -> None:
    """A record without a required field is a dead letter; without an optional one it is not."""
    contract = feed_contract(feed.topic)
    for field in schema_of(contract)["properties"]:
        record = examples(feed)[-1]
        record.pop(field, None)
        assert contract.is_valid(record) == taken(feed, record), field


@each_feed
@pytest.mark.parametrize(
    "value", [None, -1, "", "£5", [], {}, True, 2**31, 1e300, "NaN", "1e999999999", "💷"]
)
def test_what_breaks_the_contract_is_never_taken(feed: AnyFeed, value: Any) -> None:
    """A field of the wrong type, format or range never makes a message that breaks the progress contract."""
    for field in schema_of(feed_contract(feed.topic))["properties"]:
        record = example(feed, **{field: value})
        if taken(feed, record):
            progress_contract().validate(json.loads(feed.progress(written(record)).value))


@each_feed
def test_nested_values_are_validated_too(feed: AnyFeed) -> None:
    """Amounts, times and odds in objects and lists are validated as strictly."""
    for place in _inner(example(feed)):
        record = deepcopy(example(feed))
        inner = record
        for step in place[:-1]:
            inner = inner[step]
        inner[place[-1]] = {"not": "this"}
        if not feed_contract(feed.topic).is_valid(record):
            assert not taken(feed, record), place


def _inner(record: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Yield the paths below the first level."""
    items: list[tuple[Any, Any]] = []
    match record:
        case dict():
            items = list(record.items())
        case list():
            items = list(enumerate(record))
    found = [(*before, name) for name, _ in items] if before else []
    return found + [place for name, value in items for place in _inner(value, (*before, name))]


@each_feed
@pytest.mark.parametrize(
    "value", [b"", b"{", b"\xff\xfe", b"[]", b"null", b"[" * 100_000, b'{"a":1}', None], ids=range(8)
)
def test_what_is_no_record_at_all_is_refused(feed: AnyFeed, value: bytes | None) -> None:
    """It becomes a dead letter with a reason."""
    with pytest.raises(Poison) as found:
        feed.progress(value)
    assert found.value.reason
