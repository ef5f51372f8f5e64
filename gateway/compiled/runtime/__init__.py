"""Executes plans: calls their generated functions for each request."""
