"""Reads parameters as Stripe's clients write them: `a[b][0][c]=d`, in a body or in a query."""

import re
from typing import Any, Final
from urllib.parse import parse_qsl

from simulator.payments.refusal import wrong_parameter

MAX_AMOUNT: Final = 99_999_999
"""In minor units: eight digits."""

_NAME: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def read_form(text: str) -> dict[str, Any]:
    """Return the parameters of a body or query: texts, and dicts and lists of them.

    Raises:
        Refused: A name has no such form.
    """
    root: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        if (match := _NAME.fullmatch(name)) is None:
            raise wrong_parameter(name, "Invalid name.")
        _put(root, [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])], value)
    return {name: _with_lists(value) for name, value in root.items()}


def _put(root: dict[str, Any], path: list[str], value: str) -> None:
    place = root
    for part in path[:-1]:
        place = place.setdefault(part or str(len(place)), {})
        if not isinstance(place, dict):
            raise wrong_parameter(path[0], "It is both a text and a hash.")
    place[path[-1] or str(len(place))] = value


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    members = {name: _with_lists(member) for name, member in value.items()}
    return list(members.values()) if members and all(map(str.isdecimal, members)) else members


def amount_of(
    params: dict[str, Any], name: str, default: int | None = None, *, most: int = MAX_AMOUNT
) -> int:
    """Return an amount in minor units, or another positive number.

    Raises:
        Refused: It is missing, or no amount.
    """
    value = params.get(name, "" if default is None else str(default))
    if not (isinstance(value, str) and value.isdecimal() and 0 < int(value) <= most):
        raise wrong_parameter(name, f"Invalid positive integer: {value!r}")
    return int(value)


def text_of(params: dict[str, Any], name: str, default: str | None = None) -> str:
    """Return a text.

    Raises:
        Refused: It is missing, or no text.
    """
    value = params.get(name, default)
    if not isinstance(value, str) or (default is None and not value):
        raise wrong_parameter(name, f"Missing required param: {name}.")
    return value


def currency_of(params: dict[str, Any]) -> str:
    """Return a currency in small letters.

    Raises:
        Refused: It is missing, or no currency.
    """
    value = text_of(params, "currency").lower()
    if not re.fullmatch(r"[a-z]{3}", value):
        raise wrong_parameter("currency", f"Invalid currency: {value}")
    return value


def metadata_of(params: dict[str, Any]) -> dict[str, str]:
    """Return what a client has noted at an object.

    Raises:
        Refused: It is no hash of texts.
    """
    value = params.get("metadata") or {}
    if not isinstance(value, dict) or not all(isinstance(member, str) for member in value.values()):
        raise wrong_parameter("metadata", "Metadata must be a hash of texts.")
    return value
