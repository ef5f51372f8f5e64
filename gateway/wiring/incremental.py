"""Builds incremental delivery: responses in several parts."""

from __future__ import annotations

from gateway.incremental.records import DeliveryLimits
from gateway.pipeline.hooks import Hooks
from gateway.pipeline.incremental import IncrementalResponses
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.settings import GatewaySettings
from gateway.wiring.shared_parts import SharedParts


def incremental_responses(
    settings: GatewaySettings, shared: SharedParts, executor: OperationExecutor, hooks: Hooks
) -> IncrementalResponses | None:
    """Build incremental delivery; None if the settings disable it, or all streams."""
    if not settings.incremental_delivery or shared.live is None:
        return None
    limits = DeliveryLimits(
        list_items=settings.list_items,
        items_at_once=settings.incremental_items,
        records=settings.incremental_records,
    )
    return IncrementalResponses(
        executor=executor,
        limits=limits,
        response_bytes=settings.response_bytes,
        hooks=hooks.responses,
        metrics=shared.incremental,
    )
