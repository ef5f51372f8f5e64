"""Decides whether a bet counts, how much, and why: pure functions, without SQL."""
