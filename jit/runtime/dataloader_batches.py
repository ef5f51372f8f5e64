"""One callback for all tasks that wait for the same batch of a Strawberry DataLoader.

A batch settles all its futures at once. A callback on each of them would hand the event loop one call for
every key; here the first future's callback resumes all tasks of the batch.
"""

import sys
from asyncio import Future
from typing import Any

from jit.runtime.state import ExecutionState, WaitingTask

MODULE = "strawberry.dataloader"


class NoBatch:
    """Stands for the class of batches if Strawberry's loaders are not imported."""


class LoaderBatches:
    """The batches that tasks of one execution wait for."""

    __slots__ = ("_kind", "_last", "_waiting")

    def __init__(self) -> None:
        loaders = sys.modules.get(MODULE)
        self._kind: Any = NoBatch if loaders is None else loaders.Batch
        self._waiting: dict[int, _Waiting] = {}
        self._last: _Waiting | None = None

    def join(self, task: WaitingTask, future: "Future[Any]", callbacks: list[Any]) -> bool:
        """Let a task share its batch's callback; return False if no batch settles the future.

        Args:
            task: The task that waits for the future.
            future: The future.
            callbacks: The future's callbacks; a batch's own is the first.
        """
        batch = getattr(callbacks[0][0], "__self__", None)
        waiting = self._last
        if waiting is None or waiting.batch is not batch:
            if batch.__class__ is not self._kind:
                return False
            waiting = self._last = self._waiting_for(batch, future)
        waiting.tasks.append(task)
        waiting.futures.append(future)
        return True

    def _waiting_for(self, batch: Any, future: "Future[Any]") -> "_Waiting":
        waiting = self._waiting.get(id(batch))
        if waiting is None:
            waiting = self._waiting[id(batch)] = _Waiting(self, batch)
            future.add_done_callback(waiting)
        return waiting

    def leave(self, waiting: "_Waiting") -> None:
        """Forget the tasks that waited for a batch."""
        if self._last is waiting:
            self._last = None
        if self._waiting.get(id(waiting.batch)) is waiting:
            del self._waiting[id(waiting.batch)]


def batches_of(execution: ExecutionState) -> LoaderBatches:
    """Return the batches that an execution's tasks wait for."""
    batches: LoaderBatches | None = execution.loader_batches
    if batches is None:
        batches = execution.loader_batches = LoaderBatches()
    return batches


class _Waiting:
    """The tasks that wait for one batch, each with its future."""

    __slots__ = ("batch", "batches", "futures", "tasks")

    def __init__(self, batches: LoaderBatches, batch: Any) -> None:
        self.batches = batches
        self.batch = batch
        self.tasks: list[WaitingTask] = []
        self.futures: list[Future[Any]] = []

    def __call__(self, _future: "Future[Any]") -> None:
        """Resume all tasks whose future is done; each of the others waits for its future by itself."""
        self.batches.leave(self)
        pairs = iter(zip(self.tasks, self.futures, strict=True))
        try:
            for task, future in pairs:
                if task._fut_waiter is not future:  # noqa: SLF001 - it was cancelled and went on
                    continue
                if future.done():
                    task.context.run(task.resume, future)
                else:
                    task.shares = False
                    future.add_done_callback(task, context=task.context)
        except BaseException:
            for task, future in pairs:
                if task._fut_waiter is future:  # noqa: SLF001 - the same
                    task.shares = False
                    future.add_done_callback(task, context=task.context)
            raise
