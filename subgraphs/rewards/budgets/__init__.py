"""Budgets: how many customers may choose a reward in a week, and how many have."""
