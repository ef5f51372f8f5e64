"""Plausible values for fields, by their types and names; equal for an equal key."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from graphql import GraphQLEnumType, GraphQLLeafType

MONDAY: Final = datetime(2026, 4, 6, tzinfo=UTC)
WEEK: Final = "2026-W15"
FALSE: Final = frozenset({"pending", "locked", "isDefault"})
"""Switches that are off by default; all others are on."""

TEXTS: Final = {
    "currency": "GBP",
    "timeZone": "Europe/London",
    "isoWeek": WEEK,
    "message": "A message for developers.",
    "version": "2026-1",
}


def number_of(*key: object) -> int:
    """Return a number from 0 to 2^32-1 that depends on the key alone."""
    return int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=4).digest())


def is_absent(name: str) -> bool:
    """Tell whether a field that may be null is null: reasons and notices say what is not as usual."""
    return name.lower().endswith(("reason", "notice"))


def leaf_value(type_: GraphQLLeafType, name: str, owner: str, key: tuple[object, ...], tick: int) -> Any:
    """Return a value of an enum or a scalar.

    Args:
        type_: The type.
        name: The field's name.
        owner: The type that has the field, and the number of the object in its list.
        key: Identifies the object.
        tick: The number of the event; some numbers grow with it.
    """
    chosen = number_of(key, name)
    if isinstance(type_, GraphQLEnumType):
        return list(type_.values)[chosen % len(type_.values)]
    simple: dict[str, Any] = {
        "Boolean": name not in FALSE,
        "Int": (chosen + 10 * tick) % 101 if name == "percent" else 1 + (chosen + tick) % 12,
        "Float": round(chosen % 1000 / 100, 2),
        "ID": f"{name}-{chosen % 1000}",
        "DateTime": _moment(name, chosen),
        "MinorUnits": minor_units(key, tick),
    }
    return simple[type_.name] if type_.name in simple else _text(name, owner, key, tick)


def minor_units(key: tuple[object, ...], tick: int) -> int:
    """Return an amount, in steps of half a pound."""
    return 50 * (1 + (number_of(key, "minor") + tick) % 100)


def _moment(name: str, chosen: int) -> str:
    days = {"startsAt": 0, "endsAt": 7, "locksAt": 6}.get(name, 1 + chosen % 5)
    return (MONDAY + timedelta(days=days)).isoformat()


def _text(name: str, owner: str, key: tuple[object, ...], tick: int) -> str:
    if name == "display":
        return f"£{minor_units(key, tick) / 100:.2f}"
    if name in TEXTS:
        return TEXTS[name]
    if name.lower().endswith("url"):
        return f"https://mock.example/{name}"
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", owner)
    if name in {"name", "title"}:
        return words
    return f"{words}: {re.sub(r'(?<=[a-z])(?=[A-Z])', ' ', name).lower()}."
