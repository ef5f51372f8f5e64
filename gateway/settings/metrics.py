"""Settings: what is measured, and where operators see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field, SecretStr

from gateway.settings.section import Section


class OperatorSettings(Section, prefix="FURLONG_GATEWAY_OPERATORS_"):
    """Where operators see what is measured."""

    named: ClassVar[Mapping[str, str]] = {"listen": "operators"}

    listen: str | None = Field(
        default=None,
        pattern=r"^.+:\d{1,5}$",
        description="HOST:PORT of the operators' port, which serves /metrics, /ready and /health of all "
        "workers together; the clients' port then has no /metrics. Do not expose it to the "
        "public.",
    )
    token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="The bearer token that /metrics and /ready of the operators' port require; without it, "
        "anybody who reaches the port can read them.",
    )
    tls: bool = Field(
        default=False,
        description="Whether the operators' port speaks TLS, by the clients' certificate and its rules.",
    )
    ready_share: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="The share of the workers that must be ready for the operators' /ready to say so.",
    )


class MetricsSettings(Section, prefix="FURLONG_GATEWAY_METRICS_"):
    """Which operations and clients metrics name."""

    any_name: bool = Field(
        default=False,
        description="Whether metrics name every operation and client by the name that it gives itself, up "
        "to metrics_operations; otherwise only known ones: trusted documents, documents "
        "prepared at startup, and metrics_clients.",
    )
    clients: tuple[str, ...] = Field(
        default=(),
        description="Names of clients that metrics may name, besides those that manifests and trusted "
        "operations name.",
    )
    operations: int = Field(
        default=200,
        gt=0,
        description="The most pairs of operation and client in metrics; all others count as other.",
    )
