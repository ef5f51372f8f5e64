"""Who may take part, and why not."""

from typing import Any

import pytest

from subgraphs.club_kit.domain.accounts import IneligibleReason, ineligible_reason, unknown_account
from tests.support.subgraphs.club_samples import good_account, make_brand


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"rg_state": "self_excluded"}, IneligibleReason.SELF_EXCLUDED),
        ({"rg_state": "restricted"}, IneligibleReason.RG_RESTRICTED),
        ({"promo_restricted": True}, IneligibleReason.PROMO_RESTRICTED),
        ({"verified": False}, IneligibleReason.UNVERIFIED),
        ({"status": "suspended"}, IneligibleReason.SUSPENDED),
        ({"status": "closed"}, IneligibleReason.ACCOUNT_CLOSED),
        ({"jurisdiction": "MT"}, IneligibleReason.JURISDICTION),
        ({"currency": "EUR"}, IneligibleReason.CURRENCY),
        ({"jurisdiction": "MT", "currency": "EUR"}, IneligibleReason.JURISDICTION),
    ],
)
def test_each_reason_keeps_a_customer_out(changes: dict[str, Any], reason: IneligibleReason | None) -> None:
    """One thing wrong with an account is the reason; with nothing wrong there is none."""
    assert ineligible_reason(good_account(**changes), make_brand(), currencies={"GBP"}) is reason


def test_without_a_scheme_the_jurisdiction_is_not_served() -> None:
    """A customer for whom there is no scheme cannot take part."""
    reason = ineligible_reason(good_account(), make_brand(), currencies=())
    assert reason is IneligibleReason.JURISDICTION


def test_self_exclusion_is_told_before_any_other_reason() -> None:
    """Of several reasons, the one that protects the customer most is reported."""
    account = good_account(rg_state="self_excluded", status="closed", verified=False, jurisdiction="MT")
    assert ineligible_reason(account, make_brand(), currencies=()) is IneligibleReason.SELF_EXCLUDED


def test_an_unknown_account_is_unverified_in_the_default_jurisdiction() -> None:
    """Until an account arrives it counts as unverified, where and in what the brand has by default."""
    brand = make_brand(default_jurisdiction="MT", jurisdictions=("GB", "MT"), default_currency="EUR")
    account = unknown_account(brand)
    assert (account.jurisdiction, account.currency) == ("MT", "EUR")
    assert ineligible_reason(account, brand, currencies={"EUR"}) is IneligibleReason.UNVERIFIED
