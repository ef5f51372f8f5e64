"""What becomes of an account that is asked for: TigerBeetle's rules."""

from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from subgraphs.wallet.ledger.accounts import Account, AccountFlags, CreateAccountStatus
from subgraphs.wallet.ledger.precedence import first_of

_S: Final = CreateAccountStatus
_F: Final = AccountFlags
_RESERVED: Final = ~int(_F(sum(_F)))
_BOTH_LIMITS: Final = int(_F.DEBITS_MUST_NOT_EXCEED_CREDITS | _F.CREDITS_MUST_NOT_EXCEED_DEBITS)


@dataclass(slots=True)
class KnownAccounts:
    """The accounts with ids of a request, and those that it creates.

    Attributes:
        accounts: By id.
        created: In order.
    """

    accounts: dict[str, Account]
    created: list[Account] = field(default_factory=list)
    _before: int = 0

    def open(self) -> None:
        """Remember what was created so far."""
        self._before = len(self.created)

    def persist(self) -> None:
        """Keep what was created since."""

    def discard(self) -> None:
        """Undo what was created since."""
        for account in self.created[self._before :]:
            del self.accounts[account.id]
        del self.created[self._before :]


def create_account(known: KnownAccounts, asked: Account, timestamp: int) -> tuple[int, CreateAccountStatus]:
    """Create an account, or say why not; return its timestamp and what became of it."""
    if asked.flags & _RESERVED:
        return timestamp, _S.RESERVED_FLAG
    if not asked.id:
        return timestamp, _S.ID_MUST_NOT_BE_ZERO
    if (existing := known.accounts.get(asked.id)) is not None:
        status = _compared(asked, existing)
        return existing.timestamp if status is _S.EXISTS else timestamp, status
    if refusal := _malformed(asked):
        return timestamp, refusal
    account = replace(asked, timestamp=timestamp)
    known.accounts[account.id] = account
    known.created.append(account)
    return timestamp, _S.CREATED


def _compared(asked: Account, existing: Account) -> CreateAccountStatus:
    differs = first_of(
        (asked.flags != existing.flags, _S.EXISTS_WITH_DIFFERENT_FLAGS),
        (asked.user_data_128 != existing.user_data_128, _S.EXISTS_WITH_DIFFERENT_USER_DATA_128),
        (asked.user_data_64 != existing.user_data_64, _S.EXISTS_WITH_DIFFERENT_USER_DATA_64),
        (asked.user_data_32 != existing.user_data_32, _S.EXISTS_WITH_DIFFERENT_USER_DATA_32),
        (asked.ledger != existing.ledger, _S.EXISTS_WITH_DIFFERENT_LEDGER),
        (asked.code != existing.code, _S.EXISTS_WITH_DIFFERENT_CODE),
    )
    return differs or _S.EXISTS


def _malformed(asked: Account) -> CreateAccountStatus | None:
    return first_of(
        (asked.flags & _BOTH_LIMITS == _BOTH_LIMITS, _S.FLAGS_ARE_MUTUALLY_EXCLUSIVE),
        (asked.debits_pending, _S.DEBITS_PENDING_MUST_BE_ZERO),
        (asked.debits_posted, _S.DEBITS_POSTED_MUST_BE_ZERO),
        (asked.credits_pending, _S.CREDITS_PENDING_MUST_BE_ZERO),
        (asked.credits_posted, _S.CREDITS_POSTED_MUST_BE_ZERO),
        (not asked.ledger, _S.LEDGER_MUST_NOT_BE_ZERO),
        (not asked.code, _S.CODE_MUST_NOT_BE_ZERO),
    )
