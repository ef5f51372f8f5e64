"""Estimates the size of an introspection response from the sizes of the schema, without producing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    get_introspection_query,
    is_abstract_type,
    parse,
)
from msgspec import Struct

from gateway.pipeline.limits.introspection import introspects, is_usual_introspection, only_introspects

Kind = str
"""The kind of parent: one value of many (`type`), or all values in turn (`types`)."""

OTHER_VALUE: Final = 12.0
"""The bytes of a value that is neither a name nor a text: a kind, a location or a Boolean."""
STANDARD: Final = get_introspection_query(
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
    one_of=True,
)


class DocumentIntrospection(Struct, frozen=True):
    """What a document introspects.

    Attributes:
        response_bytes: The estimated bytes of its response.
        is_usual: Whether it is the query of the usual tools, and nothing else.
        is_all: Whether the document has one operation, which selects nothing else.
        key: Identifies what is introspected: that of the document which was first to do so.
    """

    response_bytes: int
    is_usual: bool
    is_all: bool
    key: bytes


class IntrospectionSizes(Struct, frozen=True):
    """The sizes of one schema under introspection: the values of each list, and the bytes of texts.

    Attributes:
        below: The number of a field's values and their kind, by parent kind and field.
        texts: The bytes of a leaf, by parent kind and field.
    """

    below: Mapping[tuple[Kind, str], tuple[float, Kind]]
    texts: Mapping[tuple[Kind, str], float]

    @classmethod
    def of(cls, schema: GraphQLSchema) -> IntrospectionSizes:
        """Measure a schema."""
        return cls(*_measured(schema))

    def introspection_of(
        self, document: DocumentNode, operation: OperationDefinitionNode, key: bytes = b""
    ) -> DocumentIntrospection | None:
        """Return what a document with a key introspects; None if none of its operations introspects."""
        if not introspects(document):
            return None
        size = self.response_bytes(document, operation)
        operations = sum(isinstance(node, OperationDefinitionNode) for node in document.definitions)
        return DocumentIntrospection(
            size,
            is_usual_introspection(document, operation),
            operations == 1 and only_introspects(operation, document),
            key,
        )

    def standard_bytes(self) -> int:
        """Return the estimate for the query by which the usual tools load a schema."""
        document = parse(STANDARD)
        operations = (
            definition
            for definition in document.definitions
            if isinstance(definition, OperationDefinitionNode)
        )
        return self.response_bytes(document, next(operations))

    def response_bytes(self, document: DocumentNode, operation: OperationDefinitionNode) -> int:
        """Estimate the bytes that the introspection of an operation takes in its response.

        Each fragment is measured once for each kind of value that it is spread on, so the time is linear in
        the size of the document. Conditional selections count as included.

        Args:
            document: The document, valid and without cycles of fragments.
            operation: One of its operations.
        """
        fragments = {
            definition.name.value: definition.selection_set
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        return int(_Measuring(self, fragments).selection(operation.selection_set, "root"))


@dataclass(slots=True)
class _Measuring:
    """Adds up the bytes of one value of a kind; caches the results of fragments."""

    sizes: IntrospectionSizes
    fragments: Mapping[str, SelectionSetNode]
    _known: dict[tuple[str, Kind], float] = field(default_factory=dict)

    def selection(self, selections: SelectionSetNode, kind: Kind) -> float:
        total = 0.0
        for node in selections.selections:
            match node:
                case FieldNode():
                    total += self._field(node, kind)
                case FragmentSpreadNode():
                    name = node.name.value
                    if (name, kind) not in self._known:
                        self._known[name, kind] = self.selection(self.fragments[name], kind)
                    total += self._known[name, kind]
                case _:
                    total += self.selection(node.selection_set, kind)  # type: ignore[attr-defined]
        return total

    def _field(self, node: FieldNode, kind: Kind) -> float:
        name = node.name.value
        key = 4.0 + len((node.alias or node.name).value)
        if (kind, name) in self.sizes.below and node.selection_set is not None:
            count, below = self.sizes.below[kind, name]
            return key + count * (2 + self.selection(node.selection_set, below))
        if kind == "root":
            return 0.0  # data fields, which other limits bound
        return key + self.sizes.texts.get((kind, name), OTHER_VALUE)


def _measured(
    schema: GraphQLSchema,
) -> tuple[dict[tuple[Kind, str], tuple[float, Kind]], dict[tuple[Kind, str], float]]:
    """Return the sizes of a schema's lists and texts."""
    types = list(schema.type_map.values())
    with_fields = [named for named in types if isinstance(named, GraphQLObjectType | GraphQLInterfaceType)]
    fields = [list(named.fields.values()) for named in with_fields]
    arguments = [list(definition.args.values()) for of_type in fields for definition in of_type]
    inputs = [list(named.fields.values()) for named in types if isinstance(named, GraphQLInputObjectType)]
    values = [list(named.values.values()) for named in types if isinstance(named, GraphQLEnumType)]
    interfaces = [named.interfaces for named in with_fields]
    directives = list(schema.directives)
    of_directives = [list(directive.args.values()) for directive in directives]
    lists = (
        ("types", "type", "fields", "fields", "field", fields, len(types)),
        ("types", "type", "inputFields", "inputs", "input", inputs, len(types)),
        ("types", "type", "enumValues", "values", "value", values, len(types)),
        ("types", "type", "interfaces", "type", "type", interfaces, len(types)),
        ("types", "type", "possibleTypes", "type", "type", _members(schema), len(types)),
        ("fields", "field", "args", "arguments", "input", arguments, len(arguments)),
        ("directives", "directive", "args", "inputs", "input", of_directives, len(directives)),
    )
    below: dict[tuple[Kind, str], tuple[float, Kind]] = {
        ("root", "__schema"): (1, "schema"),
        ("root", "__type"): (1, "type"),
        ("schema", "types"): (len(types), "types"),
        ("schema", "directives"): (len(directives), "directives"),
        ("type", "ofType"): (1, "type"),
    }
    for every, one, name, each_below, any_below, members, parents in lists:
        below[every, name] = (sum(map(len, members)) / max(1, parents), each_below)
        below[one, name] = (max(map(len, members), default=0), any_below)
    below |= {("schema", f"{name}Type"): (1, "type") for name in ("query", "mutation", "subscription")}
    below |= {(kind, "type"): (1, "type") for kind in ("field", "fields", "input", "inputs", "arguments")}
    entries = {
        ("types", "type"): types,
        ("fields", "field"): [definition for of_type in fields for definition in of_type],
        ("inputs", "input"): [
            definition for of_type in (*inputs, *arguments, *of_directives) for definition in of_type
        ],
        ("arguments", "input"): [argument for of_field in arguments for argument in of_field],
        ("values", "value"): [value for of_enum in values for value in of_enum],
        ("directives", "directive"): directives,
    }
    return below, _texts(entries, _names(schema))


def _members(schema: GraphQLSchema) -> list[Iterable[Any]]:
    return [schema.get_possible_types(named) for named in schema.type_map.values() if is_abstract_type(named)]


def _names(schema: GraphQLSchema) -> list[int]:
    return [len(name) for name in schema.type_map]


def _texts(entries: Mapping[tuple[Kind, Kind], list[Any]], names: list[int]) -> dict[tuple[Kind, str], float]:
    """Return the bytes of texts: the average if all values are selected, the maximum if any one may be."""
    texts: dict[tuple[Kind, str], float] = {}
    length: dict[str, Callable[[Any], int]] = {
        "description": lambda member: len((member.description or "").encode()),
        "deprecationReason": lambda member: len((getattr(member, "deprecation_reason", None) or "").encode()),
    }
    for (every, one), members in entries.items():
        for name, of in length.items():
            lengths = [of(member) for member in members]
            texts[every, name] = 2 + sum(lengths) / max(1, len(lengths))
            texts[one, name] = 2 + max((texts.get((one, name), 2) - 2, *lengths), default=0)
    for kind in ("type", "types"):
        texts[kind, "name"] = 2 + (max(names) if kind == "type" else sum(names) / len(names))
    return texts
