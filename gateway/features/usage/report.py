"""Reports of usage from one or several stores: all fields, one field, or unused fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema
from msgspec import Struct

from gateway.features.usage.store import StoredUse, UsageStore


@dataclass(slots=True)
class FieldUse:
    """The usage of a field, an argument or an enum value.

    Attributes:
        coordinate: The schema coordinate, such as `Type.field`.
        requests: How many requests used it.
        last: When it was last used, in seconds since 1970.
        clients: How often clients used it, by name and version.
        operations: How often operations used it, by name and digest.
    """

    coordinate: str
    requests: int = 0
    last: int = 0
    clients: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    operations: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, use: StoredUse) -> None:
        """Add the uses of a day."""
        self.requests += use.requests
        self.last = max(self.last, use.last)
        self.clients[use.client, use.version] += use.requests
        self.operations[use.operation, use.digest] += use.requests


class UsageReport(Struct, frozen=True):
    """The usage since a day on all nodes whose stores are given.

    Attributes:
        stores: The stores.
        since: The first day.
    """

    stores: Sequence[UsageStore]
    since: date

    @property
    def lost(self) -> int:
        """Requests that were not counted; if there are any, `unused` may be wrong."""
        return sum(store.lost(self.since) for store in self.stores)

    @property
    def incomplete(self) -> list[UsageStore]:
        """The stores that start after the first day."""
        begun = ((store, store.first_day()) for store in self.stores)
        return [store for store, first in begun if first is None or first > self.since]

    def field(self, coordinate: str) -> FieldUse:
        """Return the usage of one field."""
        total = FieldUse(coordinate)
        for store in self.stores:
            for use in store.uses(self.since, coordinate=coordinate):
                total.add(use)
        return total

    def fields(self) -> dict[str, FieldUse]:
        """Return the usage of everything that is used, by coordinate in alphabetical order."""
        fields: dict[str, FieldUse] = {}
        for store in self.stores:
            by_digest: defaultdict[str, list[StoredUse]] = defaultdict(list)
            for use in store.uses(self.since):
                by_digest[use.digest].append(use)
            for coordinate, digests in store.coordinates().items():
                for digest in digests & by_digest.keys():
                    of = fields.setdefault(coordinate, FieldUse(coordinate))
                    for use in by_digest[digest]:
                        of.add(use)
        return dict(sorted(fields.items()))

    def unused(self, schema: GraphQLSchema) -> list[str]:
        """Return the fields of a schema that nobody has used."""
        used = self.fields()
        return [coordinate for coordinate in public_fields(schema) if coordinate not in used]


def public_fields(schema: GraphQLSchema) -> list[str]:
    """Return the coordinates of all fields of a schema, in alphabetical order."""
    return sorted(_fields(schema))


def _fields(schema: GraphQLSchema) -> Iterable[str]:
    for name, kind in schema.type_map.items():
        match kind:
            case GraphQLObjectType() | GraphQLInterfaceType() | GraphQLInputObjectType():
                if not name.startswith("__"):
                    yield from (f"{name}.{field_name}" for field_name in kind.fields)
