"""Records the traces of a process as its settings say, and sends them to a collector in the background."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Thread
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct
from opentelemetry.trace import SpanContext, Tracer
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.sdk.trace.export import SpanExporter


class TracingSettings(BaseSettings):
    """Whether the product's processes record traces."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_", frozen=True)

    tracing: bool = Field(
        default=False,
        description="Whether all processes of the product record traces and send them as the standard "
        "OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME … say",
    )


class SamplerSettings(BaseSettings):
    """Which traces are recorded, in the standard variables of OpenTelemetry; its exporter reads others."""

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


class Sampling(Struct, frozen=True):
    """Decides whether a trace is recorded.

    Attributes:
        share: The share of new traces that are recorded.
        follows_parent: Whether a trace from elsewhere is recorded if its header says so.
        draw: Returns a random number from 0 to 1.
    """

    share: float = 1.0
    follows_parent: bool = True
    draw: Callable[[], float] = random.random

    @classmethod
    def of(cls, settings: SamplerSettings) -> Sampling:
        """Return what the settings say."""
        name = settings.sampler.removeprefix("parentbased_")
        shares = {"always_on": 1.0, "always_off": 0.0, "traceidratio": settings.sampler_arg}
        return cls(shares[name], settings.sampler.startswith("parentbased_"))

    def starts(self) -> bool:
        """Return whether a new trace is recorded."""
        return self.draw() < self.share

    def continues(self, parent: SpanContext) -> bool:
        """Return whether a trace from elsewhere is recorded."""
        return parent.trace_flags.sampled if self.follows_parent else self.starts()


SECONDS_TO_CLOSE: Final = 2
"""How long unsent spans may delay the end of a process."""


class Tracing(Struct, frozen=True):
    """The tracing of a process.

    Attributes:
        tracer: Starts spans; every span that it starts is recorded, so check `sampling` first.
        sampling: Decides which traces are recorded.
        processor: Keeps spans until they are sent.
        exporter: Sends them.
    """

    tracer: Tracer
    sampling: Sampling
    processor: SpanProcessor
    exporter: SpanExporter

    @classmethod
    def open(
        cls, service: str, exporter: SpanExporter | None = None, sampling: Sampling | None = None
    ) -> Tracing:
        """Start recording.

        Args:
            service: The name of the service, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES name it.
            exporter: Where spans are sent; by default over HTTP to the endpoint that the standard variables
                name.
            sampling: By default as the standard variables say.

        Raises:
            ValueError: A standard variable has an unknown value.
        """
        # Importing the SDK takes a tenth of a second; processes without traces avoid that.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        from foundation.tracing.recorded_spans import RecordingTracer  # noqa: PLC0415

        sampling = sampling or Sampling.of(SamplerSettings())
        exporter = exporter or OTLPSpanExporter()
        named = Resource.create({}).merge(Resource({"service.name": service}))
        resource = named.merge(OTELResourceDetector().detect())
        processor = BatchSpanProcessor(exporter)
        return cls(RecordingTracer(processor, resource), sampling, processor, exporter)

    async def close(self) -> None:
        """Send what is left, but give up after two seconds: the collector may not respond."""
        await asyncio.to_thread(self._send_the_rest)

    def _send_the_rest(self) -> None:
        sending = Thread(target=self.processor.shutdown, name="last-spans", daemon=True)
        sending.start()
        sending.join(SECONDS_TO_CLOSE)
        if sending.is_alive():
            self.exporter.shutdown()


def opened(service: str, *, wanted: bool = False) -> Tracing | None:
    """Return the tracing of a process; None if the settings do not ask for any.

    Args:
        service: The name of the process in traces, unless the standard variables name it.
        wanted: Whether other settings ask for traces.

    Raises:
        ValueError: A standard variable has an unknown value.
    """
    return Tracing.open(service) if wanted or TracingSettings().tracing else None


@asynccontextmanager
async def recording(service: str) -> AsyncIterator[Tracing | None]:
    """Record a process's traces while the block runs, if the settings ask for it; see `opened`."""
    tracing = opened(service)
    try:
        yield tracing
    finally:
        if tracing is not None:
            await tracing.close()
