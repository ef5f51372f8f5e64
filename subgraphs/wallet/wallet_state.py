"""A customer's wallet at an instant, from which the fields of the graph's `Wallet` are read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.customer_record import CustomerRecord, HeldAccount
from subgraphs.wallet.funds.codes import AccountCode
from subgraphs.wallet.limits.claims import frames_of
from subgraphs.wallet.limits.decision import Snapshot
from subgraphs.wallet.limits.facts.exclusions import with_read_back
from subgraphs.wallet.limits.frames import Span
from subgraphs.wallet.limits.limit import LimitKind
from subgraphs.wallet.limits.prompts import Prompt, Prompted, prompts_due
from subgraphs.wallet.limits.records import Standing
from subgraphs.wallet.limits.rules import Rules

FOR_EVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WalletState:
    """A customer's wallet at an instant.

    Attributes:
        rules: What is in force where the customer is.
        locale: The language in which amounts are written.
        at: Product time.
    """

    owner: Owner
    record: CustomerRecord
    standing: Standing
    rules: Rules = field(hash=False, compare=False)  # is decided by the standing and the instant
    locale: str
    at: datetime

    @property
    def cash_minor(self) -> int:
        """Return the cash that is not reserved, in minor units of the account's currency."""
        return sum(account.available for account in self._own if account.code is AccountCode.CASH)

    @property
    def credits_minor(self) -> int:
        """Return the credits of the club that have not expired, in minor units of the account's currency."""
        return sum(account.available for account in self._own if account.is_credit(self.at))

    @property
    def credits(self) -> list[HeldAccount]:
        """Return the credits that have not expired and are not used up, the first to expire first."""
        left = [
            account
            for account in self._own
            if account.is_credit(self.at) and (account.available or account.debits_pending)
        ]
        return sorted(left, key=lambda account: (account.expires_at or FOR_EVER, account.id))

    @property
    def snapshot(self) -> Snapshot:
        """Return what is known of limits, but for what counts against them."""
        limits = {limit.kind: limit for limit in self.record.limits}
        standing, holding = self.standing, [chosen for chosen in self.record.breaks if self.at < chosen.until]
        breaks = with_read_back(holding, standing.told, self.at)
        return Snapshot(standing.currency, self.rules, standing.account, limits, breaks)

    @property
    def frames(self) -> dict[LimitKind, Span]:
        """Return the frames in which limits count now."""
        return frames_of(self.snapshot, self.standing, self.at)

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """Return what the customer is to be asked or told now."""
        return prompts_due(
            self.record.prompted or Prompted(first_seen=self.at),
            self.snapshot.limits,
            rules=self.rules,
            zone=self.standing.zone,
            at=self.at,
        )

    @property
    def _own(self) -> Iterator[HeldAccount]:
        """Return the accounts in the currency of the customer's account."""
        currency = self.standing.currency
        return (account for account in self.record.accounts if account.currency == currency)
