"""Answers operations in parts, as `@defer` and `@stream` ask for."""

from __future__ import annotations

from functools import partial

from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.incremental.metrics import IncrementalMetrics
from gateway.features.incremental.records import DeliveryLimits
from gateway.features.incremental.responses import IncrementalResponses
from gateway.features.incremental.settings import IncrementalSettings
from gateway.pipeline.hooks import ResponseHook
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.settings import GatewaySettings


class IncrementalDelivery(Feature):
    """Sends parts of a response as soon as they are there."""

    metrics: IncrementalMetrics

    def install(self, core: Core) -> None:
        """Add the metrics."""
        self.metrics = IncrementalMetrics()
        core.register(self.metrics)

    def of(self, version: Version) -> VersionParts:
        """Answer the operations of a version in parts."""
        return VersionParts(in_parts=partial(_responses, version.settings, self.metrics))


def _responses(
    settings: GatewaySettings,
    metrics: IncrementalMetrics,
    executor: OperationExecutor,
    hooks: tuple[ResponseHook, ...],
) -> IncrementalResponses:
    """Return what fetches and sends the parts of responses to clients that accept them."""
    own = settings.of(IncrementalSettings)
    limits = DeliveryLimits(list_items=settings.list_items, items_at_once=own.items, records=own.records)
    return IncrementalResponses(executor, limits, settings.response_bytes, hooks, metrics)
