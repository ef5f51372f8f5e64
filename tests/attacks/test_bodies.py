"""Attack: bodies and heads that are not requests."""

from collections.abc import Mapping

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.attacks.attacked import Attacked
from tests.support.examples import examples

BODIES: Mapping[str, tuple[bytes, str]] = {
    "nothing": (b"", "INVALID_JSON"),
    "no object": (b"[]", "BATCHING_NOT_ENABLED"),
    "a batch": (b"[" + b'{"query":"{ __typename }"},' * 2_000 + b"{}]", "BATCHING_NOT_ENABLED"),
    "no query": (b'{"variables":{}}', "INVALID_REQUEST"),
    "a query that is no string": (b'{"query":{"a":1}}', "INVALID_REQUEST"),
    "an unpaired surrogate": (b'{"query":"{ a \\ud800 }"}', "INVALID_JSON"),
    "not UTF-8": (b'{"query":"\xff"}', "INVALID_JSON"),
    "no number": (b'{"query":"{ a }","variables":{"a":NaN}}', "INVALID_JSON"),
    "too long": (b'{"query":"' + b" " * 70_000 + b'"}', "REQUEST_TOO_LARGE"),
    "a huge number": (b'{"query":"{ __typename }","variables":{"a":' + b"9" * 60_000 + b"}}", "INVALID_JSON"),
    "many keys": (
        b'{"query":"{ nothing }",' + b",".join(b'"k%d":1' % n for n in range(5_000)) + b"}",
        "GRAPHQL_VALIDATION_FAILED",
    ),
}


@pytest.mark.parametrize("what", BODIES)
async def test_what_is_no_request_is_refused_for_less_than_a_bet_slip(club: Attacked, what: str) -> None:
    """By 4xx, or 200 with errors, and never by a fault."""
    body, code = BODIES[what]
    outcome = await club.body(body)
    assert outcome.code in {code, None if what == "a huge number" else code}
    assert outcome.status < 500
    assert outcome.calls < await club.unit()


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": ",".join(f"a/b{n};q=0.{n}" for n in range(1_000))},
        {"content-type": "application/json;" + "charset=utf-8;" * 800},
        {"content-encoding": "gzip"},
        {"graphql-client-name": "x" * 15_000},
        {"traceparent": "\x7f" * 10_000},
    ],
)
async def test_strange_heads_are_answered_for_less_than_a_bet_slip(
    club: Attacked, headers: dict[str, str]
) -> None:
    """A long list of media types, charsets, a compressed body, names that are no names."""
    outcome = await club.body(b'{"query":"{ __typename }"}', headers)
    assert outcome.status < 500
    assert outcome.calls < await club.unit()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=8), below, max_size=4),
    max_leaves=20,
)
KEYS = st.sampled_from(["query", "variables", "operationName", "extensions", "id"]) | st.text(max_size=5)


def encoded(value: object) -> bytes:
    """JSON, with numbers that it cannot hold left out."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return b"{}"


BODY = st.binary(max_size=200) | st.dictionaries(KEYS, JSON, max_size=5).map(encoded)


@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODY)
async def test_no_body_is_a_fault(club: Attacked, body: bytes) -> None:
    """Whatever bytes, and whatever JSON of about the right shape."""
    outcome = await club.body(body)
    assert outcome.status < 500
    assert outcome.calls < 3 * await club.unit()
