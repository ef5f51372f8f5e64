"""One batch at a time in a process: whoever calls while a batch is being committed gets into the next one.

So a hot account costs a process one lock and one commit for all callers that wait. Several processes wait for
each other's locks, and meanwhile their next batches grow.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Final, TypeAlias

from msgspec import Struct
from sqlalchemy.exc import DBAPIError

from foundation.dependencies import uncover
from foundation.storage.errors import is_unavailable
from subgraphs.wallet.ledger.errors import LedgerBusy, OutcomeUnknown
from subgraphs.wallet.ledger.transfers import CreateTransferResult, Transfer, check_transfer

Request: TypeAlias = Sequence[Transfer]
Results: TypeAlias = list[CreateTransferResult]

Apply: TypeAlias = Callable[[Sequence[Request], Callable[[], None]], Awaitable[list[Results]]]

MAX_BATCH: Final = 1_000
"""The most transfers of a batch, and so of a request."""

MAX_COMMITTING: Final = 1
"""How many batches are committed while the next one is decided: their locks are free, the disk is not."""

MAX_WAITING: Final = 20_000
"""The most transfers that wait for their batch in a process."""


class _Waiting(Struct, frozen=True):
    """A request whose batch has not begun."""

    request: Request
    answer: asyncio.Future[Results]


class CombiningApplier:
    """Puts requests of one event loop together into batches."""

    def __init__(self, apply: Apply) -> None:
        """Begin without any request.

        Args:
            apply: Creates the transfers of some requests in one transaction; it calls its second argument
                when only the commit is left.
        """
        self._apply = apply
        self._waiting: deque[_Waiting] = deque()
        self._count = 0
        self._running: asyncio.Task[None] | None = None

    async def create_transfers(self, transfers: Request) -> Results:
        """Create transfers in one batch, and return what became of each when that is durable.

        A caller that is cancelled does not cancel the transfers.

        Raises:
            ValueError: Something in them cannot be stored, or they are too many for a batch.
            LedgerBusy: Too many wait already, or others were in the way; nothing was written.
            OutcomeUnknown: The connection was lost during the commit.
            sqlalchemy.exc.SQLAlchemyError: The database is not there, or refuses; nothing was written.
        """
        if len(transfers) > MAX_BATCH:
            raise ValueError(f"a request has at most {MAX_BATCH:,} transfers")
        for transfer in transfers:
            check_transfer(transfer)
        if not transfers:
            return []
        if self._count + len(transfers) > MAX_WAITING:
            raise LedgerBusy(f"{self._count:,} transfers wait already; nothing was written")
        uncover()
        loop = asyncio.get_running_loop()
        waiting = _Waiting(tuple(transfers), loop.create_future())
        self._waiting.append(waiting)
        self._count += len(transfers)
        if self._running is None:
            # In a context of its own: a batch belongs to no request.
            self._running = loop.create_task(self._run(), context=Context())
        return await waiting.answer

    async def close(self) -> None:
        """Wait until all that was asked for is settled."""
        while self._running is not None:
            await asyncio.wait({self._running})

    async def _run(self) -> None:
        """Begin each batch when the one before is being committed, and the one before that is settled."""
        tasks: deque[asyncio.Task[None]] = deque()
        try:
            while batch := self._next_batch():
                is_committing = asyncio.Event()
                tasks.append(asyncio.create_task(self._settle(batch, is_committing.set)))
                await is_committing.wait()
                while len(tasks) > MAX_COMMITTING or (tasks and not self._waiting):
                    await asyncio.wait({tasks.popleft()})
        finally:
            self._running = None

    def _next_batch(self) -> list[_Waiting]:
        """Return the requests that come next, as many as a batch has room for."""
        batch: list[_Waiting] = []
        count = 0
        while self._waiting and count + len(self._waiting[0].request) <= MAX_BATCH:
            batch.append(self._waiting.popleft())
            count += len(batch[-1].request)
        self._count -= count
        return batch

    async def _settle(self, batch: list[_Waiting], committing: Callable[[], None]) -> None:
        """Answer all requests of a batch, alike if it fails; one by one if something in it is refused."""
        try:
            answers = await self._apply([waiting.request for waiting in batch], committing)
        except Exception as error:  # noqa: BLE001 - each caller gets it
            is_refusal = isinstance(error, DBAPIError) and not is_unavailable(error)
            if is_refusal and len(batch) > 1:
                for waiting in batch:
                    await self._settle([waiting], _wait)
            else:
                _fail(batch, error)
        except BaseException:
            _fail(batch, OutcomeUnknown("the process ends: ask by id"))
            raise
        else:
            for waiting, results in zip(batch, answers, strict=True):
                if not waiting.answer.done():
                    waiting.answer.set_result(results)
        finally:
            committing()


def _wait() -> None:
    """Let no other batch begin yet."""


def _fail(batch: list[_Waiting], error: Exception) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_exception(error)
