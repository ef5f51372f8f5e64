"""What customers ask of their limits: each request in one transaction, and told to their pages after it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.errors import is_conflict
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.products import Product
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.wallet.limits.changes import Outcome, Wanted
from subgraphs.wallet.limits.prompts import Prompt
from subgraphs.wallet.limits.records import Standing
from subgraphs.wallet.limits.store import Request
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.wallet_state import WalletState

MAX_ATTEMPTS: Final = 5
"""How often a request is tried that another one of the same customer got in the way of."""

TOO_EARLY: Final = Refusal(
    PlatformErrorCode.PENDING, "You can't confirm this yet. `pendingFrom` says from when you can."
)

Ask = Callable[[AsyncConnection, Request, Standing], Awaitable[Outcome | Refusal]]


@dataclass(frozen=True, slots=True)
class LimitService:
    """The wallet's mutations; each returns why it was refused, or None.

    Each takes the wallet as it was when it was asked, which says who asks and where the customer is.
    """

    wallet: OpenedWallet

    async def set_limit(self, state: WalletState, key: str, wanted: Wanted) -> Refusal | None:
        """Set, raise, confirm or remove a limit."""
        limits = self.wallet.limits
        return await self._ask(
            state, key, lambda on, request, standing: limits.set_limit(on, request, standing, wanted)
        )

    async def take_break(
        self, state: WalletState, key: str, until: datetime, product: Product | None
    ) -> Refusal | None:
        """Begin a break.

        Raises:
            BadInput: The end has no time zone, or cannot be written in UTC.
        """
        limits, end = self.wallet.limits, _in_utc(until)
        return await self._ask(
            state, key, lambda on, request, standing: limits.take_break(on, request, standing, end, product)
        )

    async def self_exclude(self, state: WalletState, key: str, months: int) -> Refusal | None:
        """Begin a self-exclusion.

        Raises:
            BadInput: No number of months that an exclusion can have.
        """
        limits = self.wallet.limits
        return await self._ask(
            state, key, lambda on, request, standing: limits.self_exclude(on, request, standing, months)
        )

    async def decline_limit(self, state: WalletState, key: str) -> Refusal | None:
        """Note that the customer wants no limit."""
        return await self._ask(state, key, self.wallet.limits.decline)

    async def acknowledge(self, state: WalletState, key: str, prompt: Prompt) -> Refusal | None:
        """Note that the customer has seen a prompt.

        Raises:
            BadInput: The prompt waits for an answer.
        """
        limits = self.wallet.limits
        return await self._ask(
            state, key, lambda on, request, standing: limits.acknowledge(on, request, standing, prompt)
        )

    async def _ask(self, state: WalletState, key: str, ask: Ask) -> Refusal | None:
        """Carry out a request once, and tell the customer's pages after the commit."""
        owner, standing = state.owner, state.standing
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                async with self.wallet.database.write() as connection:
                    at = await self.wallet.clock.at(connection)
                    outcome = await ask(connection, Request(owner, key, owner.customer, at), standing)
            except DBAPIError as fault:
                if attempt == MAX_ATTEMPTS or not is_conflict(fault):
                    raise
            else:
                break
        if isinstance(outcome, Refusal):
            return outcome
        self.wallet.announce(owner)
        return TOO_EARLY if outcome is Outcome.WAITING else None


def _in_utc(until: datetime) -> datetime:
    if until.tzinfo is None:
        raise BadInput("`until` needs a time zone, such as 2026-03-25T14:00:00Z")
    try:
        return until.astimezone(UTC)
    except OverflowError:
        raise BadInput("`until` is no end of a break") from None
