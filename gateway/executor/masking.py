"""Shows clients the errors of subgraphs that are meant for them, and masks all others."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final

import structlog
from msgspec import Struct

from foundation.logs import cleaned, impersonal
from gateway.settings.subgraphs import MaskingSettings
from gateway.transport import MemoryTransport, Transport

GENERAL_CODE: Final = "DOWNSTREAM_SERVICE_ERROR"
"""The code of masked errors, and of errors without a code."""

EVERY_CODE: Final = "*"

_OWN: Final = frozenset({"code", "service"})
"""The extensions that the gateway itself adds to an error."""

_MAX_CODE_LENGTH: Final = 80
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


class OwnCode(str):
    """The code of an error that the gateway itself has put into a response; no subgraph can send one."""

    __slots__ = ()


class ShownError(Struct, frozen=True):
    """What a client sees of a subgraph's error.

    Attributes:
        message: The message.
        code: The value of `extensions.code`.
        extensions: Additional extensions.
        path: The path in the subgraph's response; None if it has none, or none that makes sense.
    """

    message: str
    code: str
    extensions: Mapping[str, Any]
    path: tuple[str | int, ...] | None


@dataclass(frozen=True, slots=True)
class ErrorMasking:
    """Decides what clients see of the errors of subgraphs.

    An error is shown if its code is in the list, because errors with that code are written for clients, or if
    its subgraph masks errors itself. Any other error may contain SQL, host names or other customers' data:
    the client gets a general message with an id, and the log has the id with the text.

    Attributes:
        codes: The codes of errors that are shown.
        extensions: The extensions that are passed on, besides the code.
        masked_at_source: The subgraphs that mask errors themselves.
        key: The key of the ids, so that nobody can derive them from a guessed text.
    """

    codes: frozenset[str] = frozenset()
    extensions: frozenset[str] = frozenset()
    masked_at_source: frozenset[str] = frozenset()
    key: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)

    @classmethod
    def of(
        cls, codes: Iterable[str], extensions: Iterable[str], masked_at_source: Iterable[str] = ()
    ) -> ErrorMasking:
        """Build the masking; the gateway's own extensions cannot be replaced."""
        return cls(frozenset(codes), frozenset(extensions) - _OWN, frozenset(masked_at_source))

    def shown(self, subgraph: str, errors: Sequence[object]) -> tuple[ShownError, ...]:
        """Return what a client sees of the errors of one response; masked errors are logged once.

        Args:
            subgraph: The name of the subgraph.
            errors: The errors as received.
        """
        entries = [error if isinstance(error, Mapping) else _NONE for error in errors]
        masked = [entry for entry in entries if not self._is_shown(subgraph, entry)]
        reference = self._logged(subgraph, masked) if masked else ""
        hidden = {id(entry) for entry in masked}
        return tuple(
            self._error(subgraph, entry, reference if id(entry) in hidden else "") for entry in entries
        )

    def _is_shown(self, subgraph: str, entry: Mapping[str, Any]) -> bool:
        code = _code(entry)
        if subgraph in self.masked_at_source or EVERY_CODE in self.codes or code in self.codes:
            return True
        return isinstance(code, OwnCode)

    def _error(self, subgraph: str, entry: Mapping[str, Any], reference: str) -> ShownError:
        given = _extensions(entry)
        passed = {name: given[name] for name in self.extensions if name in given}
        if reference:
            message = f"The service {subgraph} reported an error."
            return ShownError(message, GENERAL_CODE, {**passed, "id": reference}, _path(entry))
        text = entry.get("message")
        message = text if isinstance(text, str) else f"The service {subgraph} reported an error."
        return ShownError(message, _code(entry) or GENERAL_CODE, passed, _path(entry))

    def _logged(self, subgraph: str, masked: Sequence[Mapping[str, Any]]) -> str:
        """Log masked errors as one line with the first of them, and return its id.

        Equal texts have equal ids, so that an id is in the log even if repeated lines are dropped.
        """
        first = masked[0]
        code = impersonal(_code(first) or "", _MAX_CODE_LENGTH)
        text = first.get("message")
        message = impersonal(text) if isinstance(text, str) else ""
        digest = blake2b(f"{subgraph}\n{code}\n{message}".encode(), digest_size=6, key=self.key)
        reference = digest.hexdigest()
        # The id under which the subgraph has logged the error, if it did.
        at_source = _extensions(first).get("id")
        more = {"subgraph_id": cleaned(at_source, _MAX_CODE_LENGTH)} if isinstance(at_source, str) else {}
        structlog.get_logger("gateway").warning(
            "subgraph_error",
            service=subgraph,
            id=reference,
            code=code,
            message=message,
            errors=len(masked),
            **more,
        )
        return reference


def _extensions(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    extensions = entry.get("extensions")
    return extensions if isinstance(extensions, Mapping) else _NONE


def _code(entry: Mapping[str, Any]) -> str | None:
    code = _extensions(entry).get("code")
    return code if isinstance(code, str) else None


def _path(entry: Mapping[str, Any]) -> tuple[str | int, ...] | None:
    path = entry.get("path")
    if not isinstance(path, list) or not all(part.__class__ in {str, int} for part in path):
        return None
    return tuple(path)


def error_masking(settings: MaskingSettings, transports: Mapping[str, Transport]) -> ErrorMasking:
    """Return the masking; in-process subgraphs may mask their errors themselves."""
    return ErrorMasking.of(
        settings.codes,
        settings.extensions,
        [
            name
            for name, transport in transports.items()
            if isinstance(transport, MemoryTransport) and transport.masks_errors
        ],
    )
