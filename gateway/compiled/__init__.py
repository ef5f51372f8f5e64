"""Compiled plans: generated code handles usual data, and the interpreter everything else.

`compile` combines the results of `analysis` with the functions that `codegen` writes and `runtime` executes.
"""
