"""The kind webhook: a provider that calls us; docs/providers.md describes what it sends and is asked for."""
