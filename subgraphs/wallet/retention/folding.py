"""Accounts of an erased customer are folded: the house's account ERASED takes their place.

All that they have moved becomes one transfer for each other account, reason and direction, with the time
of the last of them. So no other account's sums change, both sides of the ledger stay equal, and what a day's
close has said of the house stays true for every day after that time.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import (
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.wallet.ledger.transfers import Transfer, TransferFlags
from subgraphs.wallet.models import LEDGER

NOT_POSTED: Final = int(TransferFlags.PENDING | TransferFlags.VOID_PENDING_TRANSFER)


class Moved(Struct, frozen=True):
    """What some accounts have moved from or to another one.

    Attributes:
        side: Their own: `debit` or `credit`.
        other: The other account.
        at: The time of the last transfer.
    """

    side: str
    other: str
    code: int
    ledger: int
    amount: int
    at: int


async def fold(connection: AsyncConnection, account_ids: Sequence[str], into: str) -> bool:
    """Fold all accounts of a customer in one currency into another one, in a write transaction.

    Args:
        connection: In the transaction.
        account_ids: The accounts, which cease to be.
        into: The account that takes their place.

    Returns:
        False if something is still pending: then nothing was changed.
    """
    account = LEDGER.account.c
    locked = (
        select(account.id, account.debits_pending, account.credits_pending)
        .where(account.id.in_([*account_ids, into]))
        .order_by(account.id)
        .with_for_update()
    )
    rows = (await connection.execute(locked)).all()
    if any(row.id != into and (row.debits_pending or row.credits_pending) for row in rows):
        return False
    moved = await _moved(connection, account_ids, into)
    await _forget(connection, account_ids)
    await _take_place(connection, into, moved, min(account_ids))
    return True


async def _moved(connection: AsyncConnection, account_ids: Sequence[str], into: str) -> list[Moved]:
    """Return what was moved between the accounts and all others; what two of them moved ends with them."""
    transfer = LEDGER.transfer.c
    sides = {"debit": transfer.debit_account_id, "credit": transfer.credit_account_id}
    parts = []
    for side, own in sides.items():
        other = sides["credit" if side == "debit" else "debit"]
        sums = func.sum(transfer.amount), func.max(transfer.timestamp)
        parts.append(
            select(literal(side), other, transfer.code, transfer.ledger, *sums)
            .where(own.in_(account_ids), other.not_in([*account_ids, into]))
            .where(transfer.flags.op("&")(NOT_POSTED) == 0)
            .group_by(other, transfer.code, transfer.ledger)
        )
    rows = await connection.execute(union_all(*parts))
    return [
        Moved(side, other, code, ledger, int(amount), int(at))
        for side, other, code, ledger, amount, at in rows
    ]


async def _forget(connection: AsyncConnection, account_ids: Sequence[str]) -> None:
    """Delete accounts with their transfers, how pending ones ended, and their balances."""
    account, transfer = LEDGER.account, LEDGER.transfer
    pending, balance = LEDGER.pending_transfer, LEDGER.account_balance
    theirs = or_(transfer.c.debit_account_id.in_(account_ids), transfer.c.credit_account_id.in_(account_ids))
    ids = select(transfer.c.id).where(theirs).scalar_subquery()
    await connection.execute(delete(pending).where(pending.c.id.in_(ids)))
    await connection.execute(delete(transfer).where(theirs))
    await connection.execute(delete(balance).where(balance.c.account_id.in_(account_ids)))
    await connection.execute(delete(account).where(account.c.id.in_(account_ids)))


async def _take_place(connection: AsyncConnection, into: str, moved: Sequence[Moved], folded: str) -> None:
    """Write what was moved as moved by another account, and add it to that one's sums."""
    if not moved:
        return
    rows: list[dict[str, Any]] = []
    for part in moved:
        debit, credit = (into, part.other) if part.side == "debit" else (part.other, into)
        named = f"{folded}\n{part.side}\n{part.other}\n{part.code}".encode()
        kept = Transfer(
            id=f"folded-{blake2b(named, digest_size=16).hexdigest()}",
            debit_account_id=debit,
            credit_account_id=credit,
            amount=part.amount,
            ledger=part.ledger,
            code=part.code,
            timestamp=part.at,
        )
        rows.append({name: getattr(kept, name) for name in Transfer.__struct_fields__} | {"failure": ""})
    await connection.execute(insert(LEDGER.transfer), rows)
    c = LEDGER.account.c
    debited, credited = (
        sum(part.amount for part in moved if part.side == side) for side in ("debit", "credit")
    )
    first, last = min(part.at for part in moved), max(part.at for part in moved)
    added = update(LEDGER.account).where(c.id == into)
    await connection.execute(
        added.values(
            debits_posted=c.debits_posted + debited,
            credits_posted=c.credits_posted + credited,
            timestamp=case((c.timestamp > first, first), else_=c.timestamp),
            last_timestamp=case((c.last_timestamp < last, last), else_=c.last_timestamp),
        )
    )
