"""Writes the document that a fetch sends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.plan.nodes import entities_variable
from gateway.planner.drafts import Block, Draft, Selected
from gateway.supergraph import Subgraph, SubgraphType
from gateway.supergraph.selections import TYPENAME


@dataclass(frozen=True, slots=True)
class Document:
    """A document with what must be known to send it."""

    text: str
    operation_name: str | None
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """What the documents of one operation have in common.

    Attributes:
        kind: Query or mutation: that of the root fetches.
        name: The client's name for the operation, if any.
        definitions: The client's variable definitions as printed, by name.
    """

    kind: str
    name: str | None
    definitions: Mapping[str, str]


def write(draft: Draft, subgraph: Subgraph, heading: Heading, number: int, *, root: bool) -> Document:
    """Write a fetch's document.

    Args:
        draft: The fetch.
        subgraph: For which it is written.
        heading: Of the operation.
        number: Of the fetch; part of the operation's name.
        root: Whether it is a root fetch of the operation itself.
    """
    variables = tuple(sorted(_variables(draft.block)))
    name = None
    if heading.name is not None:
        name = f"{heading.name}__{re.sub(r'[^A-Za-z0-9_]', '_', draft.subgraph)}__{number}"
    definitions = [heading.definitions[each] for each in variables]
    body = selection_set(draft.block, subgraph)
    if draft.representations is not None:
        ours = entities_variable(variables)
        definitions.insert(0, f"${ours}: [_Any!]!")
        body = f"{{ _entities(representations: ${ours}) {body} }}"
    head = heading.kind if root else "query"
    declared = f"({', '.join(definitions)})" if definitions else ""
    title = f"{head} {name or ''}{declared}".rstrip() if name or declared else head
    text = body if title == "query" else f"{title} {body}"
    return Document(text, name, variables)


def _variables(block: Block) -> set[str]:
    found: set[str] = set()
    for selected in _all(block):
        found |= selected.variables
        if selected.block is not None:
            found |= _variables(selected.block)
    return found


def _all(block: Block) -> Iterator[Selected]:
    for fields in block.scopes.values():
        yield from fields.values()


def selection_set(block: Block, subgraph: Subgraph) -> str:
    """A selection set, with fragments only where the types call for them."""
    static = None if block.static is None else subgraph.types[block.static]
    texts = _by_type(block, subgraph)
    parts = _in_common(texts, static)
    fragments = [
        f"... on {concrete} {{ {' '.join(apart)} }}"
        for concrete, fields in texts.items()
        if (apart := [text for text in fields if text not in parts])
    ]
    if block.tells or (static is not None and (block.typename or not parts)):
        parts.insert(0, TYPENAME)
    return f"{{ {' '.join((*parts, *fragments))} }}"


def _by_type(block: Block, subgraph: Subgraph) -> dict[str, dict[str, str]]:
    """For every concrete type, its fields as text, each with the field's name."""
    texts: dict[str, dict[str, str]] = {}
    for types, fields in block.scopes.items():
        for storage, selected in fields.items():
            text = _field(storage, selected, subgraph)
            for concrete in sorted(types):
                texts.setdefault(block.guises.get(concrete, concrete), {})[text] = selected.name
    if block.static is None and block.typename and not block.tells:
        return {concrete: {TYPENAME: TYPENAME, **fields} for concrete, fields in texts.items()}
    return texts


def _in_common(texts: Mapping[str, Mapping[str, str]], static: SubgraphType | None) -> list[str]:
    """What can be selected of the type itself: its own fields, wanted of every type that it may be."""
    if static is None or not texts or not _names(static) <= texts.keys():
        return []
    first, *others = texts.values()
    return [
        text
        for text, name in first.items()
        if name in static.fields and all(text in other for other in others)
    ]


def _names(static: SubgraphType) -> frozenset[str]:
    return frozenset(static.guises.get(concrete, concrete) for concrete in static.concrete)


def _field(storage: str, selected: Selected, subgraph: Subgraph) -> str:
    alias = "" if storage == selected.name else f"{storage}: "
    below = "" if selected.block is None else f" {selection_set(selected.block, subgraph)}"
    return f"{alias}{selected.name}{selected.arguments}{below}"
