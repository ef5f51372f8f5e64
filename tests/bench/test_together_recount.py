"""The stored ledger is compared with the produced messages, and a difference is found."""

import random
from itertools import islice

import orjson
import pytest

from bench.together.bets import BetGenerator, OutgoingMessage, instant
from bench.together.recount import Ledger, Total, recount, stored_ledger
from consumers.stream.records import Record
from foundation.storage.settings import DatabaseSettings
from tests.support.consumers.progress_reducer import opened_reducer

MESSAGES = 2000
BET = orjson.loads(BetGenerator(["c-1"]).counting_bet("c-1", "2026-03-25T14:03:11.000000Z").value)
WEEK = ("c-1", "2026-W13")


def _messages() -> list[OutgoingMessage]:
    """Return messages of a few customers, so that many bets are decided."""
    bets, now = BetGenerator([f"c-{number}" for number in range(50)]), instant()
    return [bets.next_message(now) for _ in range(MESSAGES)]


def _records(messages: list[OutgoingMessage]) -> list[Record]:
    return [
        Record(topic="club.progress.v1", partition=0, offset=offset, key=message.key, value=message.value)
        for offset, message in enumerate(messages)
    ]


def _recounted(*changes: dict[str, object]) -> Total:
    """Return the week of c-1 after some messages about the same bet."""
    return recount(orjson.dumps(BET | change) for change in changes).totals[WEEK]


async def test_the_recount_agrees_with_the_consumer(database_url: str) -> None:
    """The product's rules and the recount give the same totals for any messages."""
    messages = _messages()
    async with opened_reducer(database_url) as reducer:
        records = iter(_records(messages))
        while batch := list(islice(records, 500)):
            await reducer.bets(*batch)
        expected = recount(message.value for message in messages)
        ledger = await stored_ledger(DatabaseSettings(url=database_url))
    assert expected.bets > MESSAGES / 2
    assert sum(total.minor for total in expected.totals.values()) > 0
    assert expected.differences(ledger) == 0


async def test_a_lost_message_is_seen(database_url: str) -> None:
    """If one bet is missing in the tables, its total and the number of bets differ."""
    messages = [BetGenerator(["c-1"]).counting_bet("c-1", instant()), *_messages()]
    async with opened_reducer(database_url) as reducer:
        await reducer.bets(*_records(messages[1:]))
        ledger = await stored_ledger(DatabaseSettings(url=database_url))
    lost = orjson.loads(messages[0].value) | {"bet_id": "b-lost"}
    expected = recount([orjson.dumps(lost), *(message.value for message in messages[1:])])
    assert expected.differences(ledger) == 2


def test_the_order_of_messages_does_not_matter() -> None:
    """Partitions are read one after another, so decisions may come before bets."""
    values = [message.value for message in _messages()]
    shuffled = random.Random(3).sample(values, len(values))  # noqa: S311 - no secret
    assert recount(shuffled) == recount(values)


def test_a_total_that_is_nowhere_counts_as_nothing() -> None:
    """A customer whose bets do not count may have a row or none."""
    assert Ledger({WEEK: Total()}, 1).differences(Ledger({}, 1)) == 0
    assert Ledger({WEEK: Total(500, 1)}, 1).differences(Ledger({}, 1)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"status": "void"},
        {"status": "cashed_out"},
        {"stake_source": "free_bet"},
        {"stake_minor": 99, "counting_stake_minor": 99},
        {"odds_milli": 1499},
        {"odds_milli": None},
    ],
    ids=str,
)
def test_what_does_not_count(change: dict[str, object]) -> None:
    """Such a bet adds neither to the amount nor to the number of bets."""
    assert _recounted(change) == Total(0, 0)


def test_the_highest_revision_counts() -> None:
    """A decision replaces the bet's earlier state, in either order of arrival."""
    decided = {"bet_revision": 2, "status": "partially_void", "counting_stake_minor": 250}
    assert _recounted({}, decided) == _recounted(decided, {}) == Total(250, 1)


def test_weeks_are_those_of_the_brand() -> None:
    """In summer, 23:30 UTC on Sunday is Monday in London."""
    later = BET | {"placed_at": "2026-06-07T23:30:00.000000Z"}
    assert list(recount([orjson.dumps(later)]).totals) == [("c-1", "2026-W24")]
