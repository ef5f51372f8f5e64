"""Payments over an opened wallet: what its subgraph, its worker and those who hear processors share."""

from collections.abc import Mapping
from dataclasses import dataclass

from subgraphs.wallet.closing.tables import CloseTables
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.payments.admission import Admission
from subgraphs.wallet.payments.allocation import Allocation
from subgraphs.wallet.payments.asking import Asking, OpenProcessor
from subgraphs.wallet.payments.booking import Booking
from subgraphs.wallet.payments.desk import PaymentDesk
from subgraphs.wallet.payments.destinations import Destinations
from subgraphs.wallet.payments.methods.configuration import PaymentsFile
from subgraphs.wallet.payments.records.store import PaymentStore
from subgraphs.wallet.payments.records.tables import PaymentTables
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
        tables: tuple[PaymentTables, CloseTables],
        file: PaymentsFile,
        processors: Mapping[str, OpenProcessor],
        back_url: str,
    ) -> "OpenedPayments":
        """Put the parts together; nothing connects yet.

        Args:
            wallet: Where the money is.
            tables: Those of payments and of closes.
            file: The processors and methods.
            processors: What can be asked, by name.
            back_url: Where customers come back to; `{brand}` stands for the brand.
        """
        payments, closes = tables
        store = PaymentStore(wallet.database, payments)
        work = PaymentWork(
            wallet,
            store,
            Booking(wallet.ledger, wallet.accounts),
            Admission(wallet, store),
            closes,
            Asking(store, processors, back_url, wallet.clock.machine),
        )
        destinations = Destinations(wallet.database, payments)
        return cls(work, PaymentDesk(file, work, destinations, Allocation(store, processors)))
