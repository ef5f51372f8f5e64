"""Determines what the code of a plan can leave out: copies of lists, and projections of objects.

An object passes from a subgraph's response into the client's unchanged if exactly one fetch returns it, and
selects exactly what the client selects, by the same names and in the same order; the same holds for all
objects below it. If the transport is trusted, these objects need no projection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from graphql import FieldNode, OperationDefinitionNode, SelectionSetNode, parse

from gateway.plan import Below, Fetch, Path, ProvidedFields, QueryPlan, RootFields, Shape


def writes_into_lists(fetches: Sequence[Fetch]) -> bool:
    """Return whether entities are in lists, or two fetches may return the same list, which is then merged.

    Lists that no fetch writes into may be shared with other responses.
    """
    seen: set[str] = set()
    for fetch in fetches:
        for paths, provided_fields in _parts(fetch):
            names = set(_lists(provided_fields))
            if names & seen or any(step.lists for path in paths for step in path):
                return True
            seen |= names
    return False


def _parts(fetch: Fetch) -> list[tuple[Sequence[Path], ProvidedFields]]:
    """Return the paths of a fetch, each set with the fields that are fetched there."""
    match fetch.returns:
        case RootFields(path, provided_fields):
            return [([path], provided_fields)]
        case fields:
            return [(field.paths, field.provided_fields) for field in fields]


def _lists(provided_fields: ProvidedFields) -> Iterator[str]:
    """Yield the response keys of all lists of objects, at any depth."""
    for fields in provided_fields.values():
        for name, below in fields.items():
            if below is not None:
                if below.lists:
                    yield name
                yield from _lists(below.provided_fields)


Place: TypeAlias = tuple[str, ...]
"""The response keys that lead to an object."""

Names: TypeAlias = list[str | None]
"""The names selected at a path, in order; None for anything but a field without directives."""

Selected: TypeAlias = dict[Place, dict[str, list[Names]]]
"""All selections of the objects at a path, by document."""


def passthrough_shapes(plan: QueryPlan) -> frozenset[int]:
    """Return the ids of the shapes of passthrough objects."""
    fetches: list[Selected] = []
    for fetch in plan.fetches:
        selected: Selected = {}
        for document in _with_fallbacks(fetch):
            for path, selection in _selections(document):
                _note(selection, tuple(step.response_key for step in path), document.document, selected)
        fetches.append(selected)
    passthrough: dict[int, bool] = {}
    _find_passthrough(plan.shape, (), fetches, passthrough)
    return frozenset(number for number, is_passthrough in passthrough.items() if is_passthrough)


def is_event_the_response(plan: QueryPlan) -> bool:
    """Return whether each event of a subscription, as its only fetch selects it, is the client's response."""
    if len(plan.fetches) > 1 or plan.restricted:
        return False
    return id(plan.shape) in passthrough_shapes(plan)


def lists_by_shape(plan: QueryPlan) -> dict[int, int]:
    """Return the ids of what fetches bring to lists, each with the id of the shape of the lists' objects."""
    shapes: dict[Place, Shape] = {}
    _note_shapes(plan.shape, (), shapes)
    shape_of: dict[int, int] = {}
    for fetch in plan.fetches:
        for paths, provided_fields in _parts(fetch):
            for path in paths:
                place = tuple(step.response_key for step in path)
                for brought, where in _lists_below(provided_fields, place):
                    shape = shapes.get(where)
                    # The same may be brought to several places.
                    shape_of[id(brought)] = (
                        id(shape) if shape_of.get(id(brought), id(shape)) == id(shape) else 0
                    )
    return shape_of


def _note_shapes(shape: Shape, place: Place, shapes: dict[Place, Shape]) -> None:
    for fields in shape.fields.values():
        for field in fields:
            if field.below is not None and field.response_key is not None:
                where = (*place, field.response_key)
                if where not in shapes:
                    shapes[where] = field.below
                    _note_shapes(field.below, where, shapes)


def _lists_below(provided_fields: ProvidedFields, place: Place) -> Iterator[tuple[Below, Place]]:
    """Yield what is brought to lists of objects, at any depth, and where."""
    for fields in provided_fields.values():
        for name, below in fields.items():
            if below is not None:
                if below.lists == 1:
                    yield below, (*place, name)
                yield from _lists_below(below.provided_fields, (*place, name))


def _with_fallbacks(fetch: Fetch | None) -> Iterator[Fetch]:
    """Yield a fetch, and its fallbacks for objects that lack a required field."""
    while fetch is not None:
        yield fetch
        fetch = fetch.fallback


def _selections(fetch: Fetch) -> Iterator[tuple[Path, SelectionSetNode]]:
    """Yield the paths of a fetch's objects, each with its selection."""
    (operation,) = parse(fetch.document, no_location=True).definitions
    assert isinstance(operation, OperationDefinitionNode)  # noqa: S101 - a fetch is an operation
    if isinstance(fetch.returns, RootFields):
        yield fetch.returns.path, operation.selection_set
        return
    for field, entities in zip(operation.selection_set.selections, fetch.returns, strict=True):
        assert isinstance(field, FieldNode)  # noqa: S101 - it is an `_entities` field
        assert field.selection_set is not None  # noqa: S101 - it returns objects
        for path in entities.paths:
            yield path, field.selection_set


def _note(selection: SelectionSetNode, place: Place, document: str, selected: Selected) -> None:
    """Record the selections at a path and below; a fragment is another selection at the same path."""
    nodes = selection.selections
    names = [_name(node) if isinstance(node, FieldNode) and not node.directives else None for node in nodes]
    selected.setdefault(place, {}).setdefault(document, []).append(names)
    for node in nodes:
        below = getattr(node, "selection_set", None)
        if below is not None:
            _note(below, (*place, _name(node)) if isinstance(node, FieldNode) else place, document, selected)


def _name(field: FieldNode) -> str:
    return (field.alias or field.name).value


def _find_passthrough(
    shape: Shape, place: Place, fetches: Sequence[Selected], passthrough: dict[int, bool]
) -> bool:
    """Return whether the objects of a shape, which has one path, and all objects below pass unchanged."""
    if id(shape) not in passthrough:
        fields = [field for of_type in shape.fields.values() for field in of_type]
        below = [
            _find_passthrough(field.below, (*place, field.response_key), fetches, passthrough)
            for field in fields
            if field.below is not None and field.response_key is not None
        ]
        responses: Names = [field.response for field in fields]
        bringing = [selected[place] for selected in fetches if place in selected]
        passthrough[id(shape)] = (
            all(below)
            and shape.only is not None
            and [field.response_key for field in fields] == responses
            and len(bringing) == 1
            and all(selections == [responses] for selections in bringing[0].values())
        )
    return passthrough[id(shape)]
