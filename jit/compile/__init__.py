"""Compilation of an operation over a schema to Python functions."""
