"""What a customer may choose from: what law, editors, scheme and calendar leave of the catalogue."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from strawberry import ID

from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.products import Product
from subgraphs.rewards.catalogue.law import lawful
from subgraphs.rewards.catalogue.rewards import OptionId, RewardConfig, RewardContent
from subgraphs.rewards.menu.options import ChoiceNotice, Menu, StoredChoice, UnavailableReason
from subgraphs.rewards.menu.reward_option import GameGroup, RewardOption
from tests.support.subgraphs.club_samples import NOW, make_config, make_content, make_scheme

LAW = datetime(2026, 1, 19, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
SPINS: dict[str, Any] = {"product": Product.CASINO, "qualifying_product": Product.BETTING}


def menu(*configs: RewardConfig, contents: tuple[RewardContent, ...] | None = None, **changes: Any) -> Menu:
    """A menu of rewards, each with content unless told otherwise."""
    if contents is None:
        contents = tuple(make_content(name) for name in dict.fromkeys(c.reward_id for c in configs))
    fields: dict[str, Any] = {
        "configs": configs,
        "contents": contents,
        "scheme": make_scheme(),
        "jurisdiction": "GB",
        "locale": "en-GB",
        "default_locale": "en-GB",
        "now": NOW,
    }
    return Menu(**(fields | changes))


def shown(found: Menu) -> list[str]:
    """The ids of the options."""
    return [str(option.id) for option in found.options()]


def only(config: RewardConfig) -> bool:
    """Whether a reward is among the options, available or not."""
    return shown(menu(config)) != []


@pytest.mark.parametrize(("multiple", "is_lawful"), [(0, True), (10, True), (11, False), (20, False)])
def test_wagering_in_great_britain_is_at_most_tenfold(multiple: int, *, is_lawful: bool) -> None:
    """In force since 19 January 2026: a bonus may have to be wagered ten times and no more."""
    config = make_config(wagering_multiple=multiple)
    assert lawful(config, "GB", NOW) is is_lawful
    assert only(config) is is_lawful


def test_products_are_not_mixed_in_great_britain() -> None:
    """Betting that earns free spins is absent there, casino that earns free spins is no mix."""
    assert not only(make_config(**SPINS))
    assert lawful(make_config(product=Product.CASINO, qualifying_product=Product.CASINO), "GB", NOW)


@pytest.mark.parametrize("changes", [SPINS, {"wagering_multiple": 20}], ids=["mixed", "wagering"])
def test_the_law_holds_from_its_first_day_on(changes: dict[str, Any]) -> None:
    """What the law forbids was lawful until the moment it came into force."""
    config = make_config(**changes)
    assert lawful(config, "GB", LAW - TICK)
    assert not lawful(config, "GB", LAW)


def test_a_mixed_menu_is_lawful_elsewhere() -> None:
    """The law of Great Britain does not hold in Malta."""
    config = make_config(**SPINS, wagering_multiple=20, jurisdictions=("MT",), currency="EUR")
    scheme = make_scheme(jurisdiction="MT", currency="EUR")
    assert shown(menu(config, scheme=scheme, jurisdiction="MT")) == ["northbet:fb-5:1"]


def test_free_spins_name_their_group_of_games() -> None:
    """By an id of the brand, of which the lobby knows the rest; other rewards name none."""
    spins = {**SPINS, "kind": RewardKind.FREE_SPINS, "value_minor": None, "spins": 30}
    configs = (
        make_config("spins", **spins, game_group="slots", jurisdictions=("MT",)),
        make_config("fb-5", jurisdictions=("MT",)),
    )
    options = menu(*configs, scheme=make_scheme(jurisdiction="MT"), jurisdiction="MT").options()
    groups = {option.config.reward_id: RewardOption.of(option, "en-GB").game_group for option in options}
    assert groups == {"spins": GameGroup(id=ID("northbet:slots")), "fb-5": None}


def test_a_reward_of_another_jurisdiction_is_absent() -> None:
    """A reward is offered only where its configuration says."""
    assert not only(make_config(jurisdictions=("MT", "IE")))
    assert only(make_config(jurisdictions=("MT", "GB")))


@pytest.mark.parametrize(
    "changes",
    [
        {"target_minor": 2501},
        {"currency": "EUR"},
        {"qualifying_product": Product.CASINO, "product": Product.CASINO},
        {"status": "withdrawn"},
    ],
    ids=str,
)
def test_a_reward_that_does_not_fit_the_scheme_is_absent(changes: dict[str, Any]) -> None:
    """Another target, currency or qualifying product, or withdrawal, takes a reward off the menu."""
    assert not only(make_config(**changes))


def test_an_unpublished_reward_is_absent() -> None:
    """Without content there is nothing to show."""
    found = menu(make_config("fb-5"), make_config("fb-7"), contents=(make_content("fb-5"),))
    assert shown(found) == ["northbet:fb-5:1"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"status": "paused"}, UnavailableReason.PAUSED),
        ({"effective_from": NOW + TICK}, UnavailableReason.NOT_STARTED),
        ({"effective_from": NOW}, None),
        ({"effective_to": NOW}, UnavailableReason.ENDED),
        ({"effective_to": NOW + TICK}, None),
        ({"effective_from": NOW + DAY, "status": "paused"}, UnavailableReason.NOT_STARTED),
    ],
    ids=str,
)
def test_rewards_that_cannot_be_chosen_now_are_there_and_unavailable(
    changes: dict[str, Any], reason: UnavailableReason | None
) -> None:
    """Paused, not yet started and ended rewards stay on the menu, with the reason."""
    (option,) = menu(make_config(**changes)).options()
    assert option.unavailable is reason


def test_options_are_in_the_editors_order() -> None:
    """By position, then by id."""
    contents = (
        make_content("c", position=2),
        make_content("b", position=1),
        make_content("a", position=2),
        make_content("d", position=0),
    )
    found = menu(*(make_config(name) for name in "abcd"), contents=contents)
    assert [option.config.reward_id for option in found.options()] == ["d", "b", "a", "c"]


@pytest.mark.parametrize(
    ("second", "version"),
    [
        ({}, 2),
        ({"effective_from": NOW + DAY}, 1),
        ({"status": "withdrawn"}, 1),
        ({"wagering_multiple": 11}, 1),
        ({"target_minor": 9}, 1),
    ],
    ids=str,
)
def test_the_newest_version_that_holds_is_offered(second: dict[str, Any], version: int) -> None:
    """Of several versions of a reward one is shown: the newest that has started and may be offered."""
    found = menu(make_config(version=1), make_config(version=2, **second))
    assert shown(found) == [f"northbet:fb-5:{version}"]


@pytest.mark.parametrize(
    ("written", "asked", "used"),
    [
        (("en-MT", "it-IT"), "it-IT", "it-IT"),
        (("en-MT",), "it-IT", "en-MT"),
        (("de-DE", "en-MT"), "it-IT", "en-MT"),
        (("it-IT",), "en-MT", "it-IT"),
        (("fr-FR", "de-DE"), "it-IT", "de-DE"),
    ],
)
def test_content_falls_back_to_the_default_language_and_then_to_any(
    written: tuple[str, ...], asked: str, used: str
) -> None:
    """The customer's language, else the brand's default one, else what there is."""
    contents = tuple(make_content(locale=locale) for locale in written)
    (option,) = menu(make_config(), contents=contents, locale=asked, default_locale="en-MT").options()
    assert option.content.locale == used


def test_before_any_choice_the_default_is_chosen_with_version_0() -> None:
    """Nothing stored gives the scheme's default."""
    choice = menu(make_config("fb-5"), make_config("fb-7")).choice(None)
    assert choice is not None
    assert (str(choice.option.id), choice.version, choice.is_default) == ("northbet:fb-5:1", 0, True)
    assert (choice.chosen_at, choice.notice) == (None, None)


@pytest.mark.parametrize("default", [None, "nothing", "fb-7"])
def test_without_a_default_there_is_no_choice(default: str | None) -> None:
    """A scheme without a default, or with one that is not on the menu, gives none."""
    found = menu(
        make_config("fb-5"),
        make_config("fb-7", status="withdrawn"),
        scheme=make_scheme(default_reward_id=default),
    )
    assert found.choice(None) is None


def test_a_choice_is_honoured_after_its_reward_was_withdrawn() -> None:
    """What was chosen while it was offered stays chosen, in the version that was chosen."""
    stored = StoredChoice("fb-7", 1, 3, NOW - DAY)
    found = menu(make_config("fb-5"), make_config("fb-7", status="withdrawn"), make_config("fb-7", version=2))
    choice = found.choice(stored)
    assert choice is not None
    assert (str(choice.option.id), choice.version, choice.is_default) == ("northbet:fb-7:1", 3, False)
    assert (choice.chosen_at, choice.notice) == (NOW - DAY, None)


@pytest.mark.parametrize("changes", [SPINS, {"wagering_multiple": 11}, {"jurisdictions": ("MT",)}], ids=str)
def test_an_unlawful_choice_becomes_the_default_with_a_notice(changes: dict[str, Any]) -> None:
    """An unlawful reward is replaced by the default, and the customer gets a notice."""
    stored = StoredChoice("fs-30", 1, 3, NOW - DAY)
    choice = menu(make_config("fb-5"), make_config("fs-30", **changes)).choice(stored)
    assert choice is not None
    assert (str(choice.option.id), choice.version, choice.is_default) == ("northbet:fb-5:1", 3, True)
    assert choice.notice is ChoiceNotice.REWARD_WITHDRAWN


@pytest.mark.parametrize(
    ("text", "parts"),
    [("northbet:fb-5:3", ("northbet", "fb-5", 3)), ("b:a:b:12", ("b", "a:b", 12))],
)
def test_an_options_id_has_three_parts(text: str, parts: tuple[str, str, int]) -> None:
    """Brand, reward and version come out of an id, and make it again."""
    option_id = OptionId.parse(text)
    assert (option_id.brand, option_id.reward_id, option_id.version) == parts
    assert str(option_id) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fb-5",
        "northbet:fb-5",
        "northbet::1",
        ":fb-5:1",
        "n:f:-1",
        "n:f:1.0",
        "n:f:²",
        "n:f:01",
        "n:f:" + "9" * 10,
    ],
)
def test_what_is_no_options_id_is_refused(text: str) -> None:
    """Garbage is refused with a message that says where ids come from."""
    with pytest.raises(BadInput, match=r"Club\.options"):
        OptionId.parse(text)
