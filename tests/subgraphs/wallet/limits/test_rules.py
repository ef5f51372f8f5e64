"""The rules are dated data with the sources that were opened, and the page lists them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_type_hints

import pytest

from subgraphs.wallet.limits.frames import Fixed, Months
from subgraphs.wallet.limits.limit import DEPOSITS, LimitKind
from subgraphs.wallet.limits.rule_rows import RULES
from subgraphs.wallet.limits.rules import TOPICS, FinancialCheck, Rule, Rules, StakeCap

PAGE = Path(__file__).parents[4] / "docs" / "safer-gambling.md"
NOW = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.jurisdiction}-{rule.topic}-{rule.since:%Y}")
def test_each_rule_has_a_source_that_the_page_names(rule: Rule) -> None:
    """And says something of its topic, in one of the two jurisdictions whose sources were read."""
    assert rule.jurisdiction in {"GB", "DK"}
    assert rule.sources
    page = PAGE.read_text()
    for source in rule.sources:
        assert source.address.startswith("https://")
        assert source.address in page
        assert f"{source.opened:%Y-%m-%d}" in page
    said = get_type_hints(Rules)[rule.topic]
    assert type(rule.says).__name__ in str(said)
    assert type(rule.says) is not tuple or all(type(part) is StakeCap for part in rule.says)


def test_of_each_topic_the_newest_rule_is_in_force() -> None:
    """From its instant on; another jurisdiction's rows say nothing."""
    caps = {
        datetime(2025, 4, 8, tzinfo=UTC): (),
        datetime(2025, 4, 9, tzinfo=UTC): (StakeCap(18, 5_00, "GBP"),),
        NOW: (StakeCap(18, 2_00, "GBP"), StakeCap(25, 5_00, "GBP")),
    }
    for at, cap in caps.items():
        assert Rules.of(RULES, "GB", at).slot_stakes == cap
        assert Rules.of(tuple(reversed(RULES)), "GB", at).slot_stakes == cap
        assert Rules.of(RULES, "DK", at).slot_stakes == ()


def test_where_no_law_was_read_the_platforms_own_rules_hold() -> None:
    """There is no jurisdiction without limits, cooling or breaks."""
    assert Rules.of(RULES, "FR", NOW) == Rules()
    assert {rule.topic for rule in RULES} <= TOPICS
    assert set(Rules().deposits.frames) == set(DEPOSITS)


@pytest.mark.parametrize("place", ["GB", "DK", "FR"])
def test_only_limits_of_what_is_paid_in_are_called_deposit_limits(place: str) -> None:
    """In frames of 24 hours, 7 days and a month, which is 30 days in Denmark."""
    deposits = Rules.of(RULES, place, NOW).deposits
    month = Months(1) if place == "GB" else Fixed(timedelta(days=30))
    assert deposits.name == "deposit limit"
    assert dict(deposits.frames) == {
        LimitKind.DEPOSIT_DAY: Fixed(timedelta(hours=24)),
        LimitKind.DEPOSIT_WEEK: Fixed(timedelta(days=7)),
        LimitKind.DEPOSIT_MONTH: month,
    }
    assert deposits.required is (place == "DK")
    assert Rules.of(RULES, place, NOW).raises.cooling == timedelta(hours=24)


def test_the_financial_check_is_britains() -> None:
    """£150 in 30 days since 28 February 2025."""
    assert Rules.of(RULES, "GB", NOW).financial_check == FinancialCheck(150_00, "GBP", 30)
    assert Rules.of(RULES, "DK", NOW).financial_check is None
