"""Builds what counts, measures and traces requests."""
