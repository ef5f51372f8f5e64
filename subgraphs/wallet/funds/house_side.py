"""What the ledger has moved for a block, compared with what the block knows of it.

After an older backup of the block is restored, the ledger knows more: stakes that nobody will settle. Nothing
is changed here; what is found is for a person.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Table, and_, or_, select

from foundation.storage.database import Database
from subgraphs.kit.funds import OF_THE_SAME, ReservationState
from subgraphs.kit.known_reservations import Known
from subgraphs.wallet.funds.codes import AccountCode, TransferCode, currency_of, house_account
from subgraphs.wallet.funds.ledger_funds import LedgerFunds
from subgraphs.wallet.funds.reconciliation import Lack, lacks
from subgraphs.wallet.funds.written_reservations import ReservationReader, State
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.tables import LedgerTables

PAGE: Final = 500
NOTHING: Final = "nothing"
_KEPT: Final = {State.RESERVED: ReservationState.RESERVED, State.TAKEN: ReservationState.SETTLED}
_TOOK: Final = ".r"
"""The end of the ids by which versions before `Funds.correct` took back what a bet had paid."""

_PAYS: Final = {int(TransferCode.RETURN), int(TransferCode.GAME_WIN)}

KnownOf = Callable[[Collection[str]], Awaitable[Mapping[str, Sequence[Known]]]]
"""What a block knows of the money under some of its own ids, by these; what it does not know is left out."""


class House(NamedTuple):
    """An account of the house; the brand is "" if no message has named it."""

    account: str
    brand: str
    currency: str


@dataclass(frozen=True, slots=True)
class HouseSide:
    """Reads what was moved on accounts of the house.

    Attributes:
        brand: The table of all brands.
        elsewhere: Brands of which the block knows nothing: another process moves their money.
    """

    database: Database
    funds: LedgerFunds
    ledger: Ledger
    reader: ReservationReader
    tables: LedgerTables
    brand: Table
    elsewhere: frozenset[str] = frozenset()

    async def differences(self, code: AccountCode, since: int, known_of: KnownOf) -> list[Lack]:
        """Return what a block knows otherwise than the ledger, or not at all, of what was moved since.

        Args:
            code: Of the house's account that the block's stakes go to.
            since: In microseconds of the database's clock.
            known_of: What the block knows.

        Raises:
            ConnectionError: The ledger cannot be asked now.
        """
        found: dict[str, Lack] = {}
        for house in await self._houses(code):
            async for rows in self._pages(house, since):
                known = await known_of({_own(row.user_data_128) for row in rows})
                all_known = [one for several in known.values() for one in several]
                for lack in await lacks(self.funds, self.ledger, all_known):
                    found[lack.id] = lack
                named = {one.reservation.id for one in all_known}
                named |= {paid.id for one in all_known for paid in one.settlements}
                for row in rows:
                    is_known = row.id in named or (row.id.endswith(_TOOK) and _own(row.id) in known)
                    unknown = None if is_known else await self._unknown(house, row)
                    if unknown is not None:
                        found[unknown.id] = unknown
        return list(found.values())

    async def _houses(self, code: AccountCode) -> list[House]:
        c = self.tables.account.c
        async with self.database.read() as connection:
            brands = list(await connection.scalars(select(self.brand.c.brand_id)))
            rows = (await connection.execute(select(c.id, c.ledger).where(c.code == int(code)))).all()
        named = {
            house_account(brand, currency_of(ledger), code): brand
            for brand in brands
            for ledger in {row.ledger for row in rows}
        }
        houses = [House(row.id, named.get(row.id, ""), currency_of(row.ledger)) for row in rows]
        return [house for house in houses if house.brand not in self.elsewhere]

    async def _pages(self, house: House, since: int) -> AsyncIterator[Sequence[Any]]:
        """Yield the transfers of an account by pages: what it got, and then what it paid, each in time."""
        c = self.tables.transfer.c
        columns = (c.id, c.user_data_128, c.amount, c.code, c.debit_account_id, c.timestamp)
        for side in (c.credit_account_id, c.debit_account_id):
            behind: ColumnElement[bool] = c.timestamp >= since
            while True:
                query = select(*columns).where(side == house.account, c.failure == "", behind)
                async with self.database.read() as connection:
                    page = query.order_by(c.timestamp, c.id).limit(PAGE)
                    rows = (await connection.execute(page)).all()
                if not rows:
                    break
                yield rows
                last = rows[-1]
                same = and_(c.timestamp == last.timestamp, c.id > last.id)
                behind = or_(c.timestamp > last.timestamp, same)

    async def _unknown(self, house: House, row: Any) -> Lack | None:
        """Return what is kept or was paid under an id that the block does not know; None if nothing is."""
        if row.id == row.user_data_128:
            written = await self.reader.read(row.id)
            state = _KEPT.get(written.state)
            if state is None:
                return None
            amount = sum(written.rows[name].amount for name in written.holds)
            return Lack(row.id, house.brand, NOTHING, state.value, amount, house.currency)
        if row.debit_account_id == house.account and row.code in _PAYS and row.amount:
            here = f"returned {row.amount}"
            return Lack(row.id, house.brand, NOTHING, here, row.amount, house.currency)
        return None


def _own(reservation: str) -> str:
    """Return the block's own id of what a reservation, also a later one, is for."""
    return reservation.partition(OF_THE_SAME)[0]
