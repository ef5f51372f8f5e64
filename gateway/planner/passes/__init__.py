"""Passes over the fetch graph: each leaves a correct plan, and a better one."""
