"""Builds the parts that prepare, plan and execute operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.access.narrowing import Narrowing
from gateway.caching import WeightedCache
from gateway.executor import CallMiddleware, ResponseLimits
from gateway.limits import DocumentLimits
from gateway.masking import ErrorMasking
from gateway.metrics import Metrics
from gateway.pipeline.introspection_responses import Introspection, IntrospectionCache
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.pipeline.preparation.costs import CostOf
from gateway.pipeline.preparation.known_bodies import KnownBodies
from gateway.pipeline.preparation.limits import PreparationLimits
from gateway.pipeline.preparation.plan_cache import LabelsOn
from gateway.pipeline.preparation.preparer import Preparer
from gateway.planner import Budget
from gateway.settings import GatewaySettings
from gateway.supergraph import Supergraph
from gateway.transport import Transport


def operation_executor(
    model: Supergraph,
    transports: Mapping[str, Transport],
    settings: GatewaySettings,
    metrics: Metrics,
    *,
    labels: LabelsOn | None,
    costs: CostOf | None,
    narrowing: Narrowing,
    masking: ErrorMasking,
    middleware: tuple[CallMiddleware, ...] = (),
    events: tuple[CallMiddleware, ...] = (),
) -> OperationExecutor:
    """Build the executor of operations, with the cache of their documents.

    Args:
        model: The supergraph.
        transports: The transport of each subgraph.
        settings: The settings.
        metrics: Counts plans, fetches and deoptimizations.
        labels: Returns the labels of overrides that are on for a request; None if none ever is.
        costs: Estimates what operations cost; None if nothing does.
        narrowing: Restricts operations to what their clients may see.
        masking: Decides what clients see of subgraphs' errors.
        middleware: Middleware around each subgraph call; the first is the outermost.
        events: Middleware around those in turn, for the events of subscriptions.
    """
    return OperationExecutor(
        preparer=Preparer(
            model,
            _limits(settings, narrowing),
            metrics.plan,
            labels,
            costs,
            access=narrowing.operations,
        ),
        transports=transports,
        observe=metrics.fetch,
        execution=settings.execution,
        on_deopt=metrics.deopt,
        on_errors=metrics.errors,
        limits=ResponseLimits(settings.response_places, settings.fetch_entities, settings.list_items),
        introspection=Introspection(
            model.public, IntrospectionCache(settings.introspection_cache_bytes), narrowing.visible
        ),
        middleware=middleware,
        events=events,
        masking=masking,
    )


def known_bodies(settings: GatewaySettings, preparer: Preparer) -> KnownBodies:
    """Build the cache of request bodies."""
    return KnownBodies(settings.body_cache_bytes, preparer.documents)


def _limits(settings: GatewaySettings, narrowing: Narrowing) -> PreparationLimits:
    return PreparationLimits(
        document_chars=settings.document_chars,
        document_tokens=settings.document_tokens,
        mutation_fields=settings.mutation_fields,
        cache_bytes=settings.plan_cache_bytes,
        pinned_bytes=settings.pinned_plan_bytes,
        plans=settings.plans_per_document,
        refusal_bytes=settings.refusal_cache_bytes,
        shape=DocumentLimits(
            depth=settings.document_depth,
            fields=settings.document_fields,
            merged_fields=settings.document_merged_fields,
            root_fields=settings.document_root_fields,
            aliases=settings.document_aliases,
            directives=settings.document_directives,
            fragments=settings.document_fragments,
            fragment_depth=settings.document_fragment_depth,
            conditions=settings.document_conditions,
            literal_values=settings.document_literal_values,
            value_depth=settings.document_value_depth,
            operations=settings.document_operations,
            variables=settings.document_variables,
            variable_values=settings.variable_values,
        ),
        # A suggestion might name hidden fields, because validation is the same for all clients.
        suggestions=settings.introspection is True and narrowing.operations is None,
        budget=Budget(settings.planner_steps, settings.planner_tries),
    )


def caches(preparer: Preparer, known_bodies: KnownBodies) -> dict[str, WeightedCache[Any, Any]]:
    """Return the caches by the names in their metrics."""
    return {
        "documents": preparer.documents,
        "aliases": preparer.aliases,
        "bodies": known_bodies.cache,
        "refusals": preparer.refusals.cache,
    }
