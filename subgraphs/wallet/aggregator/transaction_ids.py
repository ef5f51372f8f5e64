"""Whose an id is: two providers may use one, and each has only its own transactions."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.wallet.aggregator.providers import UNNAMED
from subgraphs.wallet.aggregator.transactions import GameTransaction, GameTransactions
from subgraphs.wallet.seamless.messages import MAX_UUID_LENGTH

OWN: Final = "#"
"""What the ids begin with that the wallet makes; a provider's own id that does is replaced by one."""


@dataclass(frozen=True, slots=True)
class TransactionIds:
    """The ids under which a provider's transactions are stored: its own, unless that is another's.

    Attributes:
        provider: Whose key has signed; "" of the only one, which has no name: all transactions are its.
        are_several: Whether there are other providers. Then what was stored before keys had names is the
            provider's that brings the token of its session.
    """

    transactions: GameTransactions
    provider: str = UNNAMED
    are_several: bool = False

    async def as_stored(
        self, connection: AsyncConnection, wanted: GameTransaction
    ) -> tuple[GameTransaction, Mapping[str, GameTransaction]]:
        """Return a transaction with the ids that it is stored under, and what is stored under them."""
        uuids = [uuid for uuid in (wanted.transaction_uuid, wanted.reference) if uuid is not None]
        ids = {*uuids, *(own_id(self.provider, uuid) for uuid in uuids if self.provider != UNNAMED)}
        known = await self.transactions.known(connection, wanted.brand_id, ids)
        stored = [self._stored_id(known, wanted, uuid) for uuid in uuids]
        reference = None if wanted.reference is None else stored[-1]
        return replace(wanted, transaction_uuid=stored[0], reference=reference), known

    async def added(self, connection: AsyncConnection, wanted: GameTransaction) -> GameTransaction:
        """Return what is stored under a transaction's id, or under another one if a provider was faster."""
        known = await self.transactions.add(connection, wanted)
        if self._is_ours(known, wanted):
            return known
        own = own_id(self.provider, wanted.transaction_uuid)
        return await self.transactions.add(connection, replace(wanted, transaction_uuid=own))

    def _stored_id(self, known: Mapping[str, GameTransaction], wanted: GameTransaction, uuid: str) -> str:
        holder = known.get(uuid)
        if self.provider == UNNAMED or (holder is not None and self._is_ours(holder, wanted)):
            return uuid
        own = own_id(self.provider, uuid)
        return own if holder is not None or uuid.startswith(OWN) or own in known else uuid

    def _is_ours(self, known: GameTransaction, wanted: GameTransaction) -> bool:
        """Tell whether a stored transaction is of the provider that asks."""
        if known.provider != UNNAMED or not self.are_several:
            return known.provider in {self.provider, UNNAMED} or self.provider == UNNAMED
        return known.session_id == wanted.session_id


def own_id(provider: str, uuid: str) -> str:
    """Return the id under which a provider's transaction is stored if another one has its id."""
    named = f"{OWN}{provider}:{uuid}"
    if len(named) <= MAX_UUID_LENGTH:
        return named
    return OWN + blake2b(named.encode(), digest_size=16).hexdigest()
