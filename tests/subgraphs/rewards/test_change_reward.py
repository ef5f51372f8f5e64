"""Changing the reward through the upstream API, and how the choice shows afterwards."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.kit.domain.products import Product
from subgraphs.rewards.models import REWARD_CHOICE, REWARD_CONFIG
from tests.support.subgraphs.club_fixture import REFERENCE, ClubFixture, ask, codes, data_of, session
from tests.support.subgraphs.club_samples import (
    CUSTOMER,
    NOW,
    OWNER,
    WEEK,
    account_row,
    good_account,
    make_brand,
    make_config,
    make_content,
    make_scheme,
)
from tests.support.subgraphs.upstream_double import Asked, UpstreamDouble, no_answers, refusal

KEY = ClubKey("northbet", WEEK, CUSTOMER)
CHOICE = "choice { option { id } version isDefault pending locked locksAt chosenAt notice }"
CHANGE = f"""mutation ($i: ChangeRewardInput!) {{
  changeReward(input: $i) {{ club {{ id {CHOICE} }} errors {{ code message }} }}
}}"""
CLUB = f"""query ($r: [_Any!]!) {{
  _entities(representations: $r) {{ ... on Club {{ options {{ id }} {CHOICE} }} }}
}}"""
TEXTS = """query ($r: [_Any!]!) {
  _entities(representations: $r) { ... on Club { options { title value { display } } } }
}"""
REPRESENTATION: dict[str, Any] = {
    "__typename": "Club",
    "id": KEY.encode(),
    "jurisdiction": "GB",
    "currency": "GBP",
    "ineligibleReason": None,
    "onBreak": [],
}


@pytest.fixture
async def northbet(club_fixture: ClubFixture) -> ClubFixture:
    """Northbet with two free bets on the menu, and rewards that cannot be chosen."""
    await club_fixture.add_brand()
    await club_fixture.add_accounts({OWNER: good_account()})
    await club_fixture.add_rewards(
        [
            make_config("fb-5"),
            make_config("fb-2x3", value_minor=600),
            make_config("paused", status="paused"),
            make_config("soon", effective_from=NOW + timedelta(hours=1)),
            make_config("over", effective_to=NOW),
            make_config("gone", status="withdrawn"),
            make_config("mixed", product=Product.CASINO),
            make_config("dear", target_minor=5000),
        ]
    )
    return club_fixture


async def change(
    club_fixture: ClubFixture,
    option: str = "fb-2x3:1",
    version: int = 0,
    key: str = "k-1",
    brand: str = "northbet",
) -> dict[str, Any]:
    """Change the reward; return the payload."""
    arguments = {
        "brand": "northbet",
        "optionId": f"{brand}:{option}",
        "expectedVersion": version,
        "idempotencyKey": key,
    }
    return dict((await data_of(club_fixture.rewards, CHANGE, {"i": arguments}))["changeReward"])


async def entity(club_fixture: ClubFixture, **changes: Any) -> dict[str, Any]:
    """The customer's club as another subgraph's reference finds it; `...` leaves a field out."""
    asked = {name: value for name, value in (REPRESENTATION | changes).items() if value is not ...}
    return dict((await data_of(club_fixture.rewards, CLUB, {"r": [asked]}))["_entities"][0])


def reasons(payload: dict[str, Any]) -> list[str]:
    """The codes of a payload's errors."""
    return [error["code"] for error in payload["errors"]]


async def test_a_confirmed_change_is_the_choice(northbet: ClubFixture, upstream: UpstreamDouble) -> None:
    """The payload and the graph show the option that the upstream recorded."""
    payload = await change(northbet)
    assert payload["errors"] == []
    assert payload["club"] == {
        "id": KEY.encode(),
        "choice": {
            "option": {"id": "northbet:fb-2x3:1"},
            "version": 1,
            "isDefault": False,
            "pending": False,
            "locked": False,
            "locksAt": "2026-03-29T23:00:00+00:00",
            "chosenAt": "2026-03-25T12:00:00+00:00",
            "notice": None,
        },
    }
    assert (await entity(northbet))["choice"] == payload["club"]["choice"]
    assert upstream.calls == [
        Asked(
            f"/v1/brands/northbet/customers/c-1/weeks/{WEEK}/choice",
            {"reward_id": "fb-2x3", "config_version": 1},
            upstream.calls[0].key,
        )
    ]


@pytest.mark.usefixtures("upstream")
async def test_each_change_counts_the_version(northbet: ClubFixture) -> None:
    """A second change expects the version of the first, and makes the next."""
    await change(northbet, "fb-2x3:1", 0, "k-1")
    payload = await change(northbet, "fb-5:1", 1, "k-2")
    assert reasons(payload) == []
    choice = payload["club"]["choice"]
    assert (choice["version"], choice["option"], choice["isDefault"]) == (2, {"id": "northbet:fb-5:1"}, False)


@pytest.mark.parametrize("expected", [1, 2**31 - 1])
async def test_another_version_than_the_expected_is_a_conflict(
    northbet: ClubFixture, upstream: UpstreamDouble, expected: int
) -> None:
    """A customer who saw another version must look again."""
    payload = await change(northbet, version=expected)
    assert reasons(payload) == ["VERSION_CONFLICT"]
    assert payload["club"]["choice"]["version"] == 0
    assert (upstream.calls, await northbet.intents(northbet.rewards)) == ([], [])


@pytest.mark.parametrize(
    ("option", "code"),
    [
        ("gone:1", "OPTION_WITHDRAWN"),
        ("paused:1", "OPTION_NOT_ALLOWED"),
        ("soon:1", "OPTION_NOT_ALLOWED"),
        ("over:1", "OPTION_NOT_ALLOWED"),
        ("mixed:1", "OPTION_NOT_ALLOWED"),
        ("dear:1", "OPTION_NOT_ALLOWED"),
        ("nothing:1", "OPTION_NOT_ALLOWED"),
        ("fb-5:2", "OPTION_NOT_ALLOWED"),
    ],
)
async def test_what_is_not_on_the_menu_cannot_be_chosen(
    northbet: ClubFixture, upstream: UpstreamDouble, option: str, code: str
) -> None:
    """Withdrawn, unavailable, unlawful, unfitting or unknown rewards are refused without a call."""
    assert reasons(await change(northbet, option)) == [code]
    assert (upstream.calls, await northbet.intents(northbet.rewards)) == ([], [])


async def test_another_brands_option_cannot_be_chosen(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """An option of the same name at another brand is a different one."""
    await northbet.add_brand(make_brand(id="lagunabet"), make_scheme(brand="lagunabet"))
    await northbet.add_rewards([make_config("fb-5", brand="lagunabet")])
    assert reasons(await change(northbet, "fb-5:1", brand="lagunabet")) == ["OPTION_NOT_ALLOWED"]
    assert upstream.calls == []


async def test_garbage_is_no_option(northbet: ClubFixture, upstream: UpstreamDouble) -> None:
    """An id that cannot be an option's is bad input."""
    for option in ("", "fb-5", "northbet:fb-5:x"):
        arguments = {
            "brand": "northbet",
            "optionId": option,
            "expectedVersion": 0,
            "idempotencyKey": "k",
        }
        answer = await ask(northbet.rewards, CHANGE, {"i": arguments})
        assert codes(answer) == ["BAD_USER_INPUT"]
    assert upstream.calls == []


@pytest.mark.parametrize(
    "changes", [{"rg_state": "self_excluded"}, {"status": "closed"}, {"currency": "EUR"}], ids=str
)
async def test_who_may_not_take_part_cannot_choose(
    northbet: ClubFixture, upstream: UpstreamDouble, changes: dict[str, Any]
) -> None:
    """An ineligible customer is refused by our own record of the account, and sees no choice."""
    account = REFERENCE["rewards"].account
    row = account_row(OWNER, good_account(**changes), revision=2)
    async with northbet.rewards.database.write() as connection:
        await connection.execute(account.update().values(**row))
    payload = await change(northbet)
    assert reasons(payload) == ["INELIGIBLE"]
    assert payload["club"]["choice"] is None
    assert upstream.calls == []


@pytest.mark.parametrize(("minutes", "locked"), [(61, False), (60, True), (1, True)])
async def test_the_choice_is_locked_before_the_week_ends(
    club_fixture: ClubFixture, upstream: UpstreamDouble, minutes: int, *, locked: bool
) -> None:
    """From the scheme's lock on, an hour before the end, nothing can be changed any more."""
    await club_fixture.add_brand(None, make_scheme(choice_lock_minutes=60))
    await club_fixture.add_accounts({OWNER: good_account()})
    await club_fixture.add_rewards([make_config("fb-5"), make_config("fb-2x3")])
    week_end = NOW.replace(day=29, hour=23)
    club_fixture.clock.instant = week_end - timedelta(minutes=minutes)
    payload = await change(club_fixture)
    assert reasons(payload) == (["CHOICE_LOCKED"] if locked else [])
    assert payload["club"]["choice"]["locked"] is locked
    assert len(upstream.calls) == (0 if locked else 1)


async def test_without_a_confirmation_the_choice_stands(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """While the upstream does not answer, the last choice is shown, with a change pending."""
    upstream.script = no_answers()
    payload = await change(northbet)
    assert reasons(payload) == ["UPSTREAM_PENDING"]
    choice = payload["club"]["choice"]
    assert (choice["option"], choice["version"], choice["pending"]) == ({"id": "northbet:fb-5:1"}, 0, True)
    assert (await entity(northbet))["choice"]["pending"] is True
    assert await northbet.count(northbet.rewards, REWARD_CHOICE) == 0


async def test_a_pending_change_is_settled_by_the_next_one(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """A later request of another key settles the pending change, and then meets its new version."""
    upstream.script = no_answers()
    await change(northbet, "fb-2x3:1", 0, "k-1")
    payload = await change(northbet, "fb-5:1", 0, "k-2")
    assert reasons(payload) == ["VERSION_CONFLICT"]
    choice = payload["club"]["choice"]
    assert (choice["option"], choice["version"]) == ({"id": "northbet:fb-2x3:1"}, 1)
    assert len(upstream.effects) == 1


async def test_a_change_is_recorded_for_the_week_it_was_made_in(
    northbet: ClubFixture, upstream: UpstreamDouble
) -> None:
    """A change that stays pending over the week's end still belongs to the old week."""
    upstream.script = no_answers()
    await change(northbet)
    northbet.clock.advance(timedelta(days=7))
    payload = await change(northbet, "fb-5:1", 0, "k-2")
    assert reasons(payload) == []
    async with northbet.rewards.database.read() as connection:
        rows = {row.iso_week: row.reward_id for row in await connection.execute(REWARD_CHOICE.select())}
    assert rows == {"2026-W13": "fb-2x3", "2026-W14": "fb-5"}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (refusal("NOT_MEMBER"), "NOT_MEMBER"),
        (refusal("INELIGIBLE"), "INELIGIBLE"),
        (refusal("UNKNOWN_REWARD"), "UPSTREAM_REFUSED"),
        (refusal("IDEMPOTENCY_CONFLICT", 409), "UPSTREAM_REFUSED"),
    ],
    ids=["not-member", "ineligible", "unknown", "conflict"],
)
async def test_a_refusal_of_the_upstream_is_told(
    northbet: ClubFixture, upstream: UpstreamDouble, answer: httpx.Response, code: str
) -> None:
    """A refusal is an error of the payload, and the default stands."""
    upstream.script = [answer]
    payload = await change(northbet)
    assert reasons(payload) == [code]
    assert (payload["club"]["choice"]["version"], payload["club"]["choice"]["pending"]) == (0, False)


@pytest.mark.parametrize(("option", "version"), [("fb-5:1", 0), ("fb-2x3:1", 1)])
async def test_a_key_with_another_body_is_refused(
    northbet: ClubFixture, upstream: UpstreamDouble, option: str, version: int
) -> None:
    """The same key with another option or version is a mistake of the client."""
    await change(northbet, "fb-2x3:1", 0)
    assert reasons(await change(northbet, option, version)) == ["IDEMPOTENCY_REUSED"]
    assert len(upstream.calls) == 1


async def test_a_used_key_gets_its_first_outcome(northbet: ClubFixture, upstream: UpstreamDouble) -> None:
    """The same request again succeeds without effect, though its version is no longer the newest."""
    first = await change(northbet)
    assert await change(northbet) == first
    assert len(upstream.calls) == 1


@pytest.mark.usefixtures("upstream")
async def test_a_withdrawn_choice_is_still_honoured(northbet: ClubFixture) -> None:
    """A reward withdrawn after it was chosen stays the choice, and leaves the menu."""
    await change(northbet)
    async with northbet.rewards.database.write() as connection:
        c = REWARD_CONFIG.c
        await connection.execute(
            REWARD_CONFIG.update().where(c.reward_id == "fb-2x3").values(status="withdrawn")
        )
    await northbet.rewards.renew()
    found = await entity(northbet)
    assert found["choice"]["option"] == {"id": "northbet:fb-2x3:1"}
    assert (found["choice"]["version"], found["choice"]["notice"]) == (1, None)
    assert {"id": "northbet:fb-2x3:1"} not in found["options"]


@pytest.mark.usefixtures("upstream")
async def test_a_recalled_choice_shows_as_the_default_with_a_notice(northbet: ClubFixture) -> None:
    """A recalled reward is given to no customer: those who chose it see a notice, and may choose again."""
    await change(northbet)
    async with northbet.rewards.database.write() as connection:
        recalled = {"status": "withdrawn", "recalled": True}
        await connection.execute(
            REWARD_CONFIG.update().where(REWARD_CONFIG.c.reward_id == "fb-2x3").values(**recalled)
        )
    await northbet.rewards.renew()
    choice = (await entity(northbet))["choice"]
    assert (choice["option"], choice["version"]) == ({"id": "northbet:fb-5:1"}, 1)
    assert (choice["isDefault"], choice["notice"]) == (True, "REWARD_WITHDRAWN")
    assert reasons(await change(northbet, "fb-2x3:1", 1, "k-2")) == ["OPTION_WITHDRAWN"]
    assert reasons(await change(northbet, "fb-5:1", 1, "k-3")) == []


async def test_an_ineligible_customer_sees_no_rewards(northbet: ClubFixture) -> None:
    """With a reason not to take part, options are empty and the choice is null."""
    assert await entity(northbet, ineligibleReason="SELF_EXCLUDED") == {"options": [], "choice": None}


async def test_without_the_word_of_the_club_the_own_record_counts(northbet: ClubFixture) -> None:
    """A reference without eligibility goes by our own read model of the account."""
    account = REFERENCE["rewards"].account
    async with northbet.rewards.database.write() as connection:
        await connection.execute(account.update().values(rg_state="self_excluded"))
    assert await entity(northbet, ineligibleReason=...) == {"options": [], "choice": None}


async def test_the_languages_of_content_follow_the_visitor(club_fixture: ClubFixture) -> None:
    """Text and amounts are in the language that the visitor likes best of the brand's."""
    brand = make_brand(locales=("en-MT", "it-IT"), default_locale="en-MT")
    await club_fixture.add_brand(brand, make_scheme())
    await club_fixture.add_rewards(
        [make_config()],
        [make_content(locale="en-MT", title="Free bet"), make_content(locale="it-IT", title="Gratis")],
    )
    for language, title, display in (("it", "Gratis", "5,00\xa0£"), ("de", "Free bet", "GB£5.00")):
        headers = session() | {"accept-language": language}
        data = await data_of(club_fixture.rewards, TEXTS, {"r": [REPRESENTATION]}, headers)
        assert data["_entities"][0]["options"] == [{"title": title, "value": {"display": display}}]
