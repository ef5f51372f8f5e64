"""Open subscriptions: limits, shared sources, reasons for ending, and metrics."""

from gateway.subscriptions.endings import (
    NotStreamed,
    ServerStopping,
    SessionEnded,
    SubscriptionsOff,
    TooManySubscriptions,
    source_failed,
)
from gateway.subscriptions.entity_batches import EntityBatches
from gateway.subscriptions.event_queue import EventQueue
from gateway.subscriptions.guarding import SourceGuards, queue_of
from gateway.subscriptions.metrics import OperationCounts, SubscriptionMetrics
from gateway.subscriptions.open_subscriptions import OpenSubscriptions, SubscriptionLimits
from gateway.subscriptions.shared_sources import SharedSources
from gateway.subscriptions.sharing import Sharing

__all__ = [
    "EntityBatches",
    "EventQueue",
    "NotStreamed",
    "OpenSubscriptions",
    "OperationCounts",
    "ServerStopping",
    "SessionEnded",
    "SharedSources",
    "Sharing",
    "SourceGuards",
    "SubscriptionLimits",
    "SubscriptionMetrics",
    "SubscriptionsOff",
    "TooManySubscriptions",
    "queue_of",
    "source_failed",
]
