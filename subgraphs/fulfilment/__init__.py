"""Rewards paid out: at most one credit each."""
