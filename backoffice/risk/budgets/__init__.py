"""Budgets: how they are used, and how they are set."""
