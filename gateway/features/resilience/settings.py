"""Settings that keep a failing subgraph from harming requests that do not need it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from gateway.settings.feature_settings import FeatureSettings

Count = Annotated[int, Field(gt=0)]


class ResilienceSettings(FeatureSettings, prefix="FURLONG_GATEWAY__RESILIENCE__"):
    """Settings that keep a failing subgraph from harming requests that do not need it."""

    former: ClassVar[Mapping[str, str]] = {
        name: name
        for name in (
            "request_seconds",
            "client_deadline_header",
            "subgraph_calls",
            "subgraph_call_limits",
            "circuit_breakers",
            "circuit_failures",
            "circuit_failure_share",
            "circuit_calls",
            "circuit_window_seconds",
            "circuit_open_seconds",
            "circuit_probes",
            "circuit_codes",
            "query_retries",
            "retry_share",
            "retry_seconds",
            "share_fetches",
            "guard_in_process",
        )
    }
    reloaded: ClassVar[frozenset[str]] = frozenset({"enabled", *former})

    enabled: bool = Field(
        default=True,
        description="Whether subgraphs over HTTP, and the named ones in this process, are protected.",
    )

    request_seconds: float | None = Field(
        default=None,
        gt=0,
        description="The time limit for all fetches of a request together; by default half a second more "
        "than the longest limit for one response. Applies if any subgraph is called over HTTP.",
    )
    client_deadline_header: str | None = Field(
        default=None,
        description="The header by which clients may shorten the time limit of their request, in "
        "milliseconds; by default, none.",
    )
    subgraph_calls: int = Field(
        default=128,
        gt=0,
        description="The most calls of one subgraph at once, including those that wait for a connection or "
        "share another call; further ones are refused.",
    )
    subgraph_call_limits: dict[str, Count] = Field(
        default_factory=dict,
        description='The same for individual subgraphs, such as {"reviews": 32}.',
    )
    circuit_breakers: bool = Field(
        default=True, description="Whether calls fail at once while a subgraph, or a part of it, is failing."
    )
    circuit_failures: int = Field(
        default=10, gt=0, description="The number of consecutive failures that opens a circuit."
    )
    circuit_failure_share: float = Field(
        default=0.5, gt=0, le=1, description="The share of failed calls that opens a circuit."
    )
    circuit_calls: int = Field(
        default=20, gt=0, description="The fewest calls in the window for the share to count."
    )
    circuit_window_seconds: float = Field(
        default=10.0, gt=0, description="The window in which the share of failed calls is counted."
    )
    circuit_open_seconds: float = Field(
        default=2.0,
        gt=0,
        description="How long a circuit stays open before it is probed, plus or minus 20 %.",
    )
    circuit_probes: int = Field(
        default=2,
        gt=0,
        description="The most probes of an open circuit at once, and how many must succeed to close it.",
    )
    circuit_codes: tuple[str, ...] = Field(
        default=(),
        description='Codes of GraphQL errors that count as failures, such as ["SERVICE_UNAVAILABLE"].',
    )
    query_retries: int = Field(
        default=1, ge=0, le=5, description="The most retries of a query whose subgraph gave no answer."
    )
    retry_share: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="How many retries each call earns: they add at most this share of calls.",
    )
    retry_seconds: float = Field(
        default=0.05, ge=0, description="The longest pause before a retry; the actual pause is random."
    )
    share_fetches: bool = Field(
        default=True, description="Whether identical queries in flight to a subgraph share one call."
    )
    guard_in_process: tuple[str, ...] = Field(
        default=(),
        description="Subgraphs in the gateway's own process that are protected like those over HTTP.",
    )

    @field_validator("client_deadline_header")
    @classmethod
    def _lower_case(cls, name: str | None) -> str | None:
        if name is not None and not name.replace("-", "").replace("_", "").isalnum():
            raise ValueError("this is not the name of a header")
        return None if name is None else name.lower()

    @property
    def is_on(self) -> bool:
        """Whether any subgraph may be protected."""
        return self.enabled
