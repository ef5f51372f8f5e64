"""What is signed: the profile of RFC 9421 that gateway and subgraphs use, and the signed text."""

from collections.abc import Iterable
from typing import Final

TAG: Final = "furlong-subgraph"
"""The signature's `tag` (RFC 9421, section 2.3): signatures for other purposes have other tags."""

LABEL: Final = "gateway"
"""The signature's name in the headers; verifiers find the signature by its tag instead."""

AUDIENCE: Final = "subgraph-name"
"""The header that names the subgraph a request is for."""

DIGEST: Final = "content-digest"
"""The header with the body's digest (RFC 9530)."""

DERIVED: Final = ("@method", "@authority", "@path", "@query")
"""Components that are not headers (RFC 9421, section 2.2)."""

REQUIRED: Final = (*DERIVED, "content-type", DIGEST, AUDIENCE)
"""The components that each signature covers, in the order in which the gateway writes them."""

CHANGEABLE: Final = frozenset({"traceparent", "tracestate", "baggage", "x-envoy-expected-rq-timeout-ms"})
"""Headers that proxies between gateway and subgraph may change, traces and deadlines; they are not signed."""

UNSIGNED: Final = CHANGEABLE | {
    "host",
    "accept",
    "accept-encoding",
    "content-length",
    "transfer-encoding",
    "connection",
    "user-agent",
}
"""Headers that a subgraph sees although they are not signed; otherwise it sees only signed headers."""


ENCODING = "latin-1"
"""A header may contain any octet; this encoding preserves them all."""


def signature_base(components: Iterable[tuple[str, str]], parameters: str) -> bytes:
    """Return the text that is signed.

    Args:
        components: Names and values, in the order in which `parameters` names them.
        parameters: The signature's parameters, exactly as in `Signature-Input`.
    """
    lines = [f'"{name}": {value}' for name, value in components]
    lines.append(f'"@signature-params": {parameters}')
    return "\n".join(lines).encode(ENCODING)
