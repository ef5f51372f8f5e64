"""Writes hostile requests: any of what makes a document costly, alone and mixed, in at most 8 KiB."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Final

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_input_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
    parse,
    type_from_ast,
)

from gateway.pipeline.preparation.limits import FIELD_POINTS
from tests.attacks.documents import SPREAD, VARIABLE, Habits, Writer, write_fragments

BYTES: Final = 8 * 1024
"""The longest body."""

KINDS: Final[Mapping[str, Mapping[str, float]]] = {
    "aliases": {"alias": 0.9, "deep": 0.5},
    "conditions": {"condition": 0.4, "deep": 0.5},
    "fragments": {"spread": 0.6, "deep": 0.5},
    "types": {"inline": 0.9, "deep": 0.5},
    "deep lists": {"deep": 0.9},
    "deferred parts": {"defer": 0.3, "deep": 0.6},
    "variables": {"argument": 0.9, "alias": 0.5},
    "repeated fields": {"repeat": 0.6, "deep": 0.6},
    "mutations": {"deep": 0.3},
    "introspection": {"deep": 0.3},
    "many places": {"condition": 0.2},
    "first fields of others": {},
}
"""What makes a document costly, with the habits of a writer of it."""


def hostile_request(
    random: Random, schema: GraphQLSchema, kinds: tuple[str, ...], points: int
) -> tuple[str, dict[str, Any]]:
    """Return a document that is valid by the public schema, and its variables.

    Args:
        random: Decides.
        schema: The public schema.
        kinds: What makes it costly.
        points: How many points it may take, for its tokens and for its fields, or a little more.
    """
    chosen = dict.fromkeys(Habits.__annotations__, 0.0)
    for kind in kinds:
        for habit, chance in KINDS[kind].items():
            chosen[habit] = max(chosen[habit], chance)
    share, excess = random.choice((0.3, 0.4, 0.5, 0.8)), random.choice((0.9, 1.0, 1.1))
    tokens, fields = int(points * share * excess), int(points * (1 - share) * excess / FIELD_POINTS)
    writer = Writer(schema, random, Habits(**chosen), tokens, fields)
    writer.aliases, writer.most_depth, writer.most_merged = 40, random.choice((4, 8, 18)), 3
    is_mutation = "mutations" in kinds and schema.mutation_type is not None
    root = schema.mutation_type if is_mutation else schema.query_type
    assert root is not None
    if writer.habits.spread:
        write_fragments(writer)
    if "many places" in kinds or "first fields of others" in kinds:
        text = _places(random, writer, root, most=2 if "first fields of others" in kinds else 30)
    else:
        text, _, _ = writer.selection(root, 1, 18)
    if "introspection" in kinds and not is_mutation:
        text = text[:-1] + ' i: __type(name: "Club") { name fields { name type { name ofType { name } } } } }'
    document = _whole(writer, text, "mutation" if is_mutation else "query")
    return document, _values(random, schema, document)


def body_of(document: str, variables: Mapping[str, Any]) -> bytes:
    """Return the body of a request, in at most 8 KiB."""
    body = orjson.dumps({"query": document, "variables": variables})
    assert len(body) <= BYTES
    return body


def _places(random: Random, writer: Writer, root: GraphQLObjectType, most: int) -> str:
    """Return the same root field under many aliases, with some fields of other subgraphs below each."""
    names = [
        name
        for name, each in root.fields.items()
        if isinstance(get_named_type(each.type), GraphQLObjectType) and writer.schema.query_type is root
    ] or list(root.fields)
    name = "club" if "club" in names and writer.chance(0.7) else random.choice(names)
    below = get_named_type(root.fields[name].type)
    texts = []
    for number in range(random.choice((6, 8, 10, 20))):
        if writer.tokens < 30 or writer.fields < 6:
            break
        arguments = writer.arguments(root, name)
        writer.tokens -= 3
        writer.fields -= 1
        selection, _, _ = writer.selection(below, 2, most) if is_composite_type(below) else ("", 0, 0)
        texts.append(f"x{number}: {name}{arguments}{writer.condition()} {selection}")
    return "{ " + " ".join(texts) + " }"


def _whole(writer: Writer, text: str, kind: str) -> str:
    """Return a document of a selection set, with its fragments and variables."""
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
    return f"{kind} Hostile{f'({declared})' if declared else ''} {whole}"


def _values(random: Random, schema: GraphQLSchema, document: str) -> dict[str, Any]:
    """Return values for all variables, some of them long."""
    operation = parse(document).definitions[0]
    values: dict[str, Any] = {}
    left = (BYTES - len(document.encode()) - 300) // 12
    for each in operation.variable_definitions or ():  # type: ignore[attr-defined]
        wanted = type_from_ast(schema, each.type)
        assert is_input_type(wanted)
        values[each.variable.name.value], left = _value(random, wanted, left)
    return values


def _value(random: Random, wanted: GraphQLInputType, left: int) -> tuple[Any, int]:
    left -= 2
    if is_non_null_type(wanted):
        return _value(random, wanted.of_type, left)
    if is_list_type(wanted):
        items = []
        for _ in range(max(0, min(left // 4, random.choice((1, 3, 200))))):
            item, left = _value(random, wanted.of_type, left)
            items.append(item)
        return items, left
    if isinstance(wanted, GraphQLInputObjectType):
        fields = {}
        for name, each in wanted.fields.items():
            if is_required_input_field(each):
                fields[name], left = _value(random, each.type, left)
        return fields, left
    if isinstance(wanted, GraphQLEnumType):
        return next(iter(wanted.values)), left
    plain = {"Int": 7, "Float": 1.5, "Boolean": random.random() < 0.7}
    return plain.get(getattr(wanted, "name", ""), "x"), left
