"""What a brand's rules say is worked out once, and is always that of the account and week it is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.club_kit.domain.accounts import Account, ineligible_reason
from subgraphs.club_kit.domain.schemes import scheme_of_week
from subgraphs.club_kit.domain.weeks import week_named
from subgraphs.club_kit.reads.brand_rules import BrandRules
from subgraphs.kit.domain.errors import BadInput
from tests.support.subgraphs.club_samples import good_account, make_brand, make_scheme

BRAND = make_brand(jurisdictions=("GB", "MT"))
FIRST, SECOND = "2026-W13", "2026-W14"
SECOND_WEEK = week_named(SECOND, BRAND.time_zone)
SCHEMES = (
    make_scheme(),
    make_scheme(version=2, effective_from=SECOND_WEEK.starts_at),
    make_scheme(jurisdiction="MT", currency="EUR"),
)
ACCOUNTS = st.builds(
    good_account,
    jurisdiction=st.sampled_from(["GB", "MT", "SE"]),
    currency=st.sampled_from(["GBP", "EUR"]),
    status=st.sampled_from(["active", "suspended", "closed"]),
    verified=st.booleans(),
    rg_state=st.sampled_from(["none", "restricted", "self_excluded"]),
)


@given(asked=st.lists(st.tuples(ACCOUNTS, st.sampled_from([FIRST, SECOND])), min_size=1, max_size=20))
def test_what_is_remembered_is_what_would_be_worked_out(asked: list[tuple[Account, str]]) -> None:
    """For any accounts and weeks in any order, scheme and ineligibility are those of each alone."""
    rules = BrandRules(BRAND, SCHEMES)
    for account, iso in asked:
        week = week_named(iso, BRAND.time_zone)
        served = (account.jurisdiction, account.currency)
        scheme = scheme_of_week((s for s in SCHEMES if (s.jurisdiction, s.currency) == served), week)
        eligibility, week_scheme = rules.evaluate(account, week), rules.week_scheme(iso, *served)
        assert (eligibility.scheme, week_scheme.scheme, week_scheme.week) == (scheme, scheme, week)
        currencies = {s.currency for s in SCHEMES if s.jurisdiction == account.jurisdiction}
        assert eligibility.ineligible is ineligible_reason(account, BRAND, currencies=currencies)


def test_a_week_that_does_not_exist_is_refused_each_time() -> None:
    """Nothing is remembered of a name that means no week."""
    rules = BrandRules(BRAND, SCHEMES)
    for _ in range(2):
        with pytest.raises(BadInput):
            rules.week_scheme("2026-W54", "GB", "GBP")
