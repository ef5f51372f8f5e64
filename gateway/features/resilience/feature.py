"""Protects subgraphs over HTTP, and requests that do not need a failing one."""

from __future__ import annotations

from functools import partial
from typing import Final

from gateway.errors import SupergraphError
from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.resilience.bulkhead import Bulkhead, WaitingRequests
from gateway.features.resilience.circuits import BreakerPolicy, Circuits
from gateway.features.resilience.circuits.subgraph_circuits import SourceCircuits
from gateway.features.resilience.deadline import Deadlines, TimeLimit
from gateway.features.resilience.guard import Guard, Guards
from gateway.features.resilience.metrics import KnownGuards, ResilienceMetrics
from gateway.features.resilience.retries import RetryBudget, RetryPolicy
from gateway.features.resilience.settings import ResilienceSettings
from gateway.features.resilience.shared_fetches import SharedFetches
from gateway.pipeline.cache_control.cacheable_fields import PublicFetches

GRACE_SECONDS: Final = 0.5
"""How much longer a request may take by default than its slowest fetch."""


class Resilience(Feature):
    """Puts deadlines, bulkheads, circuits, retries and shared fetches around the calls of subgraphs."""

    known: KnownGuards

    def install(self, core: Core) -> None:
        """Make the registry of all versions' guards, with its metrics."""
        identify = id if core.sessions.customer_of is None else core.sessions.customer_of
        self.known = KnownGuards(WaitingRequests(core.admission), identify)
        core.register(ResilienceMetrics(self.known, core.admission))

    def of(self, version: Version) -> VersionParts:
        """Protect subgraphs over HTTP, and in-process ones that the settings name."""
        settings = version.settings.of(ResilienceSettings)
        names = set(version.supergraph.subgraphs)
        unknown = sorted({*settings.subgraph_call_limits, *settings.guard_in_process} - names)
        if unknown:
            raise SupergraphError(f"The supergraph has no subgraph {', '.join(unknown)}.")
        guarded = sorted({*version.over_http, *settings.guard_in_process})
        if not guarded:
            return VersionParts()
        guards = {name: self._known_guard(version, name) for name in guarded}
        header = settings.client_deadline_header
        longest = max(_seconds(version, name) for name in guarded)
        deadlines = Deadlines(
            settings.request_seconds or longest + GRACE_SECONDS,
            None if header is None else header.encode("latin-1"),
        )
        circuits = {name: guard.circuits for name, guard in guards.items() if guard.circuits is not None}
        return VersionParts(
            plans=(deadlines,),
            calls=(Guards(guards, PublicFetches(version.supergraph).includes, version.transports),),
            sources=(SourceCircuits(circuits),) if circuits else (),
            events=(partial(deadlines.begin, {}),),
        )

    def _known_guard(self, version: Version, name: str) -> Guard:
        # An open circuit stays open in the next version, and identical calls are shared between both, unless
        # one of these differs.
        settings = version.settings
        made_like = (
            name in version.over_http,
            settings.subgraphs.urls.get(name, version.supergraph.subgraphs[name].url),
            _seconds(version, name),
            settings.subgraphs.deadline_header,
            settings.subgraphs.share_ignores_headers,
            settings.of(ResilienceSettings),
        )
        return self.known.guard(name, repr(made_like), partial(_guard, version, name, self.known))


def _seconds(version: Version, name: str) -> float:
    """Return the timeout of a subgraph."""
    return version.settings.subgraphs.seconds.get(name, version.settings.subgraphs.total_seconds)


def _guard(version: Version, name: str, known: KnownGuards) -> Guard:
    settings, seconds = version.settings.of(ResilienceSettings), _seconds(version, name)
    is_over_http = name in version.over_http
    is_shared = is_over_http and settings.share_fetches
    retries = settings.query_retries
    ignored = frozenset(version.settings.subgraphs.share_ignores_headers)
    return Guard(
        subgraph=name,
        time_limit=TimeLimit(seconds, is_kept=is_over_http),
        # An in-process subgraph is cancelled instead.
        deadline_header=version.settings.subgraphs.deadline_header if is_over_http else None,
        bulkhead=Bulkhead(settings.subgraph_call_limits.get(name, settings.subgraph_calls), known.waiting),
        budget=RetryBudget(settings.retry_share),
        circuits=_circuits(settings, name, seconds) if settings.circuit_breakers else None,
        retries=RetryPolicy(retries, settings.retry_seconds) if retries else None,
        sharing=SharedFetches(seconds, ignored, known.identify) if is_shared else None,
    )


def _circuits(settings: ResilienceSettings, name: str, seconds: float) -> Circuits:
    policy = BreakerPolicy(
        failures=settings.circuit_failures,
        failure_share=settings.circuit_failure_share,
        calls=settings.circuit_calls,
        window_seconds=settings.circuit_window_seconds,
        open_seconds=settings.circuit_open_seconds,
        probes=settings.circuit_probes,
    )
    return Circuits(name, policy, seconds, frozenset(settings.circuit_codes))
