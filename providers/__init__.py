"""Integrations of providers: what adapters declare, keep and deliver, and how they say how they are.

`declaration` is what all adapters share; `adapters/` has a file for each. `exchange/` and `sports_feed/` are
kinds.
"""
