"""The stores of cached responses: this process, or Valkey."""

from gateway.features.response_cache.stores.memory_store import MemoryStore
from gateway.features.response_cache.stores.store import Entry, Found, Lookup, Store, StoreUnavailable

__all__ = ["Entry", "Found", "Lookup", "MemoryStore", "Store", "StoreUnavailable"]
