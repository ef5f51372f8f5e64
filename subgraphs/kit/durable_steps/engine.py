"""Brings an item forward: what it knows says which step is next, and what the step tells is written.

A step may be done twice, by two processes at once, or be interrupted at any point: what it does elsewhere has
ids of its own, and what was learnt is merged with what is written. An outcome that nobody knows is no news:
the same step is asked for again, after a pause, until a deadline that the block's own `next_step` judges.
"""

from datetime import datetime
from typing import Final, Protocol, TypeVar

from subgraphs.kit.durable_steps.schedule import Schedule

MAX_STEPS: Final = 50
"""How many steps an item takes at once; one that needs more goes on in the next round."""

S = TypeVar("S")


class DurableSteps(Protocol[S]):
    """What a block knows of its items; each is told by an id."""

    async def now(self) -> datetime:
        """Return the machine's time by the database's clock, which all processes share."""

    async def load(self, item: str) -> S | None:
        """Return what is written of an item; None if there is none."""

    async def perform(self, seen: S, at: datetime) -> S | None:
        """Do the next step, and write what it told.

        Returns:
            What is written then; None if there is no step, or if nothing new is known after it.
        """

    def plan(self, seen: S, at: datetime) -> Schedule:
        """Return when an item is looked at again with which nothing can be done now."""

    async def schedule(self, seen: S, planned: Schedule) -> bool:
        """Write when an item is looked at again.

        Returns:
            False, and nothing is written, if it has become due since it was read.
        """


async def advance(steps: DurableSteps[S], item: str) -> S | None:
    """Do what can be done for an item now; return what was known last, or None if there is no such item.

    Raises:
        OSError: The database is unavailable; what is due is done later.
        SQLAlchemyError: The same.
    """
    seen = await steps.load(item)
    for _ in range(MAX_STEPS):
        if seen is None:
            break
        at = await steps.now()
        after = await steps.perform(seen, at)
        if after is not None:
            seen = after
        elif await steps.schedule(seen, steps.plan(seen, at)):
            break
        else:
            seen = await steps.load(item)
    return seen
