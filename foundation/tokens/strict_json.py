"""Reads JSON objects, and rejects what two parsers may read differently."""

import json
from typing import Any, NoReturn

import orjson


def read_object(text: bytes) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        ValueError: It is not an object in UTF-8, a name is repeated in an object, or it is nested too deeply.
    """
    orjson.loads(text)  # refuses what Python's own parser accepts: lone surrogates, other encodings
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - the text is wrong, not the type of an argument
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is repeated")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
