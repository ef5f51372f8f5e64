"""What other code generators may use: source, shared lists, coercion of variables, and driven tasks.

Everything else in `jit` is internal. The gateway generates its plans' code with these parts.
"""

from jit.compile.source import Lines, Source, checked, indent
from jit.compile.variables import Variables
from jit.runtime.current_task import current_tasks, leave_task
from jit.runtime.driven_task import DrivenTask
from jit.runtime.shared_list import SharedList, own

__all__ = [
    "DrivenTask",
    "Lines",
    "SharedList",
    "Source",
    "Variables",
    "checked",
    "current_tasks",
    "indent",
    "leave_task",
    "own",
]
