"""Batches: several requests in one body."""
