"""Customer accounts, and which of them may take part."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from subgraphs.club_kit.domain.schemes import Brand


class IneligibleReason(Enum):
    """Why a customer cannot take part; `NOT_OFFERED` is the control group's, and no refusal."""

    SELF_EXCLUDED = "SELF_EXCLUDED"
    RG_RESTRICTED = "RG_RESTRICTED"
    PROMO_RESTRICTED = "PROMO_RESTRICTED"
    UNVERIFIED = "UNVERIFIED"
    SUSPENDED = "SUSPENDED"
    ACCOUNT_CLOSED = "ACCOUNT_CLOSED"
    JURISDICTION = "JURISDICTION"
    CURRENCY = "CURRENCY"
    NOT_OFFERED = "NOT_OFFERED"


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's account.

    Attributes:
        status: Active, suspended or closed.
        rg_state: Safer gambling: none, restricted or self_excluded.
        on_break: The products of which the customer takes a break at present; no message says this.
    """

    jurisdiction: str
    currency: str
    status: str = "active"
    verified: bool = False
    rg_state: str = "none"
    promo_restricted: bool = False
    on_break: tuple[str, ...] = ()


def unknown_account(brand: Brand) -> Account:
    """Return the account to assume until one arrives: unverified, in the brand's default jurisdiction."""
    return Account(brand.default_jurisdiction, brand.default_currency)


def ends_membership(account: Account) -> bool:
    """Return whether a customer is self-excluded, which ends a membership."""
    return account.rg_state != "none" or account.status == "closed" or account.promo_restricted


def ineligible_reason(
    account: Account, brand: Brand, *, currencies: Collection[str], product: str | None = None
) -> IneligibleReason | None:
    """Return why the customer cannot take part, or None.

    Args:
        account: The customer's account.
        brand: The customer's brand.
        currencies: The currencies for which the brand has a scheme in the account's jurisdiction.
        product: What the customer would take part in is of this product; None if that is not known.
    """
    reason = None
    if account.rg_state == "self_excluded":
        reason = IneligibleReason.SELF_EXCLUDED
    elif account.status == "closed":
        reason = IneligibleReason.ACCOUNT_CLOSED
    elif account.status == "suspended":
        reason = IneligibleReason.SUSPENDED
    elif account.rg_state == "restricted" or product in account.on_break:
        reason = IneligibleReason.RG_RESTRICTED
    elif account.promo_restricted:
        reason = IneligibleReason.PROMO_RESTRICTED
    elif not account.verified:
        reason = IneligibleReason.UNVERIFIED
    elif not currencies or account.jurisdiction not in brand.jurisdictions:
        reason = IneligibleReason.JURISDICTION
    elif account.currency not in currencies:
        reason = IneligibleReason.CURRENCY
    return reason
