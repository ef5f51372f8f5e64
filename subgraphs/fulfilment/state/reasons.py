"""Why a reward waits, is in review or was stopped (`reason`), and what happened after its credit (`flag`).

A reason may also be an `IneligibleReason`, or a code from the provider. Operators see both, and
`furlong fulfilment retry --reason` selects by them, so the texts do not change.
"""

from typing import Final

CHOICE_OPEN: Final = "CHOICE_OPEN"
"""Waits: the customer's choice of a reward is not final yet."""

ACCOUNT_UNKNOWN: Final = "ACCOUNT_UNKNOWN"
"""Waits: the customer's account has not arrived yet."""

CLUB_PAUSED: Final = "CLUB_PAUSED"
"""Waits: the kill switch of the brand is on."""

NO_PROVIDER: Final = "NO_PROVIDER"
"""Waits: no provider pays this kind of reward for this brand and currency."""

STOPPED: Final = "STOPPED"
"""Waits: it is being cancelled at the provider, and no other reason is known."""

NO_REWARD: Final = "NO_REWARD"
"""In review: the rewards subgraph published that there is nothing to pay."""

OVER_LIMIT: Final = "OVER_LIMIT"
"""In review: it is worth more than its provider may pay without a person's consent."""

ATTEMPTS: Final = "ATTEMPTS"
"""In review: it was sent as often as the settings allow."""

HELD: Final = "HELD"
"""In review: a person held back its version of the reward."""

KEY_WINDOW_PASSED: Final = "KEY_WINDOW_PASSED"
"""In review: it was sent longer ago than the provider remembers keys, and the provider does not know it.

Sent again, it comes back with this reason unless the provider knows it by then, or `key_hours` was raised.
"""

CONFIRMED_TOO_LONG_AGO: Final = "CONFIRMED_TOO_LONG_AGO"
"""In review: an earlier database may have sent it, and the provider may have forgotten the key since."""

ERASED: Final = "ERASED"
"""In review, or stopped: the customer was erased."""

REVOKED: Final = "REVOKED"
"""Stopped: progress revoked the qualification."""

REVOKED_AFTER_CREDIT: Final = "REVOKED_AFTER_CREDIT"
"""Flag: the qualification was revoked after the credit, which stays."""

CONFIRMED_AGAIN: Final = "CONFIRMED_AGAIN"
"""Flag: the qualification was confirmed again after the reward had been revoked, which stays so."""

CREDITED_WHILE: Final = "CREDITED_WHILE_"
"""Flag, followed by a state: the provider had credited the reward before it could be cancelled."""
