"""Identical queries in flight share one call: of one customer, and of all customers if they are public."""

from gateway.features.resilience.sharing.flight import Flight
from gateway.features.resilience.sharing.shared_fetches import KeyOf, SharedFetches

__all__ = ["Flight", "KeyOf", "SharedFetches"]
