"""The kind stats: fixtures and figures, polled; docs/providers.md describes the API."""
