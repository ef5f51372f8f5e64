"""A world with an operation, as one JSON file that can be committed and replayed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphql import (
    DefinitionNode,
    DocumentNode,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    NameNode,
    ObjectTypeDefinitionNode,
    build_ast_schema,
    parse,
)

from tests.federation_kit.composer import Composed, NotComposable, compose
from tests.federation_kit.composer_faults import lost_marks
from tests.federation_kit.monolith import Monolith
from tests.federation_kit.objects import Objects, Truth, overridden
from tests.federation_kit.sdl import read_subgraph
from tests.federation_kit.subgraph import StrictSubgraph


@dataclass(frozen=True, slots=True)
class World:
    """Subgraphs and data.

    Attributes:
        subgraphs: SDL by name.
        objects: The data, as `federation.objects` describes it.
        features: The features that it has, if known.
    """

    subgraphs: Mapping[str, str]
    objects: Objects
    features: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Operation:
    """A document with one operation, and its variables."""

    document: str
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """A world and an operation.

    Attributes:
        world: Subgraphs and data.
        operation: The operation to answer.
        expected: The monolith's data, if recorded.
        why: The defect that this case once showed.
    """

    world: World
    operation: Operation
    expected: Mapping[str, Any] | None = None
    why: str = ""


@dataclass(slots=True)
class Served:
    """A world that is served by strict subgraphs and by a monolith.

    Attributes:
        world: The world.
        composed: The result of the composition library.
        subgraphs: Strict subgraphs by name.
        monolith: The monolith over the same data.
    """

    world: World
    composed: Composed
    public: GraphQLSchema = field(init=False)
    subgraphs: dict[str, StrictSubgraph] = field(init=False)
    monolith: Monolith = field(init=False)

    def __post_init__(self) -> None:
        read = [read_subgraph(name, text) for name, text in sorted(self.world.subgraphs.items())]
        truth = Truth(self.world.objects, read)
        moved = overridden(read)
        self.public = executable(self.composed.public)
        self.subgraphs = {
            subgraph.name: StrictSubgraph(subgraph, truth, moved[subgraph.name]) for subgraph in read
        }
        self.monolith = Monolith(executable(self.composed.public, _lonely(self.world.objects)), truth)


def executable(public: str, lonely: frozenset[str] = frozenset()) -> GraphQLSchema:
    """Return the public schema in a form that a single server can have.

    A type that implements an interface also implements that interface's interfaces. Composers omit this if
    only an interface object states it.

    Args:
        public: The SDL of the public schema.
        lonely: Interfaces without implementations that have objects nevertheless.
    """
    document = parse(public)
    above = {
        definition.name.value: [name.name.value for name in definition.interfaces or ()]
        for definition in document.definitions
        if isinstance(definition, InterfaceTypeDefinitionNode)
    }
    return build_ast_schema(
        DocumentNode(
            definitions=tuple(_executable(definition, above, lonely) for definition in document.definitions)
        ),
        assume_valid=True,
    )


def _executable(
    node: DefinitionNode, above: Mapping[str, Sequence[str]], lonely: frozenset[str]
) -> DefinitionNode:
    if not isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        return node
    names = [interface.name.value for interface in node.interfaces or ()]
    for name in names:
        names += [each for each in above[name] if each not in names]
    interfaces = tuple(NamedTypeNode(name=NameNode(value=name)) for name in names)
    is_object = isinstance(node, ObjectTypeDefinitionNode) or node.name.value in lonely
    kind = ObjectTypeDefinitionNode if is_object else InterfaceTypeDefinitionNode
    return kind(name=node.name, interfaces=interfaces, fields=node.fields, directives=())


def _lonely(objects: Objects) -> frozenset[str]:
    return frozenset(str(each["__typename"]) for each in objects.values())


def serve(world: World) -> Served:
    """Compose a world and create its servers.

    Raises:
        NotComposable: Its subgraphs do not compose, or the supergraph is not theirs.
    """
    served = Served(world, compose(world.subgraphs))
    read = [subgraph.sdl for subgraph in served.subgraphs.values()]
    for lost in lost_marks(served.composed.supergraph, read):
        raise NotComposable(f'the supergraph lost the marks of "{lost}"')
    return served


def load_case(file: Path) -> Case:
    """Read a case from its file."""
    content = json.loads(file.read_text())
    return Case(
        world=World(
            {name: "\n".join(lines) for name, lines in content["subgraphs"].items()}, content["objects"]
        ),
        operation=Operation("\n".join(content["document"]), content["variables"]),
        expected=content["expected"],
        why=content["why"],
    )


def case_text(case: Case) -> str:
    """Return the text of a case's file, with SDL and document line by line, so that diffs are readable."""
    content = {
        "why": case.why,
        "document": case.operation.document.split("\n"),
        "variables": case.operation.variables,
        "expected": case.expected,
        "subgraphs": {name: text.split("\n") for name, text in case.world.subgraphs.items()},
        "objects": case.world.objects,
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
