"""Payouts: workers, providers with faults, and their databases."""
