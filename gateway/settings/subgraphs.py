"""Settings: how subgraphs are called over HTTP, and what clients see of their errors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import Field, field_validator

from gateway.settings.section import Section
from gateway.settings.subgraph_tls import SubgraphTls

DEADLINE_HEADER: Final = "x-envoy-expected-rq-timeout-ms"
"""Envoy's header for how long the caller waits, in milliseconds; no RFC defines one."""

CLIENT_CODES: Final = ("BAD_USER_INPUT", "FORBIDDEN", "UNAUTHENTICATED")
"""The codes that GraphQL server libraries use for clients' mistakes."""

Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(gt=0)]


class SubgraphSettings(Section, prefix="FURLONG_GATEWAY_SUBGRAPH_", is_reloaded=True):
    """How subgraphs are called over HTTP."""

    named: ClassVar[Mapping[str, str]] = {
        name: name
        for name in (
            "connect_seconds",
            "total_seconds",
            "answer_bytes",
            "deadline_header",
            "share_ignores_headers",
        )
    }

    urls: dict[str, str] = Field(
        default_factory=dict,
        description='The URLs of subgraphs, such as {"club":"http://127.0.0.1:4001/graphql"}; for subgraphs '
        "that are not named, the supergraph's URLs are used.",
    )
    connect_seconds: float = Field(
        default=0.3, gt=0, description="The time limit for connecting to a subgraph."
    )
    total_seconds: float = Field(
        default=1.5, gt=0, description="The time limit for a subgraph's whole response."
    )
    answer_bytes: int = Field(
        default=2 * 1024 * 1024, gt=0, description="The largest response of a subgraph, in bytes."
    )
    compression: tuple[str, ...] = Field(
        default=(),
        description='Subgraphs that may compress their responses with gzip, or "*" for all; answer_bytes '
        "limits the decompressed response.",
    )
    connections: int = Field(default=50, gt=0, description="The most open connections to each subgraph.")
    idle_seconds: float = Field(
        default=2.0,
        gt=0,
        description="How long an idle connection to a subgraph is kept; subgraphs must keep it longer.",
    )
    ca_file: Path | None = Field(
        default=None, description="A PEM file of certificates that are trusted in addition to the system's."
    )
    tls: dict[str, SubgraphTls] = Field(
        default_factory=dict,
        description="How subgraphs are reached over TLS, such as "
        '{"reviews":{"ca_file":"/tls/ca.pem","certificate":"/tls/gateway.pem","key":"/tls/gateway.key"'
        ',"server_name":"reviews.internal"}}; '
        '"*" stands for all others.',
    )
    seconds: dict[str, Seconds] = Field(
        default_factory=dict,
        description='Time limits for the whole response of individual subgraphs, such as {"club":0.5}; for '
        "the others, TOTAL_SECONDS.",
    )
    connection_limits: dict[str, Count] = Field(
        default_factory=dict,
        description="The most open connections to individual subgraphs; for the others, "
        "SUBGRAPH_CONNECTIONS.",
    )
    deadline_header: str | None = Field(
        default=DEADLINE_HEADER,
        description="The header that tells subgraphs how many milliseconds the gateway waits for a query; "
        "null for none.",
    )
    share_ignores_headers: tuple[str, ...] = Field(
        default=("traceparent", "tracestate", "baggage", "x-request-id"),
        description="Headers in lower case that do not affect responses: queries that differ only in them "
        "are identical.",
    )

    @field_validator("deadline_header")
    @classmethod
    def _lower_case(cls, name: str | None) -> str | None:
        if name is not None and not name.replace("-", "").replace("_", "").isalnum():
            raise ValueError("this is not the name of a header")
        return None if name is None else name.lower()


class MaskingSettings(Section, prefix="FURLONG_GATEWAY_SUBGRAPH_ERROR_", is_reloaded=True):
    """What clients see of subgraphs' errors."""

    codes: tuple[str, ...] = Field(
        default=CLIENT_CODES,
        description="The codes of subgraphs' errors whose message and code clients see; all other errors are "
        'masked and logged with an id. ["*"] shows all errors, for developers.',
    )
    extensions: tuple[str, ...] = Field(
        default=(),
        description="The extensions of subgraphs' errors that clients see, besides the code.",
    )
