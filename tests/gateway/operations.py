"""Random valid operations over any schema, for comparing two ways to answer them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    parse,
    validate,
)
from hypothesis import assume
from hypothesis import strategies as st

ALIASES = ("id", "code", "name", "x", "y", "title", "representations")


@dataclass
class Generated:
    """A document in the making."""

    schema: GraphQLSchema
    draw: Any
    definitions: dict[str, str] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)
    left: int = 40

    def selection_set(self, owner: GraphQLNamedType, depth: int) -> str:
        """Some selections of a type; never none."""
        count = self.draw(st.integers(1, 4))
        parts = [self.selection(owner, depth) for _ in range(count) if self.left > 0]
        return "{ " + " ".join(parts or ["__typename"]) + " }"

    def selection(self, owner: GraphQLNamedType, depth: int) -> str:
        """A field, an inline fragment or a spread."""
        self.left -= 1
        kind = self.draw(st.sampled_from(("field",) * 6 + ("inline", "named", "typename")))
        if kind == "typename":
            return f"{self.alias()}__typename"
        if kind == "field" and not isinstance(owner, GraphQLUnionType):
            return self.field_of(owner, depth)
        condition = self.condition(owner)
        body = self.selection_set(condition, depth)
        if kind == "named":
            name = f"F{len(self.fragments)}"
            self.fragments.append(f"fragment {name} on {condition.name} {body}")
            return f"...{name}{self.directives()}"
        return f"... on {condition.name}{self.directives()} {body}"

    def condition(self, owner: GraphQLNamedType) -> GraphQLNamedType:
        """A type that a fragment may be on here."""
        if not is_abstract_type(owner):
            return owner
        members = list(self.schema.get_possible_types(owner))  # type: ignore[arg-type]
        interfaces = [each for member in members for each in member.interfaces]
        return self.draw(st.sampled_from([*members, *interfaces, owner]))  # type: ignore[no-any-return]

    def field_of(self, owner: GraphQLNamedType, depth: int) -> str:
        """A field with what it needs."""
        assert isinstance(owner, GraphQLObjectType | GraphQLInterfaceType)
        names = [
            name
            for name, each in sorted(owner.fields.items())
            if depth > 0 or not is_composite_type(get_named_type(each.type))
        ]
        if not names:
            return "__typename"
        name = self.draw(st.sampled_from(names))
        definition: GraphQLField = owner.fields[name]
        below = get_named_type(definition.type)
        body = f" {self.selection_set(below, depth - 1)}" if is_composite_type(below) else ""
        return f"{self.alias()}{name}{self.arguments(definition)}{self.directives()}{body}"

    def alias(self) -> str:
        """Sometimes one, from few, so that they collide."""
        return self.draw(st.sampled_from(("",) * 5 + tuple(f"{each}: " for each in ALIASES)))  # type: ignore[no-any-return]

    def arguments(self, definition: GraphQLField) -> str:
        """Arguments as literals or variables; optional ones sometimes left out."""
        parts = [
            f"{name}: {self.argument(argument)}"
            for name, argument in definition.args.items()
            if self.is_required(argument) or self.draw(st.booleans())
        ]
        return f"({', '.join(parts)})" if parts else ""

    @staticmethod
    def is_required(argument: GraphQLArgument) -> bool:
        """Whether it must be given."""
        return isinstance(argument.type, GraphQLNonNull)

    def argument(self, argument: GraphQLArgument) -> str:
        """A value or a variable."""
        literal, value = self.value(argument.type)
        if self.draw(st.booleans()):
            return literal
        name = f"v{len(self.definitions)}"
        self.definitions[name] = f"${name}: {argument.type}"
        self.variables[name] = value
        return f"${name}"

    def value(self, kind: GraphQLInputType) -> tuple[str, Any]:
        """A literal and the same as JSON."""
        match get_named_type(kind).name:
            case "Int":
                number = self.draw(st.integers(1, 3))
                return str(number), number
            case "Boolean":
                truth = self.draw(st.booleans())
                return str(truth).lower(), truth
            case _:
                text = self.draw(st.sampled_from(("p", "q", "1", "nobody")))
                return f'"{text}"', text

    def directives(self) -> str:
        """Sometimes a condition."""
        kind = self.draw(st.sampled_from(("",) * 6 + ("skip", "include")))
        if not kind:
            return ""
        truth = self.draw(st.booleans())
        if self.draw(st.booleans()):
            return f" @{kind}(if: {str(truth).lower()})"
        name = f"v{len(self.definitions)}"
        self.definitions[name] = f"${name}: Boolean!"
        self.variables[name] = truth
        return f" @{kind}(if: ${name})"


@st.composite
def queries(draw: Any, schema: GraphQLSchema, depth: int = 4) -> tuple[str, dict[str, Any]]:
    """Valid queries with their variables."""
    assert schema.query_type is not None
    made = Generated(schema, draw)
    body = made.selection_set(schema.query_type, depth)
    head = f"query Q({', '.join(made.definitions.values())})" if made.definitions else "query Q"
    document = " ".join((head, body, *made.fragments))
    assume(not validate(schema, parse(document)))
    return document, made.variables
