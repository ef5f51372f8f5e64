"""Plays a betting site's own wallet beside the demo: it keeps the money of one brand's customers.

Its books and keys are in the data folder, so that bets come to one end also after the demo was killed.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.demo.kept_ports import KeptPorts, serving_at
from furlong.demo.ready_file import DemoOperator
from furlong.demo.ways import OPERATORS_BRAND
from simulator.seamless.books import UNITS
from simulator.seamless.serve import ServedOperator, serving_operator
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds_settings import FundsSettings, OperatorWalletAt
from subgraphs.wallet.models import OPERATORS
from subgraphs.wallet.seamless.operator_sessions import OperatorSessions

PORTS: Final = "ports.json"
OPENING: Final = 140 * UNITS
"""What a customer has at the operator: as much as others have with us."""

CURRENCY: Final = "GBP"


def folder_in(data: Path) -> Path:
    """Return where a data folder has the operator's books and keys: an absolute path."""
    return data.absolute() / "operator"


@dataclass(frozen=True, slots=True)
class DemosOperator:
    """The operator of one of the demo's brands.

    Attributes:
        served: Its wallet.
        sessions: Where its tokens are noted.
    """

    served: ServedOperator
    sessions: OperatorSessions

    @property
    def settings(self) -> FundsSettings:
        """Return where the money of each brand is, beside what the environment says."""
        settings = FundsSettings()
        theirs = OperatorWalletAt.model_validate(self.served.wallet())
        return settings.model_copy(update={"wallets": {**settings.wallets, OPERATORS_BRAND: theirs}})

    @property
    def facts(self) -> DemoOperator:
        """Return where it is."""
        return DemoOperator(
            brand=OPERATORS_BRAND, wallet=self.served.url, books=f"{self.served.control_url}/books"
        )

    async def sign_in(self, owners: Iterable[Owner]) -> None:
        """Let customers of the brand in: each has an account there, and we are told of the session."""
        for owner in owners:
            token = self.served.api.books.sign_in(owner.customer, CURRENCY, OPENING)
            await self.sessions.note(owner, token)


@asynccontextmanager
async def running_operator(
    folder: Path, database: DatabaseSettings, clock: Clock
) -> AsyncIterator[DemosOperator]:
    """Play the operator while the block runs, at its ports of the last time if they are free.

    Args:
        folder: Its books and keys.
        database: Where the wallet is.
        clock: By whose machine's time sessions end.
    """
    ports = KeptPorts(folder / PORTS)

    def serving(at: tuple[int, int]) -> AbstractAsyncContextManager[ServedOperator]:
        return serving_operator(folder, port=at[0], control=at[1])

    wallet = Database.open(database, "wallet")
    try:
        async with serving_at(serving, (ports.of("wallet"), ports.of("control")), (0, 0)) as served:
            ports.keep("wallet", served.url)
            ports.keep("control", served.control_url)
            yield DemosOperator(served, OperatorSessions(wallet, OPERATORS.session, clock))
    finally:
        await wallet.close()
