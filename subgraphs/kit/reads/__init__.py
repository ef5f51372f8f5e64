"""Reads on the hot path: lookups batched by key, and public data held in memory."""
