"""Builds the observation of requests; without traces and reports, nothing is built or called.

Nothing is imported then, either: importing OpenTelemetry takes a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.pipeline.hooks import Hooks
from gateway.pipeline.incremental import IncrementalResponses
from gateway.pipeline.pipeline import Pipeline
from gateway.settings import GatewaySettings

if TYPE_CHECKING:
    from gateway.observation import ObservedPipeline
    from tracing import Tracing

SERVICE = "furlong-gateway"


def opened_tracing(settings: GatewaySettings, given: Tracing | None) -> Tracing | None:
    """Return the recorder of traces: the application's, or else the one from the settings.

    Raises:
        ValueError: A standard variable has an unknown value.
    """
    if given is None and settings.tracing:
        from tracing import Tracing  # noqa: PLC0415

        return Tracing.open(SERVICE)
    return given


def own_tracing(used: Tracing | None, given: Tracing | None) -> tuple[Tracing, ...]:
    """Return the recorder that the gateway has opened itself and must close."""
    return () if used is None or used is given else (used,)


def observing(settings: GatewaySettings, tracing: Tracing | None, remote: Iterable[str]) -> Hooks:
    """Return the middleware that records calls; `remote` holds the subgraphs called over HTTP."""
    if tracing is None and not may_debug(settings):
        return Hooks()
    from gateway.observation import ObservedCalls  # noqa: PLC0415

    return Hooks(calls=(ObservedCalls(frozenset(remote)),))


def observed(
    pipeline: Pipeline, settings: GatewaySettings, tracing: Tracing | None, remote: Iterable[str]
) -> Pipeline | ObservedPipeline:
    """Return the pipeline for clients: the given one itself if no request can be observed.

    Args:
        pipeline: The pipeline of requests that are not observed.
        settings: The settings.
        tracing: Records traces; None for no traces.
        remote: The subgraphs that are called over HTTP.
    """
    if tracing is None and not may_debug(settings):
        return pipeline
    from gateway.observation import (  # noqa: PLC0415
        Debugging,
        ObservedPipeline,
        ReportedIncremental,
        RequestTracing,
    )

    debugging = None
    if may_debug(settings):
        header = settings.debug_header.encode("latin-1")
        debugging = Debugging(header, settings.debug_in_response, pipeline.identification)
    requests = None
    if tracing is not None:
        requests = RequestTracing(
            tracing.tracer, tracing.sampling, settings.tracing_trusts_clients, tells=any(True for _ in remote)
        )
    if debugging is not None and isinstance(pipeline.incremental, IncrementalResponses):
        pipeline = replace(pipeline, incremental=ReportedIncremental(pipeline.incremental, debugging))
    return ObservedPipeline(pipeline, requests, debugging)


def may_debug(settings: GatewaySettings) -> bool:
    """Return whether any client may ask for the query plan and timings."""
    return settings.debug_in_response or any(each.debug_in_response for each in settings.client_classes)
