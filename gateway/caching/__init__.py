"""Caches that are bounded by bytes and keep frequently used entries."""

from gateway.caching.metrics import CacheMetrics
from gateway.caching.refusals import Refusals
from gateway.caching.weighted_cache import WeightedCache

__all__ = ["CacheMetrics", "Refusals", "WeightedCache"]
