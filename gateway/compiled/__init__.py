"""Compiled plans: code generated from a plan handles usual data, and the interpreter everything else."""

from gateway.compiled.compile import CompiledPlan, compile_plan, write_plan
from gateway.compiled.deopt import OnDeopt, ignore_deopt

__all__ = ["CompiledPlan", "OnDeopt", "compile_plan", "ignore_deopt", "write_plan"]
