"""The pipeline's subscriptions: each event of a source becomes one response."""

from gateway.pipeline.subscriptions.event_responses import EventResponses
from gateway.pipeline.subscriptions.single_response import SingleResponse
from gateway.pipeline.subscriptions.stream import SubscriptionStream
from gateway.pipeline.subscriptions.subscribing import Subscribing

__all__ = ["EventResponses", "SingleResponse", "Subscribing", "SubscriptionStream"]
