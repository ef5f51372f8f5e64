"""What a block knows of its reservations of customers' money, to be compared with where that is kept."""

from msgspec import Struct

from subgraphs.kit.funds import Reservation, ReservationState


class Paid(Struct, frozen=True, forbid_unknown_fields=True):
    """A settlement that a block knows as done."""

    id: str
    returns: int


class Known(Struct, frozen=True, forbid_unknown_fields=True):
    """What a block knows of a reservation.

    Attributes:
        state: How it stands.
        settlements: Those that are done, in order.
    """

    reservation: Reservation
    state: ReservationState
    settlements: tuple[Paid, ...] = ()
