"""A ledger in memory, written from TigerBeetle's reference alone: what the real one must do, slowly.

It shares no code with the ledger. Records are dicts, results are texts, and a chain is undone by going back
to a copy of everything.
"""

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from typing import Any, Final, TypeAlias

Record: TypeAlias = dict[str, Any]
Result: TypeAlias = tuple[int, str]

LINKED: Final = 1
PENDING, POST, VOID, BALANCING_DEBIT, BALANCING_CREDIT, CLOSING_DEBIT, CLOSING_CREDIT = (
    1 << bit for bit in range(1, 8)
)
NO_MORE_DEBITS_THAN_CREDITS, NO_MORE_CREDITS_THAN_DEBITS, HISTORY, CLOSED = 1 << 1, 1 << 2, 1 << 3, 1 << 5
EVERYTHING: Final = 2**53 - 1
TOO_MUCH: Final = 2**63
FINAL: Final = (
    *("debit_account_not_found", "credit_account_not_found", "pending_transfer_not_found"),
    *("exceeds_credits", "exceeds_debits", "debit_account_already_closed", "credit_account_already_closed"),
)
USER_DATA: Final = ("user_data_128", "user_data_64", "user_data_32")


class LedgerModel:
    """All accounts and transfers, and what each request must answer."""

    def __init__(self) -> None:
        self.accounts: dict[str, Record] = {}
        self.transfers: dict[str, Record] = {}
        self.standing: dict[str, str] = {}
        self.failed: dict[str, str] = {}
        self.balances: dict[str, list[tuple[int, ...]]] = {}
        self.last: dict[str, int] = {}

    # Requests

    def create_accounts(self, asked: list[Record], now: int) -> list[Result]:
        """Return what becomes of accounts."""
        return self._request(asked, now, self._create_account)

    def create_transfers(self, asked: list[Record], now: int) -> list[Result]:
        """Return what becomes of transfers, with the timestamps that the ledger gives them."""
        involved = self.involved(asked)
        first = max([now, *(self.last[account] + 1 for account in involved)])
        results = self.create_transfers_at(asked, first)
        if any(_is_of_balances(status) for _, status in results):
            self.last |= dict.fromkeys(involved, first + len(asked) - 1)
        return results

    def create_transfers_at(self, asked: list[Record], first: int) -> list[Result]:
        """Return what becomes of transfers whose first timestamp is known."""
        return self._request(asked, first, self._create_transfer)

    def involved(self, asked: Iterable[Record]) -> set[str]:
        """Return the accounts that a request names, or that its pending transfers have."""
        involved: set[str] = set()
        for transfer in asked:
            pending = self.transfers.get(transfer["pending_id"])
            both = [transfer, pending] if pending and pending["id"] in self.standing else [transfer]
            involved |= {
                record[side] for record in both for side in ("debit_account_id", "credit_account_id")
            }
        return involved & self.accounts.keys()

    def expire(self, limit: int, now: int) -> int:
        """End what has expired, the earliest first; return how many."""
        due = sorted(
            (at, id_)
            for id_, how in self.standing.items()
            if how == "pending" and (at := self._expires_at(id_)) is not None and at <= now
        )[:limit]
        involved = {
            self.transfers[id_][side] for _, id_ in due for side in ("debit_account_id", "credit_account_id")
        }
        first = max([now, *(self.last[account] + 1 for account in involved)])
        for _, id_ in due:
            self.expire_one(id_)
        if due:
            self.last |= dict.fromkeys(involved, first + len(due) - 1)
        return len(due)

    def expire_one(self, id_: str) -> None:
        """End a pending transfer by time."""
        self.standing[id_] = "expired"
        self._release(self.transfers[id_])

    def _request(
        self, asked: list[Record], first: int, create: Callable[[Record, int], Result]
    ) -> list[Result]:
        """Answer a request, chain by chain."""
        results: list[Result] = []
        while len(results) < len(asked):
            chain = [asked[len(results)]]
            while chain[-1]["flags"] & LINKED and len(results) + len(chain) < len(asked):
                chain.append(asked[len(results) + len(chain)])
            results += self._chain(chain, first + len(results), create)
        return results

    def _chain(
        self, chain: list[Record], first: int, create: Callable[[Record, int], Result]
    ) -> list[Result]:
        before, results = deepcopy(self.__dict__), list[Result]()
        for at, event in enumerate(chain, first):
            is_open = event is chain[-1] and event["flags"] & LINKED
            if is_open:
                results.append((at, "linked_event_chain_open"))
            elif results and results[-1][1] != "created":
                results.append((at, "linked_event_failed"))
            elif event["timestamp"]:
                results.append((at, "timestamp_must_be_zero"))
            else:
                results.append(create(event, at))
        if len(chain) > 1 and any(status != "created" for _, status in results):
            self.__dict__.update(before)
            results = [
                (at, "linked_event_failed" if status == "created" else status) for at, status in results
            ]
        for event, (_, status) in zip(chain, results, strict=True):
            if status in FINAL:
                self.failed[event["id"]] = status
        return results

    # Accounts

    def _create_account(self, asked: Record, at: int) -> Result:
        existing = self.accounts.get(asked["id"])
        status = next(self._against_account(asked, existing), "created")
        if status == "exists" and existing:
            return existing["timestamp"], status
        if status == "created":
            self.accounts[asked["id"]] = asked | {"timestamp": at}
            self.balances[asked["id"]] = []
            self.last[asked["id"]] = at
        return at, status

    def _against_account(self, asked: Record, existing: Record | None) -> Iterator[str]:
        if asked["flags"] & ~0b101111:
            yield "reserved_flag"
        if not asked["id"]:
            yield "id_must_not_be_zero"
        if existing:
            for name in ("flags", *USER_DATA, "ledger", "code"):
                if asked[name] != existing[name]:
                    yield f"exists_with_different_{name}"
            yield "exists"
        yield from self._against_new_account(asked)

    def _against_new_account(self, asked: Record) -> Iterator[str]:
        if asked["flags"] & NO_MORE_DEBITS_THAN_CREDITS and asked["flags"] & NO_MORE_CREDITS_THAN_DEBITS:
            yield "flags_are_mutually_exclusive"
        for name in ("debits_pending", "debits_posted", "credits_pending", "credits_posted"):
            if asked[name]:
                yield f"{name}_must_be_zero"
        for name in ("ledger", "code"):
            if not asked[name]:
                yield f"{name}_must_not_be_zero"

    # Transfers

    def _create_transfer(self, asked: Record, at: int) -> Result:
        status = next(self._against_transfer(asked, at), "created")
        if status == "exists":
            return self.transfers[asked["id"]]["timestamp"], status
        if status == "created":
            self._record(asked, at)
        return at, status

    def _against_transfer(self, asked: Record, at: int) -> Iterator[str]:
        flags = asked["flags"]
        if flags >= 1 << 8:
            yield "reserved_flag"
        if not asked["id"]:
            yield "id_must_not_be_zero"
        if asked["id"] in self.transfers:
            yield from self._against_existing(asked, self.transfers[asked["id"]])
        if asked["id"] in self.failed:
            yield "id_already_failed"
        if flags & (POST | VOID):
            yield from self._against_pending(asked, at)
        else:
            yield from self._against_form(asked)
            yield from self._against_sides(asked)

    def _against_existing(self, asked: Record, existing: Record) -> Iterator[str]:
        for name in ("flags", "pending_id", "timeout"):
            if asked[name] != existing[name]:
                yield f"exists_with_different_{name}"
        meant = asked
        if asked["flags"] & (POST | VOID):
            meant = self._as_meant(asked, self.transfers[asked["pending_id"]])
        elif asked["flags"] & (BALANCING_DEBIT | BALANCING_CREDIT) and asked["amount"] > existing["amount"]:
            meant = asked | {"amount": existing["amount"]}
        for name in ("debit_account_id", "credit_account_id", "amount", *USER_DATA, "ledger", "code"):
            if meant[name] != existing[name]:
                yield f"exists_with_different_{name}"
        yield "exists"

    def _as_meant(self, asked: Record, pending: Record) -> Record:
        """Return a post or void with what it leaves to its pending transfer."""
        names = ("debit_account_id", "credit_account_id", *USER_DATA, "ledger", "code")
        meant = asked | {name: asked[name] or pending[name] for name in names}
        if asked["amount"] == (0 if asked["flags"] & VOID else EVERYTHING):
            meant["amount"] = pending["amount"]
        return meant

    def _against_form(self, asked: Record) -> Iterator[str]:
        for side in ("debit_account_id", "credit_account_id"):
            if not asked[side]:
                yield f"{side}_must_not_be_zero"
        if asked["debit_account_id"] == asked["credit_account_id"]:
            yield "accounts_must_be_different"
        if asked["pending_id"]:
            yield "pending_id_must_be_zero"
        if asked["timeout"] and not asked["flags"] & PENDING:
            yield "timeout_reserved_for_pending_transfer"
        if asked["flags"] & (CLOSING_DEBIT | CLOSING_CREDIT) and not asked["flags"] & PENDING:
            yield "closing_transfer_must_be_pending"
        for name in ("ledger", "code"):
            if not asked[name]:
                yield f"{name}_must_not_be_zero"

    def _against_sides(self, asked: Record) -> Iterator[str]:
        for side in ("debit_account", "credit_account"):
            if asked[f"{side}_id"] not in self.accounts:
                yield f"{side}_not_found"
        debit, credit = self._sides(asked)
        if debit["ledger"] != credit["ledger"]:
            yield "accounts_must_have_the_same_ledger"
        if asked["ledger"] != debit["ledger"]:
            yield "transfer_must_have_the_same_ledger_as_accounts"
        yield from self._against_closed(debit, credit)
        amount = self._cut(asked)
        yield from self._against_overflow(asked, amount)
        if debit["flags"] & NO_MORE_DEBITS_THAN_CREDITS and amount > _left(debit, "debits", "credits"):
            yield "exceeds_credits"
        if credit["flags"] & NO_MORE_CREDITS_THAN_DEBITS and amount > _left(credit, "credits", "debits"):
            yield "exceeds_debits"

    def _against_overflow(self, asked: Record, amount: int) -> Iterator[str]:
        debit, credit = self._sides(asked)
        for kind in ("pending", "posted"):
            if kind == "posted" or asked["flags"] & PENDING:
                for account, side in ((debit, "debits"), (credit, "credits")):
                    if account[f"{side}_{kind}"] + amount >= TOO_MUCH:
                        yield f"overflows_{side}_{kind}"
        for account, side in ((debit, "debits"), (credit, "credits")):
            if account[f"{side}_pending"] + account[f"{side}_posted"] + amount >= TOO_MUCH:
                yield f"overflows_{side}"

    def _against_closed(self, debit: Record, credit: Record) -> Iterator[str]:
        if debit["flags"] & CLOSED:
            yield "debit_account_already_closed"
        if credit["flags"] & CLOSED:
            yield "credit_account_already_closed"

    def _against_pending(self, asked: Record, at: int) -> Iterator[str]:
        others = PENDING | BALANCING_DEBIT | BALANCING_CREDIT | CLOSING_DEBIT | CLOSING_CREDIT
        if asked["flags"] & others or asked["flags"] & (POST | VOID) == POST | VOID:
            yield "flags_are_mutually_exclusive"
        if not asked["pending_id"]:
            yield "pending_id_must_not_be_zero"
        if asked["pending_id"] == asked["id"]:
            yield "pending_id_must_be_different"
        if asked["timeout"]:
            yield "timeout_reserved_for_pending_transfer"
        if asked["pending_id"] not in self.transfers:
            yield "pending_transfer_not_found"
        pending = self.transfers[asked["pending_id"]]
        yield from self._against_end(asked, pending, at)

    def _against_end(self, asked: Record, pending: Record, at: int) -> Iterator[str]:
        if pending["id"] not in self.standing:
            yield "pending_transfer_not_pending"
        meant = self._as_meant(asked, pending)
        for name in ("debit_account_id", "credit_account_id", "ledger", "code"):
            if meant[name] != pending[name]:
                yield f"pending_transfer_has_different_{name}"
        if meant["amount"] > pending["amount"]:
            yield "exceeds_pending_transfer_amount"
        if asked["flags"] & VOID and meant["amount"] < pending["amount"]:
            yield "pending_transfer_has_different_amount"
        how, expires_at = self.standing[pending["id"]], self._expires_at(pending["id"])
        if how != "pending":
            yield "pending_transfer_expired" if how == "expired" else f"pending_transfer_already_{how}"
        if expires_at is not None and at >= expires_at:
            yield "pending_transfer_expired"
        if asked["flags"] & POST:
            yield from self._against_closed(*self._sides(pending))

    def _record(self, asked: Record, at: int) -> None:
        """Do what a transfer asks for, which nothing is against."""
        transfer = asked | {"timestamp": at}
        if asked["flags"] & (POST | VOID):
            pending = self.transfers[asked["pending_id"]]
            transfer = self._as_meant(transfer, pending)
            self.standing[pending["id"]] = "posted" if asked["flags"] & POST else "voided"
            self._release(pending)
        else:
            transfer["amount"] = self._cut(asked)
        debit, credit = self._sides(transfer)
        if asked["flags"] & PENDING:
            self.standing[asked["id"]] = "pending"
            debit["debits_pending"] += transfer["amount"]
            credit["credits_pending"] += transfer["amount"]
            debit["flags"] |= CLOSED if asked["flags"] & CLOSING_DEBIT else 0
            credit["flags"] |= CLOSED if asked["flags"] & CLOSING_CREDIT else 0
        elif not asked["flags"] & VOID:
            debit["debits_posted"] += transfer["amount"]
            credit["credits_posted"] += transfer["amount"]
        self.transfers[asked["id"]] = transfer
        for account in (debit, credit):
            if account["flags"] & HISTORY:
                self.balances[account["id"]].append((at, *_sums(account)))

    def _release(self, pending: Record) -> None:
        debit, credit = self._sides(pending)
        debit["debits_pending"] -= pending["amount"]
        credit["credits_pending"] -= pending["amount"]
        if pending["flags"] & CLOSING_DEBIT:
            debit["flags"] ^= CLOSED
        if pending["flags"] & CLOSING_CREDIT:
            credit["flags"] ^= CLOSED

    def _cut(self, asked: Record) -> int:
        amounts: list[int] = [asked["amount"]]
        debit, credit = self._sides(asked)
        if asked["flags"] & BALANCING_DEBIT:
            amounts.append(max(0, _left(debit, "debits", "credits")))
        if asked["flags"] & BALANCING_CREDIT:
            amounts.append(max(0, _left(credit, "credits", "debits")))
        return min(amounts)

    def _sides(self, transfer: Record) -> tuple[Record, Record]:
        return self.accounts[transfer["debit_account_id"]], self.accounts[transfer["credit_account_id"]]

    def _expires_at(self, id_: str) -> int | None:
        pending = self.transfers[id_]
        return pending["timestamp"] + pending["timeout"] * 1_000_000 if pending["timeout"] else None


def _sums(account: Record) -> tuple[int, ...]:
    return tuple(
        account[f"{side}_{kind}"] for side in ("debits", "credits") for kind in ("pending", "posted")
    )


def _left(account: Record, side: str, other: str) -> int:
    """Return how much more of one side the other one has."""
    left: int = account[f"{other}_posted"] - account[f"{side}_posted"] - account[f"{side}_pending"]
    return left


def _is_of_balances(status: str) -> bool:
    return status == "created" or status in FINAL or status.startswith("overflows")
