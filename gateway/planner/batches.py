"""Fixes a call of entity fetches: what is sent and selected alike becomes one `_entities` field."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from gateway.plan.context_batch import numbered_alias
from gateway.plan.nodes import Below, Entities, Fetch, Path, ProvidedFields
from gateway.planner.documents import EntityField, Heading, write_context_batch, write_entities
from gateway.planner.drafts import Block, Draft, Selected
from gateway.supergraph import Subgraph
from gateway.supergraph.selections import TYPENAME


@dataclass(frozen=True, slots=True)
class Alike:
    """Entity fetches that differ in nothing but their places.

    Attributes:
        draft: One of them.
        paths: Of all of them.
        part_of: For parts of merged fetches, the index of the whole.
    """

    draft: Draft
    paths: tuple[Path, ...]
    part_of: int | None = None


def alike(drafts: Sequence[Draft]) -> list[Alike]:
    """Put together what can be one field."""
    groups: dict[Hashable, list[Draft]] = {}
    for draft in drafts:
        groups.setdefault(draft.essence(), []).append(draft)
    return [Alike(group[0], tuple(each.path for each in group)) for group in groups.values()]


def entity_fetch(subgraph: Subgraph, heading: Heading, number: int, fields: Sequence[Alike]) -> Fetch:
    """Make the fetch, which waits for nothing yet."""
    blocks = [each.draft.block for each in fields]
    document, written = write_entities(blocks, subgraph, heading, number)
    parts = [
        Alike(part, each.paths, index)
        for index, each in enumerate(fields)
        if _differ(each.draft)
        for part in each.draft.parts
    ]
    return Fetch(
        number=number,
        subgraph=subgraph.name,
        document=document.text,
        operation_name=document.operation_name,
        variables=document.variables,
        depends_on=frozenset(),
        returns=tuple(_entities(each, field) for each, field in zip(fields, written, strict=True)),
        fallback=entity_fetch(subgraph, heading, number, parts) if parts else None,
    )


def context_batch_fetch(subgraph: Subgraph, heading: Heading, number: int, drafts: Sequence[Draft]) -> Fetch:
    """Make a fetch whose document depends on values from above; it waits for nothing yet."""
    context_batch, document, variable = write_context_batch(drafts, subgraph, heading, number)
    return Fetch(
        number=number,
        subgraph=subgraph.name,
        document=document.text,
        operation_name=document.operation_name,
        variables=document.variables,
        depends_on=frozenset(),
        returns=tuple(
            _entities(Alike(each, (each.path,)), EntityField(numbered_alias(index, len(drafts)), variable))
            for index, each in enumerate(drafts)
        ),
        context_batch=context_batch,
    )


def _entities(each: Alike, field: EntityField) -> Entities:
    return Entities(
        alias=field.alias,
        variable=field.variable,
        paths=each.paths,
        representations=each.draft.representations or {},
        provided_fields=_entity_fields_provided(each.draft),
        sent_as=each.draft.sent_as,
        part_of=each.part_of,
        context_variables=each.draft.from_above,
        keys={concrete: tuple(keys.values()) for concrete, keys in each.draft.keys.items() if len(keys) > 1},
    )


def _differ(draft: Draft) -> bool:
    """Whether what was merged needs different fields of one object."""
    return any(
        len(fields) < len((draft.representations or {})[concrete])
        for part in draft.parts
        for concrete, fields in (part.representations or {}).items()
    )


def _entity_fields_provided(draft: Draft) -> ProvidedFields:
    provided_fields = provided_by(draft.block)
    for concrete, stand_in in draft.stand_ins.items():
        mine = provided_fields.setdefault(stand_in, {TYPENAME: None} if draft.block.tells else {})
        mine.update(provided_fields.get(concrete, {}))
    return provided_fields


def provided_by(block: Block) -> dict[str, dict[str, Below | None]]:
    """What a selection set brings, by concrete type."""
    provided_fields: dict[str, dict[str, Below | None]] = {}
    for types, fields in block.scopes.items():
        brought = {response_key: _below(selected) for response_key, selected in fields.items()}
        for concrete in types:
            provided_fields.setdefault(concrete, {}).update(brought)
    return provided_fields


def _below(selected: Selected) -> Below | None:
    """What lies below a field, also by the names of interfaces by which the subgraph may call the objects."""
    if selected.block is None:
        return None
    provided_fields = provided_by(selected.block)
    for concrete, guise in selected.block.guises.items():
        provided_fields.setdefault(guise, {}).update(provided_fields.get(concrete, {}))
    return Below(selected.lists, provided_fields)
