"""What is wrong with a dead letter is a sentence, whatever a decoder says of it."""

import json
import re
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consumers.progress.messages import decode_bet
from consumers.stream.database.letter_words import in_words
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from tests.support.consumers.sample_messages import bet

OF_A_LIBRARY: Final = re.compile(
    r"`|\$\.|\bExpected\b|\b(int|str|bool|null|RFC|byte)\b|[A-Z]\w+(Error|Exception)\b"
)
MISSING: Final = object()
FIELDS: Final = sorted(json.loads(bet().value or b"{}"))
VALUES: Final = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(("", "!", "2026-13-40T00:00:00Z", "2026-01-01T00:00:00", (), ({},), {}))
)


def reason_of(record: Record) -> str:
    """Return why a record is refused; empty if it is not."""
    try:
        decode_bet(record)
    except Poison as poison:
        return poison.reason
    return ""


@given(field=st.sampled_from(FIELDS), value=VALUES | st.just(MISSING))
@example(field="bet_id", value=MISSING)
def test_a_broken_message_is_said_in_a_sentence(field: str, value: Any) -> None:
    """Each field of a real contract, missing or with anything else in its place, read by the real decoder."""
    body = json.loads(bet().value or b"{}") | {field: value}
    sent = {name: part for name, part in body.items() if part is not MISSING}
    reason = reason_of(replace(bet(), value=json.dumps(sent).encode()))
    if not reason:
        return
    words = in_words(reason)
    assert OF_A_LIBRARY.search(words.sentence) is None, reason
    assert words.sentence[0].isupper()
    assert words.sentence.endswith(".")
    assert words.details in {"", reason}


@given(value=st.binary(max_size=40))
def test_what_is_no_message_is_said_in_a_sentence(value: bytes) -> None:
    """Any bytes at all."""
    words = in_words(reason_of(replace(bet(), value=value)))
    assert OF_A_LIBRARY.search(words.sentence) is None
    assert words.sentence.endswith(".")


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            "not a club.progress message: Object missing required field `bet_id`",
            "The field bet_id is missing.",
        ),
        (
            "not a feed message: Object missing required field `odds` - at `$.legs[0]`",
            "The field legs[0].odds is missing.",
        ),
        (
            "does not fit club.progress/1: Expected `int | null`, got `str` - at `$.odds_milli`",
            "The field odds_milli must be a whole number or empty, and is text.",
        ),
        (
            "not a club.scheme message: Expected `int` >= 0 - at `$.target_minor`",
            "The field target_minor must be 0 or more.",
        ),
        (
            "not a record of sports: Expected `str` of length >= 1 - at `$.id`",
            "The field id is too short.",
        ),
        (
            "not a club.progress message: Invalid enum value 'lost' - at `$.status`",
            "The field status has a value that isn't known: 'lost'.",
        ),
        ("not JSON: JSON is malformed: invalid character (byte 1)", "The record isn't JSON."),
        ("unknown brand 'nowhere'", "Unknown brand 'nowhere'."),
        ("KeyError('brand')", "The record can't be applied."),
        ("the database refused: IntegrityError(1062)", "The database refused."),
    ],
)
def test_reasons_in_words(reason: str, sentence: str) -> None:
    """The field by its name, and what it has to be; what only a library knows is left to the details."""
    words = in_words(reason)
    assert words.sentence == sentence
    assert words.details == ("" if reason.startswith("unknown") else reason)
