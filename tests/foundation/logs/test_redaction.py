"""What must not be logged is removed from a line, wherever it occurs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from foundation.logs.redaction import (
    MAX_LENGTH,
    MAX_VALUE_LENGTH,
    cleaned,
    impersonal,
    redact,
    redacted,
    redacted_traceback,
)

JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl"
CANARY = "canary"


@dataclass(frozen=True)
class Owner:
    """What code logs by mistake."""

    brand: str
    customer: str


@pytest.mark.parametrize(
    "text",
    [
        f"token {JWT} was refused",
        JWT,
        "Authorization: Bearer canary-token-17",
        "{'authorization': 'Bearer canary-token-17'}",
        "dpop canary.token.17",
        "mysql+aiomysql://furlong:canary@db7/furlong",
        "redis://:canary@cache:6379",
        "mail to canary.first@mail.example.com failed",
        "Owner(brand='northbet', customer='canary')",
        '{"customer_id":"canary","stake":5}',
        "customer_id=canary&x=1",
        "password: canary",
        "client-secret=canary",
        "(1062, \"Duplicate entry 'northbet-canary' for key 'PRIMARY'\")",
        "(1366, \"Incorrect string value: 'canary' for column 'x' at row 1\")",
        "[SQL: SELECT 1]\n[parameters: ('canary', 5)]\n(Background)",
        "PUT /v1/brands/northbet/customers/canary/membership: 500",
        "<_SelectorTransport fd=5 peername=('canary', 4711)>",
    ],
)
def test_a_value_is_redacted_by_its_form(text: str) -> None:
    """Tokens, passwords, addresses of mail and whatever is named as a customer's disappear from text."""
    for shown in (redacted(text), str(redact(None, "info", {"event": text, "nested": [{"x": text}]}))):
        assert CANARY not in shown
        assert "eyJ" not in shown


@pytest.mark.parametrize(
    "name",
    ["customer", "customer_id", "token", "Authorization", "graphql-client-key", "peer", "email", "sub"],
)
@pytest.mark.parametrize("value", ["canary", b"canary", ["canary"], {"a": "canary"}, Owner("b", "canary")])
def test_a_value_is_redacted_by_its_name(name: str, value: Any) -> None:
    """At any depth, whatever its type."""
    assert CANARY not in str(redact(None, "info", {"event": "x", name: value, "more": {name: value}}))


@pytest.mark.parametrize(
    "value", [Owner("b", "canary"), ValueError("customer=canary"), {Owner("b", "canary"): 1}]
)
def test_what_the_renderer_would_write_of_an_object_is_redacted(value: Any) -> None:
    """Objects become text before, not after."""
    assert CANARY not in str(redact(None, "info", {"event": "x", "owner": value}))


def test_useful_values_stay() -> None:
    """Numbers of customers, names of hosts, keys of rewards and numbers of errors are what a log is for."""
    event = {
        "event": "kafka_away",
        "customers": 17,
        "error": "KafkaConnectionError(\"Unable to bootstrap from [('kafka-1', 9092)]\")",
        "reason": "connect to subgraph-2:4001: refused",
        "key": "9f0a",
        "fault": "(1205, 'Lock wait timeout exceeded; try restarting transaction')",
        "keys": ["9f0a", "77aa"],
        "share": 0.5,
        "ok": True,
        "nothing": None,
    }
    assert redact(None, "info", dict(event)) == event


def test_tracebacks_keep_their_frames_and_lose_their_values() -> None:
    """File, line and code say where; the message says what, without ids."""
    try:
        dict[str, str]()["canary-17"]
    except KeyError:
        import traceback  # noqa: PLC0415

        text = traceback.format_exc()
    shown = redacted_traceback(text)
    assert "canary-17" not in shown.splitlines()[-1]
    assert shown.splitlines()[-1].startswith("KeyError")
    assert "test_redaction.py" in shown
    assert "test_tracebacks_keep" in shown


def test_messages_of_several_lines_are_cleaned_on_each() -> None:
    """Whatever a message looks like, only lines of code after a file's name are believed."""
    frames = 'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    f(1)\n'
    text = f"{frames}E: a canary-1\n  canary-2\n    canary-3"
    shown = redacted_traceback(text)
    assert CANARY not in shown
    assert "    f(1)" in shown


@given(st.text(), st.sampled_from([redacted, redacted_traceback]))
@example("\r\r", redacted_traceback)
def test_any_text_can_be_redacted(text: str, by: Any) -> None:
    """Nothing raises, and redacting twice is redacting once."""
    once = by(text)
    assert by(once) == once


def test_a_long_value_is_cut_quickly() -> None:
    """Megabytes of what looks like the beginning of a secret take no noticeable time, and little space."""
    for part in ("token=", "eyJ", "a@", "a.", "Bearer ", "'", "://a:", "customer", "a-", "Duplicate entry '"):
        assert len(redacted(part * 500_000)) < 4 * MAX_VALUE_LENGTH


@given(st.text())
def test_cleaned_text_is_short_and_on_one_line(text: str) -> None:
    """Whatever is said, it is printable and short, and names no long number and no address of mail."""
    assert len(cleaned(text)) <= MAX_LENGTH
    assert not any(ord(each) < 32 or 0x7F <= ord(each) < 0xA0 for each in cleaned(text))
    assert "@" not in impersonal(text)
    assert not any(word.isdecimal() and len(word) > 4 for word in impersonal(text).split())
    assert "'" not in impersonal(f"'{text.replace(chr(39), '')}'", quoted=False).replace("'…'", "")
