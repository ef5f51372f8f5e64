"""Settings: what clients may send, and how long they may take."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field, field_validator

from gateway.settings.header_names import OWN_HEADERS, TOKEN
from gateway.settings.section import Section


class HttpSettings(Section):
    """What clients may send, and how long they may take."""

    reloaded: ClassVar[frozenset[str]] = frozenset({"gzip_requests"})

    graphiql_dir: Path | None = Field(
        default=None,
        description="Folder of a built GraphiQL with an index.html and base /graphiql/; without it, "
        "browsers get a short hint.",
    )
    forwarded_headers: tuple[str, ...] = Field(
        default=("authorization", "accept-language", "traceparent"),
        description="The client's headers that subgraphs see, in lower case; nothing else is forwarded, but "
        "tracestate with traceparent.",
    )
    gzip_requests: bool = Field(
        default=False,
        description="Whether clients may compress bodies with gzip; body_bytes limits the decompressed body.",
    )
    body_bytes: int = Field(default=64 * 1024, gt=0, description="The largest request body, in bytes.")
    hsts_seconds: int = Field(
        default=0,
        ge=0,
        description="How long browsers should use only TLS for this host (Strict-Transport-Security); 0 to "
        "send no such header. Set it only if all of the host's services use TLS, here or in a "
        "proxy in front.",
    )
    requests_inside: int = Field(
        default=256,
        gt=0,
        description="The most requests that are answered at once; fewer while they keep the CPU busy. Any "
        "more are refused at once with 503.",
    )
    drain_seconds: float = Field(
        default=5.0,
        ge=0,
        description="How long the server still accepts connections after SIGTERM, while /ready returns 503: "
        "as long as load balancers need to notice. It does not wait after SIGINT (Ctrl-C).",
    )
    finish_seconds: float = Field(
        default=10.0,
        ge=0,
        description="How long a stopping server then waits for requests in progress.",
    )

    @field_validator("forwarded_headers")
    @classmethod
    def _may_be_forwarded(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse headers that concern one connection only, and those that the gateway itself sends."""
        for name in names:
            if TOKEN.fullmatch(name) is None:
                raise ValueError(f"{name!r} is not a header name in lower case")
            if name in OWN_HEADERS:
                raise ValueError(f"{name} is set by the gateway alone")
        return names


class ConnectionLimits(Section):
    """What a connection of a client may send, and how long it may take."""

    head_bytes: int = Field(default=16 * 1024, gt=0, description="The longest head of a request, in bytes.")
    headers: int = Field(default=64, gt=0, description="The most headers of a request.")
    head_seconds: float = Field(
        default=5.0, gt=0, description="The time limit for the head of a request to arrive."
    )
    body_seconds: float = Field(
        default=5.0, gt=0, description="The time limit for the body of a request to arrive."
    )
    idle_seconds: float = Field(
        default=60.0,
        gt=0,
        description="How long a connection is kept that is idle, or leaves much of its replies unread; set "
        "it longer than the proxy in front keeps connections.",
    )
