"""Compilation: from an operation and a schema to Python functions."""
