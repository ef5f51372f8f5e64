"""Limits how many values a request's variables have: each is coerced, one by one, by the event loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.errors import InvalidDocument


def check_variables(variables: Mapping[str, Any], most: int) -> None:
    """Refuse variables of too many values, items of lists and fields of objects included.

    Raises:
        InvalidDocument: There are more.
    """
    found = 0
    pending: list[Any] = [variables]
    while pending:
        one = pending.pop()
        found += len(one)
        if found > most:
            message = f"The variables have more than {most} values, those in lists and objects included."
            raise InvalidDocument([{"message": message}], "TOO_MANY_VARIABLE_VALUES")
        below = one.values() if isinstance(one, Mapping) else one
        pending += [each for each in below if isinstance(each, dict | list)]
