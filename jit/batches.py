"""Strands that wait for one batch of a Strawberry DataLoader share one callback.

A batch settles all its futures in one go. With a callback on each, the event loop would be handed as
many calls as there are keys; here the first future's callback takes all strands of the batch further.
"""

import sys
from asyncio import Future
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jit.run import Run
    from jit.strand import Strand

MODULE = "strawberry.dataloader"


class NoBatch:
    """Stands for the class of batches where there are none."""


class Batches:
    """The batches that strands of one execution wait for."""

    __slots__ = ("_kind", "_last", "_waiting")

    def __init__(self) -> None:
        loaders = sys.modules.get(MODULE)
        self._kind: Any = NoBatch if loaders is None else loaders.Batch
        self._waiting: dict[int, _Waiting] = {}
        self._last: _Waiting | None = None

    def join(self, strand: "Strand", future: "Future[Any]", callbacks: list[Any]) -> bool:
        """Whether the future is a batch's, and the strand is woken with the others that wait for it.

        Args:
            strand: wants to wait.
            future: what for.
            callbacks: the future's; the first one is the batch's.
        """
        batch = getattr(callbacks[0][0], "__self__", None)
        waiting = self._last
        if waiting is None or waiting.batch is not batch:
            if batch.__class__ is not self._kind:
                return False
            waiting = self._last = self._waiting_for(batch, future)
        waiting.strands.append(strand)
        waiting.futures.append(future)
        return True

    def _waiting_for(self, batch: Any, future: "Future[Any]") -> "_Waiting":
        waiting = self._waiting.get(id(batch))
        if waiting is None:
            waiting = self._waiting[id(batch)] = _Waiting(self, batch)
            future.add_done_callback(waiting)
        return waiting

    def leave(self, waiting: "_Waiting") -> None:
        """Forgets those who waited for a batch."""
        if self._last is waiting:
            self._last = None
        if self._waiting.get(id(waiting.batch)) is waiting:
            del self._waiting[id(waiting.batch)]


def batches_of(run: "Run") -> Batches:
    """The batches that an execution's strands wait for."""
    if run.batches is None:
        run.batches = Batches()
    return run.batches


class _Waiting:
    """The strands that wait for one batch, and for which of its futures each."""

    __slots__ = ("batch", "batches", "futures", "strands")

    def __init__(self, batches: Batches, batch: Any) -> None:
        self.batches = batches
        self.batch = batch
        self.strands: list[Strand] = []
        self.futures: list[Future[Any]] = []

    def __call__(self, _future: "Future[Any]") -> None:
        """Takes all further whose future is done; the others wait for theirs alone."""
        self.batches.leave(self)
        pairs = iter(zip(self.strands, self.futures, strict=True))
        try:
            for strand, future in pairs:
                if strand._fut_waiter is not future:  # noqa: SLF001 - it was cancelled and went on
                    continue
                if future.done():
                    strand.context.run(strand.resume, future)
                else:
                    strand.shares = False
                    future.add_done_callback(strand, context=strand.context)
        except BaseException:
            for strand, future in pairs:
                if strand._fut_waiter is future:  # noqa: SLF001 - the same
                    strand.shares = False
                    future.add_done_callback(strand, context=strand.context)
            raise
