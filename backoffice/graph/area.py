"""An area of the back office: its services, what runs with them, and the permission that each field needs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar, cast

import strawberry
from starlette.routing import BaseRoute
from strawberry import Info
from strawberry.schema_directive import Location

from backoffice.access import Actor, Permission
from backoffice.errors import Conflict


@dataclass(frozen=True, slots=True)
class FileDownload:
    """A table as a whole file.

    Attributes:
        ending: That of its name, such as `parquet`.
    """

    body: bytes
    media_type: str
    ending: str


Download: TypeAlias = Callable[[Actor, Mapping[str, str]], Awaitable[AsyncIterator[str] | FileDownload]]
"""Returns a table as parts of CSV or as a file, for who acts; it refuses before the first part."""


class Area:
    """The services of an area; a subclass has each of them as an attribute.

    Attributes:
        name: What the area is called in logs and tests.
        background: What runs as long as the back office is served, until the event is set.
        routes: HTTP routes besides the graph; they are public.
        costs: The points of fields that cost more than the objects they return, such as `Query.field`.
        downloads: Tables as CSV or files by name, for signed-in people: `POST /backoffice/downloads/NAME`.
    """

    name: str
    background: tuple[Callable[[asyncio.Event], Coroutine[None, None, None]], ...] = ()
    routes: tuple[BaseRoute, ...] = ()
    costs: Mapping[str, int] = MappingProxyType({})
    downloads: Mapping[str, Download] = MappingProxyType({})

    async def close(self) -> None:
        """Close what the area has opened."""


A = TypeVar("A", bound=Area)
T = TypeVar("T")


async def forever() -> None:
    """Never return: a person who waits for ever is never gone."""
    await asyncio.Event().wait()


async def while_awaited(work: Awaitable[T], gone: Awaitable[None]) -> T:
    """Return what the work returns; it is cancelled if the person is gone before that.

    Raises:
        Conflict: The person is gone.
    """
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(gone)
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise Conflict("Nobody waits for the answer any more.")
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class OfficeContext:
    """What resolvers get as `info.context`.

    Attributes:
        actor: The person who acts.
        areas: All areas, by their class.
        gone: Returns once nobody waits for the response any more.
    """

    actor: Actor
    areas: Mapping[type[Area], Area]
    gone: Callable[[], Awaitable[None]] = forever

    def area(self, kind: type[A]) -> A:
        """Return the area of a class."""
        return cast("A", self.areas[kind])

    async def while_awaited(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what the work returns; it is cancelled if the person goes before that.

        Raises:
            Conflict: The person went.
        """
        return await while_awaited(work, self.gone())


OfficeInfo: TypeAlias = Info[OfficeContext, Any]


ANY: Final = "(any)"
"""At least one brand: the field shows what belongs to the brands for which the person has the permission."""

ALL: Final = "(all)"
"""All brands at once."""

FOUND: Final = "(found)"
"""The brand of the object that the id names; for other brands the object does not exist."""


@strawberry.schema_directive(locations=[Location.FIELD_DEFINITION], name="permitted")
class Permitted:
    """Which permission a field needs."""

    permission: str = strawberry.directive_field(name="permission")
    brand: str = strawberry.directive_field(name="brand")


def permitted(permission: Permission, brand: str) -> Permitted:
    """Return the directive for a field.

    Args:
        permission: The permission that the person must have.
        brand: The argument that holds the brand, as `brand` or `input.brand` (null stands for `ANY`); or
            `ANY`, `ALL`, or `FOUND`.
    """
    return Permitted(permission=permission.value, brand=brand)
