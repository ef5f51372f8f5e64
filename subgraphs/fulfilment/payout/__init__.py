"""Pays confirmed rewards: the worker, its steps, and people's decisions."""
