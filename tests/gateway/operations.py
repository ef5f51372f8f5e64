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

# Strategies that are made once: a new one for each choice takes longer than the choice.
COUNTS = st.integers(1, 4)
NUMBERS = st.integers(1, 3)
TRUTHS = st.booleans()
SELDOM = st.integers(0, 9).map(lambda number: number == 9)
TEXTS = st.sampled_from(("p", "q", "1", "nobody"))
KINDS = st.sampled_from(("field",) * 6 + ("inline", "named", "typename"))
CONDITIONS = st.sampled_from(("",) * 6 + ("skip", "include"))
RESPONSE_NAMES = st.sampled_from((None,) * 5 + ("id", "code", "name", "x", "y", "title", "representations"))


@dataclass
class Place:
    """The response names at one place of the response: the meaning of each, and the places below.

    Attributes:
        meanings: By response name: the type, the field with its arguments, and the type of the value.
    """

    meanings: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    below: dict[str, Place] = field(default_factory=dict)


@dataclass
class Generated:
    """A document in the making."""

    schema: GraphQLSchema
    draw: Any
    definitions: dict[str, str] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)
    left: int = 30

    def selection_set(self, owner: GraphQLNamedType, depth: int, place: Place) -> str:
        """Some selections of a type; never none."""
        count = self.draw(COUNTS)
        parts = [self.selection(owner, depth, place) for _ in range(count) if self.left > 0]
        return "{ " + " ".join(parts or ["__typename"]) + " }"

    def selection(self, owner: GraphQLNamedType, depth: int, place: Place) -> str:
        """A field, an inline fragment or a spread."""
        self.left -= 1
        kind = self.draw(KINDS)
        if kind == "typename":
            return self.named(place, "__typename", (owner.name, "__typename", "String!"))[1]
        if kind == "field" and not isinstance(owner, GraphQLUnionType):
            return self.field_of(owner, depth, place)
        condition = self.condition(owner)
        body = self.selection_set(condition, depth, place)
        if kind == "named":
            name = f"F{len(self.fragments)}"
            self.fragments.append(f"fragment {name} on {condition.name} {body}")
            return f"...{name}{self.directives()}"
        return f"... on {condition.name}{self.directives()} {body}"

    def condition(self, owner: GraphQLNamedType) -> GraphQLNamedType:
        """A type that a fragment may be on here."""
        if not is_abstract_type(owner):
            return owner
        members = list(self.schema.get_possible_types(owner))
        interfaces = [interface for member in members for interface in member.interfaces]
        return self.draw(st.sampled_from((*members, *interfaces, owner)))

    def field_of(self, owner: GraphQLNamedType, depth: int, place: Place) -> str:
        """A field with what it needs."""
        assert isinstance(owner, GraphQLObjectType | GraphQLInterfaceType)
        names = tuple(
            name
            for name, each in sorted(owner.fields.items())
            if depth > 0 or not is_composite_type(get_named_type(each.type))
        )
        if not names:
            return "__typename"
        name = self.draw(st.sampled_from(names))
        definition: GraphQLField = owner.fields[name]
        below = get_named_type(definition.type)
        asked = f"{name}{self.arguments(definition)}"
        response, text = self.named(place, asked, (owner.name, asked, str(definition.type)))
        text += self.directives()
        if not is_composite_type(below):
            return text
        inner = place.below.setdefault(response, Place())
        return f"{text} {self.selection_set(below, depth - 1, inner)}"

    def named(self, place: Place, asked: str, meaning: tuple[str, str, str]) -> tuple[str, str]:
        """Choose a response name, sometimes an alias from few, so that they meet.

        A name that means something else at the place already mostly makes an invalid document. It is kept
        seldom, for the few that are valid: others would be generated in vain.
        """
        name = asked.partition("(")[0]
        response: str = self.draw(RESPONSE_NAMES) or name
        number = 0
        while place.meanings.setdefault(response, meaning) != meaning and not self.draw(SELDOM):
            number += 1
            response = f"{name}{number}"
        return response, asked if response == name else f"{response}: {asked}"

    def arguments(self, definition: GraphQLField) -> str:
        """Arguments as literals or variables; optional ones sometimes left out."""
        parts = [
            f"{name}: {self.argument(argument)}"
            for name, argument in definition.args.items()
            if self.is_required(argument) or self.draw(TRUTHS)
        ]
        return f"({', '.join(parts)})" if parts else ""

    @staticmethod
    def is_required(argument: GraphQLArgument) -> bool:
        """Whether it must be given."""
        return isinstance(argument.type, GraphQLNonNull)

    def argument(self, argument: GraphQLArgument) -> str:
        """A value or a variable."""
        literal, value = self.value(argument.type)
        if self.draw(TRUTHS):
            return literal
        name = f"v{len(self.definitions)}"
        self.definitions[name] = f"${name}: {argument.type}"
        self.variables[name] = value
        return f"${name}"

    def value(self, kind: GraphQLInputType) -> tuple[str, Any]:
        """A literal and the same as JSON."""
        match get_named_type(kind).name:
            case "Int":
                number = self.draw(NUMBERS)
                return str(number), number
            case "Boolean":
                truth = self.draw(TRUTHS)
                return str(truth).lower(), truth
            case _:
                text = self.draw(TEXTS)
                return f'"{text}"', text

    def directives(self) -> str:
        """Sometimes a condition."""
        kind = self.draw(CONDITIONS)
        if not kind:
            return ""
        truth = self.draw(TRUTHS)
        if self.draw(TRUTHS):
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
    body = made.selection_set(schema.query_type, depth, Place())
    head = f"query Q({', '.join(made.definitions.values())})" if made.definitions else "query Q"
    document = " ".join((head, body, *made.fragments))
    assume(not validate(schema, parse(document)))
    return document, made.variables
