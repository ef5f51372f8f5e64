"""A public schema as the supergraph of a single subgraph, so that the gateway serves it like any other."""

from typing import Any, Final, TypeVar

from graphql import (
    ConstArgumentNode,
    ConstDirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueNode,
    GraphQLSchema,
    NameNode,
    StringValueNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
    print_schema,
)
from graphql.language import Node

N = TypeVar("N", bound=Node)

NAME: Final = "mock"
_GRAPH: Final = "MOCK"
_HEAD: Final = """
schema @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { %s }
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!) repeatable on
  OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
enum join__Graph { MOCK @join__graph(name: "mock", url: "") }
"""


def supergraph_of(schema: GraphQLSchema) -> str:
    """Return the SDL of a supergraph whose only subgraph, `mock`, has all types."""
    written = parse(print_schema(schema), no_location=True).definitions
    kept = [_joined(definition) for definition in written if isinstance(definition, TypeDefinitionNode)]
    roots = {
        "query": schema.query_type,
        "mutation": schema.mutation_type,
        "subscription": schema.subscription_type,
    }
    head = _HEAD % " ".join(f"{operation}: {root.name}" for operation, root in roots.items() if root)
    return head + print_ast(DocumentNode(definitions=tuple(kept)))


def _joined(definition: TypeDefinitionNode) -> TypeDefinitionNode:
    """Add what the join specification says of a type of the subgraph."""
    interfaces = getattr(definition, "interfaces", None) or ()
    added = [
        _directive("join__type"),
        *(_directive("join__implements", interface=interface.name.value) for interface in interfaces),
    ]
    changes: dict[str, Any] = {}
    if isinstance(definition, UnionTypeDefinitionNode):
        added += [
            _directive("join__unionMember", member=type_.name.value) for type_ in definition.types or ()
        ]
    if isinstance(definition, EnumTypeDefinitionNode):
        changes["values"] = tuple(
            _with(value, [_directive("join__enumValue")]) for value in definition.values or ()
        )
    return _with(definition, added, **changes)


def _with(node: N, added: list[ConstDirectiveNode], **changes: Any) -> N:
    """Return a copy of a node with further directives."""
    parts = {key: getattr(node, key, None) for key in node.keys}
    directives = (*(parts.get("directives") or ()), *added)
    return type(node)(**{**parts, **changes, "directives": directives})


def _directive(name: str, **texts: str) -> ConstDirectiveNode:
    arguments = [
        ConstArgumentNode(name=NameNode(value="graph"), value=EnumValueNode(value=_GRAPH)),
        *(
            ConstArgumentNode(name=NameNode(value=key), value=StringValueNode(value=text))
            for key, text in texts.items()
        ),
    ]
    return ConstDirectiveNode(name=NameNode(value=name), arguments=tuple(arguments))
