"""Which headers of a client go on to subgraphs; names are in lower case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec import Struct

TRACE: Final = ("traceparent", "tracestate")
"""The headers of a trace. The second one is nothing without the first (W3C Trace Context, 3.3)."""

_PARENT: Final = TRACE[0].encode()
_STATE: Final = TRACE[1].encode()

_ENCODING: Final = "latin-1"
"""A header may contain any octet; this decoding preserves every one."""


_CONNECTION: Final = b"connection"
_USUAL: Final = frozenset({b"keep-alive", b"Keep-Alive", b"close", b"Upgrade", b"upgrade"})
"""The values of `Connection` that name no header that could be forwarded."""


class Forwarding(Struct, frozen=True):
    """Picks the headers that subgraphs may see.

    Attributes:
        names: The names of forwarded headers, each as bytes and as text.
        others: Returns whether to forward a header that is not among the names; None to forward no others.
        traces: Whether `traceparent` is forwarded, and `tracestate` with it.
        varies_by: Further headers from which something is made that subgraphs see; for caches, a reply to GET
            varies by them.
    """

    names: tuple[tuple[bytes, str], ...]
    others: Callable[[str], bool] | None = None
    traces: bool = False
    varies_by: tuple[str, ...] = ()

    @classmethod
    def of(cls, names: Iterable[str], others: Callable[[str], bool] | None = None) -> Forwarding:
        """Build the selection from names in lower case."""
        given = tuple(names)
        traces = TRACE[0] in given
        plain = [name for name in given if not (traces and name in TRACE)]
        return cls(tuple((name.encode(_ENCODING), name) for name in plain), others, traces)

    def pick(self, headers: Mapping[bytes, bytes]) -> dict[str, str]:
        """Return the forwarded headers that are present, but none that `Connection` names."""
        connection = headers.get(_CONNECTION)
        if connection is not None and connection not in _USUAL:
            headers = _end_to_end(headers, connection)
        picked: dict[str, str] = {}
        for name, text in self.names:
            if name in headers:
                picked[text] = headers[name].decode(_ENCODING)
        if self.traces and _PARENT in headers:
            picked[TRACE[0]] = headers[_PARENT].decode(_ENCODING)
            if _STATE in headers:
                picked[TRACE[1]] = headers[_STATE].decode(_ENCODING)
        if self.others is not None:
            for name, value in headers.items():
                text = name.decode(_ENCODING)
                if self.others(text):
                    picked[text] = value.decode(_ENCODING)
        return picked


def _end_to_end(headers: Mapping[bytes, bytes], connection: bytes) -> Mapping[bytes, bytes]:
    """Return the headers without those that concern this connection alone (RFC 9110, 7.6.1)."""
    named = {name.strip(b" \t").lower() for name in connection.split(b",")}
    return {name: value for name, value in headers.items() if name not in named}
