"""Payments over an opened wallet: what its subgraph, its worker and those who hear processors share."""

from collections.abc import Mapping
from dataclasses import dataclass

from subgraphs.wallet.models import CLOSES, PAYMENTS
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.paying.admitting.admission import Admission
from subgraphs.wallet.paying.admitting.allocation import Allocation
from subgraphs.wallet.paying.admitting.destinations import Destinations
from subgraphs.wallet.paying.admitting.scrutiny import Scrutiny
from subgraphs.wallet.paying.asking import Asking, OpenProcessor, house_accounts
from subgraphs.wallet.paying.booking import Booking
from subgraphs.wallet.paying.processors import open_processors
from subgraphs.wallet.paying.requests import PaymentRequests
from subgraphs.wallet.paying.work import PaymentWork
from subgraphs.wallet.payments.configuration import PaymentsFile, PaymentsSettings
from subgraphs.wallet.payments.records.store import PaymentStore


@dataclass(frozen=True, slots=True)
class OpenedPayments:
    """Payments of a wallet."""

    work: PaymentWork
    requests: PaymentRequests

    @classmethod
    def of(
        cls,
        wallet: OpenedWallet,
        file: PaymentsFile,
        processors: Mapping[str, OpenProcessor],
        back_url: str,
    ) -> "OpenedPayments":
        """Put the parts together; nothing connects yet.

        Args:
            wallet: Where the money is.
            file: The processors and methods.
            processors: What can be asked, by name.
            back_url: Where customers come back to; `{brand}` stands for the brand.
        """
        store = PaymentStore(wallet.database, PAYMENTS)
        destinations = Destinations(wallet.database, PAYMENTS, house_accounts(processors))
        allocation = Allocation(store, processors)
        work = PaymentWork(
            wallet,
            store,
            Booking(wallet.ledger, wallet.accounts),
            Admission(wallet, store),
            CLOSES,
            Asking(store, processors, back_url),
            Scrutiny(file, PAYMENTS, destinations, allocation, processors),
        )
        return cls(work, PaymentRequests(file, work, destinations, allocation))

    async def close(self) -> None:
        """Close the connections to processors."""
        for opened in self.work.asking.processors.values():
            await opened.processor.close()


def opened_payments(wallet: OpenedWallet, settings: PaymentsSettings) -> OpenedPayments:
    """Return the payments of a wallet as settings have them; without a file, there are none.

    Raises:
        PaymentsError: The file, or a secret that it names, cannot be used.
    """
    file = settings.read()
    processors = open_processors(file, settings, wallet.clock.machine)
    return OpenedPayments.of(wallet, file, processors, settings.back_url)
