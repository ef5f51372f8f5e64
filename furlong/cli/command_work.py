"""Runs what a command does: opens the databases that it names, and says in words what was refused."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, TypeVar

from furlong.cli.options import database_settings, fail

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

R = TypeVar("R")


def run(work: Coroutine[Any, Any, R], *refusals: type[Exception]) -> R:
    """Return the result of a command's work; end the command if it is refused, or something does not answer.

    Args:
        work: What the command does.
        refusals: Further errors whose text is meant for the caller.
    """
    try:
        return asyncio.run(work)
    except BrokenPipeError:
        raise  # whoever read the output has read enough
    except (*_refusals(), *refusals) as error:
        fail(error)


def run_with(names: tuple[str, ...], work: Callable[..., Awaitable[R]], *refusals: type[Exception]) -> R:
    """Run work that gets the databases of these names, in their order, and close them afterwards."""

    async def opened() -> R:
        from foundation.storage.database import open_databases

        async with AsyncExitStack() as opening:
            try:
                databases = await opening.enter_async_context(open_databases(database_settings(), *names))
            except ValueError as error:  # what the settings name is no database
                fail(error)
            return await work(*databases)

    return run(opened(), *refusals)


def _refusals() -> tuple[type[Exception], ...]:
    """Return the errors that any command may meet; imported only once there is an error."""
    from aiokafka.errors import KafkaError
    from sqlalchemy.exc import SQLAlchemyError

    from backoffice.run_publisher import NotPublished
    from subgraphs.kit.domain.errors import CallerError

    return CallerError, NotPublished, KafkaError, SQLAlchemyError, OSError
