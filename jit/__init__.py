"""Compiled GraphQL execution: a drop-in for graphql-core's `execute` and `subscribe`."""

from jit.entry import compile_operation, execute, subscribe
from jit.lasting import Lasting
from jit.operation import CompiledOperation
from jit.request import Settings

__all__ = ["CompiledOperation", "Lasting", "Settings", "compile_operation", "execute", "subscribe"]
