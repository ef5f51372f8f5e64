"""The books of a simulated processor: what it has, what it tells of it, and what has moved."""

from dataclasses import dataclass
from typing import Any, Final

from foundation.storage.clock import Clock
from simulator.payments.faults import PaymentFaults
from simulator.payments.refusal import missing
from simulator.payments.store import Object, Store

API_VERSION: Final = "2026-10-28.endive"
CATEGORIES: Final = {
    "charge": "charge",
    "refund": "refund",
    "refund_failure": "refund_failure",
    "payout": "payout",
    "payout_failure": "payout_reversal",
    "adjustment": "dispute",
}
"""The reporting category of each type of line."""


@dataclass(frozen=True, slots=True)
class Books:
    """The books.

    Attributes:
        clock: Tells when things happen.
        settle_seconds: How long refunds and payouts are pending; None for until a request says so.
    """

    store: Store
    clock: Clock
    faults: PaymentFaults
    settle_seconds: float | None = 2.0

    def now(self) -> int:
        """Return the instant, in seconds since the epoch."""
        return int(self.clock.now().timestamp())

    def add(self, kind: str, **members: Any) -> Object:
        """Add an object that is made now."""
        return self.store.add(kind, self.now(), members)

    def change(self, changed: Object, **members: Any) -> Object:
        """Change an object, and return it."""
        changed.update(members)
        self.store.put(changed)
        return changed

    def get(self, kind: str, name: str) -> Object:
        """Return an object.

        Raises:
            Refused: There is none.
        """
        known = self.store.find(name)
        if known is None or known["object"] != kind:
            raise missing(kind, name)
        return known

    def tell(self, name: str, about: Object) -> None:
        """Add an event, and send it."""
        event = self.add(
            "event",
            api_version=API_VERSION,
            type=name,
            data={"object": shown(about)},
            pending_webhooks=1,
            request={"id": None, "idempotency_key": None},
        )
        self.store.deliver(event["id"])

    def settle_later(self, pending: Object) -> None:
        """Let something become of a refund or payout later."""
        if self.settle_seconds is not None:
            self.store.wait(pending["id"], self.now() + int(self.settle_seconds))

    def move(self, name: str, source: Object, amount: int, fee: int = 0, *, category: str = "") -> str:
        """Add a line of what has moved, and return its id.

        Args:
            name: Its type.
            source: What it is of.
            amount: In minor units; negative if it has gone.
            fee: What the processor keeps.
            category: Its reporting category, if it is not the usual one of its type.
        """
        members = _line(name, source, amount, fee) | {"reporting_category": category or CATEGORIES[name]}
        if self.faults.take("report_misses"):
            members["_spoiled"] = "missing"
        elif self.faults.take("report_differs"):
            members |= {"amount": amount + 1, "net": amount + 1 - fee, "_spoiled": "differs", "_true": amount}
        line = self.add("balance_transaction", **members)
        if self.faults.take("report_unknown"):
            unknown = _line(name, source | {"id": f"{source['id'][:2]}_unknown"}, amount, 0)
            self.add("balance_transaction", **unknown, _spoiled="unknown", reporting_category=name)
        return str(line["id"])


def _line(name: str, source: Object, amount: int, fee: int) -> Object:
    kept = {"amount": fee, "currency": source["currency"], "description": "Processing fees"}
    return {
        "amount": amount,
        "available_on": source["created"],
        "currency": source["currency"],
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [kept | {"application": None, "type": "stripe_fee"}] if fee else [],
        "net": amount - fee,
        "source": source["id"],
        "status": "available",
        "type": name,
    }


def shown(known: Object) -> Object:
    """Return an object as the API shows it."""
    return {name: value for name, value in known.items() if not name.startswith("_")}
