"""Schemas, resolvers and operations at random; the same path always gives the same value."""

import asyncio
import inspect
import random
import re
from collections.abc import Awaitable, Callable, Coroutine, Generator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)


class Thing:
    """A value that is no mapping: its fields are attributes and methods."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.__dict__.update(fields)

    def __repr__(self) -> str:
        return "<Thing>"


class Promise:
    """Something to await that is neither a coroutine nor a future."""

    def __init__(self, coroutine: Any) -> None:
        self.coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, Any]:
        return (yield from self.coroutine.__await__())


def serialize_odd(value: Any) -> Any:
    """A scalar that refuses some values and makes nothing of others."""
    if value == "refused":
        raise ValueError("odd refused")
    return None if value == "nothing" else {"odd": repr(value)}


@dataclass
class Graph:
    """A schema with its behaviour.

    Attributes:
        waiting: Whether resolvers may give awaitables.
        trouble: How often, of a hundred, something goes wrong.
    """

    chance: random.Random
    waiting: bool
    trouble: int
    made: list[Coroutine[Any, Any, Any]] = field(default_factory=list)
    seed: int = 0

    def __post_init__(self) -> None:
        self.seed = self.chance.randrange(2**32)
        self.schema = self._schema()

    def close_unstarted(self) -> None:
        """Closes coroutines that nobody began, such as those in a list whose resolver then raised."""
        for coroutine in self.made:
            if inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED:
                coroutine.close()
        self.made.clear()

    def noted(self, coroutine: Coroutine[Any, Any, Any]) -> Coroutine[Any, Any, Any]:
        """Remembers a coroutine that may be lost."""
        self.made.append(coroutine)
        return coroutine

    # The schema

    def _schema(self) -> GraphQLSchema:
        chance = self.chance
        self.odd = GraphQLScalarType("Odd", serialize_odd)
        self.color = GraphQLEnumType("Color", {"RED": 1, "GREEN": "g", "BLUE": "b"})
        self.leaves = [
            GraphQLString,
            GraphQLInt,
            GraphQLFloat,
            GraphQLBoolean,
            GraphQLID,
            self.odd,
            self.color,
        ]
        self.input = GraphQLInputObjectType(
            "In",
            {
                "n": GraphQLInputField(GraphQLInt, default_value=7),
                "s": GraphQLInputField(GraphQLNonNull(GraphQLString)),
                "c": GraphQLInputField(GraphQLList(self.color), out_name="colours"),
            },
        )
        shared = {f"i{n}": self._type([]) for n in range(2)}
        self.interface = GraphQLInterfaceType(
            "Face",
            {name: GraphQLField(type_) for name, type_ in shared.items()},
            resolve_type=chance.choice([None, self._name_of]),
        )
        objects: list[Any] = []
        for n in range(chance.randint(1, 3)):
            objects += [self._object(f"T{n}", list(objects), shared)]  # each sees those before it
        self.union = GraphQLUnionType(
            "Any_",
            objects[: chance.randint(1, len(objects))],
            resolve_type=chance.choice([None, self._name_of]),
        )
        self.objects = objects
        query = GraphQLObjectType("Query", lambda: self._fields([*objects, self.interface, self.union], 6))
        mutation = GraphQLObjectType("Mutation", lambda: self._fields([*objects, self.interface], 4))
        return GraphQLSchema(query, mutation, types=objects)

    def _object(self, name: str, before: list[Any], shared: dict[str, Any]) -> GraphQLObjectType:
        with_face = self.chance.random() < 0.6

        def fields() -> dict[str, GraphQLField]:
            composites = [*before, self.interface, self.union]
            found = self._fields(composites, 4)
            if with_face:
                found |= {name: self._field(type_) for name, type_ in shared.items()}
            return found

        judge = self.chance.choice([None, None, self._is_type_of])
        return GraphQLObjectType(
            name,
            fields,
            interfaces=lambda: [self.interface] if with_face else [],
            is_type_of=None if judge is None else lambda value, info: self._is_type_of(name, value, info),
        )

    def _fields(self, composites: list[Any], most: int) -> dict[str, GraphQLField]:
        return {f"f{n}": self._field(self._type(composites)) for n in range(self.chance.randint(1, most))}

    def _type(self, composites: list[Any]) -> Any:
        chance = self.chance
        type_: Any = (
            chance.choice(composites) if composites and chance.random() < 0.6 else chance.choice(self.leaves)
        )
        for _ in range(chance.choice([0, 0, 1, 1, 2])):
            type_ = GraphQLList(GraphQLNonNull(type_) if chance.random() < 0.4 else type_)
        return GraphQLNonNull(type_) if chance.random() < 0.4 else type_

    def _field(self, type_: Any) -> GraphQLField:
        arguments = {}
        if self.chance.random() < 0.3:
            arguments["a"] = GraphQLArgument(GraphQLInt, default_value=3)
            arguments["b"] = GraphQLArgument(self.input, out_name="bee")
        resolve = self.chance.choice([None, self._resolve, self._resolve_async]) if self.waiting else None
        if not self.waiting:
            resolve = self.chance.choice([None, self._resolve])
        return GraphQLField(type_, args=arguments, resolve=resolve)

    # Behaviour

    def dice(self, path: list[Any], salt: str = "") -> random.Random:
        """Chance that depends on the path alone."""
        return random.Random(f"{self.seed}{salt}{path}")  # noqa: S311 - nothing is secret

    def _resolve(self, _source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        return self.outcome(info.return_type, info.path.as_list(), arguments)

    async def _resolve_async(self, _source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        dice = self.dice(info.path.as_list(), "pause")
        for _ in range(dice.choice([0, 0, 1, 3])):
            await asyncio.sleep(0)
        if dice.random() < 0.1:
            await asyncio.sleep(0.001)
        value = self.value(info.return_type, info.path.as_list(), arguments)
        if dice.randrange(100) < self.trouble:
            raise RuntimeError(f"trouble at {info.path.as_list()}")
        return value

    def outcome(self, type_: Any, path: list[Any], arguments: dict[str, Any]) -> Any:
        """What a resolver gives: a value, or something to await, or an error."""
        dice = self.dice(path, "outcome")
        if dice.randrange(100) < self.trouble:
            if dice.random() < 0.5:
                return RuntimeError(f"given at {path}")
            raise KeyError(f"raised at {path}")
        value = self.value(type_, path, arguments)
        return self._delivered(value, dice, path) if self.waiting else value

    def _delivered(self, value: Any, dice: random.Random, path: list[Any]) -> Any:
        async def later(steps: int) -> Any:
            for _ in range(steps):
                await asyncio.sleep(0)
            if dice.randrange(100) < self.trouble:
                raise LookupError(f"later at {path}")
            return value

        match dice.choice(["now", "now", "now", "coroutine", "future", "task", "promise", "done"]):
            case "now":
                return value
            case "coroutine":
                return self.noted(later(dice.choice([0, 0, 2])))
            case "task":
                return asyncio.ensure_future(later(dice.choice([0, 2])))
            case "promise":
                return Promise(self.noted(later(dice.choice([0, 1]))))
            case kind:
                future = asyncio.get_running_loop().create_future()
                if kind == "done":
                    future.set_result(value)
                else:
                    asyncio.get_running_loop().call_soon(lambda: future.done() or future.set_result(value))
                return future

    def value(self, type_: Any, path: list[Any], arguments: dict[str, Any]) -> Any:
        """A value for a type, wrong or null now and then."""
        dice = self.dice(path, "value")
        if is_non_null_type(type_):
            return None if dice.randrange(300) < self.trouble else self.value(type_.of_type, path, arguments)
        if dice.random() < 0.08:
            return None
        if dice.randrange(300) < self.trouble:
            return dice.choice([True, 3, "wrong", ["wrong"], {"wrong": 1}, Thing({}), float("nan"), 2**40])
        if is_list_type(type_):
            return self._list(type_.of_type, path, dice)
        leaf = is_leaf_type(type_)
        return self._leaf(type_, dice, arguments) if leaf else self._composite(type_, dice)

    def _leaf(self, type_: Any, dice: random.Random, arguments: dict[str, Any]) -> Any:
        match type_.name:
            case "String" | "ID":
                return dice.choice(["text", f"{arguments}", "x", 5])
            case "Int":
                return dice.choice([1, -5, True, 2**31 - 1, 4.0])
            case "Float":
                return dice.choice([1.5, 2, 0.0])
            case "Boolean":
                return dice.choice([True, False, 1])
            case "Color":
                return dice.choice([1, "g", "b"])
            case _:
                bad = dice.randrange(100) < self.trouble
                return dice.choice(["refused", "nothing"]) if bad else dice.choice(["fine", 3, {"x": 1}, [1]])

    def _list(self, item_type: Any, path: list[Any], dice: random.Random) -> Any:
        items = []
        for index in range(dice.choice([0, 1, 2, 3])):
            here = [*path, index]
            try:
                items.append(self.outcome(item_type, here, {}))
            except KeyError as error:
                items.append(error)
        kinds = ["list", "list", "list", "tuple", "generator"]
        match dice.choice([*kinds, "async"] if self.waiting else kinds):
            case "list":
                return items
            case "tuple":
                return tuple(items)
            case "generator":
                return (item for item in items)
            case _:
                return self._stream(items, path, breaks=dice.randrange(100) < self.trouble)

    @staticmethod
    async def _stream(items: list[Any], path: list[Any], *, breaks: bool) -> Any:
        for item in items:
            await asyncio.sleep(0)
            yield item
        if breaks:
            raise LookupError(f"stream broke at {path}")

    def _composite(self, type_: Any, dice: random.Random) -> Any:
        types = self.schema.get_possible_types(type_) if is_abstract_type(type_) else [type_]
        if not types:
            return None
        object_type = dice.choice(list(types))
        fields: dict[str, Any] = {
            name: self._property(definition.type, dice)
            for name, definition in object_type.fields.items()
            if definition.resolve is None
        }
        name = object_type.name
        if dice.random() < 0.5:
            return fields | {"__typename": name}
        thing = Thing(fields)
        thing._Thing__typename = name  # type: ignore[attr-defined] # where graphql-core looks
        return thing

    def _property(self, type_: Any, dice: random.Random) -> Any:
        if is_leaf_type(get_named_type(type_)) and not is_list_type(type_) and dice.random() < 0.4:
            nullable = type_.of_type if is_non_null_type(type_) else type_
            return self._leaf(nullable, dice, {}) if is_leaf_type(nullable) else None
        return lambda info, **arguments: self.outcome(info.return_type, info.path.as_list(), arguments)

    def _name_of(self, value: Any, info: GraphQLResolveInfo[Any], _abstract: Any) -> Any:
        name = (
            value.get("__typename") if isinstance(value, dict) else getattr(value, "_Thing__typename", None)
        )
        return self._maybe_later(name, info, "name", lambda: 5)

    def _is_type_of(self, name: str, value: Any, info: GraphQLResolveInfo[Any]) -> Any:
        given = (
            value.get("__typename") if isinstance(value, dict) else getattr(value, "_Thing__typename", None)
        )
        return self._maybe_later(given == name, info, name, lambda: False)

    def _maybe_later(
        self, value: Any, info: GraphQLResolveInfo[Any], salt: str, wrong: Callable[[], Any]
    ) -> Awaitable[Any] | Any:
        dice = self.dice(info.path.as_list(), salt)
        if dice.randrange(300) < self.trouble:
            raise RuntimeError("no type")
        if dice.randrange(300) < self.trouble:
            value = wrong()

        async def later() -> Any:
            await asyncio.sleep(0)
            return value

        return self.noted(later()) if self.waiting and dice.random() < 0.3 else value

    # Operations

    def operation(self, kind: str = "query") -> str:
        """A valid operation over the schema."""
        chance = self.chance
        self._fragments: list[str] = []
        root = self.schema.query_type if kind == "query" else self.schema.mutation_type
        body = self._selection(root, 3, chance)
        text = " ".join([body, *self._fragments])
        types = {"n": "Int = 4", "m": "Int", "in": "In"}
        used = "".join(
            f", ${name}: {type_}" for name, type_ in types.items() if re.search(rf"\${name}\b", text)
        )
        head = f"{kind} Op($t: Boolean! = true, $f: Boolean!{used})"
        always = "__typename @skip(if: $f) x: __typename @include(if: $t)"
        return "\n".join([f"{head} {{ {always} {body} }}", *self._fragments])

    @staticmethod
    def variables(chance: random.Random) -> dict[str, Any]:
        """Values for an operation's variables."""
        found: dict[str, Any] = {"f": chance.random() < 0.5}
        if chance.random() < 0.5:
            found["m"] = chance.choice([None, 2])
        if chance.random() < 0.5:
            found["in"] = chance.choice(
                [None, {"s": "v"}, {"s": "w", "c": ["RED"], "n": None}, {"s": "q", "c": "BLUE"}]
            )
        if chance.random() < 0.3:
            found["t"] = chance.random() < 0.5
        return found

    def _selection(self, type_: Any, depth: int, chance: random.Random) -> str:
        found = ["__typename"] if is_abstract_type(type_) else []
        for name, definition in getattr(type_, "fields", {}).items():
            times = range(chance.choice([0, 0, 1, 1, 1, 2]))
            found += [self._selected(type_, name, definition, depth, chance) for _ in times]
        if is_abstract_type(type_):
            for possible_type in self.schema.get_possible_types(type_):
                if chance.random() < 0.7:
                    body = self._selection(possible_type, depth - 1, chance)
                    found.append(f"... on {possible_type.name}{self._condition(chance)} {{ {body} }}")
        elif is_object_type(type_) and chance.random() < 0.4 and depth > 0:
            name = f"F{len(self._fragments)}"
            self._fragments.append("")
            at = len(self._fragments) - 1
            self._fragments[at] = (
                f"fragment {name} on {type_.name} {{ {self._selection(type_, depth - 1, chance)} }}"
            )
            found.append(f"...{name}{self._condition(chance)}")
        return " ".join(found) or "__typename"

    def _selected(
        self, type_: Any, name: str, definition: GraphQLField, depth: int, chance: random.Random
    ) -> str:
        arguments, tag = "", ""
        if definition.args:
            a = chance.choice(["", "a: 1", "a: $n", "a: $m", "a: null"])
            b = chance.choice(["", 'b: {s: "z"}', 'b: {s: "y", n: $m, c: [RED, GREEN]}', "b: $in"])
            arguments = f"({a} {b})" if a or b else ""
            tag = f"_{chance.randrange(10**6)}"
        below = get_named_type(definition.type)
        body = ""
        if is_composite_type(below):
            inner = self._selection(below, depth - 1, chance) if depth > 0 else "__typename"
            body = f" {{ {inner} }}"
        alias = f"{type_.name}_{name}{tag}"
        return f"{alias}: {name}{arguments}{self._condition(chance)}{body}"

    @staticmethod
    def _condition(chance: random.Random) -> str:
        plain = [""] * 8
        return chance.choice(
            [
                *plain,
                " @skip(if: $f)",
                " @include(if: $t)",
                " @skip(if: false)",
                " @include(if: $f) @skip(if: $t)",
            ]
        )
