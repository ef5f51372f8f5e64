"""Goes over many items: one that fails is postponed with its reason, and those behind it go on."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Generic, Self, TypeVar

import structlog

from foundation.background import all_of
from foundation.storage.clock import Clock
from foundation.storage.errors import is_unavailable
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.durable_steps.postponed import CASE_AFTER, PAUSES, PostponedItems, Postponement, name_of
from subgraphs.kit.durable_steps.schedule import Pauses

log = structlog.get_logger(__name__)
T = TypeVar("T")
R = TypeVar("R")


class LoopName(str):
    """The name of a loop over rows or messages, which is declared by it where the loop is.

    A test reads these declarations: each has its poisoned row, and each worker has some.
    """

    __slots__ = ()

    def __new__(cls, worker: str, items: str) -> Self:
        """Declare a loop.

        Args:
            worker: As in `furlong worker NAME`, or the part of a process that loops.
            items: What it goes over.
        """
        return super().__new__(cls, f"{worker}: {items}")


class NotKnownYet(Exception):
    """Something that an item needs has not arrived: it alone waits, also if the error is as an outage."""


async def call(part: Callable[[], Awaitable[None]]) -> None:
    """Do a part of a worker's round."""
    await part()


def by_name(part: Callable[[], Awaitable[None]]) -> str:
    """Return what tells a part of a worker's round from the others."""
    return part.__name__.strip("_")


def by_customer(owner: Owner) -> str:
    """Return what tells a customer from others, and does not name them: what is postponed is not erased."""
    return blake2b("\0".join(owner).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop(Generic[T]):
    """A loop over the items of a database.

    Attributes:
        clock: The machine's.
        named: Returns what tells an item from the others.
        put_off: Lets an item be due later where it lies; None if it is only skipped until then.
        opens_case: Puts an item before a person, beside the alert; at each try since it is a case.
        case_after: After how many tries an item is put before a person so.
        at_once: How many items are worked on at the same time.
    """

    name: LoopName
    postponed: PostponedItems
    clock: Clock
    named: Callable[[T], str]
    put_off: Callable[[T, datetime], Awaitable[None]] | None = None
    opens_case: Callable[[T, Postponement], Awaitable[None]] | None = None
    case_after: int = CASE_AFTER
    at_once: int = 1
    pauses: Pauses = PAUSES

    async def each(self, items: Iterable[T], work: Callable[[T], Awaitable[R]]) -> list[R]:
        """Work on items; return what became of those that did not fail, in the order in which they ended.

        Raises:
            OSError: The database is unavailable: no item is to blame.
            SQLAlchemyError: The same.
        """
        known = await self.postponed.of(self.name)
        at, waiting, done = await self._now(), iter(items), list[R]()

        async def work_off() -> None:
            for item in waiting:
                before = known.get(name_of(self.named(item)))
                if before is not None and self.put_off is None and before.due_at > at:
                    continue
                try:
                    done.append(await work(item))
                except Exception as error:
                    if is_unavailable(error) and not isinstance(error, NotKnownYet):
                        for _ in waiting:  # those that have begun end, and no other one begins
                            pass
                        raise
                    await self.postpone(item, error)
                else:
                    if before is not None:
                        await self.postponed.forget(self.name, [before.item])

        await all_of(*(work_off() for _ in range(self.at_once)))
        return done

    async def together(self, items: Sequence[T], work: Callable[[Sequence[T]], Awaitable[R]]) -> list[R]:
        """Work on items together; if that fails, on each by itself, so that one alone is to blame.

        Raises:
            OSError: The database is unavailable.
            SQLAlchemyError: The same.
        """
        postponed = await self.postponed.of(self.name)
        if items and not any(name_of(self.named(item)) in postponed for item in items):
            try:
                return [await work(items)]
            except Exception as error:
                if is_unavailable(error):
                    raise
                log.warning("items_taken_apart", loop=self.name, number=len(items), error=repr(error)[:200])

        async def alone(item: T) -> R:
            return await work([item])

        return await self.each(items, alone)

    async def widened(self, limit: int) -> int:
        """Return how many items to read, so that those which only wait leave as much room as before."""
        return limit + len(await self.postponed.of(self.name))

    async def postpone(self, item: T, error: Exception) -> None:
        """Note why an item has failed, and let it wait."""
        noted = await self.postponed.note(self.name, self.named(item), error, await self._now(), self.pauses)
        log.error(
            "item_postponed",
            loop=self.name,
            item=noted.item,
            tries=noted.tries,
            until=noted.due_at,
            exc_info=error,
        )
        if self.put_off is not None:
            await self.put_off(item, noted.due_at)
        if noted.tries >= self.case_after and self.opens_case is not None:
            await self.opens_case(item, noted)

    async def _now(self) -> datetime:
        async with self.postponed.database.read() as connection:
            return await self.clock.at(connection)
