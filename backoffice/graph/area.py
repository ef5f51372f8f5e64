"""An area of the back office: its services, for the graph and for commands, and what runs with them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar, cast

from starlette.routing import BaseRoute
from strawberry import Info

from backoffice.access.actor import Actor

Download: TypeAlias = Callable[[Actor, Mapping[str, str]], Awaitable[AsyncIterator[str]]]
"""Returns a table as parts of CSV, for who acts; what is refused is raised before the first part."""


class Area:
    """The services of an area; a subclass has each of them as an attribute.

    Attributes:
        name: What the area is called in logs and tests.
        background: What runs as long as the back office is served, until the event is set.
        routes: HTTP routes besides the graph; they are public.
        downloads: Tables as CSV by name, for signed-in people: `POST /backoffice/downloads/NAME`.
    """

    name: str
    background: tuple[Callable[[asyncio.Event], Coroutine[None, None, None]], ...] = ()
    routes: tuple[BaseRoute, ...] = ()
    downloads: Mapping[str, Download] = MappingProxyType({})

    async def close(self) -> None:
        """Close what the area has opened."""


A = TypeVar("A", bound=Area)


@dataclass(frozen=True, slots=True)
class OfficeContext:
    """What resolvers get as `info.context`.

    Attributes:
        actor: The person who acts.
        areas: All areas, by their class.
    """

    actor: Actor
    areas: Mapping[type[Area], Area]

    def area(self, kind: type[A]) -> A:
        """Return the area of a class."""
        return cast("A", self.areas[kind])


OfficeInfo: TypeAlias = Info[OfficeContext, Any]
