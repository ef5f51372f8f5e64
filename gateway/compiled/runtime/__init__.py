"""Execution: calls the generated functions of a plan for each request."""
