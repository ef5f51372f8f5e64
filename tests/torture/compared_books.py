"""Compares payments, once all is quiet: the processors' books, the ledger, and what customers are shown."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.funds.codes import AccountCode, house_account
from subgraphs.wallet.models import LEDGER, PAYMENTS
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.payments.payment import RECEIVED, Direction, PaymentState

PART: Final = "furlong_part"
END_STATES: Final = {"REFUSED", "DONE", "RETURNED", "FAILED"}
STATES: Final = {
    "succeeded": "done",
    "paid": "done",
    "failed": "failed",
    "needs_response": "open",
    "lost": "done",
    "won": "failed",
}
"""How a part stands here, by how it stands at a processor."""

EXPECTED_CASES: Final = {"dispute", "foreign", "owed", "unreadable"}


@dataclass(frozen=True)
class StoredPayments:
    """What the wallet has written down: rows, and what its ledger took from the house for customers.

    Attributes:
        lost: What the house has lost by each part that a bank, or somebody at a processor, took back.
    """

    payments: Mapping[str, Any]
    parts: Mapping[str, Any]
    cases: list[Any]
    lost: Mapping[str, int]

    @classmethod
    async def read(cls, database: Database) -> "StoredPayments":
        """Read everything."""
        async with database.read() as connection:
            payments = list(await connection.execute(select(PAYMENTS.payment)))
            parts = list(await connection.execute(select(PAYMENTS.part)))
            cases = list(await connection.execute(select(PAYMENTS.case)))
            transfers = {row.id: row.amount for row in await connection.execute(select(LEDGER.transfer))}
        lost = {
            part.part_id: transfers.get(f"{part.part_id}-rest", 0) - transfers.get(_returned(part.part_id), 0)
            for part in parts
        }
        return cls(
            {row.payment_id: row for row in payments}, {row.part_id: row for row in parts}, cases, lost
        )

    def parts_of(self, payment_id: str, *kinds: str) -> list[Any]:
        """Return the parts of a payment."""
        return [row for row in self.parts.values() if row.payment_id == payment_id and row.kind in kinds]

    def unfinished(self) -> list[tuple[str, ...]]:
        """Return the payments that are not over, or of which something is due."""
        return [
            (row.payment_id, row.direction, row.state, str(row.due_at), str(row.tries))
            for row in self.payments.values()
            if row.state not in END_STATES or row.due_at is not None
        ]

    def check_cases(self) -> None:
        """Each case has a reason that was caused on purpose, and each part that needs one has it."""
        kinds = Counter(case.kind for case in self.cases)
        assert set(kinds) <= EXPECTED_CASES, [case for case in self.cases if case.kind not in EXPECTED_CASES]
        subjects = {(case.kind, case.subject) for case in self.cases}
        for part in self.parts.values():
            if part.kind == "dispute":
                assert ("dispute", part.part_id) in subjects
            if part.part_id.startswith("x") and part.kind == "refund":
                assert ("foreign", part.part_id) in subjects

    def check_decisions(self, decisions: Mapping[str, str]) -> None:
        """The first decision of finance about a withdrawal stands."""
        words = {"approve": "approved", "reject": "rejected"}
        stored = {row.payment_id: row.decision for row in self.payments.values() if row.decision}
        assert stored == {name: words[kind] for name, kind in decisions.items()}


def _returned(part_id: str) -> str:
    return f"{part_id}-rest/back"


@dataclass(frozen=True)
class Believed:
    """What a processor believes.

    Attributes:
        state: Everything that it has, with its balance.
        lines: Its report: all that has moved.
    """

    name: str
    state: Mapping[str, Any]
    lines: list[Any]

    def named(self, what: str) -> dict[str, list[Any]]:
        """Return objects of a kind, by our id of the part."""
        found: dict[str, list[Any]] = defaultdict(list)
        for known in self.state[what]:
            if part := known["metadata"].get(PART, ""):
                found[part].append(known)
        return found

    @property
    def moved(self) -> int:
        """Return what it has of ours, before its fees."""
        return sum(line["amount"] for line in self.lines)

    def check(self, stored: StoredPayments) -> None:
        """Each part is there once, and stands as we know it; so does what others have done."""
        ours = {row.part_id: row for row in stored.parts.values() if row.processor == self.name}
        assert self.moved - sum(line["fee"] for line in self.lines) == self.state["balance"].get("gbp", 0)
        self._check_charges(ours)
        for what, kind in (("refunds", "refund"), ("payouts", "payout")):
            there = self.named(what)
            for part_id, [known] in _once(there):  # nothing is sent twice
                part = ours[part_id]
                assert (part.kind, part.reference, part.amount_minor) == (kind, known["id"], known["amount"])
                assert part.state == STATES[known["status"]], (part, known)
            sent = {row.part_id for row in ours.values() if row.kind == kind and row.state == "done"}
            assert {part for part in sent if not part.startswith("x")} <= set(there)
        by_reference = {row.reference: row for row in ours.values() if row.part_id.startswith("x")}
        foreign = [refund for refund in self.state["refunds"] if PART not in refund["metadata"]]
        others = [*foreign, *self.state["disputes"]]
        assert set(by_reference) == {known["id"] for known in others}
        for known in others:
            part = by_reference[known["id"]]
            assert (part.state, part.amount_minor) == (STATES[known["status"]], known["amount"]), (
                part,
                known,
            )

    def _check_charges(self, ours: Mapping[str, Any]) -> None:
        assert all(session["status"] != "open" for session in self.state["sessions"])
        for part_id, [_session] in _once(self.named("sessions")):
            assert ours[part_id].kind == "charge"
        paid = [charge for charge in self.state["charges"] if charge["paid"]]
        amounts = {charge["metadata"][PART]: charge["amount"] for charge in paid}
        assert len(amounts) == len(paid)
        charged = {row.part_id: row for row in ours.values() if row.kind == "charge"}
        known = {name: row.amount_minor for name, row in charged.items() if row.state == "done"}
        assert known == amounts
        assert all(row.state == "failed" for name, row in charged.items() if name not in amounts)


def _once(found: Mapping[str, list[Any]]) -> Iterable[tuple[str, list[Any]]]:
    """Yield what was found for each part, of which there is one."""
    for part_id, known in found.items():
        assert len(known) == 1, (part_id, known)
        yield part_id, known


def check_payments(stored: StoredPayments) -> None:
    """Each payment is what its parts have moved, and no more."""
    owed = {case.subject for case in stored.cases if case.kind == "owed"}
    for row in stored.payments.values():
        assert row.state in END_STATES, row
        if row.direction == Direction.DEPOSIT:
            _check_deposit(stored, row, owed)
            continue
        sent = sum(
            part.amount_minor
            for part in stored.parts_of(row.payment_id, "refund", "payout")
            if _is_done(part)
        )
        assert sent <= row.amount_minor - row.fee_minor
        assert (sent > 0) == (row.state == PaymentState.DONE), row
        assert not sent or not row.review or row.decision == "approved"


def _check_deposit(stored: StoredPayments, row: Any, owed: set[str]) -> None:
    paid = [part for part in stored.parts_of(row.payment_id, "charge") if _is_done(part)]
    received = [part.amount_minor for part in paid if part.admission == RECEIVED]
    assert received == ([row.amount_minor] if row.state == PaymentState.DONE else []), row
    assert bool(paid) == (row.state in {PaymentState.DONE, PaymentState.RETURNED}), row
    for part in paid:
        if part.admission != RECEIVED:
            back = stored.parts[f"{part.part_id}r"]
            assert back.amount_minor == part.amount_minor
            assert _is_done(back) or back.part_id in owed, back


def _is_done(part: Any) -> bool:
    return bool(part.state == "done")


def expected_cash(stored: StoredPayments, owner: Owner) -> int:
    """Return what a customer has, by the parts of their payments alone."""
    cash = 0
    for row in stored.payments.values():
        if (row.brand_id, row.customer_id) != owner:
            continue
        if row.direction == Direction.DEPOSIT:
            cash += row.amount_minor - row.fee_minor if row.state == PaymentState.DONE else 0
        else:
            sent = [
                part.amount_minor
                for part in stored.parts_of(row.payment_id, "refund", "payout")
                if _is_done(part)
            ]
            cash -= sum(sent) + (row.fee_minor if sent else 0)
        for part in stored.parts_of(row.payment_id, "refund", "dispute"):
            is_taken = part.state in {"open", "done"} and part.part_id.startswith("x")
            cash -= part.amount_minor - stored.lost[part.part_id] if is_taken else 0
    return cash


async def has(wallet: OpenedWallet, owner: Owner) -> int:
    """Return what a customer may use, by the ledger."""
    accounts = [known.id for known in await wallet.accounts.of(owner) if known.code is AccountCode.CASH]
    found = await wallet.ledger.lookup_accounts(accounts)
    return sum(sums.credits_posted - sums.debits_posted - sums.debits_pending for sums in found)


async def at_processors(wallet: OpenedWallet, brand: str, currency: str) -> int:
    """Return what we have at processors, by the ledger."""
    found = await wallet.ledger.lookup_accounts([house_account(brand, currency, AccountCode.PAYMENTS)])
    return sum(sums.debits_posted - sums.credits_posted for sums in found)
