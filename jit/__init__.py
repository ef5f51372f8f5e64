"""Compiled GraphQL execution: a drop-in for graphql-core's `execute` and `subscribe`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
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

_MODULES: Final = {
    "CompiledOperation": "jit.operation",
    "EXECUTIONS": "jit.executions",
    "ExactIntegers": "jit.exact_integers",
    "Executions": "jit.executions",
    "Settings": "jit.settings",
    "SharedList": "jit.runtime.shared_list",
    "WholeDocuments": "jit.whole_documents",
    "compile_operation": "jit.entry",
    "execute": "jit.entry",
    "subscribe": "jit.entry",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for and no more: `jit.codegen` needs little of it."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
