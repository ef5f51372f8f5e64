"""Optimizations for schemas made by Strawberry."""
