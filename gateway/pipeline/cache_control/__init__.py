"""What may be cached by `@cacheControl`, for how long and for whom: of responses, and of subgraphs' data."""

from gateway.pipeline.cache_control.policies import CachePolicy, cache_policy, hint_of

__all__ = ["CachePolicy", "cache_policy", "hint_of"]
