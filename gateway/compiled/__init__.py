"""Plans as functions: what is usual is done by code made from the plan, what is not by the plain code."""

from gateway.compiled.compile import CompiledPlan, compile_plan, write_plan

__all__ = ["CompiledPlan", "compile_plan", "write_plan"]
