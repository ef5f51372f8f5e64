"""Followed events in memory: each is encoded once for all who follow it alike, and sent as it changes."""
