"""The kinds of rewards: what each declares holds together."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from consumers.messages.customer_weeks import ChosenReward
from subgraphs.club_kit.domain.reward_kinds import free_bet
from subgraphs.club_kit.domain.reward_kinds.kind import Amount, Ban, KindRules, Payer
from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind, paid_by
from subgraphs.rewards.catalogue.law import impossible, lawful, unlawful
from tests.support.subgraphs.club_samples import make_config

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
AMOUNTS = {Amount.VALUE: (500, None), Amount.OPTIONAL_VALUE: (None, None), Amount.SPINS: (None, 30)}


@pytest.mark.parametrize("kind", RewardKind)
def test_a_kind_is_found_by_its_name(kind: RewardKind) -> None:
    """Messages and tables have the name of a kind, and the graph has it in capitals."""
    assert RewardKind.named(kind.rules.name) is kind
    assert (kind.value, kind.name.lower()) == (kind.rules.name, kind.rules.name)


@pytest.mark.parametrize("kind", RewardKind)
def test_a_kind_has_a_picture_words_and_a_payer(kind: RewardKind) -> None:
    """Nothing that the widget, the editors or the payout need is left out."""
    assert kind.rules.words
    assert kind.rules.glyph.startswith(("M", "m"))
    assert kind.rules.payers
    assert all(kind in paid_by(payer) for payer in kind.rules.payers)


@pytest.mark.parametrize("kind", RewardKind)
def test_a_reward_of_a_kind_is_accepted_with_its_amount_alone(kind: RewardKind) -> None:
    """The catalogue and the messages agree on the amount of each kind."""
    value, spins = AMOUNTS[kind.rules.amount]
    assert impossible(make_config(kind=kind, value_minor=value, spins=spins)) is None
    assert chosen(kind, value, spins).kind is kind
    assert impossible(make_config(kind=kind, value_minor=value, spins=None if spins else 30))
    assert impossible(make_config(kind=kind, value_minor=0, spins=spins))
    if kind.rules.amount is not Amount.OPTIONAL_VALUE:
        with pytest.raises(ValueError, match="without an amount"):
            chosen(kind, None, None)


def chosen(kind: RewardKind, value_minor: int | None, spins: int | None) -> ChosenReward:
    """Return the reward of a choice message."""
    return ChosenReward(
        reward_id="r-1",
        config_version=1,
        kind=kind,
        product="betting",
        value_minor=value_minor,
        spins=spins,
        currency="GBP",
        expiry_days=7,
        wagering_multiple=0,
    )


def test_a_forbidden_kind_is_unlawful_as_its_law_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A ban of a kind holds in its jurisdiction from its day on, and says where it comes from."""
    banned = replace(free_bet.RULES, bans=(Ban("MT", SINCE, "a regulation"),))
    monkeypatch.setattr(RewardKind.FREE_BET, "rules", banned)
    config = make_config(kind=RewardKind.FREE_BET, jurisdictions=("GB", "MT"))
    assert unlawful(config, "MT", SINCE) == "unlawful in MT: free bets are forbidden (a regulation)"
    assert not lawful(config, "MT", SINCE)
    for jurisdiction, at in (("GB", SINCE), ("MT", SINCE - timedelta(seconds=1))):
        assert unlawful(config, jurisdiction, at) is None
        assert lawful(config, jurisdiction, at)


def test_a_registry_entry_is_its_name() -> None:
    """A kind is text wherever messages, tables and configurations have text."""
    assert f"{RewardKind.FREE_BET}" == "free_bet"
    assert isinstance(RewardKind.FREE_BET.rules, KindRules)
    assert {"cash", "casino_bonus"} <= set(paid_by(Payer.WALLET))
