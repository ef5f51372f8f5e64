"""Brands, schemes, accounts and rewards as the tests of the subgraphs use them, as values and as rows."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from subgraphs.club_kit.domain.accounts import Account
from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind
from subgraphs.club_kit.domain.schemes import Brand, Scheme, Terms
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product
from subgraphs.rewards.catalogue.rewards import RewardConfig, RewardContent

NOW: Final = datetime(2026, 3, 25, 12, tzinfo=UTC)
"""A Wednesday in 2026-W13, the week in which the clocks of London go forward."""

WEEK: Final = "2026-W13"
LONG_AGO: Final = datetime(2026, 1, 19, tzinfo=UTC)
BRAND: Final = "northbet"
CUSTOMER: Final = "c-1"
OWNER: Final = Owner(BRAND, CUSTOMER)
TERMS: Final = Terms("2026-1", "Stake £25 and choose a reward.", "https://northbet.example/terms")


def make_brand(**changes: Any) -> Brand:
    """Northbet, or what the changes make of it."""
    northbet = Brand(
        id=BRAND,
        name="Northbet",
        time_zone="Europe/London",
        default_locale="en-GB",
        locales=("en-GB",),
        default_jurisdiction="GB",
        jurisdictions=("GB",),
        default_currency="GBP",
        currencies=("GBP",),
    )
    return replace(northbet, **changes)


def make_scheme(**changes: Any) -> Scheme:
    """Northbet's scheme, or what the changes make of it."""
    scheme = Scheme(
        brand=BRAND,
        jurisdiction="GB",
        currency="GBP",
        version=1,
        qualifying_product="betting",
        target_minor=2500,
        min_stake_minor=100,
        min_odds_milli=1500,
        bet_types=("single", "multiple"),
        channels=("sports", "esports", "virtual", "exchange"),
        count_before_opt_in=True,
        void_policy="exclude",
        default_reward_id="fb-5",
        choice_lock_minutes=0,
        grace_minutes=720,
        terms=TERMS,
        effective_from=LONG_AGO,
        issued_at=LONG_AGO,
    )
    return replace(scheme, **changes)


def make_config(reward_id: str = "fb-5", **changes: Any) -> RewardConfig:
    """A lawful reward for Northbet's scheme, or what the changes make of it."""
    config = RewardConfig(
        brand=BRAND,
        reward_id=reward_id,
        version=1,
        status="active",
        kind=RewardKind.FREE_BET,
        product=Product.BETTING,
        value_minor=500,
        spins=None,
        currency="GBP",
        qualifying_product=Product.BETTING,
        target_minor=2500,
        jurisdictions=("GB",),
        expiry_days=7,
        wagering_multiple=0,
        effective_from=LONG_AGO,
        effective_to=None,
    )
    return replace(config, **changes)


def make_content(reward_id: str = "fb-5", **changes: Any) -> RewardContent:
    """What Northbet's editors wrote about a reward."""
    content = RewardContent(
        reward_id=reward_id,
        locale="en-GB",
        position=1,
        title=f"Title of {reward_id}",
        summary="A reward.",
        image_url=None,
        significant_terms="18+. Use within 7 days.",
        terms_url="https://northbet.example/terms/reward",
        eligible_games=(),
    )
    return replace(content, **changes)


def brand_row(brand: Brand) -> dict[str, Any]:
    """A row of the brand table."""
    return {
        "brand_id": brand.id,
        "name": brand.name,
        "time_zone": brand.time_zone,
        "default_locale": brand.default_locale,
        "locales": list(brand.locales),
        "default_jurisdiction": brand.default_jurisdiction,
        "jurisdictions": list(brand.jurisdictions),
        "default_currency": brand.default_currency,
        "currencies": list(brand.currencies),
        "occurred_at": LONG_AGO,
    }


def scheme_row(scheme: Scheme) -> dict[str, Any]:
    """A row of the scheme table."""
    names = (
        "jurisdiction currency version qualifying_product target_minor min_stake_minor min_odds_milli "
        "count_before_opt_in void_policy default_reward_id choice_lock_minutes grace_minutes effective_from "
        "control_per_mille trial_reward_id trial_per_mille"
    )
    return {name: getattr(scheme, name) for name in names.split()} | {
        "brand_id": scheme.brand,
        "bet_types": list(scheme.bet_types),
        "channels": list(scheme.channels),
        "terms_version": scheme.terms.version,
        "terms_summary": scheme.terms.summary,
        "terms_url": scheme.terms.url,
        "issued_at": scheme.issued_at,
        "event_scope": None if scheme.events is None else scheme.events.facts(),
    }


def account_row(owner: Owner, account: Account, revision: int = 1) -> dict[str, Any]:
    """A row of the account table."""
    return {
        "brand_id": owner.brand,
        "customer_id": owner.customer,
        "revision": revision,
        "status": account.status,
        "verified": account.verified,
        "jurisdiction": account.jurisdiction,
        "currency": account.currency,
        "rg_state": account.rg_state,
        "promo_restricted": account.promo_restricted,
        "occurred_at": LONG_AGO,
    }


def config_row(config: RewardConfig) -> dict[str, Any]:
    """A row of the reward_config table."""
    names = (
        "reward_id status value_minor spins currency target_minor expiry_days wagering_multiple "
        "effective_from effective_to game_group"
    )
    return {name: getattr(config, name) for name in names.split()} | {
        "brand_id": config.brand,
        "config_version": config.version,
        "kind": config.kind.value,
        "product": config.product.value,
        "qualifying_product": config.qualifying_product.value,
        "jurisdictions": list(config.jurisdictions),
        "occurred_at": LONG_AGO,
    }


def good_account(**changes: Any) -> Account:
    """An account in Great Britain that may take part, or what the changes make of it."""
    return replace(Account("GB", "GBP", verified=True), **changes)
