"""Compiled GraphQL execution: a drop-in for graphql-core's `execute` and `subscribe`."""

from jit.entry import compile_operation, execute, subscribe
from jit.exact_integers import ExactIntegers
from jit.executions import EXECUTIONS, Executions
from jit.operation import CompiledOperation
from jit.runtime.shared_list import SharedList
from jit.settings import Settings
from jit.whole_documents import WholeDocuments

__all__ = [
    "EXECUTIONS",
    "CompiledOperation",
    "ExactIntegers",
    "Executions",
    "Settings",
    "SharedList",
    "WholeDocuments",
    "compile_operation",
    "execute",
    "subscribe",
]
