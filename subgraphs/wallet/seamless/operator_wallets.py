"""What the graph needs of operators' wallets: which brands have one, and what a customer has there."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple

from foundation.dependencies import uncover
from foundation.storage.bounded_cache import BoundedCache
from subgraphs.kit.domain.errors import CallerError
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from subgraphs.kit.mutations.refusals import Refusal

if TYPE_CHECKING:
    from subgraphs.kit.domain.keys import Owner
    from subgraphs.wallet.seamless.operator_client import OperatorBalance
    from subgraphs.wallet.seamless.operator_sessions import OperatorSessions
    from subgraphs.wallet.seamless.operators import Operators

KEPT_SECONDS: Final = 1.0
"""How old a balance may be, also that there is none: an operator is not asked more often by one process."""

MAX_KEPT: Final = 10_000

AT_OPERATOR: Final = Refusal(
    PlatformErrorCode.NOT_ALLOWED_HERE,
    "The betting site keeps your money in a wallet of its own. You can do this there.",
)
"""Why nothing of an operator's wallet can be changed here."""


class BalanceAway(CallerError):
    """An operator does not say what a customer has."""

    code = "WALLET_UNAVAILABLE"


class _Kept(NamedTuple):
    until: float
    balance: OperatorBalance | None


def _no_balances() -> BoundedCache[Owner, _Kept]:
    return BoundedCache(MAX_KEPT)


@dataclass(frozen=True, slots=True)
class OperatorWallets:
    """The wallets of operators, as far as the graph shows them.

    Attributes:
        operators: Whom to ask.
        sessions: The tokens of customers' sessions at their operators.
    """

    operators: Operators
    sessions: OperatorSessions
    _kept: BoundedCache[Owner, _Kept] = field(default_factory=_no_balances)

    def is_operators(self, brand: str) -> bool:
        """Tell whether a brand's operator keeps its customers' money: then nothing can be changed here."""
        return self.operators.is_operators(brand)

    async def balance(self, owner: Owner, *, newest: bool = False) -> OperatorBalance:
        """Return what a customer has at their operator.

        Args:
            owner: The customer, of a brand that has an operator's wallet.
            newest: Whether it may be no second old, because it has just changed.

        Raises:
            BalanceAway: The operator does not say, or knows no session of the customer.
        """
        uncover()  # nothing tells us when it changes
        kept = self._kept.get(owner)
        if newest or kept is None or kept.until < monotonic():
            kept = _Kept(monotonic() + KEPT_SECONDS, await self._asked(owner))
            self._kept.pop(owner, None)
            self._kept.add(owner, kept)
        if kept.balance is None:
            raise BalanceAway("The betting site's wallet can't be reached now. Your money is safe there.")
        return kept.balance

    async def _asked(self, owner: Owner) -> OperatorBalance | None:
        from subgraphs.wallet.seamless.operator_client import NoAnswer  # noqa: PLC0415 - it needs HTTP

        token = await self.sessions.token(owner)
        if token is None:
            return None
        try:
            return await self.operators.by_brand[owner.brand].balance(owner, token)
        except NoAnswer:
            return None
