"""Caches that are bounded by bytes and keep frequently used entries."""

from gateway.caching.weighted_cache import Refusals, WeightedCache

__all__ = ["Refusals", "WeightedCache"]
