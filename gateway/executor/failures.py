"""The errors of a response in the client's terms, and the missing data that each error explains.

`gateway.executor.masking` decides what a client sees of a subgraph's own errors. The reason why a subgraph
could not be reached is only logged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import structlog
from msgspec.structs import replace

from gateway.errors import SubgraphUnreachable
from gateway.executor.masking import ShownError
from gateway.plan import Fetch, Names
from gateway.supergraph.selections import TYPENAME

Path = tuple[str | int, ...]

INVALID = "SUBGRAPH_INVALID_RESPONSE"
UNAUTHORIZED = "UNAUTHORIZED_FIELD_OR_TYPE"

MAX_ERRORS: Final = 1_000
"""The most errors in one response: a list of many items may lack a field in each of them."""


class Failure(msgspec.Struct, frozen=True):
    """One error of the client's response.

    Attributes:
        message: The message for the client.
        code: The value of `extensions.code`.
        service: The subgraph that caused the error; None for the gateway itself.
        path: The path in the client's terms; None if the error belongs to no field.
        extensions: Additional extensions, if any.
        lost: Paths of fields that are null because of it, without an error of their own.
        is_shared: Whether a subgraph said it of all its entities together: it stands once, at their list.
    """

    message: str
    code: str
    service: str | None
    path: Path | None
    extensions: Mapping[str, Any] | None = None
    lost: frozenset[Path] = frozenset()
    is_shared: bool = False

    def formatted(self) -> dict[str, Any]:
        """Return the entry of the response's `errors`."""
        entry: dict[str, Any] = {"message": self.message}
        if self.path is not None:
            entry["path"] = list(self.path)
        entry["extensions"] = {"code": self.code}
        if self.service is not None:
            entry["extensions"]["service"] = self.service
        if self.extensions:
            entry["extensions"] |= self.extensions
        return entry


def _nobody(_fetch: Fetch | None, _stored: Path) -> Sequence[str]:
    return ()


@dataclass(slots=True)
class Failures:
    """Collects failures, and records which missing data they explain.

    One error is kept for each field, as the specification demands. If the client did not select the failed
    field, the error goes to the fields that needed it, or else to its object.

    Attributes:
        explained: By path in the tree of data, why a value is missing. Executions that share the tree share
            it.
        services: Returns the subgraphs that had provided the value at a path in the tree of data before a
            fetch was sent.
        asking: The fetch whose representations are being built.
        interface_objects: The interfaces whose names subgraphs may return as the type of an object.
        in_parts: Whether the response is delivered in parts, each of which has the errors of its own items.
    """

    explained: dict[Path, Failure] = field(default_factory=dict)
    services: Callable[[Fetch | None, Path], Sequence[str]] = _nobody
    asking: Fetch | None = None
    interface_objects: frozenset[str] = frozenset()
    in_parts: bool = False
    _at_lists: list[Failure] = field(default_factory=list)
    _shown: dict[Path | None, Failure] = field(default_factory=dict)
    _hidden: list[Failure] = field(default_factory=list)
    _nulled: set[Path] = field(default_factory=set)
    _invalid: dict[tuple[str | None, str], Failure] = field(default_factory=dict)

    def add(self, failure: Failure, stored: Path | None = None, *, hidden: bool = False) -> None:
        """Record a failure.

        Args:
            failure: The failure; its path, in the client's terms, ends at the last field that the client
                selected.
            stored: The path of the missing value in the tree of data.
            hidden: Whether the client did not select the field itself.
        """
        if hidden:
            self._hidden.append(failure)
        else:
            self._shown.setdefault(failure.path, failure)
        if stored is not None:
            self._explain_above(stored, failure)

    def add_at_list(
        self, failure: Failure, missing: Iterable[tuple[Path, Path]], *, hidden: bool = False
    ) -> None:
        """Record one failure for many items of a list.

        Args:
            failure: The failure, at the client's path of the list.
            missing: For each missing value, its path in the client's terms and in the tree of data.
            hidden: Whether the client selected none of them.
        """
        (self._hidden if hidden else self._at_lists).append(failure)
        start = len(failure.path or ()) + 1
        for path, stored in missing:
            self._explain_above(stored, failure)
            self._nulled.update(path[:length] for length in range(start, len(path) + 1))

    def _explain_above(self, stored: Path, failure: Failure) -> None:
        for length in range(len(stored), 0, -1):
            self.explained.setdefault(stored[:length], failure)

    def explain(self, stored: Path, failure: Failure) -> None:
        """Record why a value is missing, without an error for the client yet."""
        self.explained.setdefault(stored, failure)

    def blame(self, stored: Path, what: str) -> Failure:
        """Return the failure for a value that violates GraphQL's rules; equal ones are logged once.

        Args:
            stored: The path of the value in the tree of data; of an object, if it ends at its `__typename`.
            what: What the value's subgraph did wrong.
        """
        services = self.services(self.asking, stored)
        service = services[0] if services else None
        known = self._invalid.get((service, what))
        if known is None:
            known = self._invalid[service, what] = invalid_response(service, what)
        return known

    def mark_nulled(self, path: Path) -> None:
        """Record that a field, at a path in the client's terms, is null because of the other failures."""
        self._nulled.add(path)

    def cause(self, stored: Path) -> Failure | None:
        """Return the failure at or below a path in the tree of data, if any."""
        return self.explained.get(stored)

    def hides_type(self, stored: Path, name: str) -> bool:
        """Return whether a failure is why only the interface of an object is known.

        Args:
            stored: The path of the object in the tree of data.
            name: The name of its type, as far as it is known.
        """
        return name in self.interface_objects and (*stored, TYPENAME) in self.explained

    @property
    def is_empty(self) -> bool:
        """Whether nothing has failed and nothing is missing."""
        return not (self.explained or self._shown or self._hidden or self._at_lists)

    def __iter__(self) -> Iterator[Failure]:
        shown = dict(self._shown)
        if self._hidden:
            paths = [*shown, *(failure.path for failure in self._at_lists)]
            told = {path[:length] for path in paths if path is not None for length in range(len(path) + 1)}
            for failure in self._hidden:
                if failure.path not in told:
                    shown.setdefault(failure.path, failure)
        failures = [*self._at_lists, *shown.values()]
        if failures and self._nulled:
            failures[0] = replace(failures[0], lost=frozenset(self._nulled))
        return iter(failures)


def translated(stored: Path, names: Names | None) -> tuple[Path, bool]:
    """Translate a path in the tree of data into the client's terms.

    Returns:
        The path down to the last field that the client selected, and whether anything was cut off.
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


def of_subgraph(error: ShownError, service: str) -> Failure:
    """Return the failure for a subgraph's error."""
    return Failure(error.message, error.code, service, None, error.extensions)


def unreachable(service: str, error: SubgraphUnreachable) -> Failure:
    """Return the failure for a subgraph that gave no response."""
    return Failure(f"The service {service} {error.message}.", error.code, service, None)


def invalid_response(service: str | None, what: str) -> Failure:
    """Log a response that violates GraphQL's rules, and return the failure for it."""
    structlog.get_logger("gateway").warning("subgraph_invalid_response", service=service, reason=what)
    return Failure(f"{f'The service {service}' if service else 'A service'} {what}.", INVALID, service, None)
