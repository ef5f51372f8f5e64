"""What progress publishes about weeks, in the transaction that makes it true and with a growing revision."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import insert, select

from consumers.messages.customer_weeks import decode_qualification
from consumers.stream.records import Record
from consumers.stream.topics import Message
from subgraphs.progress.models import (
    CONTRIBUTION,
    CRM_QUALIFIER,
    OUTBOX,
    PROGRESS,
    QUALIFICATION,
    WEEK_CLOSING,
)
from tests.support.consumers.progress_reducer import Reducer, reducer
from tests.support.consumers.sample_messages import account, bet, membership, scheme
from tests.support.database_probe import contents, statements_of

__all__ = ["reducer"]

CONTRACT = Path(__file__).parents[3] / "contracts" / "club.qualification.v1.schema.json"
ENDED = datetime(2026, 3, 29, 23, tzinfo=UTC)
VOID = {"bet_id": "b-all", "bet_revision": 2, "status": "void"}


def whole_target(**changes: Any) -> Record:
    """Return a bet that reaches the target alone."""
    return bet(**{"bet_id": "b-all", "stake_minor": 2500, "counting_stake_minor": 2500} | changes)


async def told(reducer: Reducer) -> list[dict[str, Any]]:
    """Return the unpublished qualifications, oldest first."""
    async with reducer.database.read() as connection:
        values = await connection.scalars(select(OUTBOX.outbox.c.value).order_by(OUTBOX.outbox.c.id))
        return [json.loads(value) for value in values]


async def said(reducer: Reducer) -> list[tuple[int, str, int]]:
    """Return revision, status and total of the published qualifications."""
    return [(one["revision"], one["status"], one["total_minor"]) for one in await told(reducer)]


async def close(reducer: Reducer) -> None:
    """Close the week for the customers of GB and GBP."""
    async with reducer.database.write() as connection:
        await connection.execute(
            insert(WEEK_CLOSING).values(
                brand_id="northbet",
                iso_week="2026-W13",
                jurisdiction="GB",
                currency="GBP",
                opened_at=ENDED,
                closed_at=ENDED,
            )
        )


async def test_a_member_who_reaches_the_target_qualifies_provisionally(reducer: Reducer) -> None:
    """It is published once, as in the contract, and not again by further bets."""
    await reducer.memberships(membership())
    await reducer.bets(bet())
    assert await told(reducer) == []
    await reducer.bets(whole_target())
    await reducer.bets(bet(bet_id="b-more"))
    assert await said(reducer) == [(1, "provisional", 3000)]
    schema = json.loads(CONTRACT.read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate((await told(reducer))[0])


async def test_all_who_qualify_in_a_batch_are_announced_by_one_statement(reducer: Reducer) -> None:
    """Each of them once, in the order of customers."""
    customers = [f"c-{number}" for number in range(1, 6)]
    await reducer.memberships(*[membership(customer_id=customer) for customer in customers])
    batch = [whole_target(customer_id=customer, bet_id=f"b-{customer}") for customer in reversed(customers)]
    with statements_of(reducer.database) as sent:
        await reducer.bets(*batch)
    assert [one["customer_id"] for one in await told(reducer)] == customers
    assert len([each for each in sent if each.startswith("INSERT INTO outbox")]) == 1


async def test_who_is_no_member_does_not_qualify_and_does_by_joining(reducer: Reducer) -> None:
    """Earlier bets count, but a customer outside the club is due nothing."""
    await reducer.bets(whole_target())
    assert await told(reducer) == []
    await reducer.memberships(membership())
    assert await said(reducer) == [(1, "provisional", 2500)]


async def test_a_void_revokes_and_the_next_bet_restores(reducer: Reducer) -> None:
    """Each of them has a revision of its own."""
    await reducer.memberships(membership())
    await reducer.bets(whole_target())
    await reducer.bets(whole_target(**VOID))
    await reducer.bets(whole_target(bet_id="b-other"))
    assert await said(reducer) == [
        (1, "provisional", 2500),
        (2, "revoked", 0),
        (3, "provisional", 2500),
    ]


async def test_the_same_messages_again_tell_nothing_new(reducer: Reducer) -> None:
    """Replays change no qualification."""
    records = [whole_target(), bet(), whole_target(**VOID | {"bet_id": "b-1"})]
    await reducer.memberships(membership())
    await reducer.bets(*records)
    before = await contents(reducer.database, QUALIFICATION, OUTBOX.outbox)
    await reducer.memberships(membership())
    await reducer.bets(*records)
    await reducer.bets(*reversed(records))
    assert await contents(reducer.database, QUALIFICATION, OUTBOX.outbox) == before


@pytest.mark.parametrize(
    ("left_at", "expected"),
    [
        ("2026-03-26T10:00:00Z", [(1, "provisional", 2500)]),
        ("2026-03-25T12:00:00Z", [(1, "provisional", 2500), (2, "revoked", 0)]),
        ("2026-03-31T12:00:00Z", [(1, "provisional", 2500)]),
    ],
)
async def test_leaving_keeps_what_was_reached_by_then(
    reducer: Reducer, left_at: str, expected: list[tuple[int, str, int]]
) -> None:
    """It stays if the opt-out came after qualifying or after the week; otherwise the bets decide."""
    await reducer.memberships(membership())
    await reducer.bets(whole_target())
    left = {"change": "opted_out", "opted_in": False, "since": None, "left_at": left_at}
    await reducer.memberships(membership(version=2, occurred_at=left_at, **left))
    assert await said(reducer) == expected


async def test_joining_after_the_week_earns_nothing_for_it(reducer: Reducer) -> None:
    """An opt-in on Monday earns no reward for the week before."""
    await reducer.bets(whole_target())
    joined = "2026-03-30T09:00:00Z"
    await reducer.memberships(membership(since=joined, first_opted_in_at=joined, occurred_at=joined))
    assert await told(reducer) == []


async def test_leaving_and_joining_again_after_the_week_keeps_what_was_reached(reducer: Reducer) -> None:
    """A customer who left after qualifying and is back on Monday keeps the reward."""
    await reducer.memberships(membership())
    await reducer.bets(whole_target())
    left = {"change": "opted_out", "opted_in": False, "since": None, "left_at": "2026-03-27T10:00:00Z"}
    await reducer.memberships(membership(version=2, occurred_at="2026-03-27T10:00:00Z", **left))
    await reducer.memberships(
        membership(version=3, since="2026-03-30T09:00:00Z", occurred_at="2026-03-30T09:00:00Z")
    )
    await reducer.bets(bet(bet_id="b-more"))
    assert await said(reducer) == [(1, "provisional", 2500)]


async def test_what_is_reached_in_a_closed_week_is_confirmed_at_once(reducer: Reducer) -> None:
    """Bets that came about in time count, however late they arrive."""
    await reducer.memberships(membership())
    await close(reducer)
    await reducer.bets(whole_target())
    assert await said(reducer) == [(1, "confirmed", 2500)]


async def test_a_void_in_time_revokes_what_was_confirmed(reducer: Reducer) -> None:
    """If it is reversed, the week is confirmed again; what follows is up to fulfilment."""
    await reducer.memberships(membership())
    await close(reducer)
    await reducer.bets(whole_target())
    await reducer.bets(whole_target(**VOID))
    await reducer.bets(whole_target(bet_revision=3, status="settled"))
    assert await said(reducer) == [(1, "confirmed", 2500), (2, "revoked", 0), (3, "confirmed", 2500)]


async def test_a_week_that_its_only_bet_leaves_is_revoked(reducer: Reducer) -> None:
    """The bet turns out to be of the next week, where it reaches the target as well."""
    await reducer.memberships(membership())
    await reducer.bets(whole_target())
    moved = {"placed_at": "2026-03-31T10:00:00Z", "occurred_at": "2026-03-31T10:00:00Z"}
    await reducer.bets(whole_target(bet_revision=2, **moved))
    weeks = sorted((one["iso_week"], one["revision"], one["status"]) for one in await told(reducer))
    assert weeks == [
        ("2026-W13", 1, "provisional"),
        ("2026-W13", 2, "revoked"),
        ("2026-W14", 1, "provisional"),
    ]


async def test_a_customer_who_moves_away_from_the_scheme_loses_it(reducer: Reducer) -> None:
    """Without a scheme, nothing is due."""
    await reducer.memberships(membership())
    await reducer.bets(whole_target())
    await reducer.accounts(account(jurisdiction="IE", currency="EUR"))
    assert [one[:2] for one in await said(reducer)] == [(1, "provisional"), (2, "revoked")]


async def test_a_target_that_turns_out_otherwise_is_looked_at_again(reducer: Reducer) -> None:
    """A scheme may arrive after the bets, and ask for more without changing any bet."""
    await reducer.memberships(membership())
    await reducer.bets(whole_target())
    await reducer.schemes(scheme(version=2, target_minor=5000, occurred_at="2026-01-02T00:00:00Z"))
    assert await said(reducer) == [(1, "provisional", 2500), (2, "revoked", 2500)]


async def test_who_was_paid_by_hand_is_not_paid_again(reducer: Reducer) -> None:
    """A week that the CRM has exported is not due here as well."""
    async with reducer.database.write() as connection:
        await connection.execute(
            insert(CRM_QUALIFIER).values(
                brand_id="northbet",
                customer_id="c-1",
                iso_week="2026-W13",
                staked_minor=2500,
                currency="GBP",
                reward_id=None,
                source="week13.csv",
                imported_at=ENDED,
            )
        )
    await reducer.memberships(membership())
    await reducer.bets(whole_target())
    assert await told(reducer) == []


async def test_no_revision_of_a_qualification_is_used_again(reducer: Reducer) -> None:
    """After a loss, nothing is published until the bets are applied again; what follows is above the last."""
    await reducer.memberships(membership())
    again = whole_target(bet_id="b-again")
    for record in (whole_target(), whole_target(**VOID), again):
        await reducer.bets(record)
    *_, last = await told(reducer)
    assert last["revision"] == 3
    async with reducer.database.write() as connection:
        for table in (CONTRIBUTION, PROGRESS, QUALIFICATION, OUTBOX.outbox):
            await connection.execute(table.delete())
    record = Record("club.qualification.v1", 0, 0, b"northbet:c-1", json.dumps(last).encode())
    async with reducer.database.write() as connection:
        await reducer.apply.qualifications(connection, [Message(record, decode_qualification(record))])
    await reducer.bets(whole_target(**VOID), again)
    await settle(reducer)
    assert await said(reducer) == [], "it is as it was published"
    await reducer.bets(whole_target(bet_id="b-again", bet_revision=2, status="void"))
    assert await said(reducer) == [(4, "revoked", 0)]


async def settle(reducer: Reducer) -> None:
    """Update what was read back, as `furlong recover` does once all bets are applied."""
    ledger = reducer.apply.ledger
    async with reducer.database.write() as connection:
        rules = await ledger.lock_rulebook(connection, {"northbet"}, exclusive=True)
        await ledger.requalify_weeks(connection, [("northbet", "c-1", "2026-W13")], rules, read_back=True)
