"""What a customer's transactions must be, folded from all rows of the ledger: slowly, and in one place.

It shares no code with what reads them, and knows ids by their form alone: `bet` is reserved, with what
credits pay as `bet/1`, `bet/2`; those of `bet/back` and `bet/1/back` give it back.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.models import CUSTOMER_ACCOUNT, LEDGER

CASH: Final = 1
KINDS: Final = (
    *("", "DEPOSIT", "WITHDRAWAL", "STAKE", "RETURN", "REFUND", "BONUS", "FREE_BET", "GAME_BET"),
    *("GAME_WIN", "ROLLBACK", "FEE", "CORRECTION"),
)
STATES: Final = {None: "POSTED", "pending": "PENDING", "posted": "POSTED"}
Line = tuple[str, str, int, int, str, str | None]
"""Id, kind, amount, how much of that is credits, state, reference."""


async def read_rows(connection: AsyncConnection) -> tuple[list[dict[str, Any]], dict[Owner, dict[str, int]]]:
    """Return all transfers, with how pending ones stand, and customers' accounts with what they are for."""
    pending = {row.id: row for row in await connection.execute(select(LEDGER.pending_transfer))}
    transfers = [dict(row._mapping) for row in await connection.execute(select(LEDGER.transfer))]
    for transfer in transfers:
        row = pending.get(transfer["id"])
        transfer["status"], transfer["ended_by"] = (row.status, row.ended_by) if row else (None, "")
    accounts: dict[Owner, dict[str, int]] = defaultdict(dict)
    for row in await connection.execute(select(CUSTOMER_ACCOUNT)):
        accounts[Owner(row.brand_id, row.customer_id)][row.account_id] = row.code
    return transfers, accounts


def statement(transfers: Iterable[Mapping[str, Any]], accounts: Mapping[str, int]) -> list[Line]:
    """Return the lines of the customer who has some accounts, the newest first."""
    by_id = {transfer["id"]: transfer for transfer in transfers}
    lines: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for transfer in by_id.values():
        is_theirs = transfer["debit_account_id"] in accounts or transfer["credit_account_id"] in accounts
        if is_theirs and not transfer["pending_id"] and not transfer["failure"]:
            first, *rest = transfer["id"].split("/")
            lines[f"{first}/back" if "back" in rest else first].append(transfer)
    found = []
    for id_, parts in lines.items():
        amounts = [_moved(part, by_id) for part in parts]
        if any(amounts):
            deciding = by_id[id_]
            minor = sum(_of(part, accounts, amount) for part, amount in zip(parts, amounts, strict=True))
            cash = {account: code for account, code in accounts.items() if code == CASH}
            in_cash = sum(_of(part, cash, amount) for part, amount in zip(parts, amounts, strict=True))
            state = STATES.get(deciding["status"], "VOIDED")
            line = (id_, KINDS[deciding["code"]], minor, minor - in_cash, state)
            found.append((deciding["timestamp"], (*line, deciding["user_data_128"] or None)))
    return [line for _, line in sorted(found, key=lambda one: (one[0], one[1][0]), reverse=True)]


def usable(transfers: Iterable[Mapping[str, Any]], account: str) -> int:
    """Return what an account has: all that was posted to it, less what was posted or reserved from it."""
    by_id = {transfer["id"]: transfer for transfer in transfers}
    has = 0
    for transfer in by_id.values():
        if transfer["failure"] or transfer["pending_id"]:
            continue
        amount, is_open = _moved(transfer, by_id), transfer["status"] == "pending"
        if transfer["status"] in {"voided", "expired"}:
            continue
        if transfer["debit_account_id"] == account:
            has -= amount
        if transfer["credit_account_id"] == account and not is_open:
            has += amount
    return has


def _moved(transfer: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]]) -> int:
    """Return how much a transfer has moved or would move: of a pending one, what was posted of it."""
    is_posted = transfer["status"] == "posted"
    return int(by_id[transfer["ended_by"]]["amount"] if is_posted else transfer["amount"])


def _of(transfer: Mapping[str, Any], accounts: Mapping[str, int], amount: int) -> int:
    got = amount if transfer["credit_account_id"] in accounts else 0
    return got - (amount if transfer["debit_account_id"] in accounts else 0)
