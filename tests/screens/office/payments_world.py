"""What the screens of payments ask for, in the fixed office: a deposit's story, refunds, processors, days."""

from typing import Any, Final

from tests.screens.office.fixed_present import BRAND, ago, page_of

PAYMENT: Final = "pqk3v7xw2m5l4abcdefghijklma"


def line(kind: str, minutes: float, **others: Any) -> dict[str, Any]:
    """Return a line of a story, some minutes after the payment was asked for."""
    empty = {"processor": "", "part": "", "state": "", "amountMinor": None, "words": "", "by": ""}
    return {"at": ago(minutes=300 - minutes), "kind": kind, **empty, **others}


def deposit() -> dict[str, Any]:
    """Return a deposit that was paid, and of which two people have sent something back."""
    charge = {"processor": "stripe-uk", "part": "charge", "amountMinor": 10_000}
    refund = {"processor": "stripe-uk", "part": "refund", "amountMinor": 4_000}
    decided = {"by": "Fiona, Felix", "words": "She deposited twice by mistake, and asked for it back"}
    return {
        "id": PAYMENT,
        "customer": f"{BRAND}:c-1003",
        "direction": "DEPOSIT",
        "state": "DONE",
        "methodId": "card",
        "currency": "GBP",
        "amountMinor": 10_000,
        "feeMinor": 0,
        "askedAt": ago(hours=5),
        "story": [
            line("ASKED", 0, amountMinor=10_000),
            line("CHOSEN", 0, words="stripe-ie: no, it is not for GB"),
            line("CHOSEN", 0, words="stripe-uk: yes, as number 1 for card"),
            line("CHOSEN", 0, words="stripe-eu: only after the others, it has not answered lately"),
            line("SENT", 0, **charge),
            line("SAID", 2, state="done", words="received", **charge),
            line("BOOKED", 2, part="charge", state="moved", amountMinor=10_000),
            line("REFUND_DECIDED", 180, amountMinor=4_000, **decided),
            line("BOOKED", 180, part="refund", state="kept", amountMinor=4_000),
            line("SENT", 180, **refund),
            line("SAID", 181, state="processing", **refund),
        ],
    }


def listed_payment(number: int, direction: str, state: str, **others: Any) -> dict[str, Any]:
    """Return a payment in the list."""
    return {
        "id": f"p{number}k3v7xw2m5l4abcdefghijklma",
        "customer": f"{BRAND}:c-{number}",
        "direction": direction,
        "state": state,
        "methodId": "card",
        "processors": ["stripe-uk"],
        "currency": "GBP",
        "amountMinor": 10_000,
        "askedAt": ago(hours=5),
        **others,
    }


def refund(number: int, **others: Any) -> dict[str, Any]:
    """Return a refund that two people decided."""
    return {
        "id": f"r{number}",
        "customer": f"{BRAND}:c-{number}",
        "paymentId": PAYMENT,
        "currency": "GBP",
        "amountMinor": 4_000,
        "reason": "She deposited twice by mistake, and asked for it back",
        "decidedBy": "Fiona, Felix",
        "decidedAt": ago(hours=2),
        "state": "SENDING",
        "refusal": None,
        **others,
    }


def route(name: str, **others: Any) -> dict[str, Any]:
    """Return a method by which customers pay at a processor."""
    return {
        "methodId": name.lower(),
        "name": name,
        "direction": "DEPOSIT",
        "place": 1,
        "places": 3,
        "brands": [],
        "countries": [],
        "currencies": ["GBP"],
        "maximumMinor": None,
        **others,
    }


def processor(name: str, **others: Any) -> dict[str, Any]:
    """Return how a processor does."""
    return {
        "id": name,
        "enabled": True,
        "routes": [],
        "answeredAt": ago(minutes=2),
        "movedAt": ago(minutes=4),
        "doubtful": 0,
        "doubtfulSince": None,
        "underWay": 0,
        "underWaySince": None,
        "failures": [],
        **others,
    }


def compared(name: str, day: str, *cases: tuple[str, int, int]) -> dict[str, Any]:
    """Return a compared day with cases: kind, how many, and how many of them wait."""
    unknown = sum(count for kind, count, _ in cases if kind == "UNKNOWN")
    return {
        "id": f"{name}:{day}",
        "processor": name,
        "day": day,
        "lines": 412,
        "matched": 412 - unknown,
        "cases": [{"kind": kind, "cases": count, "waiting": waiting} for kind, count, waiting in cases],
        "comparedAt": ago(hours=8),
    }


def payments_world() -> dict[str, Any]:
    """Return what the screens of payments ask for."""
    failures = [{"reason": "card_declined", "parts": 14}, {"reason": "insufficient_funds", "parts": 9}]
    return {
        "financePayment": deposit(),
        "financePayments": page_of(
            [
                listed_payment(
                    1002, "WITHDRAWAL", "REVIEW", methodId="bank", processors=[], askedAt=ago(hours=1)
                ),
                listed_payment(1003, "DEPOSIT", "DONE", id=PAYMENT),
                listed_payment(1001, "DEPOSIT", "FAILED", amountMinor=2_550, askedAt=ago(hours=9)),
                listed_payment(1001, "WITHDRAWAL", "SENDING", id="pw", methodId="bank", askedAt=ago(hours=9)),
            ]
        ),
        "customerPayments": [deposit()],
        "refundableCharges": [
            {
                "id": f"{PAYMENT}-c1",
                "processor": "stripe-uk",
                "currency": "GBP",
                "amountMinor": 10_000,
                "leftMinor": 6_000,
                "cashMinor": 2_250,
                "owed": False,
            }
        ],
        "financeRefunds": page_of(
            [
                refund(1003),
                refund(1001, state="DONE", reason="The card was her brother's"),
                refund(1002, state="REFUSED", refusal="INSUFFICIENT_FUNDS"),
            ]
        ),
        "paymentProcessors": [
            processor("stripe-eu", doubtful=3, doubtfulSince=ago(minutes=9), routes=[route("Card", place=3)]),
            processor(
                "stripe-ie",
                enabled=False,
                answeredAt=None,
                routes=[route("Card", countries=["IE"])],
            ),
            processor(
                "stripe-uk",
                underWay=1,
                underWaySince=ago(hours=2),
                routes=[route("Card", place=2, maximumMinor=100_000)],
                failures=failures,
            ),
        ],
        "paymentComparisons": page_of(
            [
                compared("stripe-eu", "2026-11-24"),
                compared("stripe-uk", "2026-11-24", ("MISSING", 1, 1)),
                compared("stripe-uk", "2026-11-23", ("DIFFERENT", 1, 0), ("UNKNOWN", 2, 0)),
            ]
        ),
    }
