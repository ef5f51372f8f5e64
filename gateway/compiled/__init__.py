"""Compiled plans: code generated from a plan handles usual data, and the interpreter everything else.

`compile` combines the results of `analysis` with the functions that `codegen` writes and `runtime` executes.
"""

from gateway.compiled.compile import compile_plan, write_plan
from gateway.compiled.compiled_plan import CompiledPlan
from gateway.compiled.deopt import OnDeopt, ignore_deopt

__all__ = ["CompiledPlan", "OnDeopt", "compile_plan", "ignore_deopt", "write_plan"]
