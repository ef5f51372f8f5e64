"""Caches that are bounded by bytes and keep frequently used entries."""

from gateway.caching.weighted_cache import CacheMetrics, Refusals, WeightedCache

__all__ = ["CacheMetrics", "Refusals", "WeightedCache"]
