"""Settings of traces. The exporter reads the standard `OTEL_…` variables, which say where spans are sent."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class TracingSettings(BaseSettings):
    """Whether the product's processes record traces."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_", frozen=True)

    tracing: bool = Field(
        default=False,
        description="Whether all processes of the product record traces and send them as the standard "
        "OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME … say",
    )


class SamplerSettings(BaseSettings):
    """Which traces are recorded, in the standard variables of OpenTelemetry."""

    model_config = SettingsConfigDict(env_prefix="OTEL_TRACES_", frozen=True)

    sampler: Literal[
        "always_on",
        "always_off",
        "traceidratio",
        "parentbased_always_on",
        "parentbased_always_off",
        "parentbased_traceidratio",
    ] = Field(
        default="parentbased_always_on",
        description="Which new traces are recorded; parentbased_…: other traces as their header says",
    )
    sampler_arg: float = Field(
        default=1.0, ge=0, le=1, description="The share of traces that …traceidratio records"
    )
