"""Content belongs to a version of a reward: no version is offered under the text of other terms."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.catalogue.rewards import Catalogue, RewardConfig, RewardContent
from subgraphs.rewards.menu.options import Menu, StoredChoice
from subgraphs.rewards.models import REWARD_CONFIG, REWARD_CONTENT
from tests.support.subgraphs.club_fixture import ClubFixture, data_of
from tests.support.subgraphs.club_samples import (
    CUSTOMER,
    NOW,
    OWNER,
    WEEK,
    good_account,
    make_config,
    make_content,
    make_scheme,
)

FIVE = make_config("fb-5", version=1, value_minor=500)
TEN = make_config("fb-5", version=2, value_minor=1000)
OPTIONS = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Club {
  options { id title value { display } } choice { option { id title } isDefault }
} } }"""
CHANGE = """mutation ($i: ChangeRewardInput!) { changeReward(input: $i) { errors { code } } }"""
CATALOGUE = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)


def text(title: str, version: int | None = None, locale: str = "en-GB") -> RewardContent:
    """Content of the free bet."""
    return make_content("fb-5", title=title, config_version=version, locale=locale)


def menu(configs: tuple[RewardConfig, ...], *contents: RewardContent, locale: str = "en-GB") -> Menu:
    """What a customer is offered."""
    return Menu(configs, contents, make_scheme(), "GB", locale, "en-GB", NOW)


def offered(found: Menu) -> list[tuple[int, str]]:
    """Versions and titles of the options."""
    return [(option.config.version, option.content.title) for option in found.options()]


@pytest.mark.parametrize("version", [None, 1])
def test_a_new_version_is_not_offered_under_the_old_title(version: int | None) -> None:
    """The £10 version waits for a text of its own; until then the £5 one is offered."""
    assert offered(menu((FIVE, TEN), text("£5 free bet", version))) == [(1, "£5 free bet")]


def test_a_new_version_is_offered_as_soon_as_it_has_content() -> None:
    """The newest version that has its own content is on the menu, with that."""
    found = menu((FIVE, TEN), text("£5 free bet"), text("£10 free bet", 2))
    assert offered(found) == [(2, "£10 free bet")]


def test_content_of_a_later_version_is_not_shown_for_an_earlier_one() -> None:
    """The text may be published before the version itself arrives."""
    assert offered(menu((FIVE,), text("£10 free bet", 2))) == []
    assert offered(menu((FIVE,), text("£5 free bet"), text("£10 free bet", 2))) == [(1, "£5 free bet")]


def test_a_version_with_the_same_terms_shares_the_content() -> None:
    """Other dates change nothing in the text; the version's own text still comes first."""
    longer = make_config("fb-5", version=2, effective_to=NOW + timedelta(days=30))
    assert offered(menu((FIVE, longer), text("£5 free bet"))) == [(2, "£5 free bet")]
    assert offered(menu((FIVE, longer), text("£5 free bet"), text("A fiver", 2))) == [(2, "A fiver")]
    again = make_config("fb-5", version=3)
    assert offered(menu((FIVE, TEN, again), text("£5 free bet", 1))) == [(3, "£5 free bet")]


def test_the_first_version_in_another_currency_is_shown_with_the_rewards_content() -> None:
    """It replaces no other version; a later one in that currency needs its own content."""
    euro = make_config("fb-5", version=3, currency="EUR")
    dear = make_config("fb-5", version=4, currency="EUR", value_minor=1000)
    scheme = make_scheme(currency="EUR")

    def in_euro(*contents: RewardContent) -> list[tuple[int, str]]:
        return offered(Menu((FIVE, TEN, euro, dear), contents, scheme, "GB", "en-GB", "en-GB", NOW))

    assert in_euro(text("A free bet")) == in_euro(text("A free bet", 2)) == [(3, "A free bet")]
    assert in_euro(text("A free bet"), text("€10", 4)) == [(4, "€10")]


def test_the_customers_language_is_looked_for_among_the_versions_own_texts() -> None:
    """A translation of another version's text is not taken."""
    texts = (text("5 £ gratis", 1, "it-IT"), text("£10 free bet", 2))
    assert offered(menu((FIVE, TEN), *texts, locale="it-IT")) == [(2, "£10 free bet")]


def test_a_choice_already_made_is_still_shown() -> None:
    """What was promised is kept: without content of its own it shows the nearest version's."""
    chosen = menu((FIVE, TEN), text("£5 free bet", 1)).choice(StoredChoice("fb-5", 2, 1, NOW))
    assert chosen is not None
    assert not chosen.is_default
    assert (chosen.option.config.version, chosen.option.content.title) == (2, "£5 free bet")
    later = menu((FIVE, TEN), text("£10 free bet", 2)).choice(StoredChoice("fb-5", 1, 1, NOW))
    assert later is not None
    assert later.option.config.version == 1


@given(
    values=st.lists(st.sampled_from([500, 1000, 1500]), min_size=1, max_size=4),
    written=st.lists(st.none() | st.integers(1, 4), max_size=5),
    order=st.randoms(use_true_random=False),
)
def test_no_text_is_offered_with_other_terms(
    values: list[int], written: list[int | None], order: object
) -> None:
    """In any order of versions and texts, a text for an amount is shown with that amount alone."""
    configs = [make_config("fb-5", version=n, value_minor=value) for n, value in enumerate(values, 1)]
    amounts = {config.version: config.value_minor for config in configs}
    texts = {version: text(str(amounts.get(version or 1)), version) for version in written}
    contents = list(texts.values())
    order.shuffle(configs)  # type: ignore[attr-defined] # a random of Hypothesis
    order.shuffle(contents)  # type: ignore[attr-defined] # the same
    for option in menu(tuple(configs), *contents).options():
        assert option.content.title == str(option.config.value_minor)


async def test_each_version_has_its_own_revisions(each_club: ClubFixture) -> None:
    """A new text for one version leaves those of others; one without a version follows the last."""
    await each_club.add_brand()
    soon = NOW + timedelta(days=1)
    texts = (
        (text("£5"), NOW),
        (text("£10", 2), soon),
        (text("£5!", 1), NOW),
        (text("£5, corrected"), NOW),
    )
    async with each_club.rewards.database.write() as connection:
        for content, at in texts:
            await CATALOGUE.publish(connection, "northbet", content, at)
        now = (await CATALOGUE.published(connection, ["northbet"], NOW))["northbet"]
        later = (await CATALOGUE.published(connection, ["northbet"], soon))["northbet"]
        catalogue = Catalogue((), (await CATALOGUE.editions(connection, ["northbet"], NOW))["northbet"])
        stored = (await connection.execute(select(REWARD_CONTENT.c.config_version))).scalars().all()
    assert {(one.config_version, one.title) for one in now} == {(None, "£5"), (1, "£5, corrected")}
    assert {(one.config_version, one.title) for one in later} == {
        (None, "£5"),
        (1, "£5, corrected"),
        (2, "£10"),
    }
    assert set(catalogue.contents(NOW)) == set(now)
    assert set(catalogue.contents(soon)) == set(later)
    assert sorted(map(str, stored)) == ["1", "2", "None", "None"]


async def club(club_fixture: ClubFixture) -> dict[str, Any]:
    """What the customer is shown."""
    key = ClubKey("northbet", WEEK, CUSTOMER)
    asked = {"__typename": "Club", "id": key.encode(), "jurisdiction": "GB", "currency": "GBP"}
    found = await data_of(
        club_fixture.rewards, OPTIONS, {"r": [asked | {"ineligibleReason": None, "onBreak": []}]}
    )
    return dict(found["_entities"][0])


async def choose_ten(club_fixture: ClubFixture, key: str) -> list[dict[str, str]]:
    """The errors of choosing the version at £10."""
    wanted = {"brand": "northbet", "optionId": "northbet:fb-5:2", "expectedVersion": 0, "idempotencyKey": key}
    return list((await data_of(club_fixture.rewards, CHANGE, {"i": wanted}))["changeReward"]["errors"])


@pytest.mark.usefixtures("upstream")
async def test_nobody_is_shown_or_can_choose_ten_pounds_as_five(each_club: ClubFixture) -> None:
    """In the graph: the £10 version comes with its text, not before; then it can be chosen."""
    await each_club.add_brand()
    await each_club.add_accounts({OWNER: good_account()})
    await each_club.add_rewards([FIVE, TEN], [text("£5 free bet")])
    five = {"id": "northbet:fb-5:1", "title": "£5 free bet", "value": {"display": "£5.00"}}
    assert (await club(each_club))["options"] == [five]
    assert await choose_ten(each_club, "k-1") == [{"code": "OPTION_NOT_ALLOWED"}]
    async with each_club.rewards.database.write() as connection:
        await CATALOGUE.publish(connection, "northbet", text("£10 free bet", 2), NOW)
    await each_club.rewards.renew()
    ten = {"id": "northbet:fb-5:2", "title": "£10 free bet", "value": {"display": "£10.00"}}
    assert (await club(each_club))["options"] == [ten]
    assert await choose_ten(each_club, "k-2") == []
    chosen = {"option": {"id": "northbet:fb-5:2", "title": "£10 free bet"}, "isDefault": False}
    assert (await club(each_club))["choice"] == chosen
