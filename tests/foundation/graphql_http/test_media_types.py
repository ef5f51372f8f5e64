"""Media types of responses are chosen as Accept says; bodies are JSON in UTF-8."""

from __future__ import annotations

import pytest

from foundation.graphql_http.media import GRAPHQL_JSON, JSON, MAX_CACHED, Negotiation, is_utf8_json


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (b"", JSON),
        (b"*/*", JSON),
        (b"application/*", JSON),
        (GRAPHQL_JSON.encode(), GRAPHQL_JSON),
        (f"{JSON};q=0.5, {GRAPHQL_JSON}".encode(), GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, {JSON}".encode(), GRAPHQL_JSON),
        (f"{JSON}, {GRAPHQL_JSON}".encode(), JSON),
        (f"{GRAPHQL_JSON};q=0.5, {JSON};q=0.5".encode(), GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, */*".encode(), GRAPHQL_JSON),
        (b"image/png, */*", JSON),
        (f"{GRAPHQL_JSON};q=0.5, */*".encode(), JSON),
        (f"{JSON};q=0, */*;q=0.1".encode(), GRAPHQL_JSON),
        (f"text/html, {GRAPHQL_JSON.upper()}; charset=utf-8 ; q=0.1".encode(), GRAPHQL_JSON),
        (b"*/*;q=0", None),
        (f"{JSON};q=much".encode(), None),
        (b"text/html", None),
        (b"\xff", None),
    ],
)
def test_the_best_liked_type_is_chosen(accept: bytes, chosen: str | None) -> None:
    """The second time as the first time."""
    negotiation = Negotiation()
    for _ in range(2):
        media = negotiation.choose(accept)
        assert (media and media.name) == chosen


def test_choices_are_remembered_within_bounds() -> None:
    """Whoever sends other headers each time fills no memory."""
    negotiation = Negotiation()
    for number in range(2 * MAX_CACHED):
        negotiation.choose(b"application/json;n=%d" % number)
        negotiation.choose(b"application/json;n=%01000d" % number)
    assert 0 < len(negotiation._cached) <= MAX_CACHED
    assert all(len(accept) < 1_000 for accept in negotiation._cached)


@pytest.mark.parametrize(
    ("content_type", "fits"),
    [
        ("application/json", True),
        ("Application/JSON; charset=UTF-8", True),
        ('application/json; charset="utf-8"', True),
        ("application/json; charset=utf-7", False),
        ("application/json; charset=utf-8; charset=utf-7", False),
        ("text/plain", False),
        ("", False),
    ],
)
def test_only_json_in_utf8_is_read(content_type: str, *, fits: bool) -> None:
    """Whatever its case; another charset is none."""
    assert is_utf8_json(content_type) is fits
