"""Builds the protections of subgraph calls."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Final

from prometheus_client import CollectorRegistry

from gateway.errors import SupergraphError
from gateway.http.admission import Admission
from gateway.pipeline.hooks import Hooks
from gateway.rate_limits import CustomerOf
from gateway.resilience import (
    BreakerPolicy,
    Bulkhead,
    Circuits,
    Deadlines,
    Guard,
    Guards,
    KnownGuards,
    PublicFetches,
    ResilienceMetrics,
    RetryBudget,
    RetryPolicy,
    SharedFetches,
    TimeLimit,
    WaitingRequests,
)
from gateway.settings import GatewaySettings
from gateway.supergraph import Supergraph
from gateway.transport import Transport

GRACE_SECONDS: Final = 0.5
"""How much longer a request may take by default than its slowest fetch."""


def known_guards(
    admission: Admission, registry: CollectorRegistry, customer_of: CustomerOf | None
) -> KnownGuards:
    """Build the registry of all versions' guards, with its metrics."""
    guards = KnownGuards(WaitingRequests(admission), id if customer_of is None else customer_of)
    registry.register(ResilienceMetrics(guards, admission))
    return guards


def resilience(
    model: Supergraph,
    settings: GatewaySettings,
    in_process: Collection[str],
    known: KnownGuards,
    transports: Mapping[str, Transport],
) -> Hooks:
    """Build the protections of subgraphs over HTTP, and of in-process ones that the settings name.

    Args:
        model: The supergraph.
        settings: The settings.
        in_process: The subgraphs that are not called over HTTP.
        known: The guards of all versions of the graph.
        transports: How all subgraphs are reached.

    Raises:
        SupergraphError: The settings name a subgraph that does not exist.
    """
    _check_names(model, settings)
    over_http = set(model.subgraphs) - set(in_process)
    guarded = sorted({*over_http, *settings.guard_in_process})
    if not guarded:
        return Hooks()
    written = repr(settings)
    guards = {
        name: known.guard(
            name,
            # Requests of two versions must not share calls that are made differently.
            f"{name in over_http} {model.subgraphs[name].url} {written}",
            partial(_guard, name, settings, known, is_over_http=name in over_http),
        )
        for name in guarded
    }
    longest = max(subgraph_seconds(settings, name) for name in guarded)
    header = settings.client_deadline_header
    deadlines = Deadlines(
        settings.request_seconds or longest + GRACE_SECONDS,
        None if header is None else header.encode("latin-1"),
    )
    return Hooks(plans=(deadlines,), calls=(Guards(guards, PublicFetches(model).includes, transports),))


def subgraph_seconds(settings: GatewaySettings, name: str) -> float:
    """Return the timeout of a subgraph."""
    return settings.subgraph_seconds.get(name, settings.total_seconds)


def _guard(name: str, settings: GatewaySettings, known: KnownGuards, *, is_over_http: bool) -> Guard:
    seconds = subgraph_seconds(settings, name)
    budget = RetryBudget(settings.retry_share)
    return Guard(
        subgraph=name,
        time_limit=TimeLimit(seconds, is_kept=is_over_http),
        # An in-process subgraph is cancelled instead.
        deadline_header=settings.deadline_header if is_over_http else None,
        bulkhead=Bulkhead(settings.subgraph_call_limits.get(name, settings.subgraph_calls), known.waiting),
        budget=budget,
        circuits=_circuits(settings, name, seconds) if settings.circuit_breakers else None,
        retries=RetryPolicy(settings.query_retries, settings.retry_seconds)
        if settings.query_retries
        else None,
        sharing=_sharing(settings, name, seconds, known) if is_over_http else None,
    )


def _circuits(settings: GatewaySettings, name: str, seconds: float) -> Circuits:
    policy = BreakerPolicy(
        failures=settings.circuit_failures,
        failure_share=settings.circuit_failure_share,
        calls=settings.circuit_calls,
        window_seconds=settings.circuit_window_seconds,
        open_seconds=settings.circuit_open_seconds,
        probes=settings.circuit_probes,
    )
    return Circuits(name, policy, seconds, frozenset(settings.circuit_codes))


def _retries(settings: GatewaySettings) -> RetryPolicy | None:
    return RetryPolicy(settings.query_retries, settings.retry_seconds) if settings.query_retries else None


def _sharing(
    settings: GatewaySettings, name: str, seconds: float, known: KnownGuards
) -> SharedFetches | None:
    # A response's headers go only to the client that the call was made for, not to those who share it.
    rules = settings.header_rules
    if not settings.share_fetches or (rules is not None and rules.of(name).response):
        return None
    return SharedFetches(seconds, frozenset(settings.share_ignores_headers), known.identify)


def _check_names(model: Supergraph, settings: GatewaySettings) -> None:
    named = {
        *settings.subgraph_seconds,
        *settings.subgraph_connection_limits,
        *settings.subgraph_call_limits,
        *settings.guard_in_process,
    }
    unknown = sorted(named - set(model.subgraphs))
    if unknown:
        raise SupergraphError(f"The supergraph has no subgraph {', '.join(unknown)}.")
