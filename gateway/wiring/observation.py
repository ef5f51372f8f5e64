"""Builds what observes requests; without traces and reports nothing is built, and nothing is called."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.observation import Debugging, ObservedCalls, ObservedPipeline, RequestTracing
from gateway.pipeline.hooks import Hooks
from gateway.pipeline.pipeline import Pipeline
from gateway.settings import GatewaySettings
from tracing import Tracing

SERVICE = "furlong-gateway"


def opened_tracing(settings: GatewaySettings, given: Tracing | None) -> Tracing | None:
    """Return what records traces: what the application has, or else what the settings ask for.

    Raises:
        ValueError: A standard variable has a value that is not known.
    """
    if given is None and settings.tracing:
        return Tracing.open(SERVICE)
    return given


def own_tracing(used: Tracing | None, given: Tracing | None) -> tuple[Tracing, ...]:
    """Return what the gateway has opened itself, and must close."""
    return () if used is None or used is given else (used,)


def observing(settings: GatewaySettings, tracing: Tracing | None, remote: Iterable[str]) -> Hooks:
    """Return what notes the calls of subgraphs; `remote` are those called over HTTP."""
    if tracing is None and not may_debug(settings):
        return Hooks()
    return Hooks(calls=(ObservedCalls(frozenset(remote)),))


def observed(
    pipeline: Pipeline, settings: GatewaySettings, tracing: Tracing | None, remote: Iterable[str]
) -> Pipeline | ObservedPipeline:
    """Return the pipeline that clients reach: the given one itself if no request can be observed.

    Args:
        pipeline: The pipeline of requests that are not observed.
        settings: The settings.
        tracing: Records traces; None for no traces.
        remote: The subgraphs that are called over HTTP.
    """
    debugging = None
    if may_debug(settings):
        header = settings.debug_header.encode("latin-1")
        debugging = Debugging(header, settings.debug_in_response, pipeline.identification)
    requests = None
    if tracing is not None:
        requests = RequestTracing(
            tracing.tracer, tracing.sampling, settings.tracing_trusts_clients, tells=any(True for _ in remote)
        )
    if requests is None and debugging is None:
        return pipeline
    return ObservedPipeline(pipeline, requests, debugging)


def may_debug(settings: GatewaySettings) -> bool:
    """Return whether any client may ask for the query plan and timings."""
    return settings.debug_in_response or any(each.debug_in_response for each in settings.client_classes)
