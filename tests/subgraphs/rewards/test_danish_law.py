"""What a reward may be in Denmark, and that nobody is drawn for another one there."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product
from subgraphs.rewards.catalogue.law import LAWS, lawful, no_trial, refusal, unlawful
from subgraphs.rewards.catalogue.rewards import RewardConfig
from subgraphs.rewards.menu.options import Menu
from tests.support.subgraphs.club_samples import BRAND, NOW, make_config, make_content, make_scheme

(DANISH,) = (law for law in LAWS if law.jurisdiction == "DK")
FINE: dict[str, Any] = {
    "jurisdictions": ("DK",),
    "currency": "DKK",
    "value_minor": 1_000_00,
    "wagering_multiple": 10,
    "expiry_days": 60,
}


def danish(reward_id: str = "fb-5", **changes: Any) -> RewardConfig:
    """Return a reward that the law just allows, or what the changes make of it."""
    return make_config(reward_id, **{**FINE, **changes})


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"qualifying_product": Product.CASINO}, None),
        ({"kind": RewardKind.FREE_SPINS, "value_minor": None, "spins": 30}, None),
        ({"value_minor": 1_000_01}, "worth 100001 minor units of DKK, at most 100000"),
        ({"currency": "EUR", "value_minor": 1}, "worth an amount of EUR, while the rule is in DKK"),
        ({"wagering_multiple": 11}, "wagering 11 times, at most 10"),
        ({"expiry_days": 59}, "59 days to fulfil its terms, at least 60"),
    ],
    ids=str,
)
def test_what_the_law_allows(changes: dict[str, Any], why: str | None) -> None:
    """At most 1,000 kr. and ten times, for 60 days at least; a refusal names the source."""
    config = danish(**changes)
    assert lawful(config, "DK", NOW) is (why is None)
    assert unlawful(config, "DK", NOW) == (why and f"unlawful in DK: {why} ({DANISH.source})")
    assert refusal(config) == unlawful(config, "DK", NOW)


def test_the_law_is_denmarks_alone_and_has_a_date() -> None:
    """What it forbids may be lawful elsewhere, and was before."""
    config = danish(expiry_days=7, jurisdictions=("DK", "GB"))
    assert lawful(config, "GB", NOW)
    assert not lawful(config, "DK", DANISH.since)
    assert lawful(config, "DK", datetime(2019, 12, 31, tzinfo=UTC))


def test_no_reward_is_on_trial_in_denmark() -> None:
    """Since the law is in force, with its source; elsewhere one may be."""
    why = no_trial("DK", DANISH.since)
    assert why == f"a trial is unlawful in DK: all customers are offered the same ({DANISH.source})"
    assert no_trial("DK", datetime(2019, 12, 31, tzinfo=UTC)) is None
    assert no_trial("GB", NOW) is None


@pytest.mark.parametrize(("jurisdiction", "sides"), [("DK", 1), ("GB", 2)])
def test_whoever_is_drawn_is_offered_the_same_in_denmark(jurisdiction: str, sides: int) -> None:
    """Also by a scheme that came with a trial from elsewhere: its reward is on no menu."""
    scheme = make_scheme(
        jurisdiction=jurisdiction, currency="DKK", trial_reward_id="fb-9", trial_per_mille=500
    )
    rewards = tuple(
        danish(name, jurisdictions=(jurisdiction,), product=Product.BETTING) for name in ("fb-5", "fb-9")
    )
    contents = tuple(make_content(reward.reward_id) for reward in rewards)
    menu = Menu(rewards, contents, scheme, jurisdiction, "en-GB", "en-GB", NOW)
    groups = ControlGroups(b"")
    menus = [menu.of_customer(Owner(BRAND, f"c-{number}"), groups) for number in range(40)]
    offered = {tuple(option.config.reward_id for option in mine.options()) for mine in menus}
    assert offered == ({("fb-5",)} if sides == 1 else {("fb-5",), ("fb-9",)})
    assert replace(menu, given_at=NOW).for_trial.on_trial is (sides == 2)
