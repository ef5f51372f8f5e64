"""Caches subgraphs' responses, as far as `@cacheControl` allows, until they expire or are invalidated."""
