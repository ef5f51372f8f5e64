"""Takes the tokens of customers' sessions at their betting site's own wallet, as its servers send them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from furlong.embedding.refusals import Refused
from subgraphs.kit.funds_settings import FundsSettings

if TYPE_CHECKING:
    from foundation.storage.clock import Clock
    from foundation.storage.database import Database
    from foundation.storage.settings import DatabaseSettings
    from subgraphs.kit.domain.keys import Owner
    from subgraphs.kit.graphql.parts import SubgraphParts


@dataclass(slots=True)
class WalletSessions:
    """Where tokens are kept; nothing is opened or imported before the first one comes.

    Attributes:
        brands: Whose operator keeps the money of their customers.
    """

    settings: DatabaseSettings
    clock: Clock
    brands: Collection[str]
    _database: Database | None = None

    @classmethod
    def of(cls, parts: SubgraphParts) -> WalletSessions:
        """Return what takes them beside subgraphs that are built from the same parts."""
        return cls(parts.database, parts.clock, parts.given.of(FundsSettings).operators.keys())

    async def note(self, owner: Owner, token: str) -> None:
        """Note a customer's newest session: bets and games name it from now on.

        Raises:
            Refused: The brand's money is not at its operator, the token cannot be one, or it cannot be kept.
        """
        if owner.brand not in self.brands:
            raise Refused(422, "NO_OPERATOR_WALLET", "FURLONG_FUNDS_WALLETS names no operator of this brand.")
        cell = self.settings.cell.own()
        if cell is not None and not cell.has(owner.brand, owner.customer):
            raise Refused(421, "OTHER_CELL", "The customer is in another cell: send the request there.")
        from foundation.storage.database import Database  # noqa: PLC0415 - only where an operator has a wallet
        from subgraphs.wallet.models import OPERATORS  # noqa: PLC0415
        from subgraphs.wallet.seamless.operator_sessions import OperatorSessions  # noqa: PLC0415

        if self._database is None:
            self._database = Database.open(self.settings, "wallet")
        try:
            await OperatorSessions(self._database, OPERATORS.session, self.clock).note(owner, token)
        except ValueError as error:
            raise Refused(422, "INVALID_REQUEST", f"The walletToken cannot be used: {error}.") from error
        except (SQLAlchemyError, OSError) as error:
            raise Refused(
                503, "WALLET_UNAVAILABLE", "The session cannot be kept now: send it again."
            ) from error

    async def close(self) -> None:
        """Close all connections."""
        if self._database is not None:
            await self._database.close()
