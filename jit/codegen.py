"""What other code generators may use: source, shared lists, coercion of variables, and tasks.

Everything else in `jit` is internal. With these parts the gateway generates its plans' code and limits the
size of responses.
"""

from jit.compile.source import Lines, Source, checked, indent
from jit.compile.variables import Variables
from jit.runtime.driven_task import CoroutineTask
from jit.runtime.response_budget import BUDGET, BudgetSpent, ResponseBudget, spend
from jit.runtime.shared_list import SharedList, own

__all__ = [
    "BUDGET",
    "BudgetSpent",
    "CoroutineTask",
    "Lines",
    "ResponseBudget",
    "SharedList",
    "Source",
    "Variables",
    "checked",
    "indent",
    "own",
    "spend",
]
