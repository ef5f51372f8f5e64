"""Limits the number of values in a request's variables: the event loop coerces them one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.errors import InvalidDocument


def check_variables(variables: Mapping[str, Any], most: int) -> None:
    """Refuse variables with too many values, including items of lists and fields of objects.

    Raises:
        InvalidDocument: The variables have more than `most` values.
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
