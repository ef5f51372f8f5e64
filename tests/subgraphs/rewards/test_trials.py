"""A reward on trial: what each side is offered, may choose and gets, and what is recorded of the draw."""

import asyncio
import json
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select, update

from consumers.messages.memberships import decode_control_draw
from consumers.stream.records import Record
from subgraphs.club import impressions
from subgraphs.club.models import OUTBOX as CLUB_OUTBOX
from subgraphs.club.models import TRIAL_DRAW
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.kit.domain.keys import Owner
from subgraphs.rewards.choices.publisher import ChoicePublisher
from subgraphs.rewards.models import OUTBOX, REWARD_CONFIG
from tests.support.subgraphs.club_fixture import REFERENCE, ClubFixture, data_of, session
from tests.support.subgraphs.club_samples import (
    BRAND,
    LONG_AGO,
    NOW,
    WEEK,
    good_account,
    make_brand,
    make_config,
    make_scheme,
)

CLUB = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Club {
  options { id } choice { option { id } isDefault }
} } }"""
CHANGE = "mutation ($i: ChangeRewardInput!) { changeReward(input: $i) { errors { code } } }"
SHOWN = """{ club(brand: "northbet") { id } }"""
CONTRACT = Path(__file__).parents[3] / "contracts" / "club.control.v1.schema.json"
GROUPS = ControlGroups(b"")  # the key of the tests is empty
SCHEME = make_scheme(trial_reward_id="fb-9", trial_per_mille=500)


def drawn(*, on_trial: bool) -> str:
    """Return a customer of a side."""
    names = (f"c-{number}" for number in count())
    return next(name for name in names if GROUPS.on_trial(Owner(BRAND, name), SCHEME) is on_trial)


TRIED, OTHER = drawn(on_trial=True), drawn(on_trial=False)
SIDES = {TRIED: "fb-9", OTHER: "fb-5"}


@pytest.fixture
async def northbet(each_club: ClubFixture, monkeypatch: pytest.MonkeyPatch) -> ClubFixture:
    """Northbet with a trial of fb-9 in place of fb-5, another reward, and a customer on either side."""
    monkeypatch.setattr(impressions, "DELAY_SECONDS", 0.0)
    await each_club.add_brand(make_brand(), SCHEME)
    await each_club.add_accounts({Owner(BRAND, name): good_account() for name in SIDES})
    await each_club.add_rewards([make_config("fb-5"), make_config("fb-2x3"), make_config("fb-9")])
    return each_club


async def club_of(club_fixture: ClubFixture, customer: str, week: str = WEEK) -> dict[str, Any]:
    """Return a customer's options and choice."""
    representation: dict[str, Any] = {
        "__typename": "Club",
        "id": ClubKey(BRAND, week, customer).encode(),
        "jurisdiction": "GB",
        "currency": "GBP",
        "ineligibleReason": None,
        "onBreak": [],
    }
    data = await data_of(club_fixture.rewards, CLUB, {"r": [representation]}, session(customer))
    (club,) = data["_entities"]
    options = [option["id"].split(":")[1] for option in club["options"]]
    choice = club["choice"]
    return {
        "options": options,
        "choice": choice["option"]["id"].split(":")[1],
        "default": choice["isDefault"],
    }


async def choose(club_fixture: ClubFixture, customer: str, reward: str, version: int = 0) -> list[str]:
    """Change a customer's reward; return the codes of the errors."""
    wanted = {
        "brand": BRAND,
        "optionId": f"{BRAND}:{reward}:1",
        "expectedVersion": version,
        "idempotencyKey": f"{customer}-{reward}",
    }
    data = await data_of(club_fixture.rewards, CHANGE, {"i": wanted}, session(customer))
    return [error["code"] for error in data["changeReward"]["errors"]]


async def due(club_fixture: ClubFixture, customer: str, week: str = WEEK) -> tuple[str, str]:
    """Return the source and id of the reward that is published for fulfilment once the week is confirmed."""
    database, at = club_fixture.rewards.database, NOW + timedelta(days=14)
    async with database.write() as connection:
        publisher = ChoicePublisher(database.dialect, GROUPS)
        await publisher.publish_final(connection, [ClubKey(BRAND, week, customer)], at)
        newest = select(OUTBOX.outbox.c.value).order_by(OUTBOX.outbox.c.id.desc()).limit(1)
        body = json.loads(str(await connection.scalar(newest)))
    assert (body["final"], body["customer_id"], body["iso_week"]) == (True, customer, week)
    return body["source"], body["reward"]["reward_id"]


async def change_schemes(club_fixture: ClubFixture, **values: Any) -> None:
    """Change the stored scheme, as no version may, for tests of what it decides."""
    for subgraph in (club_fixture.club, club_fixture.rewards):
        async with subgraph.database.write() as connection:
            await connection.execute(update(REFERENCE[subgraph.name].scheme).values(**values))
        await subgraph.renew()


async def draws_sent(club_fixture: ClubFixture, wanted: int) -> list[dict[str, Any]]:
    """Return the published draws, when there are so many."""
    c, sent = CLUB_OUTBOX.outbox.c, list[str]()
    query = select(c.value).where(c.topic == "club.control.v1").order_by(c.id)
    async with asyncio.timeout(60):
        while len(sent) < wanted:
            await asyncio.sleep(0.01)
            async with club_fixture.club.database.read() as connection:
                sent = list(await connection.scalars(query))
    return [json.loads(value) for value in sent]


@pytest.mark.parametrize("customer", SIDES)
async def test_each_side_is_offered_its_own_reward(northbet: ClubFixture, customer: str) -> None:
    """The trial's reward takes the place of the default one, and is in nobody else's menu."""
    reward = SIDES[customer]
    club = await club_of(northbet, customer)
    assert (sorted(club["options"]), club["choice"], club["default"]) == (["fb-2x3", reward], reward, True)
    assert await due(northbet, customer) == ("default", reward)


@pytest.mark.parametrize("customer", SIDES)
@pytest.mark.usefixtures("upstream")
async def test_the_reward_of_the_other_side_cannot_be_chosen(northbet: ClubFixture, customer: str) -> None:
    """As little as one that does not exist; what is offered can be."""
    (other,) = set(SIDES.values()) - {SIDES[customer]}
    assert await choose(northbet, customer, other) == ["OPTION_NOT_ALLOWED"]
    assert await choose(northbet, customer, "fb-2x3") == []
    assert await choose(northbet, customer, SIDES[customer], 1) == []
    assert await due(northbet, customer) == ("chosen", SIDES[customer])


@pytest.mark.usefixtures("upstream")
async def test_a_choice_outlives_the_end_of_the_trial(northbet: ClubFixture) -> None:
    """What was chosen stays chosen and is paid, and everybody else has the default reward again."""
    assert await choose(northbet, TRIED, "fb-9") == []
    await change_schemes(northbet, trial_reward_id=None, trial_per_mille=0)
    club = await club_of(northbet, TRIED)
    assert (club["choice"], club["default"], "fb-5" in club["options"]) == ("fb-9", False, True)
    assert await due(northbet, TRIED) == ("chosen", "fb-9")
    assert (await club_of(northbet, OTHER))["choice"] == "fb-5"


async def test_without_its_reward_a_trial_takes_nothing_away(northbet: ClubFixture) -> None:
    """If it was withdrawn, the default reward has its place again."""
    async with northbet.rewards.database.write() as connection:
        withdrawn = update(REWARD_CONFIG).where(REWARD_CONFIG.c.reward_id == "fb-9")
        await connection.execute(withdrawn.values(status="withdrawn"))
    await northbet.rewards.renew()
    assert (await club_of(northbet, TRIED))["choice"] == "fb-5"
    assert await due(northbet, TRIED) == ("default", "fb-5")


async def test_a_week_that_has_opened_keeps_the_rewards_that_it_opened_with(northbet: ClubFixture) -> None:
    """A trial that is published in mid-week begins with the next week."""
    await change_schemes(northbet, trial_reward_id=None, trial_per_mille=0)
    rows = [
        {
            "version": 2,
            "issued_at": NOW,
            "effective_from": LONG_AGO,
            "trial_reward_id": "fb-9",
            "trial_per_mille": 500,
        }
    ]
    for subgraph in (northbet.club, northbet.rewards):
        table = REFERENCE[subgraph.name].scheme
        async with subgraph.database.read() as connection:
            (first,) = (await connection.execute(select(table))).mappings()
        await northbet.insert(subgraph, table, [dict(first) | row for row in rows])
        await subgraph.renew()
    assert (await club_of(northbet, TRIED))["choice"] == "fb-5"
    assert await due(northbet, TRIED) == ("default", "fb-5")
    northbet.clock.advance(timedelta(days=7))
    assert (await club_of(northbet, TRIED, "2026-W14"))["choice"] == "fb-9"
    assert await due(northbet, TRIED, "2026-W14") == ("default", "fb-9")


async def test_the_draw_is_recorded_and_published_when_the_club_is_shown(northbet: ClubFixture) -> None:
    """Of both sides, once, in a message that consumers from before there were trials read as well."""
    for _ in range(2):
        for customer in SIDES:
            await data_of(northbet.club, SHOWN, {}, session(customer))
    sent = {body["customer_id"]: body for body in await draws_sent(northbet, 2)}
    northbet.clock.advance(timedelta(days=7))
    for customer in SIDES:
        await data_of(northbet.club, SHOWN, {}, session(customer))
    await northbet.club.close()
    c, schema = TRIAL_DRAW.c, Draft202012Validator(json.loads(CONTRACT.read_text(encoding="utf-8")))
    async with northbet.club.database.read() as connection:
        rows = list(
            await connection.execute(select(c.customer_id, c.reward_id, c.draw, c.per_mille, c.drawn_at))
        )
    draws = {name: GROUPS.trial_draw(Owner(BRAND, name), SCHEME) for name in SIDES}
    assert sorted(map(tuple, rows)) == sorted((name, "fb-9", draw, 500, NOW) for name, draw in draws.items())
    assert len(await draws_sent(northbet, 2)) == len(SIDES)
    for name, body in sent.items():
        schema.validate(body)
        assert body["trial"] == {
            "reward_id": "fb-9",
            "draw": draws[name],
            "per_mille": 500,
            "at": "2026-03-25T12:00:00Z",
        }
        record = Record("club.control.v1", 0, 0, f"{BRAND}:{name}".encode(), json.dumps(body).encode())
        assert decode_control_draw(record).control_per_mille == 0


async def test_a_later_trial_keeps_the_time_of_the_control_draw(northbet: ClubFixture) -> None:
    """The newest message says all, because compaction keeps only that one."""
    await change_schemes(northbet, control_per_mille=1, trial_reward_id=None, trial_per_mille=0)
    await data_of(northbet.club, SHOWN, {}, session(TRIED))
    (first,) = await draws_sent(northbet, 1)
    northbet.clock.advance(timedelta(days=7))
    await change_schemes(northbet, control_per_mille=2, trial_reward_id="fb-9", trial_per_mille=500)
    await data_of(northbet.club, SHOWN, {}, session(TRIED))
    _, second = await draws_sent(northbet, 2)
    trial = second.pop("trial")
    assert "trial" not in first
    assert second | {"event_id": first["event_id"]} == first
    assert (first["occurred_at"], trial["at"]) == ("2026-03-25T12:00:00Z", "2026-04-01T12:00:00Z")


async def test_the_control_group_is_drawn_for_no_trial(northbet: ClubFixture) -> None:
    """It is offered neither reward."""
    kept_out = next(
        name
        for name in (f"k-{number}" for number in count())
        if GROUPS.keeps_out(Owner(BRAND, name), make_scheme(control_per_mille=100), has_joined=False)
    )
    await northbet.add_accounts({Owner(BRAND, kept_out): good_account()})
    await change_schemes(northbet, control_per_mille=100)
    await data_of(northbet.club, SHOWN, {}, session(kept_out))
    (body,) = await draws_sent(northbet, 1)
    assert "trial" not in body
