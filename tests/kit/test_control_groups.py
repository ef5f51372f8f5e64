"""The draws for control groups and trials: their shares, their stability, and that they are independent."""

from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subgraphs.club_kit.domain.control_groups import (
    DRAWS,
    MAX_CONTROL_PER_MILLE,
    ControlGroups,
    require_whole_trial,
)
from subgraphs.kit.domain.keys import Owner
from tests.support.examples import examples
from tests.support.subgraphs.club_samples import make_scheme

PEOPLE = 1500
keys = st.binary(max_size=40)
shares = st.integers(0, MAX_CONTROL_PER_MILLE)
owners = st.builds(Owner, st.sampled_from(["northbet", "southbet"]), st.text(min_size=1, max_size=20))


def kept_out(groups: ControlGroups, share: int, **scheme: str) -> set[str]:
    """Return the customers of a crowd to whom a scheme's club is not offered."""
    drawn_for = make_scheme(control_per_mille=share, **scheme)
    names = [f"c-{number}" for number in range(PEOPLE)]
    brand = drawn_for.brand
    return {name for name in names if groups.keeps_out(Owner(brand, name), drawn_for, has_joined=False)}


def is_near(found: int, expected: float, of: int) -> bool:
    """Tell whether a count is within five standard deviations of a binomial one."""
    part = expected / of
    return abs(found - expected) <= 5 * sqrt(of * part * (1 - part)) + 1


@settings(max_examples=examples(25))
@given(key=keys, share=shares)
def test_a_share_of_the_customers_is_kept_out(key: bytes, share: int) -> None:
    """As many as the scheme says, up to chance; without a share nobody."""
    found = len(kept_out(ControlGroups(key), share))
    assert is_near(found, PEOPLE * share / DRAWS, PEOPLE)
    assert share or not found


@given(key=keys, owner=owners, share=shares, more=shares, version=st.integers(1, 9))
def test_a_larger_share_only_adds_customers(
    key: bytes, owner: Owner, share: int, more: int, version: int
) -> None:
    """Whoever is in the group at a share is in it at a larger one, in every version of the scheme."""
    groups, (low, high) = ControlGroups(key), sorted((share, more))
    small = make_scheme(brand=owner.brand, control_per_mille=low)
    large = make_scheme(brand=owner.brand, control_per_mille=high, version=version, target_minor=9)
    if groups.keeps_out(owner, small, has_joined=False):
        assert groups.keeps_out(owner, large, has_joined=False)
    assert groups.draw(owner, small) == groups.draw(owner, large) in range(DRAWS)


@given(key=keys, owner=owners, share=shares)
def test_whoever_joined_keeps_the_club(key: bytes, owner: Owner, share: int) -> None:
    """No share throws a member out."""
    scheme = make_scheme(brand=owner.brand, control_per_mille=share)
    assert not ControlGroups(key).keeps_out(owner, scheme, has_joined=True)


@settings(max_examples=examples(25))
@given(key=keys, other=st.sampled_from([{"jurisdiction": "IE"}, {"currency": "EUR"}, {"brand": "southbet"}]))
def test_schemes_are_drawn_for_independently(key: bytes, other: dict[str, str]) -> None:
    """Of the customers in one scheme's group, the other has the share that it has of all."""
    groups = ControlGroups(key)
    first, second = kept_out(groups, 300), kept_out(groups, 300, **other)
    assert is_near(len(first & second), len(first) * 0.3, len(first))


@settings(max_examples=examples(25))
@given(key=keys, other=keys)
def test_another_key_draws_others(key: bytes, other: bytes) -> None:
    """Nobody without the key can tell who is in a group. Zeros at the end of a key are no matter to HMAC."""
    same = key.ljust(64, b"\0") == other.ljust(64, b"\0")
    assert (kept_out(ControlGroups(key), 300) == kept_out(ControlGroups(other), 300)) == same


def on_trial(groups: ControlGroups, share: int, **scheme: str) -> set[str]:
    """Return the customers of a crowd who are offered a trial's reward."""
    tried = make_scheme(**({"trial_reward_id": "fb-9"} | scheme), trial_per_mille=share)
    names = (f"c-{number}" for number in range(PEOPLE))
    return {name for name in names if groups.on_trial(Owner(tried.brand, name), tried)}


@settings(max_examples=examples(25))
@given(key=keys, share=st.integers(1, DRAWS - 1))
def test_a_share_of_the_customers_is_on_trial(key: bytes, share: int) -> None:
    """As many as the scheme says, up to chance, and the same in every version; without a trial nobody."""
    groups = ControlGroups(key)
    drawn = on_trial(groups, share)
    assert is_near(len(drawn), PEOPLE * share / DRAWS, PEOPLE)
    assert on_trial(ControlGroups(key), share, version="7", default_reward_id="fb-2x3") == drawn
    assert drawn <= on_trial(groups, DRAWS - 1)
    assert not any(groups.on_trial(Owner("northbet", name), make_scheme()) for name in drawn)


@settings(max_examples=examples(25))
@given(key=keys, other=st.sampled_from([{"trial_reward_id": "fb-8"}, {"currency": "EUR"}]))
def test_each_trial_draws_anew(key: bytes, other: dict[str, str]) -> None:
    """Neither another trial nor the control group says anything about who is drawn."""
    groups = ControlGroups(key)
    drawn = on_trial(groups, 300)
    for others in (on_trial(groups, 300, **other), kept_out(groups, 300)):
        assert is_near(len(drawn & others), len(others) * 0.3, len(others))


@pytest.mark.parametrize(
    ("reward", "per_mille", "default"),
    [("fb-9", 0, "fb-5"), (None, 500, "fb-5"), ("fb-5", 500, "fb-5"), ("fb-9", 500, None)],
)
def test_half_a_trial_is_refused(reward: str | None, per_mille: int, default: str | None) -> None:
    """A trial has a reward, a share, and another reward by default; or nothing of that."""
    require_whole_trial(None, 0, default)
    require_whole_trial("fb-9", 500, "fb-5")
    with pytest.raises(ValueError, match="trial"):
        require_whole_trial(reward, per_mille, default)
