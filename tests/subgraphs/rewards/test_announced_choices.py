"""What rewards publishes about choices: each when it is made, and the final reward once it is due."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import insert, select, update

from consumers.messages.customer_weeks import decode_choice, decode_qualification
from consumers.rewards.reducers import ChoiceReducer, QualificationReducer
from consumers.stream.records import Record
from consumers.stream.topics import Message
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.kit.mutations.intents import ChangeRequest, IntentRepository, UpstreamChange
from subgraphs.rewards.budgets import EVERY_WEEK, BudgetKey, BudgetRepository
from subgraphs.rewards.choices.publisher import ChoicePublisher
from subgraphs.rewards.choices.read_back import ChoiceReadBack
from subgraphs.rewards.models import ANNOUNCEMENT, INTENT, OUTBOX, REWARD_CHOICE, REWARD_CONFIG
from tests.support.subgraphs.club_fixture import REFERENCE, ClubFixture, data_of
from tests.support.subgraphs.club_samples import NOW, OWNER, WEEK, good_account, make_config
from tests.support.subgraphs.upstream_double import UpstreamDouble

KEY = ClubKey("northbet", WEEK, OWNER.customer)
CONTRACT = Path(__file__).parents[3] / "contracts" / "club.choice.v1.schema.json"
CLOSED = datetime(2026, 3, 30, 11, tzinfo=UTC)
CHANGE = "mutation ($i: ChangeRewardInput!) { changeReward(input: $i) { errors { code } } }"


@pytest.fixture
async def northbet(club_fixture: ClubFixture) -> ClubFixture:
    """Northbet, with a default reward and another."""
    await club_fixture.add_northbet()
    return club_fixture


async def choose(club_fixture: ClubFixture, option: str, version: int, key: str) -> list[Any]:
    """Change the reward; return the errors."""
    wanted = {
        "brand": "northbet",
        "optionId": f"northbet:{option}",
        "expectedVersion": version,
        "idempotencyKey": key,
    }
    return list((await data_of(club_fixture.rewards, CHANGE, {"i": wanted}))["changeReward"]["errors"])


async def qualified(club_fixture: ClubFixture, status: str = "confirmed", revision: int = 2) -> None:
    """Apply what progress publishes about the customer's week, once it is over."""
    club_fixture.clock.instant = CLOSED
    body = {
        "schema": "club.qualification/1",
        "event_id": "7a0c4a0e-5b3b-4c67-9d38-2c2f9f6f1a01",
        "brand_id": "northbet",
        "customer_id": OWNER.customer,
        "iso_week": WEEK,
        "revision": revision,
        "status": status,
        "total_minor": 3000,
        "target_minor": 2500,
        "currency": "GBP",
        "occurred_at": "2026-03-30T11:00:00Z",
    }
    key = f"northbet:{OWNER.customer}".encode()
    record = Record("club.qualification.v1", 0, 0, key, json.dumps(body).encode())
    database = club_fixture.rewards.database
    apply = QualificationReducer(ChoicePublisher(database.dialect, ControlGroups(b"")), club_fixture.clock)
    async with database.write() as connection:
        await apply.qualifications(connection, [Message(record, decode_qualification(record))])


async def told(club_fixture: ClubFixture) -> list[dict[str, Any]]:
    """Return the unpublished messages, oldest first."""
    async with club_fixture.rewards.database.read() as connection:
        values = await connection.scalars(select(OUTBOX.outbox.c.value).order_by(OUTBOX.outbox.c.id))
        return [json.loads(value) for value in values]


async def said(club_fixture: ClubFixture) -> list[tuple[int, bool, str, str | None]]:
    """Return revision, finality, source and reward of the messages."""
    return [
        (one["revision"], one["final"], one["source"], one["reward"] and one["reward"]["reward_id"])
        for one in await told(club_fixture)
    ]


@pytest.mark.usefixtures("upstream")
async def test_each_choice_is_told_when_it_is_made(northbet: ClubFixture) -> None:
    """It is published in the transaction that records it, not final yet, with its terms."""
    assert await choose(northbet, "fb-2x3:1", 0, "k-1") == []
    assert await choose(northbet, "fb-5:1", 1, "k-2") == []
    assert await said(northbet) == [(1, False, "chosen", "fb-2x3"), (2, False, "chosen", "fb-5")]
    schema = Draft202012Validator(json.loads(CONTRACT.read_text(encoding="utf-8")))
    for one in await told(northbet):
        schema.validate(one)


async def test_a_refused_choice_is_not_told(northbet: ClubFixture, upstream: UpstreamDouble) -> None:
    """Nothing has changed, so nothing is published."""
    assert await choose(northbet, "nothing:1", 0, "k-1") != []
    assert (await told(northbet), upstream.calls) == ([], [])


@pytest.mark.usefixtures("upstream")
async def test_the_choice_is_final_once_the_week_is_confirmed(northbet: ClubFixture) -> None:
    """It is published once more, as final."""
    await choose(northbet, "fb-2x3:1", 0, "k-1")
    await qualified(northbet)
    assert await said(northbet) == [(1, False, "chosen", "fb-2x3"), (2, True, "chosen", "fb-2x3")]


async def test_who_never_chose_gets_the_default(northbet: ClubFixture) -> None:
    """It is published like a choice."""
    await qualified(northbet)
    assert await said(northbet) == [(1, True, "default", "fb-5")]
    Draft202012Validator(json.loads(CONTRACT.read_text(encoding="utf-8"))).validate((await told(northbet))[0])


async def test_the_default_is_given_beyond_its_budget(northbet: ClubFixture) -> None:
    """It was promised to every customer who reaches the target."""
    async with northbet.rewards.database.write() as connection:
        await BudgetRepository().put(connection, BudgetKey("northbet", "fb-5", EVERY_WEEK), 0)
    await qualified(northbet)
    assert await said(northbet) == [(1, True, "default", "fb-5")]


@pytest.mark.parametrize("status", ["provisional", "revoked"])
async def test_nothing_is_final_before_the_week_is_confirmed(northbet: ClubFixture, status: str) -> None:
    """A qualification that may still change makes nothing final."""
    await qualified(northbet, status)
    assert await told(northbet) == []


async def test_the_last_word_is_said_once(northbet: ClubFixture) -> None:
    """This holds however often the confirmation is published, revoked and published again."""
    await qualified(northbet)
    await qualified(northbet, "revoked", 3)
    await qualified(northbet, "confirmed", 4)
    assert await said(northbet) == [(1, True, "default", "fb-5")]


@pytest.mark.usefixtures("upstream")
async def test_a_chosen_reward_that_was_withdrawn_is_honoured(northbet: ClubFixture) -> None:
    """The customer chose it while it was offered."""
    await choose(northbet, "fb-2x3:1", 0, "k-1")
    await _update_config(northbet, "fb-2x3", status="withdrawn")
    await qualified(northbet)
    assert (await said(northbet))[-1] == (2, True, "chosen", "fb-2x3")


@pytest.mark.usefixtures("upstream")
async def test_an_unlawful_choice_is_replaced_by_the_default(northbet: ClubFixture) -> None:
    """The message says that it is a replacement."""
    await choose(northbet, "fb-2x3:1", 0, "k-1")
    await _update_config(northbet, "fb-2x3", jurisdictions=["IE"])
    await qualified(northbet)
    assert (await said(northbet))[-1] == (2, True, "replacement", "fb-5")


@pytest.mark.usefixtures("upstream")
async def test_a_recalled_choice_is_replaced_by_the_default(northbet: ClubFixture) -> None:
    """This holds for a recall after the lock, too, until the final reward is published."""
    await choose(northbet, "fb-2x3:1", 0, "k-1")
    northbet.clock.instant = CLOSED
    await _update_config(northbet, "fb-2x3", status="withdrawn", recalled=True)
    await qualified(northbet)
    assert (await said(northbet))[-1] == (2, True, "replacement", "fb-5")


@pytest.mark.parametrize(
    ("wagering", "said_of_it"), [(10, (1, True, "chosen", "fb-2x3")), (11, (1, True, "replacement", "fb-5"))]
)
async def test_the_law_of_the_day_of_payment_decides(
    northbet: ClubFixture, wagering: int, said_of_it: tuple[int, bool, str, str]
) -> None:
    """A reward that was lawful when the choice locked, but is not when the week closes, is not paid."""
    last_week_before_the_law = KEY._replace(iso_week="2026-W03")
    await _update_config(northbet, "fb-2x3", wagering_multiple=wagering)
    async with northbet.rewards.database.write() as connection:
        await connection.execute(update(REFERENCE["rewards"].scheme).values(choice_lock_minutes=60))
        announcing = ChoicePublisher(northbet.rewards.database.dialect, ControlGroups(b""))
        chosen = datetime(2026, 1, 14, tzinfo=UTC)
        await announcing.choices.record(connection, last_week_before_the_law, "fb-2x3", 1, chosen)
        closed = datetime(2026, 1, 19, 12, tzinfo=UTC)
        await announcing.publish_final(connection, [last_week_before_the_law], closed)
    assert await said(northbet) == [said_of_it]


async def test_without_a_reward_that_could_be_paid_none_is_named(club_fixture: ClubFixture) -> None:
    """That is so without a default, and if a reward does not say what it is worth."""
    await club_fixture.add_brand()
    await club_fixture.add_accounts({OWNER: good_account()})
    await club_fixture.add_rewards([make_config("fb-5", value_minor=None)])
    await qualified(club_fixture)
    assert await said(club_fixture) == [(1, True, "default", None)]


async def test_a_choice_in_doubt_is_waited_for(northbet: ClubFixture) -> None:
    """It was made in time: the default is not paid instead, and a confirmed choice is not lost."""
    intents, database = IntentRepository(INTENT), northbet.rewards.database
    request = ChangeRequest(OWNER, "changeReward", "choice", "k-1", {})
    change = UpstreamChange("/choice", {"reward_id": "fb-2x3", "config_version": 1}, {"iso_week": WEEK})
    async with database.write() as connection:
        await intents.write_down(connection, request, change, NOW)
    await qualified(northbet)
    announcing = ChoicePublisher(database.dialect, ControlGroups(b""))
    async with database.write() as connection:
        assert await announcing.publish_waiting(connection, [KEY], CLOSED) == 0
    assert await told(northbet) == []
    async with database.write() as connection:
        row = {"brand_id": "northbet", "customer_id": OWNER.customer, "iso_week": WEEK}
        terms = {"reward_id": "fb-2x3", "config_version": 1, "version": 1, "chosen_at": CLOSED}
        await connection.execute(insert(REWARD_CHOICE).values(**row, **terms))
        await connection.execute(update(INTENT).values(slot=None, status="confirmed"))
        await announcing.publish_choice(connection, KEY, CLOSED)
    assert await said(northbet) == [(1, True, "chosen", "fb-2x3")]


async def test_a_choice_that_was_refused_after_all_leaves_the_default(northbet: ClubFixture) -> None:
    """The worker publishes the final reward once the change is settled."""
    intents, database = IntentRepository(INTENT), northbet.rewards.database
    request = ChangeRequest(OWNER, "changeReward", "choice", "k-1", {})
    change = UpstreamChange("/choice", {"reward_id": "fb-2x3", "config_version": 1}, {"iso_week": WEEK})
    async with database.write() as connection:
        await intents.write_down(connection, request, change, NOW)
    await qualified(northbet)
    async with database.write() as connection:
        await connection.execute(update(INTENT).values(slot=None, status="refused"))
        announcing = ChoicePublisher(database.dialect, ControlGroups(b""))
        assert await announcing.publish_waiting(connection, [KEY], CLOSED) == 1
    assert await said(northbet) == [(1, True, "default", "fb-5")]


async def _update_config(club_fixture: ClubFixture, reward_id: str, **values: Any) -> None:
    async with club_fixture.rewards.database.write() as connection:
        await connection.execute(
            update(REWARD_CONFIG).where(REWARD_CONFIG.c.reward_id == reward_id).values(**values)
        )


@pytest.mark.usefixtures("upstream")
async def test_no_version_of_a_choice_is_used_again(northbet: ClubFixture) -> None:
    """After a loss, a page from before it cannot change a choice that it has not seen."""
    for number, option in enumerate(("fb-2x3:1", "fb-5:1", "fb-2x3:1")):
        assert await choose(northbet, option, number, f"k-{number}") == []
    published = [one for one in await told(northbet) if one["schema"] == "club.choice/1"]
    database = northbet.rewards.database
    async with database.write() as connection:
        await connection.execute(REWARD_CHOICE.delete())
        await connection.execute(ANNOUNCEMENT.delete())
        await connection.execute(INTENT.delete())
    apply = ChoiceReducer(ChoiceReadBack(ChoicePublisher(database.dialect, ControlGroups(b""))))
    for body in published[1:]:  # the topic is not kept for ever
        key = f"northbet:{OWNER.customer}".encode()
        record = Record("club.choice.v1", 0, 0, key, json.dumps(body).encode())
        async with database.write() as connection:
            await apply.choices(connection, [Message(record, decode_choice(record))])
    assert [one["code"] for one in await choose(northbet, "fb-5:1", 2, "k-old")] == ["VERSION_CONFLICT"]
    assert await choose(northbet, "fb-5:1", 3, "k-new") == []
    assert (await told(northbet))[-1]["revision"] == 4


@pytest.mark.usefixtures("upstream")
async def test_a_choice_made_before_the_topic_is_read_back_is_published_again(northbet: ClubFixture) -> None:
    """It has a used revision, which fulfilment ignores; the topic has kept only a later, older choice."""
    for number, option in enumerate(("fb-2x3:1", "fb-5:1", "fb-2x3:1")):
        assert await choose(northbet, option, number, f"k-{number}") == []
    forgotten = (await told(northbet))[-1]
    database = northbet.rewards.database
    async with database.write() as connection:
        for table in (REWARD_CHOICE, ANNOUNCEMENT, INTENT, OUTBOX.outbox):
            await connection.execute(table.delete())
    forgotten["occurred_at"] = "2026-03-20T09:00:00Z"
    assert await choose(northbet, "fb-5:1", 0, "k-new") == []
    key = f"northbet:{OWNER.customer}".encode()
    record = Record("club.choice.v1", 0, 0, key, json.dumps(forgotten).encode())
    apply = ChoiceReducer(ChoiceReadBack(ChoicePublisher(database.dialect, ControlGroups(b""))))
    async with database.write() as connection:
        await apply.choices(connection, [Message(record, decode_choice(record))])
    assert (await said(northbet))[-1] == (4, False, "chosen", "fb-5")
