"""What went wrong while fetching, in the client's terms, and what became of it.

Of a subgraph's GraphQL error the message and `extensions.code` are passed on: they are written for clients.
Everything else of its extensions is dropped, and why a subgraph could not be reached only operators learn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.plan import Names

Path = tuple[str | int, ...]

UNREACHABLE = "SUBGRAPH_UNREACHABLE"
INVALID = "SUBGRAPH_INVALID_RESPONSE"
DOWNSTREAM = "DOWNSTREAM_SERVICE_ERROR"


@dataclass(frozen=True, slots=True)
class Failure:
    """One error of the answer.

    Attributes:
        message: For the client.
        code: For `extensions.code`.
        service: The subgraph that it comes from; None for the gateway's own.
        path: In the client's terms; None if it belongs to no field.
    """

    message: str
    code: str
    service: str | None
    path: Path | None

    def formatted(self) -> dict[str, Any]:
        """The entry for `errors`."""
        entry: dict[str, Any] = {"message": self.message}
        if self.path is not None:
            entry["path"] = list(self.path)
        entry["extensions"] = {"code": self.code}
        if self.service is not None:
            entry["extensions"]["service"] = self.service
        return entry


@dataclass(slots=True)
class Failures:
    """Collects failures and remembers which data they explain.

    One error a field is kept, as the specification wants. A failure of a field that the client did not ask
    for is shown at the fields that needed it, or else at the object it belongs to.
    """

    _shown: dict[Path | None, Failure] = field(default_factory=dict)
    _hidden: list[Failure] = field(default_factory=list)
    _explained: dict[Path, Failure] = field(default_factory=dict)

    def add(self, failure: Failure, stored: Path | None = None, *, hidden: bool = False) -> None:
        """Record a failure.

        Args:
            failure: With its path in the client's terms, cut off where the client cannot see further.
            stored: Where the missing value would lie in the tree of data.
            hidden: Whether the field itself is none of the client's.
        """
        if hidden:
            self._hidden.append(failure)
        else:
            self._shown.setdefault(failure.path, failure)
        if stored is not None:
            for length in range(len(stored), 0, -1):
                self._explained.setdefault(stored[:length], failure)

    def explain(self, stored: Path, failure: Failure) -> None:
        """Remember why a value is missing, of which the client has not been told yet."""
        self._explained.setdefault(stored, failure)

    def cause(self, stored: Path) -> Failure | None:
        """The failure at or below a place in the tree of data, if there was one."""
        return self._explained.get(stored)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has failed, and nothing is missing."""
        return not (self._explained or self._shown or self._hidden)

    def __iter__(self) -> Iterator[Failure]:
        shown = dict(self._shown)
        told = {path[:length] for path in shown if path is not None for length in range(len(path) + 1)}
        for failure in self._hidden:
            if failure.path not in told:
                shown.setdefault(failure.path, failure)
        return iter(shown.values())


def translated(stored: Path, names: Names | None) -> tuple[Path, bool]:
    """A path below a place, in the client's terms.

    Returns:
        The path as far as the client can see, and whether it was cut off.
    """
    path: list[str | int] = []
    for part in stored:
        if isinstance(part, int):
            path.append(part)
            continue
        response = None if names is None else names.responses.get(part)
        if names is None or response is None:
            return tuple(path), True
        path.append(response)
        names = names.below.get(part)
    return tuple(path), False


def of_subgraph(error: object, service: str) -> Failure:
    """A subgraph's error, with its message and code and nothing else of it."""
    entry: Mapping[str, Any] = error if isinstance(error, Mapping) else {}
    extensions = entry.get("extensions")
    code = extensions.get("code") if isinstance(extensions, Mapping) else None
    message = entry.get("message")
    return Failure(
        message=message if isinstance(message, str) else "The service reported an error.",
        code=code if isinstance(code, str) else DOWNSTREAM,
        service=service,
        path=None,
    )


def unreachable(service: str) -> Failure:
    """The error for a subgraph that gave no answer."""
    return Failure(f"The service {service} could not be reached.", UNREACHABLE, service, None)


def invalid(service: str, what: str) -> Failure:
    """The error for an answer that breaks the rules."""
    return Failure(f"The service {service} {what}.", INVALID, service, None)


def at(failure: Failure, path: Path | None) -> Failure:
    """The same failure at another path."""
    return replace(failure, path=path)
