"""What administrators' screens ask for, in the fixed office: accounts, and what was done by them."""

from typing import Any

from backoffice.audit.words import ACTIONS, action_in_words, thing_in_words
from tests.screens.office.fixed_present import BRAND, ago, page_of


def account(name: str, role: str, **others: Any) -> dict[str, Any]:
    """Return an account."""
    return {
        "id": f"u-{name.lower()}",
        "login": f"{name.lower()}@office.example",
        "name": name,
        "person": f"{name.lower()}@office.example",
        "status": "ACTIVE",
        "secondFactor": True,
        "passwordExpired": False,
        "external": False,
        "roles": [{"brand": "*", "role": role}],
        "revision": 2,
        "createdAt": ago(days=40),
        "updatedAt": ago(days=3),
        **others,
    }


def entry(number: int, name: str, action: str, subject: str, **others: Any) -> dict[str, Any]:
    """Return an entry of the audit log."""
    return {
        "id": str(number),
        "at": ago(minutes=17 * number),
        "userId": f"u-{name.lower()}",
        "person": f"{name.lower()}@office.example",
        "name": name,
        "address": "192.0.2.7",
        "action": action,
        "actionName": action_in_words(action),
        "brand": BRAND,
        "subject": subject,
        "subjectKind": thing_in_words(subject),
        "before": None,
        "after": {"state": "APPROVED"},
        "reason": None,
        "hash": "5d41402abc4b2a76" * 4,
        **others,
    }


def people_world() -> dict[str, Any]:
    """Return what administrators' screens ask for."""
    return {
        "users": page_of(
            [
                account("Edith", "EDITOR"),
                account("Olga", "OPERATOR"),
                account("Sam", "SUPPORT", secondFactor=False, roles=[{"brand": BRAND, "role": "SUPPORT"}]),
                account("Tom", "TRADER", status="DISABLED"),
            ]
        ),
        "auditActions": [{"id": code, "name": name} for code, name in ACTIONS.items()],
        "addUser": {"initialPassword": "a-word-shown-once", "user": account("Zoe", "EDITOR")},
        "audit": page_of(
            [
                entry(
                    1,
                    "Olga",
                    "operations.switch_off",
                    f"switch:reward:{BRAND}:bb-50",
                    reason="Its price was wrong",
                ),
                entry(2, "Edith", "content.submit", f"content:{BRAND}:cash-2", reason="It says what it is"),
                entry(3, "Sam", "support.look_at_customer", f"customer:{BRAND}:c-1003"),
                entry(4, "Ada", "people.add", "user:u-sam", brand=None),
            ]
        ),
    }
