"""Values of mocked answers: those that a request asks for, and plausible ones, equal for an equal key.

A request asks by a header or its token: `{"Club.state": "MISSED"}`.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_non_null_type,
)

HEADER: Final = "x-mock"


def overrides_of(headers: Mapping[str, str], schema: GraphQLSchema) -> dict[str, Any]:
    """Return the wanted values by `Type.field`; those of the header take precedence over those of the token.

    Raises:
        GraphQLError: The header is not a JSON object, names a field that the schema does not have, or gives
            a field a value that its type does not have.
    """
    wanted = dict(claims_of(headers.get("authorization", "")).get("mock") or {})
    if HEADER in headers:
        wanted |= _read(headers[HEADER])
    for coordinate, value in wanted.items():
        type_name, _, name = coordinate.partition(".")
        field = getattr(schema.type_map.get(type_name), "fields", {}).get(name)
        if field is None:
            raise _refused(f"{HEADER} names {coordinate!r}, which the schema does not have")
        if not _fits(field.type, value):
            raise _refused(
                f"{HEADER} sets {coordinate} to {json.dumps(value)}; it is {_described(field.type)}"
            )
    return wanted


def _fits(type_: GraphQLOutputType, value: Any) -> bool:
    """Return whether a field of the type can be set to a value; objects only to null, lists of them to []."""
    match type_:
        case GraphQLNonNull():
            return value is not None and _fits(type_.of_type, value)
        case _ if value is None:
            return True
        case GraphQLList():
            return isinstance(value, list) and all(_fits(type_.of_type, item) for item in value)
        case GraphQLEnumType():
            return isinstance(value, str) and value in type_.values
        case GraphQLScalarType():
            return _serializes(type_, value)
    return False


def _serializes(type_: GraphQLScalarType, value: Any) -> bool:
    try:
        type_.serialize(value)
    except GraphQLError:
        return False
    return True


def _described(type_: GraphQLOutputType) -> str:
    """Return a type, with the values that it has or how else to set it."""
    named = get_named_type(type_)
    if isinstance(named, GraphQLEnumType):
        return f"{type_}, one of {', '.join(named.values)}"
    if not is_leaf_type(named):
        return f"{type_}: set the fields of {named}{'' if is_non_null_type(type_) else ', or null'}"
    return str(type_)


def claims_of(authorization: str) -> dict[str, Any]:
    """Return the claims of a bearer token, unverified; empty if there are none."""
    parts = authorization.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - of a token
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
    except (binascii.Error, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def token_of(claims: Mapping[str, Any]) -> str:
    """Return an unsigned token, which only mocked answers accept."""
    head, body = ({"alg": "none"}, claims)
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, body)
    ]
    return ".".join([*parts, "mocked"])


def _read(header: str) -> dict[str, Any]:
    try:
        wanted = json.loads(header)
    except ValueError:
        wanted = None
    if not isinstance(wanted, dict):
        raise _refused(f'{HEADER} is not a JSON object such as {{"Club.state": "MISSED"}}')
    return wanted


def _refused(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_USER_INPUT"})


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
