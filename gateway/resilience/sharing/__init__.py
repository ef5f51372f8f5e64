"""Identical queries in flight share one call: of one customer, and of all customers if they are public."""

from gateway.resilience.sharing.flight import Flight
from gateway.resilience.sharing.public_fetches import PublicFetches
from gateway.resilience.sharing.shared_fetches import SESSION_HEADERS, KeyOf, SharedFetches

__all__ = ["SESSION_HEADERS", "Flight", "KeyOf", "PublicFetches", "SharedFetches"]
