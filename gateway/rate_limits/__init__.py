"""Rate limits: buckets of cost points for customers, addresses, clients and classes of clients."""

from gateway.rate_limits.client_address import ClientAddresses
from gateway.rate_limits.limiter import CustomerOf, RateLimits, Sender, Store
from gateway.rate_limits.refusal import RateLimited

__all__ = ["ClientAddresses", "CustomerOf", "RateLimited", "RateLimits", "Sender", "Store"]
