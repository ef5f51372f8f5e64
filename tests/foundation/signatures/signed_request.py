"""A signed request, which a test may change before it is verified."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from foundation.signatures import KeySource, Recipient, RequestSigner
from foundation.signatures.verifier import RequestHead

NOW = 1_700_000_000.0
BODY = b'{"query":"{ a }"}'
AUDIENCE = "rewards"


class Clock:
    """A clock that a test steps."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        """The time."""
        return self.now


@dataclass(frozen=True)
class Request:
    """A request as a subgraph gets it."""

    method: str = "POST"
    scheme: str = "http"
    path: str = "/graphql"
    query: str = "x=y"
    headers: dict[str, str] = field(default_factory=dict)

    def head(self) -> RequestHead:
        """What is verified."""
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()]
        return RequestHead(self.method, self.scheme, self.path.encode(), self.query.encode(), raw)

    def with_header(self, name: str, value: str | None) -> Request:
        """The same with another header, or without it."""
        kept = {other: text for other, text in self.headers.items() if other != name}
        return replace(self, headers=kept if value is None else kept | {name: value})


def signed(
    keys: KeySource,
    clock: Clock,
    *,
    audience: str = AUDIENCE,
    body: bytes = BODY,
    headers: dict[str, str] | None = None,
    seconds: int = 10,
) -> Request:
    """A request that the gateway signs."""
    recipient = Recipient(audience, "rewards.internal:4002", "/graphql?x=y")
    sent = {"authorization": "Bearer t", "accept-language": "en", "traceparent": "00-a-b-01"}
    sent = sent if headers is None else headers
    lines = RequestSigner(keys, recipient, seconds=seconds, now=clock).lines(body, sent)
    found = dict(line.split(": ", 1) for line in lines.decode("latin-1").splitlines())
    return Request(
        headers={"host": "rewards.internal:4002", "content-type": "application/json", **sent, **found}
    )
