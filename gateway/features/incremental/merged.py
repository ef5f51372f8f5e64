"""Merges the parts of a response into the response that it would be as a whole."""

from __future__ import annotations

from typing import Any

from gateway.executor.failures import Path
from gateway.executor.merge import copied
from gateway.features.incremental.payloads import Payload


class MergedResponse:
    """A response of which parts are added one after the other, as copies: they are still to be sent."""

    __slots__ = ("_data", "_errors")

    def __init__(self) -> None:
        self._data: dict[str, Any] | None = None
        self._errors: list[Any] = []

    def add(self, payload: Payload) -> None:
        """Add a part.

        Raises:
            LookupError: The part belongs to something that no earlier part has delivered.
        """
        if payload.initial is not None:
            self._data = _copy(payload.initial["data"])
            self._errors += payload.initial.get("errors", ())
        for each in payload.increments:
            self._errors += each.errors
            if each.items is not None:
                self._at(each.path[:-1]).extend(_copy(each.items))
            else:
                self._at(each.path).update(_copy(each.data or {}))
        for ended in payload.completed:
            self._errors += ended.errors

    def body(self) -> dict[str, Any]:
        """Return the response."""
        return {"errors": self._errors, "data": self._data} if self._errors else {"data": self._data}

    def _at(self, path: Path) -> Any:
        value: Any = self._data
        for part in path:
            value = value[part]
        return value


def _copy(value: Any) -> Any:
    return copied({"value": value})["value"]
