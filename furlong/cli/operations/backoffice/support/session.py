"""Support's commands act for somebody who signs in at the terminal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from furlong.cli.operations.backoffice.signed_in import run_as

if TYPE_CHECKING:
    from backoffice.access.actor import Actor
    from backoffice.base import Base
    from backoffice.support.area import SupportArea

T = TypeVar("T")
Brand = Annotated[str, typer.Argument(help="The brand.")]
Customer = Annotated[str, typer.Argument(help="The customer's id.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the audit log.")]


def with_support(
    user: str, work: Callable[[SupportArea, Actor], Awaitable[T]], *, step_up: bool = False
) -> T:
    """Sign somebody in, and do some work with the services of support as them."""
    from backoffice.support.area import SupportArea

    async def run(base: Base, actor: Actor) -> T:
        parts = SupportArea(base)
        try:
            return await work(parts, actor)
        finally:
            await parts.close()

    return run_as(user, run, step_up=step_up)
