"""What a batch was given to decide by, and what it will write: accounts, transfers, pending ones."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from subgraphs.wallet.ledger.accounts import AccountBalance, AccountFlags
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer

_HISTORY: Final = int(AccountFlags.HISTORY)


class AccountState(Struct, array_like=True):
    """An account while a batch decides: its row; see `Account`, and `last_timestamp` of the table."""

    id: str
    ledger: int
    code: int
    flags: int
    debits_pending: int
    debits_posted: int
    credits_pending: int
    credits_posted: int
    user_data_128: str
    user_data_64: int
    user_data_32: int
    timestamp: int
    last_timestamp: int


class PendingState(Struct, array_like=True):
    """How a pending transfer stands: its row; see the table."""

    id: str
    expires_at: int | None
    status: str
    ended_at: int | None
    ended_by: str


class Failure(Struct, frozen=True):
    """An id that failed for ever."""

    id: str
    timestamp: int
    status: CreateTransferStatus


@dataclass(slots=True)
class _Chain:
    """What was there when a chain began, so that it can be undone."""

    created: int
    balances: int
    accounts: dict[str, AccountState] = field(default_factory=dict)
    pending: dict[str, PendingState | None] = field(default_factory=dict)


@dataclass(slots=True)
class LedgerState:
    """The part of a ledger that a batch of transfers can see or change.

    Attributes:
        accounts: By id, as they are after the transfers so far.
        transfers: By id: those with an id of the batch or a pending id of it, and what was created.
        failed: Ids of the batch that failed for ever, before or in it.
        pending: How the pending ones of these transfers stand.
        created: In order.
        failures: In order.
        balances: Of accounts with the flag `history`, by account.
        changed_pending: Ids of pending transfers that the batch has begun or ended.
    """

    accounts: dict[str, AccountState]
    transfers: dict[str, Transfer]
    failed: set[str]
    pending: dict[str, PendingState]
    created: list[Transfer] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    balances: list[tuple[str, AccountBalance]] = field(default_factory=list)
    changed_pending: dict[str, None] = field(default_factory=dict)
    _chain: _Chain | None = None

    def open(self) -> None:
        """Remember the state from here on."""
        self._chain = _Chain(len(self.created), len(self.balances))

    def persist(self) -> None:
        """Forget what was remembered: the chain holds."""
        self._chain = None

    def discard(self) -> None:
        """Undo all since `open`, but not what failed for ever."""
        if (chain := self._chain) is None:
            return
        self.accounts.update(chain.accounts)
        for transfer in self.created[chain.created :]:
            del self.transfers[transfer.id]
        del self.created[chain.created :], self.balances[chain.balances :]
        for id_, before in chain.pending.items():
            if before is None:
                del self.pending[id_], self.changed_pending[id_]
            else:
                self.pending[id_] = before
        self._chain = None

    def fail(self, id_: str, timestamp: int, status: CreateTransferStatus) -> None:
        """Record that an id failed for ever."""
        self.failed.add(id_)
        self.failures.append(Failure(id_, timestamp, status))

    def account_to_change(self, id_: str) -> AccountState | None:
        """Return an account that a transfer may change; None if there is none."""
        account = self.accounts.get(id_)
        if account is not None and self._chain is not None and id_ not in self._chain.accounts:
            self._chain.accounts[id_] = copy(account)
        return account

    def known_account(self, id_: str) -> AccountState:
        """Return the account of a pending transfer, which a transfer may change."""
        if (account := self.account_to_change(id_)) is None:
            raise LookupError(f"the account {id_} of a pending transfer was not loaded")
        return account

    def begin_pending(self, begun: PendingState) -> None:
        """Add how a new pending transfer stands."""
        if self._chain is not None:
            self._chain.pending.setdefault(begun.id, None)
        self.pending[begun.id] = begun
        self.changed_pending[begun.id] = None

    def end_pending(self, id_: str, status: str, timestamp: int, by: str) -> None:
        """Record how a pending transfer ended."""
        before = self.pending[id_]
        if self._chain is not None:
            self._chain.pending.setdefault(id_, before)
        self.pending[id_] = PendingState(id_, before.expires_at, status, timestamp, by)
        self.changed_pending[id_] = None

    def create(self, transfer: Transfer, sides: Iterable[AccountState]) -> None:
        """Add a transfer, and the balances of both sides after it where they are kept."""
        self.created.append(transfer)
        self.transfers[transfer.id] = transfer
        for account in sides:
            if account.flags & _HISTORY:
                balance = AccountBalance(
                    transfer.timestamp,
                    account.debits_pending,
                    account.debits_posted,
                    account.credits_pending,
                    account.credits_posted,
                )
                self.balances.append((account.id, balance))
