"""What `furlong check` finds, and the topics that it looks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from consumers.feeds.settings import FeedSettings
from furlong.install.topics import TOPICS, feed_topics
from subgraphs.kit.topics import TopicPlan

Find = Callable[..., tuple[int, dict[str, dict[str, Any]], str]]
"""Runs the command with settings; returns its status, its findings by name, and all its output."""


def needed_topics() -> tuple[TopicPlan, ...]:
    """Return all topics that the default settings need."""
    feeds = FeedSettings()
    return (*TOPICS, *feed_topics(feeds.topic(feed) for feed in feeds.feeds()))


def topic_names() -> list[str]:
    """Return their names."""
    return [plan.name for plan in needed_topics()]
