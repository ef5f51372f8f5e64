"""Lists of a thousand objects: flat, in three levels, and with awaited fields."""

from typing import Any

import strawberry
from strawberry import Info


@strawberry.type
class Plain:
    """Five plain fields."""

    id: int
    name: str
    price: float
    active: bool
    note: str | None


@strawberry.type
class Waiting(Plain):
    """The same, with a field by an async resolver and one by a loader."""

    @strawberry.field
    async def double(self) -> int:
        """Twice the id."""
        return self.id * 2

    @strawberry.field
    async def loaded(self, info: Info[Any, Any]) -> int:
        """From a loader."""
        return int(await info.context.load(self.id))


@strawberry.type
class Shelf:
    """Ten items."""

    name: str
    items: list[Plain]


@strawberry.type
class Aisle:
    """Ten shelves."""

    name: str
    shelves: list[Shelf]


@strawberry.type
class ListQuery:
    """Lists of a thousand objects."""

    @strawberry.field
    def all(self, info: Info[Any, Any]) -> list[Waiting]:
        """All in one list."""
        return list(info.root_value)

    @strawberry.field
    def aisles(self, info: Info[Any, Any]) -> list[Aisle]:
        """All in lists of lists of lists."""
        return list(info.root_value)


FIVE = "id name price active note"
PLAIN = f"{{ all {{ {FIVE} }} }}"
DEEP = f"{{ aisles {{ name shelves {{ name items {{ {FIVE} }} }} }} }}"
AWAITED = f"{{ all {{ {FIVE} double }} }}"
LOADED = f"{{ all {{ {FIVE} loaded }} }}"
ITEMS = [Waiting(id=at, name=f"item {at}", price=at / 3, active=True, note=None) for at in range(1000)]


def aisles() -> list[Aisle]:
    """Return a thousand items in ten times ten lists."""
    shelves = [Shelf(name=f"shelf {at}", items=list(ITEMS[at * 10 : at * 10 + 10])) for at in range(100)]
    return [Aisle(name=f"aisle {at}", shelves=shelves[at * 10 : at * 10 + 10]) for at in range(10)]


async def load_all(keys: list[int]) -> list[int]:
    """Return the keys, tripled."""
    return [key * 3 for key in keys]
