"""Subgraphs and a monolith over the same data, for comparing the gateway's answers with one schema's.

A subgraph of a world is strict: it resolves only the fields that its own SDL has, a required field only from
the representation, an external one only where a `@provides` on the way allows it. So a gateway that asks
the wrong subgraph, or forgets a required field, gets an error and not a lucky answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldDefinitionNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    ObjectTypeDefinitionNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_ast_schema,
    concat_ast,
    execute,
    parse,
)
from msgspec.structs import replace

from gateway.executor.masking import ErrorMasking
from gateway.pipeline.operation_executor import ExecutionMode, OperationExecutor
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.preparation.preparer import Preparer
from gateway.plan import QueryPlan
from gateway.supergraph import Supergraph, load_supergraph
from gateway.transport import MemoryTransport
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.federation_kit.generous_limits import GENEROUS_LIMITS

SHOWN = ErrorMasking(frozenset({"LOST", "BUSY", "CLOSED"}))
"""Shows the errors with which tests break subgraphs."""

FOLDER = Path(__file__).parent / "supergraphs"

DIRECTIVES = """
scalar FieldSet
scalar _Any
directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @requires(fields: FieldSet!) on FIELD_DEFINITION
directive @provides(fields: FieldSet!) on FIELD_DEFINITION
directive @external on OBJECT | FIELD_DEFINITION
directive @shareable repeatable on OBJECT | FIELD_DEFINITION
directive @override(from: String!) on FIELD_DEFINITION
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
directive @link(url: String, import: [String]) repeatable on SCHEMA
"""


def essence(answer: Mapping[str, Any]) -> tuple[Any, list[list[Any]]]:
    """What must be equal in two answers: the data, and where errors are."""
    return answer["data"], sorted((error["path"] for error in answer.get("errors", ())), key=repr)


@dataclass(frozen=True)
class Ref:
    """Points at an entity of the world."""

    type: str
    id: str


@dataclass(frozen=True)
class Computed:
    """A field that is worked out from others; `get` reads them as the resolver sees them."""

    compute: Callable[..., Any]


@dataclass
class World:
    """All data: root fields, and entities by type and id."""

    roots: dict[str, Any]
    entities: dict[str, dict[str, dict[str, Any]]]


@dataclass
class View:
    """An object as one resolver sees it; `subgraph` is None in the monolith."""

    world: World
    type: str
    data: Mapping[str, Any]
    subgraph: SubgraphSource | None = None
    sent: Mapping[str, Any] | None = None
    provided: tuple[SelectionSetNode, ...] = ()

    def get(self, name: str, **arguments: Any) -> Any:
        """A field for a computation: what was sent, else what this subgraph has itself."""
        if self.subgraph is not None and self.subgraph.is_external(self.type, name):
            if self.sent is None or name not in self.sent:
                raise GraphQLError(f"{self.type}.{name} is required and was not sent")
            return self.sent[name]
        value = self.data[name]
        if isinstance(value, Computed):
            return value.compute(self.get)
        return self._plain(value(**arguments) if callable(value) else value)

    def _plain(self, value: Any) -> Any:
        match value:
            case Ref():
                return self.world.entities[value.type][value.id]
            case list():
                return [self._plain(item) for item in value]
            case _:
                return value

    def resolve(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """A field's value, by the rules of the subgraph."""
        if self.subgraph is not None:
            self.subgraph.check(self, name)
        value = self.data.get(name)
        if isinstance(value, Computed):
            value = value.compute(self.get, **arguments)
        elif callable(value):
            value = value(**arguments)
        return self._wrapped(value, self._provided_below(name))

    def _wrapped(self, value: Any, provided: tuple[SelectionSetNode, ...]) -> Any:
        match value:
            case Ref():
                data = self.world.entities[value.type][value.id]
                return View(self.world, value.type, data, self.subgraph, None, provided)
            case dict():
                return View(self.world, value["__typename"], value, self.subgraph, None, provided)
            case list():
                return [self._wrapped(item, provided) for item in value]
            case _:
                return value

    def _provided_below(self, name: str) -> tuple[SelectionSetNode, ...]:
        if self.subgraph is None:
            return ()
        nested = tuple(
            node.selection_set
            for node in selected(self.provided, self.type)
            if node.name.value == name and node.selection_set is not None
        )
        return (*nested, *self.subgraph.provides(self.type, name))


def selected(sets: tuple[SelectionSetNode, ...], owner: str) -> Iterator[FieldNode]:
    """The fields that selection sets select of a type."""
    for selection_set in sets:
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                if condition is None or condition.name.value == owner:
                    yield from selected((node.selection_set,), owner)


def field_set(text: str) -> SelectionSetNode:
    """Parse a field set."""
    definition = parse(f"{{{text}}}").definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    return definition.selection_set


@dataclass
class SubgraphSource:
    """A subgraph made of its SDL."""

    name: str
    document: DocumentNode
    schema: GraphQLSchema = field(init=False)

    def __post_init__(self) -> None:
        keyed = [each.name.value for each in self._objects() if self._texts(each, "key")]
        entities = ""
        if keyed:
            entities = (
                f"union _Entity = {' | '.join(keyed)}\n"
                "extend type Query { _entities(representations: [_Any!]!): [_Entity]! }"
            )
        if not any(each.name.value == "Query" for each in self._objects()):
            entities = entities.replace("extend type Query", "type Query")
        self.schema = build_ast_schema(
            concat_ast([parse(DIRECTIVES + entities), self.document]), assume_valid_sdl=True
        )

    def _objects(self) -> list[ObjectTypeDefinitionNode]:
        return [
            definition
            for definition in self.document.definitions
            if isinstance(definition, ObjectTypeDefinitionNode)
        ]

    def _field(self, owner: str, name: str) -> FieldDefinitionNode | None:
        for each in self._objects():
            if each.name.value == owner:
                return next((node for node in each.fields or () if node.name.value == name), None)
        return None

    @staticmethod
    def _texts(node: ObjectTypeDefinitionNode | FieldDefinitionNode, directive: str) -> list[str]:
        return [
            str(getattr(argument.value, "value", ""))
            for each in node.directives or ()
            if each.name.value == directive
            for argument in each.arguments or ()
            if argument.name.value == "fields"
        ]

    def is_external(self, owner: str, name: str) -> bool:
        """Whether a field is marked external, or absent."""
        node = self._field(owner, name)
        return node is None or any(each.name.value == "external" for each in node.directives or ())

    def provides(self, owner: str, name: str) -> tuple[SelectionSetNode, ...]:
        """What a field provides below itself."""
        node = self._field(owner, name)
        return () if node is None else tuple(field_set(text) for text in self._texts(node, "provides"))

    def check(self, view: View, name: str) -> None:
        """Refuse what this subgraph must not be asked."""
        node = self._field(view.type, name)
        if node is None:
            raise GraphQLError(f"{self.name} does not have {view.type}.{name}")
        provided = any(each.name.value == name for each in selected(view.provided, view.type))
        if self.is_external(view.type, name) and not provided:
            raise GraphQLError(f"{self.name} was asked for its external {view.type}.{name}")
        for text in self._texts(node, "requires"):
            for wanted in field_set(text).selections:
                assert isinstance(wanted, FieldNode)
                if view.sent is None or wanted.name.value not in view.sent:
                    raise GraphQLError(f"{view.type}.{name} needs {wanted.name.value}, which was not sent")

    def keys(self, owner: str) -> list[SelectionSetNode]:
        """The keys of a type."""
        return [
            field_set(text)
            for each in self._objects()
            if each.name.value == owner
            for text in self._texts(each, "key")
        ]

    def entity(self, world: World, sent: dict[str, Any]) -> View | None:
        """The entity that a representation names."""
        owner = sent["__typename"]
        for data in world.entities[owner].values():
            if any(matches(world, data, sent, key) for key in self.keys(owner)):
                return View(world, owner, data, self, sent)
        return None


def matches(world: World, data: Mapping[str, Any], sent: Mapping[str, Any], key: SelectionSetNode) -> bool:
    """Whether an object has the values of a key that were sent."""
    for node in key.selections:
        assert isinstance(node, FieldNode)
        name = node.name.value
        if name not in sent:
            return False
        value = data[name]
        if isinstance(value, Ref):
            value = world.entities[value.type][value.id]
        if isinstance(value, list) and node.selection_set is not None:
            pairs = zip(value, sent[name], strict=True) if len(value) == len(sent[name]) else [({}, {})]
            if not all(matches(world, one, other, node.selection_set) for one, other in pairs):
                return False
        elif node.selection_set is not None:
            if not matches(world, value, sent[name], node.selection_set):
                return False
        elif value != sent[name]:
            return False
    return True


def resolve_field(source: Any, info: Any, **arguments: Any) -> Any:
    """Resolves any field of a world."""
    if info.field_name == "_entities":
        view: View = source
        assert view.subgraph is not None
        return [view.subgraph.entity(view.world, dict(each)) for each in arguments["representations"]]
    return source.resolve(info.field_name, arguments)


def resolve_type(value: Any, _info: Any, _type: Any) -> str:
    """The concrete type of an object of a world."""
    return str(value.type)


# What is read from a world's files does not change: each is read once in a process.


@cache
def supergraph_of(name: str, *, incremental: bool = False) -> Supergraph:
    """Return the supergraph of a world, whose clients may use `@defer` and `@stream` if it is incremental."""
    return load_supergraph(_sdl_of(name), incremental=incremental)


@cache
def _sdl_of(name: str) -> str:
    return (FOLDER / name / "supergraph.graphql").read_text()


@cache
def _sources_of(name: str) -> Mapping[str, SubgraphSource]:
    files = sorted((FOLDER / name).glob("*.graphql"))
    return {
        file.stem: SubgraphSource(file.stem, parse(file.read_text()))
        for file in files
        if file.stem != "supergraph"
    }


@dataclass
class Federation:
    """A supergraph with its subgraphs in memory, the monolith, and a record of what was asked."""

    name: str
    world: World
    way: ExecutionMode = "compiled"
    trusted: bool = False
    supergraph: Supergraph = field(init=False)
    sources: Mapping[str, SubgraphSource] = field(init=False)
    asked: list[tuple[str, SubgraphRequest]] = field(default_factory=list)
    broken: dict[str, Callable[[SubgraphRequest], Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.supergraph = supergraph_of(self.name)
        self.sources = _sources_of(self.name)
        self.preparer = Preparer(self.supergraph, GENEROUS_LIMITS)

    @property
    def sdl(self) -> str:
        """The supergraph as composed."""
        return _sdl_of(self.name)

    def transports(self) -> dict[str, MemoryTransport]:
        """One for each subgraph; those in `broken` answer as told there."""
        return {name: replace(asking(self._executor(name)), trusted=self.trusted) for name in self.sources}

    def _executor(self, name: str) -> Callable[[SubgraphRequest], Any]:
        async def answer(request: SubgraphRequest) -> Mapping[str, Any]:
            self.asked.append((name, request))
            if name in self.broken:
                given: Mapping[str, Any] = self.broken[name](request)
                return given
            return self.subgraph_answer(name, request)

        return answer

    def subgraph_answer(self, name: str, request: SubgraphRequest) -> dict[str, Any]:
        """What a subgraph answers in truth."""
        source = self.sources[name]
        document = parse(request.query)
        kind = next(
            definition
            for definition in document.definitions
            if isinstance(definition, OperationDefinitionNode)
        )
        root = View(self.world, kind.operation.value.capitalize(), self.world.roots, source)
        return executed(source.schema, document, root, dict(request.variables))

    def monolith(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """What one schema over the same data answers."""
        root = View(self.world, "Query", self.world.roots)
        return executed(self.supergraph.public, parse(query), root, variables or {})

    def plan(self, query: str, variables: dict[str, Any] | None = None) -> QueryPlan:
        """The gateway's plan."""
        return self.preparer.plan(query, None, variables or {})[1].plan

    async def gateway(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """What the gateway answers."""
        return await self.answered(query, variables or {}, self.way)

    async def both_ways(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The same, after comparing compiled and plain plans; the order of errors means nothing."""
        compiled, plain = [await self.answered(query, variables, way) for way in ("compiled", "interpreted")]
        assert _ordered(compiled) == _ordered(plain)
        return compiled

    async def answered(self, query: str, variables: dict[str, Any], way: ExecutionMode) -> dict[str, Any]:
        """The answer by one of the two ways."""
        _, planned = self.preparer.plan(query, None, variables)
        executor = OperationExecutor(self.preparer, self.transports(), lambda *_: None, way, masking=SHOWN)
        apart = PlannedOperation(planned.plan, planned.introspection)
        return dict((await executor.execute(apart, variables, {})).body)


def _ordered(answer: Mapping[str, Any]) -> str:
    return json.dumps({**answer, "errors": sorted(answer.get("errors", ()), key=json.dumps)}, sort_keys=False)


def executed(
    schema: GraphQLSchema, document: DocumentNode, root: View, variables: dict[str, Any]
) -> dict[str, Any]:
    """Execute with graphql-core."""
    result = execute(
        schema,
        document,
        root,
        variable_values=variables,
        field_resolver=resolve_field,
        type_resolver=resolve_type,
    )
    return dict(result.formatted)  # type: ignore[union-attr]  # nothing here is asynchronous
