"""Rate limits: buckets of cost points for customers, addresses, clients and classes of clients."""

from gateway.rate_limits.limiter import CustomerOf, RateLimits, Sender, Store
from gateway.rate_limits.refusal import RateLimited

__all__ = ["CustomerOf", "RateLimited", "RateLimits", "Sender", "Store"]
