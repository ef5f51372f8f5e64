"""What other code generators may use: source, shared lists, coercion of variables, and tasks.

Everything else in `jit` is internal. The gateway generates its plans' code with these parts.
"""

from jit.compile.source import Lines, Source, checked, indent
from jit.compile.variables import Variables
from jit.runtime.shared_list import SharedList, own
from jit.runtime.tasks.coroutine_task import CoroutineTask

__all__ = [
    "CoroutineTask",
    "Lines",
    "SharedList",
    "Source",
    "Variables",
    "checked",
    "indent",
    "own",
]
