"""Payments over an opened wallet: what its subgraph, its worker and those who hear processors share."""

from collections.abc import Mapping
from dataclasses import dataclass

from subgraphs.wallet.models import CLOSES, PAYMENTS
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.payments.admission import Admission
from subgraphs.wallet.payments.allocation import Allocation
from subgraphs.wallet.payments.asking import Asking, OpenProcessor
from subgraphs.wallet.payments.booking import Booking
from subgraphs.wallet.payments.desk import PaymentDesk
from subgraphs.wallet.payments.destinations import Destinations
from subgraphs.wallet.payments.methods.configuration import PaymentsFile, PaymentsSettings
from subgraphs.wallet.payments.processors import open_processors
from subgraphs.wallet.payments.records.store import PaymentStore
from subgraphs.wallet.payments.work import PaymentWork


@dataclass(frozen=True, slots=True)
class OpenedPayments:
    """Payments of a wallet."""

    work: PaymentWork
    desk: PaymentDesk

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
        work = PaymentWork(
            wallet,
            store,
            Booking(wallet.ledger, wallet.accounts),
            Admission(wallet, store),
            CLOSES,
            Asking(store, processors, back_url, wallet.clock.machine),
        )
        destinations = Destinations(wallet.database, PAYMENTS)
        return cls(work, PaymentDesk(file, work, destinations, Allocation(store, processors)))


def opened_payments(wallet: OpenedWallet, settings: PaymentsSettings) -> OpenedPayments:
    """Return the payments of a wallet as settings have them; without a file, there are none.

    Raises:
        PaymentsError: The file, or a secret that it names, cannot be used.
    """
    file = settings.read()
    processors = open_processors(file, settings, wallet.clock.machine)
    return OpenedPayments.of(wallet, file, processors, settings.back_url)
