"""The topics on which people of finance decide about the wallet: the back office writes them."""

from typing import Final

CORRECTION_TOPIC: Final = "wallet.correction.v1"
"""What two people of finance move between a customer and the house; keyed by customer."""

CHECK_TOPIC: Final = "wallet.check.v1"
"""What a person has found in a financial check; keyed by customer."""

RELEASE_TOPIC: Final = "wallet.release.v1"
"""Currencies that two people of finance let pay out again; keyed by currency."""

PAYMENT_TOPIC: Final = "wallet.payment.v1"
"""What people of finance decided about withdrawals and cases; keyed by customer, or by case without one."""

CORRECTION_SCHEMA: Final = "wallet.correction/1"
CHECK_SCHEMA: Final = "wallet.check/1"
RELEASE_SCHEMA: Final = "wallet.release/1"
PAYMENT_SCHEMA: Final = "wallet.payment/1"
