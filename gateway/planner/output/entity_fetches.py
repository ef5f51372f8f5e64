"""Writes calls of entity fetches; fetches that send and select the same share one `_entities` field."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from msgspec import Struct

from gateway.plan.context_batch import numbered_alias
from gateway.plan.nodes import Below, Entities, Fetch, Path, ProvidedFields
from gateway.planner.fetch.fetch_node import FetchNode, FieldDraft, SelectionDraft
from gateway.planner.output.documents import EntityField, OperationHeader, write_context_batch, write_entities
from gateway.supergraph import Subgraph
from gateway.supergraph.selections import TYPENAME


class EntityGroup(Struct, frozen=True):
    """Entity fetches that differ only in their paths.

    Attributes:
        fetch: One of the fetches.
        paths: The paths of all of them.
        part_of: For a part of a merged fetch, the index of the whole.
    """

    fetch: FetchNode
    paths: tuple[Path, ...]
    part_of: int | None = None


def group_alike(fetches: Sequence[FetchNode]) -> list[EntityGroup]:
    """Group the fetches that can share an `_entities` field."""
    groups: dict[Hashable, list[FetchNode]] = {}
    for fetch in fetches:
        groups.setdefault(fetch.structural_key(), []).append(fetch)
    return [EntityGroup(group[0], tuple(fetch.path for fetch in group)) for group in groups.values()]


def entity_fetch(
    subgraph: Subgraph, header: OperationHeader, number: int, fields: Sequence[EntityGroup]
) -> Fetch:
    """Return the plan's fetch, without dependencies yet."""
    selections = [group.fetch.selection for group in fields]
    document, written = write_entities(selections, subgraph, header, number)
    parts = [
        EntityGroup(part, group.paths, index)
        for index, group in enumerate(fields)
        if _differ(group.fetch)
        for part in group.fetch.parts
    ]
    return Fetch(
        number=number,
        subgraph=subgraph.name,
        document=document.text,
        operation_name=document.operation_name,
        variables=document.variables,
        depends_on=frozenset(),
        returns=tuple(_entities(group, field) for group, field in zip(fields, written, strict=True)),
        fallback=entity_fetch(subgraph, header, number, parts) if parts else None,
    )


def context_batch_fetch(
    subgraph: Subgraph, header: OperationHeader, number: int, fetches: Sequence[FetchNode]
) -> Fetch:
    """Return a fetch whose document depends on context variables, without dependencies yet."""
    context_batch, document, variable = write_context_batch(fetches, subgraph, header, number)
    return Fetch(
        number=number,
        subgraph=subgraph.name,
        document=document.text,
        operation_name=document.operation_name,
        variables=document.variables,
        depends_on=frozenset(),
        returns=tuple(
            _entities(
                EntityGroup(fetch, (fetch.path,)), EntityField(numbered_alias(index, len(fetches)), variable)
            )
            for index, fetch in enumerate(fetches)
        ),
        context_batch=context_batch,
    )


def _entities(group: EntityGroup, field: EntityField) -> Entities:
    return Entities(
        alias=field.alias,
        variable=field.variable,
        paths=group.paths,
        representations=group.fetch.representations or {},
        provided_fields=_provided_to_entities(group.fetch),
        sent_as=group.fetch.sent_as,
        part_of=group.part_of,
        context_variables=group.fetch.context_variables,
        keys={concrete: tuple(keys.values()) for concrete, keys in group.fetch.keys.items() if len(keys) > 1},
    )


def _differ(fetch: FetchNode) -> bool:
    """Return whether the merged fetches send different fields of one object."""
    return any(
        len(fields) < len((fetch.representations or {})[concrete])
        for part in fetch.parts
        for concrete, fields in (part.representations or {}).items()
    )


def _provided_to_entities(fetch: FetchNode) -> ProvidedFields:
    """Return what an entity fetch provides, also for objects of which only an interface is known so far."""
    provided_fields = provided_by(fetch.selection)
    for concrete, known_interface in fetch.known_interfaces.items():
        mine = provided_fields.setdefault(
            known_interface, {TYPENAME: None} if fetch.selection.reports_typename else {}
        )
        mine.update(provided_fields.get(concrete, {}))
    return provided_fields


def provided_by(selection: SelectionDraft) -> dict[str, dict[str, Below | None]]:
    """Return what a selection provides, by concrete type."""
    by_type: dict[str, dict[str, Below | None]] = {}
    for types, fields in selection.fields_by_types.items():
        provided = {response_key: _below(selected) for response_key, selected in fields.items()}
        for concrete in types:
            by_type.setdefault(concrete, {}).update(provided)
    return by_type


def _below(selected: FieldDraft) -> Below | None:
    """Return what a field provides to its objects, also under the names of interface objects."""
    if selected.selection is None:
        return None
    provided_fields = provided_by(selected.selection)
    for concrete, interface_object in selected.selection.interface_object_of.items():
        provided_fields.setdefault(interface_object, {}).update(provided_fields.get(concrete, {}))
    return Below(selected.lists, provided_fields, selected.selection.only)
