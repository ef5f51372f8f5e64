"""The platform's records: the examples of the feeds' contracts, with changes that tests choose."""

import json
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from consumers.feeds.mapping.feed import AnyFeed
from tests.support.message_contracts import schema_of

CONTRACTS = Path(__file__).parents[3] / "contracts"


@lru_cache
def feed_contract(topic: str) -> Draft202012Validator:
    """Return the validator of a feed's records."""
    schema = json.loads((CONTRACTS / "feeds" / f"{topic}.schema.json").read_text())
    return Draft202012Validator(schema)


@lru_cache
def progress_contract() -> Draft202012Validator:
    """Return the validator of progress messages."""
    return Draft202012Validator(json.loads((CONTRACTS / "club.progress.v1.schema.json").read_text()))


def examples(feed: AnyFeed) -> list[dict[str, Any]]:
    """Return fresh copies of the contract's examples."""
    found: list[dict[str, Any]] = deepcopy(schema_of(feed_contract(feed.topic))["examples"])
    return found


def example(feed: AnyFeed, **changes: Any) -> dict[str, Any]:
    """Return the first example, with some fields changed."""
    return examples(feed)[0] | changes


def written(record: dict[str, Any]) -> bytes:
    """Return a record as it is on the topic."""
    return json.dumps(record).encode()


def progress_body(feed: AnyFeed, record: dict[str, Any]) -> dict[str, Any]:
    """The body of the progress message for a record that keeps its contract, as the message does."""
    feed_contract(feed.topic).validate(record)
    body: dict[str, Any] = json.loads(feed.progress(written(record)).value)
    progress_contract().validate(body)
    return body
