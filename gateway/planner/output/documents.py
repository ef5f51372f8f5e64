"""Prints the document that a fetch sends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gateway.plan.context_batch import MARK, ContextBatch, ContextBatchField
from gateway.plan.nodes import ENTITIES
from gateway.planner.fetch.fetch_node import FetchNode, FieldDraft, SelectionDraft, free_name
from gateway.supergraph import Subgraph, SubgraphType
from gateway.supergraph.selections import TYPENAME


class Document(Struct, frozen=True):
    """A document with its operation name and the client's variables that it uses."""

    text: str
    operation_name: str | None
    variables: tuple[str, ...]


class OperationHeader(Struct, frozen=True):
    """The part that the documents of one operation have in common.

    Attributes:
        kind: The kind of root fetches: query or mutation.
        name: The client's name for the operation, or None.
        definitions: The client's variable definitions as printed, by name.
    """

    kind: str
    name: str | None
    definitions: Mapping[str, str]


class EntityField(Struct, frozen=True):
    """An `_entities` field of a document: its alias, and the variable of the representations."""

    alias: str
    variable: str


def write_root(
    selection: SelectionDraft, subgraph: Subgraph, header: OperationHeader, number: int, kind: str
) -> Document:
    """Print the document of a root fetch.

    Args:
        selection: The selection set.
        subgraph: The subgraph for which it is written.
        header: The operation's header.
        number: The fetch's number, which is part of the operation's name.
        kind: Query or mutation.
    """
    variables = tuple(sorted(_variables(selection)))
    definitions = [header.definitions[variable] for variable in variables]
    name = _name(header, subgraph, number)
    return Document(_text(kind, name, definitions, selection_set(selection, subgraph)), name, variables)


def write_entities(
    selections: Sequence[SelectionDraft], subgraph: Subgraph, header: OperationHeader, number: int
) -> tuple[Document, list[EntityField]]:
    """Print the document of an entity fetch, with one `_entities` field for each selection.

    Returns:
        The document and its fields, in the order of the selections.
    """
    variables = tuple(sorted(set[str]().union(*(_variables(selection) for selection in selections))))
    fields = _entity_fields(len(selections), variables)
    definitions = [f"${field.variable}: [_Any!]!" for field in fields]
    definitions += [header.definitions[variable] for variable in variables]
    bodies = [
        f"{'' if field.alias == ENTITIES else f'{field.alias}: '}{ENTITIES}(representations: "
        f"${field.variable}) {selection_set(selection, subgraph)}"
        for field, selection in zip(fields, selections, strict=True)
    ]
    name = _name(header, subgraph, number)
    text = _text("query", name, definitions, f"{{ {' '.join(bodies)} }}")
    return Document(text, name, variables), fields


def write_context_batch(
    fetches: Sequence[FetchNode], subgraph: Subgraph, header: OperationHeader, number: int
) -> tuple[ContextBatch, Document, str]:
    """Print the document of entity fetches with arguments that ancestors set.

    Returns:
        The parts from which the document is assembled once the values are known, the document for one set of
        values, and the name of the variable of the representations.
    """
    variables = tuple(sorted(set[str]().union(*(_variables(fetch.selection) for fetch in fetches))))
    taken = {*header.definitions, *(name for fetch in fetches for name in fetch.variable_of.values())}
    representations = free_name("representations", taken)
    fields = [
        ContextBatchField(
            (
                f"${representations}{MARK}: [_Any!]!",
                *(f"${name}{MARK}: {argument.type}" for argument, name in fetch.variable_of.items()),
            ),
            f"{ENTITIES}(representations: ${representations}{MARK}) "
            f"{selection_set(fetch.selection, subgraph)}",
        )
        for fetch in fetches
    ]
    name = _name(header, subgraph, number)
    title = "query" if name is None else f"query {name}"
    context_batch = ContextBatch(
        title, tuple(header.definitions[variable] for variable in variables), tuple(fields)
    )
    document = Document(context_batch.written(range(len(fields))), name, variables)
    return context_batch, document, representations


def _entity_fields(count: int, variables: Sequence[str]) -> list[EntityField]:
    """Return the `_entities` fields, with variables that differ from the client's."""
    fields = [EntityField(ENTITIES, "representations")]
    if count > 1:
        fields = [EntityField(f"_e{index}", f"r{index}") for index in range(count)]
    while any(field.variable in variables for field in fields):
        fields = [replace(field, variable=f"_{field.variable}") for field in fields]
    return fields


def _name(header: OperationHeader, subgraph: Subgraph, number: int) -> str | None:
    if header.name is None:
        return None
    return f"{header.name}__{re.sub(r'[^A-Za-z0-9_]', '_', subgraph.name)}__{number}"


def _text(kind: str, name: str | None, definitions: Sequence[str], body: str) -> str:
    declared = f"({', '.join(definitions)})" if definitions else ""
    title = f"{kind} {name or ''}{declared}".rstrip() if name or declared else kind
    return body if title == "query" else f"{title} {body}"


def _variables(selection: SelectionDraft) -> set[str]:
    variables: set[str] = set()
    for selected in _all(selection):
        variables |= selected.variables
        if selected.selection is not None:
            variables |= _variables(selected.selection)
    return variables


def _all(selection: SelectionDraft) -> Iterator[FieldDraft]:
    for fields in selection.fields_by_types.values():
        yield from fields.values()


def selection_set(selection: SelectionDraft, subgraph: Subgraph) -> str:
    """Return a selection set as text, with fragments only where types require them."""
    static = None if selection.static is None else subgraph.types[selection.static]
    texts = _by_type(selection, subgraph)
    parts = _in_common(texts, static)
    fragments = [
        f"... on {concrete} {{ {' '.join(apart)} }}"
        for concrete, fields in texts.items()
        if (apart := [text for text in fields if text not in parts])
    ]
    if selection.reports_typename or (static is not None and (selection.typename or not parts)):
        parts.insert(0, TYPENAME)
    return f"{{ {' '.join((*parts, *fragments))} }}"


def _by_type(selection: SelectionDraft, subgraph: Subgraph) -> dict[str, dict[str, str]]:
    """Return the fields of each concrete type as text, with its name if the static type can select it."""
    texts: dict[str, dict[str, str]] = {}
    for types, fields in selection.fields_by_types.items():
        for response_key, selected in fields.items():
            text = _field(response_key, selected, subgraph)
            for concrete in sorted(types):
                name = selection.interface_object_of.get(concrete, concrete)
                common = _is_valid_on_static(selected, name, selection, subgraph)
                texts.setdefault(name, {})[text] = selected.name if common else ""
    if selection.static is None and selection.typename and not selection.reports_typename:
        return {concrete: {TYPENAME: TYPENAME, **fields} for concrete, fields in texts.items()}
    return texts


def _is_valid_on_static(
    selected: FieldDraft, concrete: str, selection: SelectionDraft, subgraph: Subgraph
) -> bool:
    """Return whether a field of an implementation can be selected on the interface.

    The implementation's field may have a narrower type, and arguments that the interface's does not have.
    """
    owner = None if selection.static is None else subgraph.types[selection.static].fields.get(selected.name)
    if owner is None:
        return False
    if selected.arguments:
        own = subgraph.types[concrete].fields.get(selected.name)
        if own is None or own.arguments != owner.arguments or own.contexts != owner.contexts:
            return False
    return selected.selection is None or selected.selection.static == owner.type


def _in_common(texts: Mapping[str, Mapping[str, str]], static: SubgraphType | None) -> list[str]:
    """Return the fields that can be selected on the static type: its own fields that every type wants."""
    if static is None or not texts or not _names(static) <= texts.keys():
        return []
    first, *others = texts.values()
    return [
        text
        for text, name in first.items()
        if name in static.fields and all(text in other for other in others)
    ]


def _names(static: SubgraphType) -> frozenset[str]:
    return frozenset(static.interface_object_of.get(concrete, concrete) for concrete in static.concrete)


def _field(response_key: str, selected: FieldDraft, subgraph: Subgraph) -> str:
    alias = "" if response_key == selected.name else f"{response_key}: "
    below = "" if selected.selection is None else f" {selection_set(selected.selection, subgraph)}"
    return f"{alias}{selected.name}{selected.arguments}{below}"
