"""How each field of the public schema is counted: weights and list sizes, by `@cost` and `@listSize`."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence, Sized
from typing import Final, TypeVar

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    SchemaMetaFieldDef,
    TypeMetaFieldDef,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    print_ast,
)
from msgspec import Struct
from msgspec.structs import replace

from gateway.supergraph import Annotations, ListSize, possible_types

T = TypeVar("T")
OF_TYPE: Final = "__Type.ofType"
"""A wrapper type, such as a list, has no weight of its own."""
META_FIELDS: Final = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}
"""The introspection fields of the query type."""


class FieldRule(Struct, frozen=True, eq=False):
    """How a field of a type is counted.

    Attributes:
        coordinate: The field's schema coordinate.
        definition: The field in the public schema.
        weight: The weight of each value; None if the concrete type of a value decides.
        dimensions: How many lists are nested around a value.
        size: The length of its list, or of the lists in its value; None if unknown.
        types: The concrete types that a value may have; empty for a leaf.
        arguments: The weights of its arguments that have one.
        heeds_arguments: Whether its cost depends on its arguments.
    """

    coordinate: str
    definition: GraphQLField
    weight: int | None
    dimensions: int
    size: ListSize | None
    types: frozenset[str]
    arguments: Mapping[str, int]
    heeds_arguments: bool

    @property
    def is_free(self) -> bool:
        """Whether it never costs anything."""
        return not self.types and (self.weight or 0) <= 0 and not self.heeds_arguments


class CostRules:
    """How operations over one schema are counted.

    Attributes:
        schema: The public schema.
        list_size: The assumed length of a list of unknown length.
    """

    def __init__(self, schema: GraphQLSchema, annotations: Annotations, list_size: int) -> None:
        self.schema = schema
        self.list_size = list_size
        self._cost = annotations.cost
        self._sizes = {**introspection_sizes(schema), **annotations.list_size}
        self._fields: dict[tuple[str, str], FieldRule | None] = {}
        self._shared: dict[Hashable, FieldRule] = {}

    def weight(self, name: str) -> int:
        """Return the weight of a type's value: that of `@cost`, or else 1 for an object and 0 for a leaf."""
        known = self._cost.get(name)
        if known is not None:
            return known
        named = self.schema.get_type(name)
        return int(named is not None and not is_leaf_type(named))

    def field(self, owner: str, name: str) -> FieldRule | None:
        """Return the rule of a field of a concrete type; None for `__typename`, which has no definition."""
        at = (owner, name)
        if at not in self._fields:
            self._fields[at] = self._build_rule(owner, name)
        return self._fields[at]

    def input_cost(self, value: object, type_: GraphQLInputType, weight: int | None) -> int:
        """Return the cost of the coerced value of an argument or input field.

        Each input object costs 1, or the weight of its argument or input field; the same holds for each value
        in a list.

        Args:
            value: The value.
            type_: Its type.
            weight: The weight of the argument or input field; None if it has none.
        """
        named = get_named_type(type_)
        is_leaf = is_leaf_type(named)
        own = self._cost.get(named.name, 0 if is_leaf else 1) if weight is None else weight
        if value is None or (is_leaf and not own):
            return 0
        nullable = get_nullable_type(type_)
        if is_list_type(nullable) and isinstance(value, list) and value:
            item: GraphQLInputType = nullable.of_type
            return sum(self.input_cost(element, item, weight) for element in value)
        if not isinstance(named, GraphQLInputObjectType) or not isinstance(value, dict):
            return max(0, own)
        inner = sum(
            self.input_cost(value.get(name), field.type, self._cost.get(f"{named.name}.{name}"))
            for name, field in named.fields.items()
        )
        return max(0, own + inner)

    def _build_rule(self, owner: str, name: str) -> FieldRule | None:
        if name in META_FIELDS:
            return _meta_rule(name)
        holder = self.schema.get_type(owner)
        if not isinstance(holder, GraphQLObjectType | GraphQLInterfaceType) or name not in holder.fields:
            return None
        definition = holder.fields[name]
        named: GraphQLNamedType = get_named_type(definition.type)
        weight = self._annotated(self._cost, holder, f".{name}")
        if weight is None and f"{owner}.{name}" == OF_TYPE:
            weight = 0
        weights = {
            argument: self._annotated(self._cost, holder, f".{name}({argument}:)")
            for argument in definition.args
        }
        size = self._annotated(self._sizes, holder, f".{name}")
        size = None if size is None else _with_known_arguments(size, definition)
        rule = FieldRule(
            coordinate=f"{owner}.{name}",
            definition=definition,
            weight=self.weight(named.name) if weight is None and is_leaf_type(named) else weight,
            dimensions=_dimensions(definition),
            size=size,
            types=possible_types(self.schema, named),
            arguments={argument: weight for argument, weight in weights.items() if weight is not None},
            heeds_arguments=bool(size and size.slicing)
            or any(
                not is_leaf_type(get_named_type(declared.type))
                or weights[argument]
                or self._cost.get(get_named_type(declared.type).name)
                for argument, declared in definition.args.items()
            ),
        )
        # Fields that count the same share a rule, so that the implementations of an interface are counted
        # once.
        signature = tuple((argument, _declared(declared)) for argument, declared in definition.args.items())
        heeded = (*rule.arguments.items(), *signature) if rule.heeds_arguments else ()
        key = (rule.weight, rule.dimensions, rule.types, rule.size, heeded)
        return self._shared.setdefault(key, rule)

    @staticmethod
    def _annotated(
        annotations: Mapping[str, T], holder: GraphQLObjectType | GraphQLInterfaceType, member: str
    ) -> T | None:
        """Return the directive of a member of a type, or else of the same member of its interfaces."""
        for owner in (holder, *holder.interfaces):
            annotation = annotations.get(f"{owner.name}{member}")
            if annotation is not None:
                return annotation
        return None


def _meta_rule(name: str) -> FieldRule:
    """Return the rule of `__schema` or `__type`."""
    definition = META_FIELDS[name]
    named = get_named_type(definition.type)
    return FieldRule(name, definition, None, 0, None, frozenset({named.name}), {}, heeds_arguments=False)


def _dimensions(definition: GraphQLField) -> int:
    type_, dimensions = definition.type, 0
    while is_non_null_type(type_) or is_list_type(type_):
        dimensions += is_list_type(type_)
        type_ = type_.of_type
    return dimensions


def _declared(argument: GraphQLArgument) -> str:
    """Return an argument's type and default value as written."""
    default = argument.ast_node.default_value if argument.ast_node else None
    return f"{argument.type}" if default is None else f"{argument.type} = {print_ast(default)}"


def _with_known_arguments(size: ListSize, definition: GraphQLField) -> ListSize:
    """Leave out slicing arguments that are hidden from clients, because no client can send them."""
    known = tuple(path for path in size.slicing if path.split(".")[0] in definition.args)
    return replace(size, slicing=known)


def introspection_sizes(schema: GraphQLSchema) -> dict[str, ListSize]:
    """Return the lengths of introspection's lists by coordinate.

    The number of types is the schema's own. Lists within types have their average length over all types, most
    of which have none of them, so that introspecting the whole schema costs about as many points as it has
    objects.
    """
    types = list(schema.type_map.values())
    with_fields = [named for named in types if isinstance(named, GraphQLObjectType | GraphQLInterfaceType)]
    of_types: dict[str, list[Sized]] = {
        "fields": [named.fields for named in with_fields],
        "interfaces": [named.interfaces for named in with_fields],
        "possibleTypes": [schema.get_possible_types(named) for named in types if is_abstract_type(named)],
        "enumValues": [named.values for named in types if isinstance(named, GraphQLEnumType)],
        "inputFields": [named.fields for named in types if isinstance(named, GraphQLInputObjectType)],
    }
    lengths = {
        "__Schema.types": len(types),
        "__Schema.directives": len(schema.directives),
        **{f"__Type.{name}": _mean(lists, len(types)) for name, lists in of_types.items()},
        "__Field.args": _mean([field.args for named in with_fields for field in named.fields.values()]),
        "__Directive.args": _mean([directive.args for directive in schema.directives]),
    }
    return {coordinate: ListSize(assumed=length) for coordinate, length in lengths.items()}


def _mean(lists: Sequence[Sized], number: int | None = None) -> int:
    """Return the average length, rounded up, at least 1; of more lists than these, the others are empty."""
    return max(1, -(-sum(map(len, lists)) // max(1, len(lists) if number is None else number)))
