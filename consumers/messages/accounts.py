"""The account-status message: the state of a customer's account, at a revision."""

from typing import Final, Literal

import msgspec

from consumers.messages.fields import Currency, Instant, Jurisdiction, Ordinal, PlatformId, require_utc
from consumers.messages.reader import Body, Reader
from consumers.stream.records import Record

ACCOUNT_TOPIC: Final = "club.account-status.v1"


class AccountStatus(Body, frozen=True, kw_only=True):
    """A customer's account, at a revision."""

    customer_id: PlatformId
    revision: Ordinal
    status: Literal["active", "suspended", "closed"]
    verified: bool
    jurisdiction: Jurisdiction
    currency: Currency
    rg_state: Literal["none", "restricted", "self_excluded"]
    promo_restricted: bool
    occurred_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(occurred_at=self.occurred_at)


_ACCOUNTS: Final = Reader(
    "club.account-status",
    msgspec.json.Decoder(AccountStatus),
    lambda account: f"{account.brand_id}:{account.customer_id}",
)


def decode_account(record: Record) -> AccountStatus:
    """Return the account in a record.

    Raises:
        Poison: The record is not an account-status message.
    """
    return _ACCOUNTS.read(record)
