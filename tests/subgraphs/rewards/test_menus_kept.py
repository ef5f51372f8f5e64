"""A cached menu equals a newly computed one, at every instant and for every audience."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from subgraphs.rewards.catalogue.law import LAWS
from subgraphs.rewards.catalogue.rewards import Catalogue, Edition, RewardConfig
from subgraphs.rewards.menu.menu_cache import MAX_MENUS, Audience, MenuCache
from subgraphs.rewards.menu.options import Menu, StoredChoice
from subgraphs.rewards.menu.reward_option import RewardOption
from tests.support.subgraphs.club_samples import NOW, make_brand, make_config, make_content, make_scheme

HOUR = timedelta(hours=1)
HOURS = st.integers(-3, 3)
BRAND = make_brand(locales=("en-GB", "de"))
SPENT = (frozenset[str](), frozenset({"r-1"}))
SCHEMES = (make_scheme(), make_scheme(version=2, target_minor=1000, default_reward_id="r-1"))


@st.composite
def configs(draw: st.DrawFn) -> RewardConfig:
    """A version of one of three rewards, with any beginning and end."""
    start = draw(HOURS)
    end = draw(st.none() | st.integers(start + 1, 5))
    return make_config(
        draw(st.sampled_from(["fb-5", "r-1", "r-2"])),
        version=draw(st.integers(1, 3)),
        status=draw(st.sampled_from(["active", "paused", "withdrawn"])),
        target_minor=draw(st.sampled_from([2500, 1000])),
        wagering_multiple=draw(st.sampled_from([0, 20])),
        effective_from=NOW + start * HOUR,
        effective_to=None if end is None else NOW + end * HOUR,
    )


@st.composite
def editions(draw: st.DrawFn) -> Edition:
    """A revision of some reward's content in a language."""
    content = make_content(
        draw(st.sampled_from(["fb-5", "r-1", "r-2"])),
        locale=draw(st.sampled_from(["en-GB", "de"])),
        title=draw(st.sampled_from(["one", "two"])),
        position=draw(st.integers(1, 3)),
    )
    return Edition(content, NOW + draw(HOURS) * HOUR)


@given(
    found=st.lists(configs(), max_size=6, unique_by=lambda each: (each.reward_id, each.version)),
    published=st.lists(editions(), max_size=8),
    visits=st.lists(
        st.tuples(HOURS, st.integers(0, 1), st.sampled_from(["en-GB", "de"]), st.sampled_from(SPENT)),
        max_size=8,
    ),
    minutes=st.sampled_from([0, 30]),
)
def test_a_kept_menu_is_as_good_as_a_new_one(
    found: list[RewardConfig],
    published: list[Edition],
    visits: list[tuple[int, int, str, frozenset[str]]],
    minutes: int,
) -> None:
    """In any order of requests, even back in time, options and choice are the same."""
    catalogue = Catalogue(tuple(found), tuple(published))
    kept = MenuCache(catalogue)
    for hours, number, locale, spent in visits:
        now = NOW + hours * HOUR + timedelta(minutes=minutes)
        guest = Audience(SCHEMES[number], "GB", locale, spent)
        anew = Menu(
            configs=catalogue.configs,
            contents=catalogue.contents(now),
            scheme=guest.scheme,
            jurisdiction="GB",
            locale=locale,
            default_locale=BRAND.default_locale,
            now=now,
            spent=spent,
        )
        ready = kept.menu(BRAND, guest, now)
        assert ready.menu.options() == anew.options()
        assert ready.options == [RewardOption.of(option, locale) for option in anew.options()]
        for stored in (None, StoredChoice("fb-5", 1, 4, NOW), StoredChoice("gone", 1, 1, NOW)):
            chosen, expected = ready.choice(stored), anew.choice(stored)
            assert (chosen.choice if chosen else None) == expected
            if chosen:
                assert chosen.option == RewardOption.of(chosen.choice.option, locale)


def test_a_menu_is_worked_out_once_until_something_changes() -> None:
    """All customers with the same scheme, jurisdiction and language get the same object."""
    ends = make_config("r-1", effective_to=NOW + HOUR)
    kept = MenuCache(Catalogue((make_config(), ends), (Edition(make_content(), NOW - HOUR),)))
    guest = Audience(SCHEMES[0], "GB", "en-GB")
    first = kept.menu(BRAND, guest, NOW)
    assert kept.menu(BRAND, guest, NOW + HOUR - timedelta(microseconds=1)) is first
    assert kept.menu(BRAND, guest, NOW + HOUR) is not first


def test_no_more_menus_are_kept_than_is_reasonable() -> None:
    """Any number of languages and jurisdictions cannot fill the memory."""
    kept = MenuCache(Catalogue((make_config(),), ()))
    for number in range(MAX_MENUS + 10):
        kept.menu(BRAND, Audience(SCHEMES[0], f"J{number}", "en-GB"), NOW)
    assert len(kept._menus) <= MAX_MENUS


def test_the_laws_are_looked_at_from_the_day_they_hold() -> None:
    """A menu from before a law is not shown after it."""
    mixed = make_config(wagering_multiple=20, effective_from=LAWS[0].since - 10 * HOUR)
    kept = MenuCache(Catalogue((mixed,), (Edition(make_content(), LAWS[0].since - 10 * HOUR),)))
    guest = Audience(SCHEMES[0], "GB", "en-GB")
    assert len(kept.menu(BRAND, guest, LAWS[0].since - timedelta(microseconds=1)).options) == 1
    assert kept.menu(BRAND, guest, LAWS[0].since).options == []
