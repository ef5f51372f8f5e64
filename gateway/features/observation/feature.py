"""Observes requests that are traced, or whose clients ask for the query plan and timings."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from msgspec import Struct

from foundation.tracing import Tracing
from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.observation.observation import ObservedCalls
from gateway.features.observation.pipeline import ObservedPipeline
from gateway.features.observation.reports import Debugging, ReportedIncremental
from gateway.features.observation.settings import ObservationSettings
from gateway.features.observation.tracing import RequestTracing
from gateway.pipeline.components import AnsweringPipeline
from gateway.pipeline.pipeline import Pipeline

SERVICE: Final = "furlong-gateway"


class Observations(Feature):
    """Records traces, and reports what was done for a request to clients that may ask."""

    tracing: Tracing | None

    def install(self, core: Core) -> None:
        """Take the application's recorder of traces, or else open one if the settings say so.

        Raises:
            ValueError: A standard variable has an unknown value.
        """
        self.tracing = core.wanted(Tracing)
        if self.tracing is None and core.settings.of(ObservationSettings).tracing:
            self.tracing = Tracing.open(SERVICE)
            core.close_at_end(self.tracing.close)

    def of(self, version: Version) -> VersionParts:
        """Record the calls of a version, and observe its requests."""
        return VersionParts(
            calls=(ObservedCalls(frozenset(version.over_http)),), probe=_Probe(version, self.tracing)
        )


class _Probe(Struct, frozen=True):
    """Observes requests that are traced, or whose clients ask for a report.

    Attributes:
        version: The version of the graph.
        tracing: Records traces; None for no traces.
    """

    version: Version
    tracing: Tracing | None

    def __call__(self, pipeline: Pipeline) -> AnsweringPipeline:
        """Return a pipeline that observes some requests, and has others answered by the given one."""
        settings = self.version.settings.of(ObservationSettings)
        classes = self.version.settings.clients.classes
        debugging = None
        if settings.debug_in_response or any(client_class.debug_in_response for client_class in classes):
            header = settings.debug_header.encode("latin-1")
            debugging = Debugging(header, settings.debug_in_response, pipeline.identification)
        requests = None
        if self.tracing is not None:
            requests = RequestTracing(
                self.tracing.tracer,
                self.tracing.sampling,
                settings.tracing_trusts_clients,
                tells=bool(self.version.over_http),
            )
        if debugging is not None and pipeline.incremental is not None:
            pipeline = replace(pipeline, incremental=ReportedIncremental(pipeline.incremental, debugging))
        return ObservedPipeline(pipeline, requests, debugging)
