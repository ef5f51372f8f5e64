"""Sets asyncio's current task, with the functions that asyncio offers to other task implementations.

`_enter_task` and `_leave_task` are documented ("Extending asyncio"). Python 3.12 added a function that
switches from one task to another. Before that an assignment switches; leaving and entering take four calls.
"""

import asyncio
import sys
from asyncio import AbstractEventLoop
from collections.abc import Callable, MutableMapping
from typing import Any, Final, TypeAlias

Tell: TypeAlias = Callable[[AbstractEventLoop, Any], object]
Tasks: TypeAlias = MutableMapping[AbstractEventLoop, Any]

enter_task: Final[Tell] = asyncio.tasks._enter_task  # noqa: SLF001 - see above
leave_task: Final[Tell] = asyncio.tasks._leave_task  # noqa: SLF001 - see above


def _switching() -> Tasks:
    tasks: Any = asyncio.tasks
    if sys.version_info < (3, 12):
        return tasks._current_tasks  # type: ignore[no-any-return] # noqa: SLF001 - see above
    swap = tasks._swap_current_task  # noqa: SLF001 - see above
    kind: Any = type("Switching", (), {"__setitem__": lambda _self, loop, task: swap(loop, task)})
    switching: Tasks = kind()  # it is only ever assigned to
    return switching


current_tasks: Final[Tasks] = _switching()
"""Assigning another task to a loop switches to it."""
