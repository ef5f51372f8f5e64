"""Numbers with a zero fraction are integers, and times are cut: exactly, and within bounds."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from consumers.messages.accounts import decode_account
from consumers.messages.customer_weeks import decode_qualification
from consumers.progress.messages import decode_adjustment, decode_bet
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from subgraphs.club_kit.domain.weeks import week_at
from tests.support.consumers.sample_messages import account, adjustment, bet

EXAMPLES = Path(__file__).parents[3] / "contracts/club.qualification.v1.schema.json"
BODY = json.loads(EXAMPLES.read_text())["examples"][0]
QUALIFICATION = Record(
    "club.qualification.v1",
    0,
    0,
    f"{BODY['brand_id']}:{BODY['customer_id']}".encode(),
    json.dumps(BODY).encode(),
)


def spelled(record: Record, field: str, number: str) -> Record:
    """Return a message in which a field is spelled as it is given."""
    body = json.loads(record.value or b"") | {field: "HERE"}
    return replace(record, value=json.dumps(body).replace('"HERE"', number).encode())


@pytest.mark.parametrize(
    "number", ["2.0", "2e0", "0.2E+1", "20e-1", "2.000000000000000000000000000000000000", "2"]
)
def test_a_self_exclusion_is_read_however_its_revision_is_spelled(number: str) -> None:
    """JSON has one sort of number; a producer in JavaScript, Lua or PHP may write any of them."""
    read = decode_account(spelled(account(rg_state="self_excluded"), "revision", number))
    assert (read.revision, read.rg_state) == (2, "self_excluded")


@pytest.mark.parametrize(
    "number",
    [
        "2.5",
        "2.0000000000000000000000000000001",
        "1e400",
        "1e-400",
        "1e99999999999",
        "2147483648.0",
        "-0.0",
        "0e5",
    ],
)
def test_other_numbers_are_refused(number: str) -> None:
    """A fraction is not rounded away, and a revision is at least 1 and at most 2147483647."""
    with pytest.raises(Poison, match="revision"):
        decode_account(spelled(account(), "revision", number))


@pytest.mark.parametrize("number", ["0.0", "-0.0", "0e99999999999999999999", "-0"])
def test_nothing_is_nothing_in_all_spellings(number: str) -> None:
    """Zero has a sign and an exponent in JSON."""
    assert decode_bet(spelled(bet(), "counting_stake_minor", number)).counting_stake_minor == 0


def test_large_integers_keep_all_their_digits() -> None:
    """They do not go through a float, which has 53 bits."""
    read = decode_qualification(spelled(QUALIFICATION, "total_minor", "9223372036854775807.0"))
    assert read.total_minor == 2**63 - 1


@pytest.mark.parametrize(
    "number",
    ["2." + "0" * 500_000, "1" + "0" * 500_000 + "e-500000", "9" * 500_000 + ".0", "1e" + "9" * 500_000],
)
def test_a_number_may_be_as_long_as_a_message(number: str) -> None:
    """It is never written out with all the digits that its exponent stands for."""
    record = spelled(account(), "revision", number)
    if number.startswith(("9", "1e9")):
        with pytest.raises(Poison, match="revision"):
            decode_account(record)
    else:
        assert decode_account(record).revision == int(number[0])


def test_what_is_not_json_does_not_become_json() -> None:
    """`1.0.0` is not rewritten to a number."""
    for text in ("1.0.0", "01.0", "2.0e", "+2.0", "2.", "0x2.0"):
        with pytest.raises(Poison, match="not JSON"):
            decode_account(spelled(account(extra=1), "extra", text))
        with pytest.raises(Poison):
            decode_account(spelled(spelled(account(), "revision", "2.0"), "extra", text))


def test_texts_that_look_like_numbers_or_times_stay_as_they_are() -> None:
    """Only numbers, and the fields that are times, are read in another way."""
    text = '2026-03-25T14:03:11.123456789Z and 2.0, \\" 3.0'
    for reason in (
        text,
        "2026-03-25T14:03:11.123456789Z",
        "2.0",
        '"occurred_at":"2026-03-25T14:03:11.123456789Z"',
    ):
        record = adjustment(reason=reason, decided_at="2026-03-25T14:03:11.1234567Z")
        read = decode_adjustment(spelled(record, "amount_minor", "500.0"))
        assert (read.reason, read.decided_at.microsecond) == (reason, 123456)


BOUNDARIES = ["2026-03-29T22:59:59", "2026-10-25T23:59:59", "2026-03-22T23:59:59", "2026-12-31T23:59:59"]
"""The last seconds of weeks in London: of 167, 169 and 168 hours; and of a year."""


@pytest.mark.parametrize("second", BOUNDARIES)
@pytest.mark.parametrize("fraction", [".999999", ".9999995", ".999999999", ".9999999999999999"])
@pytest.mark.parametrize("zone", ["Z", "z", "+00:00", "-00:00"])
def test_a_time_is_cut_so_that_a_bet_stays_in_its_week(second: str, fraction: str, zone: str) -> None:
    """Nine digits are allowed, and microseconds are stored."""
    text = f"{second}{fraction}{zone}"
    read = decode_bet(bet(placed_at=text, occurred_at=text))
    begin = datetime.fromisoformat(second).replace(tzinfo=UTC)
    assert read.placed_at == read.occurred_at == begin + timedelta(microseconds=999_999)
    assert week_at(read.placed_at, "Europe/London") == week_at(begin, "Europe/London")


def test_the_last_instant_of_the_last_year_is_read() -> None:
    """It is not rounded into a year that is refused."""
    assert decode_account(account(occurred_at="2100-12-31T23:59:59.9999999Z")).occurred_at.year == 2100


def test_a_broken_message_after_a_rewritten_part_says_what_is_wrong() -> None:
    """The reason is that of the part that is wrong."""
    with pytest.raises(Poison, match="status"):
        decode_account(spelled(account(status="asleep"), "revision", "2.0"))
    with pytest.raises(Poison, match="nested too deeply"):
        decode_account(replace(account(), value=b'{"x":' + b"[" * 50_000 + b"]" * 50_000 + b"}"))
