"""A strict subgraph built from its SDL: it answers valid requests, and refuses everything else.

It refuses a field or type that its SDL lacks, an external field that is not provided on the path, a required
field that was not sent, and an incomplete key. So a gateway that asks the wrong subgraph, or forgets
something, gets an error instead of the right value by chance.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    InlineFragmentNode,
    ObjectTypeDefinitionNode,
    SelectionSetNode,
    build_ast_schema,
    execute,
    parse,
    validate,
)

from tests.federation_kit.objects import Run, Stored, Truth, influence, mapped, settled
from tests.federation_kit.sdl import FieldSdl, SubgraphSdl, TypeSdl, fields_for, named

NONE: Final[Mapping[str, frozenset[str]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Seen:
    """An object from the perspective of a subgraph's resolver.

    Attributes:
        key: The object's key.
        type: Its type here, which may be an interface object.
        sent: The representation, if it was reached by one.
        provided: What a `@provides` on the path made resolvable.
        identified: What a key on the path made readable, to identify an object above.
        moment: How many mutations had run when it was reached.
    """

    key: str
    type: str
    sent: Mapping[str, Any] | None = None
    provided: tuple[SelectionSetNode, ...] = ()
    identified: tuple[SelectionSetNode, ...] = ()
    moment: int = 0


@dataclass(slots=True)
class StrictSubgraph:
    """Answers the operations of one subgraph.

    Attributes:
        sdl: The parsed SDL.
        truth: The data of the whole world.
        moved: Fields of its SDL that are no longer its own.
    """

    sdl: SubgraphSdl
    truth: Truth
    moved: frozenset[tuple[str, str]]
    schema: GraphQLSchema = field(init=False)

    def __post_init__(self) -> None:
        self.schema = build_ast_schema(_executable(self.sdl), assume_valid_sdl=True)

    def answer(self, query: str, variables: Mapping[str, Any], run: Run) -> dict[str, Any]:
        """Validate and execute an operation, as a server does."""
        document = parse(query)
        errors = validate(self.schema, document)
        if errors:
            return {"errors": [error.formatted for error in errors]}
        result = execute(
            self.schema,
            document,
            context_value=_Asked(self, run),
            variable_values=dict(variables),
            field_resolver=_resolve,
            type_resolver=_type_of,
        )
        if not isinstance(result, ExecutionResult):
            raise TypeError("nothing here is asynchronous")
        return dict(result.formatted)

    def entity(self, sent: Mapping[str, Any]) -> Seen | None:
        """Return the object that a representation identifies.

        Raises:
            GraphQLError: The representation has no complete key of this subgraph.
        """
        name = sent.get("__typename")
        kind = self.sdl.types.get(str(name))
        if kind is None:
            raise GraphQLError(f"{self.sdl.name} has no entity {name}")
        keys = [key for key, resolvable in kind.keys if resolvable and _complete(sent, key)]
        if not keys:
            raise GraphQLError(f"{self.sdl.name} cannot resolve {name} by {sorted(sent)}")
        for each in self.truth.of_type(kind.name):
            if all(self.truth.selected(each, key) == read(sent, key) for key in keys):
                return Seen(each, self._type_here(each), sent)
        return None

    def resolve(self, seen: Seen, name: str, arguments: Mapping[str, Any], run: Run) -> Any:
        """Return a field of an object, by the rules of this subgraph.

        Raises:
            GraphQLError: This subgraph must not be asked for the field here.
        """
        kind = self.sdl.types[seen.type]
        definition = kind.fields[name]
        if self._answers(seen, kind, definition):
            run.answered.add((seen.key, name))
        required = None if definition.requires is None else self._required(seen, definition.requires)
        stored = settled(self.truth.objects[seen.key][name], influence(required, arguments))
        if isinstance(stored, dict) and "$moment" in stored:
            return seen.moment
        if seen.type == "Mutation":
            run.mutations += 1
        below = partial(self._below, seen, definition)
        provided = below(seen.provided)
        if definition.provides is not None:
            provided = (*provided, definition.provides)
        identified = below((*seen.identified, *(key for key, _ in kind.keys)))
        moment = run.mutations
        return mapped(
            self._known(definition, stored),
            lambda key: Seen(key, self._type_here(key), None, provided, identified, moment),
        )

    def _answers(self, seen: Seen, kind: TypeSdl, definition: FieldSdl) -> bool:
        """Return whether this subgraph resolves a field; if not, the field may only be read as part of a key.

        Raises:
            GraphQLError: Neither is the case.
        """
        is_moved = (kind.name, definition.name) in self.moved
        if not is_moved and (not definition.external or self._has(seen.provided, kind, definition)):
            return True
        keys = tuple(key for key, _ in kind.keys)
        if self._has(keys, kind, definition):
            return kind.extension and not is_moved
        if self._has(seen.identified, kind, definition):
            return False
        why = "which another subgraph has now" if is_moved else "which is external"
        raise GraphQLError(f"{self.sdl.name} was asked for {kind.name}.{definition.name}, {why}")

    def _has(self, sets: Iterable[SelectionSetNode], kind: TypeSdl, definition: FieldSdl) -> bool:
        return any(
            node.name.value == definition.name
            for selections in sets
            for node in fields_for(selections, kind.name, self._abstract(kind.name))
        )

    def _required(self, seen: Seen, selections: SelectionSetNode) -> dict[str, Any]:
        if seen.sent is None:
            raise GraphQLError(f"{self.sdl.name} needs required fields of {seen.type}, and none were sent")
        return read(seen.sent, selections, self.truth.abstract)

    def _below(
        self, seen: Seen, definition: FieldSdl, sets: Iterable[SelectionSetNode]
    ) -> tuple[SelectionSetNode, ...]:
        return tuple(
            node.selection_set
            for selections in sets
            for node in fields_for(selections, seen.type, self._abstract(seen.type))
            if node.name.value == definition.name and node.selection_set is not None
        )

    def _known(self, definition: FieldSdl, stored: Stored) -> Stored:
        """Return a value without the objects whose type this subgraph does not know for the field."""
        kind = self.sdl.types.get(named(definition.type))
        if kind is None or kind.is_object:
            return stored
        members = kind.members or {
            each.name for each in self.sdl.types.values() if kind.name in each.implements
        }
        return mapped(stored, lambda key: {"$ref": key} if self._type_here(key) in members else None)

    def _abstract(self, name: str) -> frozenset[str]:
        return self.truth.abstract.get(name, frozenset())

    def _type_here(self, key: str) -> str:
        """Return the concrete type, or the interface object that stands for it here."""
        concrete = self.truth.typename(key)
        for name in sorted(self._abstract(concrete)):
            kind = self.sdl.types.get(name)
            if kind is not None and kind.interface_object:
                return name
        return concrete


def read(
    sent: Mapping[str, Any], selections: SelectionSetNode, abstract: Mapping[str, frozenset[str]] = NONE
) -> dict[str, Any]:
    """Return what a representation contains of a selection.

    Args:
        sent: The representation, or an object in it.
        selections: The selection.
        abstract: The interfaces and unions of object types, of which fragments of others are left out.

    Raises:
        GraphQLError: Something was not sent.
    """
    found: dict[str, Any] = {}
    concrete = str(sent.get("__typename"))
    types = {concrete, *abstract[concrete]} if concrete in abstract else None
    for node, always in _wanted(selections, types, always=True):
        name = node.name.value
        if name in sent:
            below = node.selection_set
            value = sent[name] if below is None else _read_below(sent[name], below, abstract)
            found[name] = {**found.get(name, {}), **value} if isinstance(value, dict) else value
        elif always:
            raise GraphQLError(f"{name} is needed in the representation and was not sent")
    return found


def _read_below(value: Any, selections: SelectionSetNode, abstract: Mapping[str, frozenset[str]]) -> Any:
    match value:
        case dict():
            return read(value, selections, abstract)
        case list():
            return [_read_below(each, selections, abstract) for each in value]
        case _:
            return value


def _wanted(
    selections: SelectionSetNode, types: Collection[str] | None, *, always: bool
) -> Iterator[tuple[FieldNode, bool]]:
    for node in selections.selections:
        match node:
            case FieldNode():
                yield node, always
            case InlineFragmentNode(type_condition=condition):
                if condition is None or types is None or condition.name.value in types:
                    yield from _wanted(node.selection_set, types, always=False)


def _complete(sent: Mapping[str, Any], key: SelectionSetNode) -> bool:
    try:
        return not _has_null(read(sent, key))
    except GraphQLError:
        return False


def _has_null(value: Any) -> bool:
    match value:
        case dict():
            return any(map(_has_null, value.values()))
        case list():
            return any(map(_has_null, value))
        case _:
            return value is None


@dataclass(frozen=True, slots=True)
class _Asked:
    subgraph: StrictSubgraph
    run: Run


def _resolve(source: Seen | None, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    asked: _Asked = info.context
    match info.field_name:
        case "_entities":
            return [asked.subgraph.entity(representation) for representation in arguments["representations"]]
        case "_service":
            return _SERVICE
        case "sdl" if source is _SERVICE:
            return asked.subgraph.sdl.text
        case name:
            root = info.parent_type.name
            return asked.subgraph.resolve(source or Seen(root, root), name, arguments, asked.run)


def _type_of(value: Seen, _info: GraphQLResolveInfo[Any], _type: object) -> str:
    return value.type


_SERVICE = Seen("_Service", "_Service")


def _executable(sdl: SubgraphSdl) -> DocumentNode:
    """Return the SDL's document with the entry points that federation adds to every subgraph."""
    entities = [each.name for each in sdl.types.values() if each.is_object and any(ok for _, ok in each.keys)]
    added = "_service: _Service!"
    union = ""
    if entities:
        union = f"union _Entity = {' | '.join(entities)}"
        added += " _entities(representations: [_Any!]!): [_Entity]!"
    extra = parse(
        f"scalar _Any type _Service {{ sdl: String! }} {union} type Query {{ {added} }}"
    ).definitions
    own = [definition for definition in sdl.document.definitions if not _is_query(definition)]
    fields = [
        node
        for definition in (*sdl.document.definitions, *extra)
        if isinstance(definition, ObjectTypeDefinitionNode) and _is_query(definition)
        for node in definition.fields or ()
    ]
    query = next(
        definition
        for definition in extra
        if isinstance(definition, ObjectTypeDefinitionNode) and _is_query(definition)
    )
    whole = ObjectTypeDefinitionNode(name=query.name, fields=tuple(fields), interfaces=(), directives=())
    return DocumentNode(
        definitions=(*own, *(definition for definition in extra if not _is_query(definition)), whole)
    )


def _is_query(node: object) -> bool:
    return isinstance(node, ObjectTypeDefinitionNode) and node.name.value == "Query"
