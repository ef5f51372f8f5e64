"""Writes valid documents that are as costly as the limits on documents allow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)

CONDITIONS: Final = {f"c{number}": number % 2 == 0 for number in range(6)}
"""Values of the variables in the conditions of documents."""

LITERALS: Final = {"Int": "7", "Float": "1.5", "Boolean": "true", "Date": '"2026-03-01"'}
"""Values by scalar; of all others, a short text."""

TOKENS: Final = 340
"""Tokens that a document may have, so that points are left for its fields."""
TOKEN: Final = re.compile(r"\w+|\.\.\.|\"[^\"]*\"|[^\s,]")
VARIABLE: Final = re.compile(r"\$(\w+)")
SPREAD: Final = re.compile(r"\.\.\.(F\d+)")


@dataclass(slots=True)
class Habits:
    """What one document has much of; each is a probability."""

    deep: float
    alias: float
    repeat: float
    inline: float
    spread: float
    argument: float
    condition: float
    narrow: float
    defer: float = 0.0


@dataclass(slots=True)
class Writer:
    """Writes one document, and keeps within the limits on tokens, aliases, fragments and fields.

    Attributes:
        schema: The public schema.
        random: Decides.
        habits: What the document has much of.
    """

    schema: GraphQLSchema
    random: Random
    habits: Habits
    tokens: int = TOKENS
    aliases: int = 48
    fields: int = 98
    literals: int = 190
    most_depth: int = 18
    most_merged: int = 24
    fragments: list[tuple[str, str, str, int, int]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    _arguments_of: dict[tuple[str, str], str] = field(default_factory=dict)

    def chance(self, probability: float) -> bool:
        """Draw."""
        return self.random.random() < probability

    def selection(
        self, owner: GraphQLNamedType, depth: int, most: int = 60, merged: int = 1
    ) -> tuple[str, int, int]:
        """Return a selection set on a type, with its fields and its depth, fragments in place.

        Args:
            owner: The type.
            depth: The level of the selection.
            most: The most selections.
            merged: How many selection sets it is merged with.
        """
        texts: list[str] = []
        fields, deepest = 0, 1
        used: dict[str, int] = {}
        while len(texts) < most and self.tokens > 12 and self.fields > 2:
            if texts and self.chance(0.12):
                break
            text, more, deep = self._one(owner, depth, used, merged)
            texts.append(text)
            fields += more
            deepest = max(deepest, deep)
        if not texts:
            texts, fields = ["__typename"], 1
            self.tokens -= 1
            self.fields -= 1
        self.tokens -= 2
        return "{ " + " ".join(texts) + " }", fields, deepest

    def _one(
        self, owner: GraphQLNamedType, depth: int, used: dict[str, int], merged: int
    ) -> tuple[str, int, int]:
        if self.chance(self.habits.spread):
            fitting = [
                fragment
                for fragment in self.fragments
                if fragment[1] == owner.name
                and fragment[3] <= self.fields
                and depth + fragment[4] <= self.most_depth
            ]
            if fitting:
                name, _, _, fields, deep = self.random.choice(fitting)
                self.fields -= fields
                self.tokens -= 2
                return f"...{name}", fields, deep
        if self.habits.defer and merged < 4 and self.chance(self.habits.defer):
            self.tokens -= 5
            text, fields, deep = self.selection(owner, depth, 3, 2 * merged)
            return f"... @defer {text}", fields, deep
        if is_abstract_type(owner) and (
            isinstance(owner, GraphQLUnionType) or self.chance(self.habits.inline)
        ):
            below = self._narrowed(owner)
            self.tokens -= 3
            text, fields, deep = self.selection(below, depth, 3, 2 * merged)
            return f"... on {below.name} {text}", fields, deep
        return self._field(owner, depth, used, merged)

    def _narrowed(self, owner: GraphQLNamedType) -> GraphQLNamedType:
        possible = list(self.schema.get_possible_types(owner))  # type: ignore[arg-type]
        if isinstance(owner, GraphQLInterfaceType) and self.chance(0.2):
            return owner
        return possible[self.random.randrange(2 if self.chance(self.habits.narrow) else len(possible))]

    def _field(
        self, owner: GraphQLNamedType, depth: int, used: dict[str, int], merged: int
    ) -> tuple[str, int, int]:
        assert isinstance(owner, GraphQLObjectType | GraphQLInterfaceType)
        name = self._name(owner, depth, used)
        below = get_named_type(owner.fields[name].type)
        if used.get(name, 0) * merged > self.most_merged or (
            is_composite_type(below) and depth >= self.most_depth
        ):
            name = ""
        self.fields -= 1
        self.tokens -= 1
        if not name:
            return f"a{self._alias()}: __typename" if self.aliases > 0 else "__typename", 1, 1
        alias = f"a{self._alias()}: " if self.aliases > 0 and self.chance(self.habits.alias) else ""
        if not alias:
            used[name] = used.get(name, 0) + 1
        text = f"{alias}{name}{self.arguments(owner, name, apart=bool(alias))}{self.condition()}"
        if is_composite_type(below):
            inner, fields, deep = self.selection(below, depth + 1, 60, merged * max(1, used.get(name, 1)))
            return f"{text} {inner}", fields + 1, deep + 1
        return text, 1, 1

    def _name(self, owner: GraphQLObjectType | GraphQLInterfaceType, depth: int, used: dict[str, int]) -> str:
        names = list(owner.fields)
        composite = [name for name in names if is_composite_type(get_named_type(owner.fields[name].type))]
        if used and self.chance(self.habits.repeat):
            return self.random.choice(list(used))
        if composite and depth < self.most_depth and self.chance(self.habits.deep):
            return self.random.choice(composite)
        return self.random.choice(names)

    def _alias(self) -> int:
        self.aliases -= 1
        self.tokens -= 2
        return self.aliases

    def condition(self) -> str:
        """Return a directive with a condition, or nothing."""
        if not self.chance(self.habits.condition):
            return ""
        self.tokens -= 8
        name = f"c{self.random.randrange(6)}"
        self._declare(name, "Boolean!")
        return f" @{self.random.choice(['include', 'skip'])}(if: ${name})"

    def _declare(self, name: str, kind: str) -> None:
        if name not in self.variables:
            self.variables[name] = kind
            self.tokens -= 4 + 2 * kind.count("[") + kind.count("!")

    def arguments(self, owner: GraphQLNamedType, name: str, *, apart: bool = True) -> str:
        """Return a field's arguments: always the same ones, unless it has an alias."""
        known = None if apart else self._arguments_of.get((owner.name, name))
        if known is not None:
            self.tokens -= len(TOKEN.findall(known))
            return known
        definition = owner.fields[name]  # type: ignore[attr-defined]
        given = [
            f"{each}: {self.value(argument.type)}"
            for each, argument in definition.args.items()
            if is_required_argument(argument) or self.chance(self.habits.argument)
        ]
        text = f"({', '.join(given)})" if given else ""
        self.tokens -= 2 * len(given) + 2 * bool(given)
        if not apart:
            self._arguments_of[owner.name, name] = text
        return text

    def value(self, wanted: GraphQLInputType, depth: int = 0, *, required: bool = False) -> str:
        """Return a literal or a variable."""
        self.literals -= 1
        self.tokens -= 1
        if depth == 0 and self.chance(0.3):
            name = f"v{len(self.variables)}"
            self._declare(name, str(wanted))
            return f"${name}"
        if is_non_null_type(wanted):
            return self.value(wanted.of_type, 1 + depth, required=True)
        if (self.literals < 0 or self.tokens < 40 or depth > 15) and not required:
            return "null"
        return self._literal(wanted, 1 + depth)

    def _literal(self, wanted: GraphQLInputType, depth: int) -> str:
        if is_list_type(wanted):
            items = (self.value(wanted.of_type, depth) for _ in range(self.random.randrange(4)))
            return f"[{', '.join(items)}]"
        if isinstance(wanted, GraphQLInputObjectType):
            names = [
                name
                for name, each in wanted.fields.items()
                if is_required_input_field(each) or self.chance(0.4)
            ]
            self.tokens -= 2 * len(names) + 1
            inner = (f"{name}: {self.value(wanted.fields[name].type, depth)}" for name in names)
            return "{" + ", ".join(inner) + "}"
        if isinstance(wanted, GraphQLEnumType):
            return self.random.choice(list(wanted.values))
        return LITERALS.get(getattr(wanted, "name", ""), '"x"')


def habits(random: Random) -> Habits:
    """Draw habits, most of them extreme."""

    def one() -> float:
        return random.choice((0.0, 0.05, 0.3, 0.6, 0.9))

    return Habits(one(), one(), one(), one(), one(), one() / 3, one() / 6, one())


def costly_document(random: Random, schema: GraphQLSchema, chosen: Habits | None = None) -> str:
    """Return a valid document that is near one limit or several."""
    writer = Writer(schema, random, chosen or habits(random))
    writer.most_depth = random.choice((4, 9, 18))
    writer.most_merged = random.choice((2, 6, 24))
    root = schema.query_type
    assert root is not None
    if writer.habits.spread:
        write_fragments(writer)
    text, _, _ = writer.selection(root, 1, 18)
    bodies = {name: f"fragment {name} on {owner} {body}" for name, owner, body, _, _ in writer.fragments}
    used: dict[str, str] = {}
    pending = SPREAD.findall(text)
    while pending:
        name = pending.pop()
        if name not in used:
            used[name] = bodies[name]
            pending += SPREAD.findall(bodies[name])
    whole = " ".join((text, *used.values()))
    named = sorted(set(VARIABLE.findall(whole)))
    declared = ", ".join(f"${name}: {writer.variables[name]}" for name in named)
    return f"query Costly{f'({declared})' if declared else ''} {whole}"


def write_fragments(writer: Writer) -> None:
    """Write fragments, of which later ones may spread earlier ones."""
    composite = [
        each
        for each in writer.schema.type_map.values()
        if is_composite_type(each)
        and not each.name.startswith("__")
        and each is not writer.schema.mutation_type
    ]
    kinds = writer.random.sample(composite, min(len(composite), writer.random.randrange(1, 5)))
    fields = writer.fields
    for number in range(writer.random.randrange(1, 40)):
        owner = writer.random.choice(kinds)
        if writer.tokens < TOKENS // 2:
            break
        writer.tokens -= 4
        text, count, deep = writer.selection(owner, 10, 4, 2)
        writer.fields = fields
        writer.fragments.append((f"F{number}", owner.name, text, count, deep))


LIKE: Final = {
    "deep": Habits(0.9, 0, 0, 0.2, 0, 0, 0, 0.9),
    "aliases": Habits(0.5, 0.9, 0, 0, 0, 0.3, 0, 0),
    "merged fields": Habits(0.6, 0, 0.8, 0.3, 0, 0, 0, 0.5),
    "fragments": Habits(0.5, 0.2, 0.3, 0.3, 0.6, 0, 0, 0.5),
    "conditions": Habits(0.5, 0.2, 0.3, 0.2, 0.1, 0, 0.3, 0.5),
    "types": Habits(0.6, 0.1, 0.1, 0.9, 0.2, 0, 0, 0),
    "literals": Habits(0.4, 0.4, 0, 0.1, 0, 0.9, 0, 0),
}
"""Habits of documents that have much of one thing."""


def costly_document_of(like: str, schema: GraphQLSchema) -> str:
    """Return a document with much of one thing, always the same one."""
    return costly_document(Random(like), schema, LIKE[like])  # noqa: S311 - not for secrets


def wide_documents(schema: GraphQLSchema, roots: int, fields: int) -> Iterator[str]:
    """Yield valid documents for each root field: it alone and deep, and as often as allowed.

    Args:
        schema: The public schema.
        roots: How many root fields a document may have.
        fields: How many fields in all.
    """
    assert schema.query_type is not None
    for name, definition in schema.query_type.fields.items():
        for times, depth in ((1, 5), (roots, 2)):
            below = _below(schema, definition, depth, [fields // times - 1], frozenset())
            repeated = " ".join(f"x{n}: {name}{_required(schema, definition)}{below}" for n in range(times))
            yield f"query Wide {{ {repeated} }}"


def _below(
    schema: GraphQLSchema, field: GraphQLField, depth: int, left: list[int], within: frozenset[str]
) -> str:
    """Return a selection set of all fields, down to some depth, while any are left; empty for a leaf."""
    owner = get_named_type(field.type)
    if isinstance(owner, GraphQLUnionType):
        owner = owner.types[0]
        return f" {{ ... on {owner.name} {{ __typename }} }}"
    if not isinstance(owner, GraphQLObjectType | GraphQLInterfaceType):
        return ""
    texts = []
    for name, definition in owner.fields.items():
        kind = get_named_type(definition.type)
        if left[0] > 1 and kind.name not in within and (depth or not is_composite_type(kind)):
            left[0] -= 1
            below = _below(schema, definition, depth - 1, left, within | {kind.name})
            texts.append(f"{name}{_required(schema, definition)}{below}")
    return f" {{ {' '.join(texts or ['__typename'])} }}"


def _required(schema: GraphQLSchema, field: GraphQLField) -> str:
    """Return the arguments that a field needs, as literals."""
    writer = Writer(schema, Random(0), Habits(0, 0, 0, 0, 0, 0, 0, 0))  # noqa: S311 - not for secrets
    required = {name: each.type for name, each in field.args.items() if is_required_argument(each)}
    given = ", ".join(f"{name}: {writer.value(kind, 1)}" for name, kind in required.items())
    return f"({given})" if given else ""
