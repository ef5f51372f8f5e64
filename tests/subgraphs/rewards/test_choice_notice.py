"""When a choice is honoured and when the default takes its place with a notice, for any catalogue."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from subgraphs.kit.domain.products import Product
from subgraphs.rewards.catalogue.law import lawful
from subgraphs.rewards.catalogue.rewards import RewardConfig
from subgraphs.rewards.choices.choice_fact import ChoiceSource, due_reward
from subgraphs.rewards.menu.options import ChoiceNotice, Menu, StoredChoice
from tests.support.subgraphs.club_samples import NOW, make_config, make_content, make_scheme

HOUR = timedelta(hours=1)
REWARDS = ("fb-5", "r-1", "r-2")


@st.composite
def configs(draw: st.DrawFn) -> RewardConfig:
    """A version of one of three rewards: in any state, lawful or not, recalled or not."""
    recalled = draw(st.booleans())
    return make_config(
        draw(st.sampled_from(REWARDS)),
        version=draw(st.integers(1, 3)),
        status="withdrawn" if recalled else draw(st.sampled_from(["active", "paused", "withdrawn"])),
        recalled=recalled,
        product=draw(st.sampled_from([Product.BETTING, Product.CASINO])),
        wagering_multiple=draw(st.sampled_from([0, 10, 11])),
        jurisdictions=draw(st.sampled_from([("GB",), ("GB", "MT"), ("MT",)])),
        effective_from=NOW + draw(st.integers(-2, 2)) * HOUR,
        effective_to=draw(st.sampled_from([None, NOW - HOUR, NOW + 9 * HOUR])),
    )


MENUS = st.builds(
    Menu,
    configs=st.lists(configs(), max_size=8, unique_by=lambda one: (one.reward_id, one.version)).map(tuple),
    contents=st.just(tuple(make_content(name) for name in REWARDS)),
    scheme=st.sampled_from([make_scheme(), make_scheme(default_reward_id=None)]),
    jurisdiction=st.sampled_from(["GB", "MT"]),
    locale=st.just("en-GB"),
    default_locale=st.just("en-GB"),
    now=st.just(NOW),
    spent=st.frozensets(st.sampled_from(REWARDS)),
    given_at=st.sampled_from([None, NOW + HOUR]),
)
CHOICES = st.builds(
    StoredChoice, st.sampled_from(REWARDS), st.integers(1, 3), st.integers(1, 5), st.just(NOW - HOUR)
)


def chosen(menu: Menu, stored: StoredChoice) -> RewardConfig | None:
    """The version that a choice names."""
    named = (stored.reward_id, stored.config_version)
    return next((config for config in menu.configs if (config.reward_id, config.version) == named), None)


@given(MENUS, CHOICES)
def test_a_choice_stands_unless_law_or_safety_forbid(menu: Menu, stored: StoredChoice) -> None:
    """Withdrawn, paused, ended or spent rewards are honoured; otherwise the default comes, with a notice."""
    config, choice = chosen(menu, stored), menu.choice(stored)
    stands = config is not None and lawful(config, menu.jurisdiction, NOW) and not config.recalled
    if stands:
        assert choice is not None
        assert (choice.option.config, choice.version, choice.notice) == (config, stored.version, None)
        assert not choice.is_default
    elif choice is not None:
        assert choice.option.config.reward_id == menu.scheme.default_reward_id
        assert (choice.is_default, choice.notice) == (True, ChoiceNotice.REWARD_WITHDRAWN)
        assert choice.version == stored.version


@given(MENUS, st.none() | CHOICES)
def test_nobody_is_given_what_law_or_safety_forbid(menu: Menu, stored: StoredChoice | None) -> None:
    """That holds for options, choices, defaults and replacements."""
    choice = menu.choice(stored)
    given_out = [option.config for option in menu.options()] + ([choice.option.config] if choice else [])
    for config in given_out:
        assert lawful(config, menu.jurisdiction, NOW)
        assert not config.recalled


@given(MENUS, st.none() | CHOICES)
def test_the_last_word_is_what_the_graph_shows(menu: Menu, stored: StoredChoice | None) -> None:
    """Fulfilment gets the graph's choice, as a replacement where the graph shows a notice."""
    choice, due = menu.choice(stored), due_reward(menu, stored)
    assert due.config == (choice.option.config if choice else None)
    if choice:
        assert (due.source is ChoiceSource.REPLACEMENT) is (choice.notice is not None)
        assert (due.source is ChoiceSource.CHOSEN) is not choice.is_default
