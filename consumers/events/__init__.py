"""The consumer of events."""
