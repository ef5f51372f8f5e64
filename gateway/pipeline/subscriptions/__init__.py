"""The pipeline's subscriptions: each event of a source becomes one response."""

from gateway.pipeline.subscriptions.answers import EventAnswers
from gateway.pipeline.subscriptions.single_response import SingleResponse
from gateway.pipeline.subscriptions.stream import SubscriptionStream
from gateway.pipeline.subscriptions.subscribing import Subscribing

__all__ = ["EventAnswers", "SingleResponse", "Subscribing", "SubscriptionStream"]
