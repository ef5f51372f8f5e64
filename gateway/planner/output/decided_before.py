"""What of a response is decided before a mutation is executed, which tells whether its object is null.

A null that is not allowed makes the object above it null, however deep it is and whoever returned it. What
would follow within that object is not executed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

from graphql import GraphQLNonNull
from msgspec import Struct, field
from msgspec.structs import replace

from gateway.plan.nodes import Decided, Fetch, Path, ProvidedFields, RootFields
from gateway.plan.shape import Shape, ShapeField
from gateway.projection import project


def decided_before(shape: Shape, fetches: Iterable[Fetch], returns: RootFields) -> Decided | None:
    """Return the projection of what is decided before a root fetch; None if nothing of it may be null.

    Args:
        shape: The shape of the response.
        fetches: The fetches that have finished when it begins.
        returns: Its fields.
    """
    places = tuple(chain.from_iterable(fetch.places() for fetch in fetches))
    own = frozenset(key for fields in returns.provided_fields.values() for key in fields)
    made = _Decided(own).shape(shape, _Fetched((), ()).arrived(places), returns.path)
    return partial(_projected, made) if any(made.fields.values()) else None


def _projected(shape: Shape, data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return project(shape, data, ())[0]


class _Fetched(Struct, frozen=True):
    """What fetches return of the objects at a place, and of those below it, by the path from here."""

    here: tuple[ProvidedFields, ...]
    deeper: tuple[tuple[Path, ProvidedFields], ...]

    def arrived(self, places: Iterable[tuple[Path, ProvidedFields]]) -> _Fetched:
        """Return the same with what is returned at further places."""
        every = tuple(places)
        here = tuple(fields for path, fields in every if not path)
        return _Fetched((*self.here, *here), tuple(deeper for deeper in every if deeper[0]))

    def below(self, concrete: str, response_key: str) -> _Fetched | None:
        """Return what is returned of the objects of a field; None if the field itself is not returned."""
        selected = [
            fields[concrete][response_key] for fields in self.here if response_key in fields.get(concrete, ())
        ]
        if not selected:
            return None
        fetched = _Fetched(tuple(below.provided_fields for below in selected if below is not None), ())
        return fetched.arrived(
            (path[1:], fields) for path, fields in self.deeper if _leads(path, concrete, response_key)
        )

    def index(self) -> tuple[int, ...]:
        """Return the identity of what is returned."""
        return (*map(id, self.here), 0, *(id(fields) for _, fields in self.deeper))


class _Decided(Struct, frozen=True):
    """Reduces a shape to the fields that are decided and make an object above the mutation null.

    Attributes:
        own: The response keys of the mutation's own fields.
    """

    own: frozenset[str]
    _known: dict[tuple[int, tuple[int, ...]], Shape] = field(default_factory=dict)

    def shape(self, shape: Shape, fetched: _Fetched, path: Path | None) -> Shape:
        """Return the reduced shape; the path leads on to the mutation's object, or is None beside it."""
        index = (id(shape), fetched.index())
        if path is None and index in self._known:
            return self._known[index]
        made = Shape(
            shape.only,
            {
                concrete: tuple(self._fields(fields, concrete, fetched, path))
                for concrete, fields in shape.fields.items()
            },
            shape.hidden,
        )
        if path is None:
            self._known[index] = made
        return made

    def _fields(
        self, fields: Iterable[ShapeField], concrete: str, fetched: _Fetched, path: Path | None
    ) -> Iterator[ShapeField]:
        is_ahead = False
        for wanted in fields:
            key = wanted.response_key
            if key is None:
                # What the client may not see is null without being fetched, and ends what follows it.
                if wanted.hidden and not is_ahead and isinstance(wanted.type, GraphQLNonNull):
                    yield wanted
                continue
            leads = bool(path) and _leads(path or (), concrete, key)
            is_ahead = is_ahead or leads or (path == () and key in self.own)
            below = fetched.below(concrete, key)
            if below is not None and (leads or isinstance(wanted.type, GraphQLNonNull)):
                on = (path or ())[1:] if leads else None
                shape = None if wanted.below is None else self.shape(wanted.below, below, on)
                yield replace(wanted, below=shape)


def _leads(path: Path, concrete: str, response_key: str) -> bool:
    """Return whether a path begins with a field of a type."""
    return path[0].response_key == response_key and (path[0].types is None or concrete in path[0].types)
