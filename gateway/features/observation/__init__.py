"""Observed requests: their stages and fetches become spans of a trace, or timings in a response."""
