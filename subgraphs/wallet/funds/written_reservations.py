"""What the ledger has of a reservation: the transfers that its id names, read in one statement."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from foundation.storage.bulk_sql import fetch, listed
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.funds import Why
from subgraphs.wallet.ledger.store import database_microseconds
from subgraphs.wallet.ledger.tables import EXPIRED, PENDING, POSTED
from subgraphs.wallet.ledger.transfers import CreateTransferStatus

MAX_PARTS: Final = 8
"""How many ids there are for what credits pay of a stake; attempts that are overtaken use some up."""

NOWHERE: Final = "-"
"""An id that no account has: a transfer with it fails for ever, and so does its id."""

WHY: Final = {
    CreateTransferStatus.EXCEEDS_CREDITS: Why.INSUFFICIENT_FUNDS,
    CreateTransferStatus.DEBIT_ACCOUNT_NOT_FOUND: Why.NO_ACCOUNT,
    CreateTransferStatus.CREDIT_ACCOUNT_NOT_FOUND: Why.RELEASED,
    CreateTransferStatus.DEBIT_ACCOUNT_ALREADY_CLOSED: Why.ACCOUNT_SUSPENDED,
    CreateTransferStatus.CREDIT_ACCOUNT_ALREADY_CLOSED: Why.ACCOUNT_SUSPENDED,
}
"""What it means that the transfer which decides on a reservation has failed for ever.

Nobody gives it a credit account that is not there but a release that came before it.
"""


def parts_of(reservation: str) -> list[str]:
    """Return the ids of the pending transfers from credits."""
    return [f"{reservation}/{number}" for number in range(1, MAX_PARTS + 1)]


def taken(pending: str) -> str:
    """Return the id of the transfer that takes what a pending one reserves."""
    return f"{pending}/take"


def voided(pending: str) -> str:
    """Return the id of the transfer that gives back what a pending one reserves."""
    return f"{pending}/void"


def returned(pending: str) -> str:
    """Return the id of the transfer that gives back what was taken."""
    return f"{pending}/back"


def owed_by(correction: str) -> str:
    """Return the id of the transfer that changes what a customer owes by a correction."""
    return f"{correction}/owed"


class State(StrEnum):
    """How a reservation is written."""

    ABSENT = "absent"
    FAILED = "failed"
    RESERVED = "reserved"
    TAKEN = "taken"
    VOIDED = "voided"
    EXPIRED = "expired"
    RETURNED = "returned"


class Written(Struct, frozen=True):
    """A transfer of a reservation.

    Attributes:
        debit: The account that pays.
        credit: The account that gets it.
        amount: In minor units.
        reservation: The id of the reservation.
        request: The fingerprint of what was asked for.
        failure: Why the id failed for ever; "" if it did not.
        state: How it stands if it is pending; "" otherwise.
    """

    debit: str
    credit: str
    amount: int
    reservation: str
    request: int
    failure: str
    state: str


class WrittenReservation(Struct, frozen=True):
    """All that the ledger has of a reservation, and of a settlement of it."""

    id: str
    rows: dict[str, Written]

    @property
    def hold(self) -> Written | None:
        """Return the transfer that decides whether the reservation was made."""
        return self.rows.get(self.id)

    @property
    def state(self) -> State:
        """Return how the reservation stands."""
        if (hold := self.hold) is None:
            return State.ABSENT
        if hold.failure:
            return State.FAILED
        if hold.state == PENDING:
            return State.RESERVED
        if hold.state == POSTED:
            return State.RETURNED if returned(self.id) in self.rows else State.TAKEN
        return State.EXPIRED if hold.state == EXPIRED else State.VOIDED

    @property
    def why(self) -> Why:
        """Return why a reservation that has failed or ended without being taken is of no use."""
        if self.hold is not None and self.hold.failure:
            return WHY[CreateTransferStatus(self.hold.failure)]
        return Why.EXPIRED if self.state is State.EXPIRED else Why.RELEASED

    @property
    def holds(self) -> list[str]:
        """Return the ids of the pending transfers that the reservation is made of, the deciding one first."""
        return [name for name in (self.id, *parts_of(self.id)) if self._is_made(name)]

    @property
    def open_holds(self) -> list[str]:
        """Return those that still reserve something."""
        return [name for name in self.holds if self.rows[name].state == PENDING]

    @property
    def free_parts(self) -> list[str]:
        """Return the ids for what credits pay that are not used up."""
        return [name for name in parts_of(self.id) if name not in self.rows]

    def _is_made(self, name: str) -> bool:
        return name in self.rows and not self.rows[name].failure


class ReservationReader:
    """Reads reservations, each time what is committed."""

    def __init__(self, database: Database, clock: Callable[[str], str] = database_microseconds) -> None:
        self._database, self._clock = database, clock

    async def at(self, clock: Clock) -> datetime:
        """Return the present instant of a clock, by the wallet's database where it has one."""
        async with self._database.read() as connection:
            return await clock.at(connection)

    async def read(self, reservation: str, settlement: str = "") -> WrittenReservation:
        """Return what is written of a reservation, and of one of its settlements."""
        names = [reservation, returned(reservation), *parts_of(reservation)]
        asked = listed([*names, settlement] if settlement else names, self._database.dialect)
        now = self._clock(self._database.dialect)
        statement = (
            "SELECT t.id, t.debit_account_id, t.credit_account_id, t.amount, t.user_data_128, "  # noqa: S608 - our own names
            "t.user_data_64, t.failure, "
            f"CASE WHEN p.status='{PENDING}' AND p.expires_at<={now} THEN '{EXPIRED}' "
            f"ELSE COALESCE(p.status, '') END "
            f"FROM transfer t LEFT JOIN pending_transfer p ON p.id=t.id WHERE t.id IN ({asked})"
        )
        async with self._database.read() as connection:
            rows = await fetch(connection, statement)
        return WrittenReservation(reservation, {row[0]: Written(*row[1:]) for row in rows})
