"""What other blocks know of their reservations, compared with the ledger: after a restore it knows less.

Nothing is changed. What the ledger lacks, the blocks repeat under the same ids, which moves it once.
"""

from collections.abc import Iterable

from msgspec import Struct

from subgraphs.kit.funds import ReservationState
from subgraphs.kit.known_reservations import Known
from subgraphs.wallet.funds.ledger_funds import LedgerFunds
from subgraphs.wallet.ledger.ledger import Ledger


class Lack(Struct, frozen=True):
    """Something that a block knows, and the ledger otherwise or not at all.

    Attributes:
        id: Of the reservation or settlement.
        known: What the block knows.
        here: What the ledger has.
        amount: What it is about, in minor units of the currency.
    """

    id: str
    brand: str
    known: str
    here: str
    amount: int
    currency: str


async def lacks(funds: LedgerFunds, ledger: Ledger, known: Iterable[Known]) -> list[Lack]:
    """Return what the ledger lacks of what other blocks know.

    Raises:
        ConnectionError: The ledger cannot be asked now.
    """
    found: list[Lack] = []
    for one in known:
        asked = one.reservation
        state = await funds.ask(asked)
        if state is None:
            raise ConnectionError("the wallet's database does not answer")
        if not _is_same(one.state, state):
            found.append(_lack(one, asked.id, one.state.value, state.value, asked.amount))
        ids = [paid.id for paid in one.settlements if paid.returns]
        here = {transfer.id: transfer for transfer in await ledger.lookup_transfers(ids)}
        for paid in one.settlements:
            transfer = here.get(paid.id)
            if paid.returns and (transfer is None or transfer.amount != paid.returns):
                amount = "nothing" if transfer is None else str(transfer.amount)
                found.append(_lack(one, paid.id, f"returned {paid.returns}", amount, paid.returns))
    return found


def _lack(known: Known, id_: str, what: str, here: str, amount: int) -> Lack:
    asked = known.reservation
    return Lack(id_, asked.owner.brand, what, here, amount, asked.currency)


def _is_same(known: ReservationState, here: ReservationState) -> bool:
    """Return whether both mean the same for the money; what never came and what has ended keep none."""
    kept = {ReservationState.RESERVED, ReservationState.SETTLED}
    return known is here or (known not in kept and here not in kept)
