"""What finance's screens ask for, in the fixed office: days, what one stopped, what waits."""

from typing import Any

from tests.screens.office.fixed_present import BRAND, ago, page_of
from tests.screens.office.payments_world import payments_world


def position(account: str, opening: int, movements: list[tuple[str, int, int, int]]) -> dict[str, Any]:
    """Return a position in pounds with movements: code, debits, credits and transfers."""
    change = sum(added - taken for _, taken, added, _ in movements)
    return {
        "id": f"{BRAND}:GBP:{account}",
        "brand": BRAND,
        "currency": "GBP",
        "account": account,
        "openingMinor": opening,
        "closingMinor": opening + change,
        "movements": [
            {"code": code, "debitsMinor": taken, "creditsMinor": added, "transfers": transfers}
            for code, taken, added, transfers in movements
        ],
    }


def close(day: str, sequence: int, **others: Any) -> dict[str, Any]:
    """Return the close of a day."""
    return {
        "id": day,
        "day": day,
        "sequence": sequence,
        "closedAt": ago(hours=14),
        "hash": "5d41402abc4b2a76" * 4,
        "signed": True,
        "begins": "",
        "transfers": 18_204,
        "differences": [],
        "positions": [
            position("CASH", 4_120_050, [("DEPOSIT", 0, 812_000, 402), ("STAKE", 655_310, 0, 17_411)]),
            position("FREE_BET", 61_000, [("FREE_BET", 0, 4_500, 9)]),
            position("PAYMENTS", -4_181_050, [("DEPOSIT", 812_000, 0, 402)]),
        ],
        **others,
    }


def correction(number: int, **others: Any) -> dict[str, Any]:
    """Return a correction that two people decided."""
    return {
        "id": f"c{number}",
        "customer": f"{BRAND}:c-{number}",
        "currency": "GBP",
        "amountMinor": 500,
        "credit": "",
        "reason": "The processor paid it in twice, says its report of Monday",
        "proposedBy": "Fiona",
        "approvedBy": "Felix",
        "decidedAt": ago(hours=5),
        "state": "APPLIED",
        "refusal": None,
        "settledAt": ago(hours=5),
        **others,
    }


def finance_world() -> dict[str, Any]:
    """Return what finance's screens ask for."""
    differs = {
        "words": "Account 9f31, GBP: debits_posted is not the sum of transfers: "
        "12.50 is recorded, 10.00 follows.",
        "currency": "GBP",
        "accountId": "9f31",
    }
    return {
        **payments_world(),
        "financeCloses": page_of(
            [
                close("2026-11-24", 3),
                close("2026-11-23", 2, differences=[differs], signed=False),
                close("2026-11-22", 1, begins="a backup was restored"),
            ]
        ),
        "financeHolds": [
            {"id": "1", "currency": "GBP", "day": "2026-11-23", "differences": 1, "heldAt": ago(days=1)}
        ],
        "financeWaiting": {
            "checks": 1,
            "corrections": 1,
            "withdrawals": 1,
            "cases": 2,
            "differingDays": 1,
        },
        "financeCorrections": page_of(
            [
                correction(1003, state="WAITING", settledAt=None),
                correction(1001),
                correction(1002, amountMinor=-1_250, state="REFUSED", refusal="INSUFFICIENT_FUNDS"),
            ]
        ),
        "financeWithdrawals": page_of(
            [
                {
                    "id": "p1",
                    "customer": f"{BRAND}:c-1003",
                    "methodId": "back",
                    "currency": "GBP",
                    "amountMinor": 75_000,
                    "review": "above the amount that is paid without a look",
                    "askedAt": ago(hours=3),
                }
            ]
        ),
        "paymentCases": page_of(
            [
                {
                    "id": "c1",
                    "kind": "MISSING",
                    "processor": "stripe-uk",
                    "paymentId": "pqk3v7xw2m5l4abcdefghijklma",
                    "currency": "GBP",
                    "amountMinor": 2_000,
                    "details": [{"name": "expected_minor", "value": "2000"}],
                    "openedAt": ago(days=1),
                },
                {
                    "id": "c2",
                    "kind": "DISPUTE",
                    "processor": "stripe-uk",
                    "paymentId": "",
                    "currency": "GBP",
                    "amountMinor": 5_000,
                    "details": [{"name": "reference", "value": "dp_3f7a"}],
                    "openedAt": ago(hours=20),
                },
            ]
        ),
        "financialChecks": page_of(
            [
                {
                    "id": "k1",
                    "customer": f"{BRAND}:c-1002",
                    "dueAt": ago(days=2),
                    "currency": "GBP",
                    "netMinor": 100_250,
                }
            ]
        ),
    }
