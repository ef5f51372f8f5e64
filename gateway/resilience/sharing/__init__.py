"""Identical queries in flight share one call: of one customer, and of all customers if they are public."""

from gateway.resilience.sharing.public_fetches import PublicFetches
from gateway.resilience.sharing.shared_fetches import SESSION_HEADERS, SharedFetches

__all__ = ["SESSION_HEADERS", "PublicFetches", "SharedFetches"]
