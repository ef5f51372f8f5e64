"""Settings: what is measured, and where operators see it."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class MonitoringSettings(BaseSettings):
    """What is measured, and where operators see it."""

    operators: str | None = Field(
        default=None,
        pattern=r"^.+:\d{1,5}$",
        description="HOST:PORT of the operators' port, which serves /metrics, /ready and /health of all "
        "workers together; the clients' port then has no /metrics. Keep it from strangers.",
    )
    operators_ready_share: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="The share of the workers that must be ready for the operators' /ready to say so.",
    )
    metrics_any_name: bool = Field(
        default=False,
        description="Whether metrics name every operation and client as they call themselves, as long as "
        "there is room; otherwise only known ones: trusted documents, documents prepared at the start, "
        "and metrics_clients.",
    )
    metrics_clients: tuple[str, ...] = Field(
        default=(),
        description="Names of clients that metrics may name, besides those that manifests and trusted "
        "operations name.",
    )
    metrics_operations: int = Field(
        default=200,
        gt=0,
        description="The most pairs of operation and client in metrics; further ones count as other.",
    )
