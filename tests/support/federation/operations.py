"""The strategy of valid operations over any schema: every place where GraphQL lets a selection stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
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
from hypothesis import strategies as st

from federation.case import Operation

DEEPEST = 5
SELECTIONS = 40
ALIASES = ("x", "id", "name", "size")
INTROSPECTION = (
    "__schema { queryType { name } mutationType { name } types { name kind } }",
    "__schema { directives { name } types { name possibleTypes { name } interfaces { name } } }",
    'meta: __type(name: "Ant") { name fields { name type { kind } args { name defaultValue } } }',
    'meta: __type(name: "Hue") { enumValues { name } inputFields { name } }',
    'meta: __type(name: "Filter") { inputFields { name defaultValue type { name } } }',
)

Names = dict[str, tuple[str, str, str]]


@dataclass(slots=True)
class Scope:
    """The response names of one place in the answer, and what each stands for.

    Attributes:
        names: By response name: the type it was selected on, field and arguments, and the type of the value.
        below: The places below.
    """

    names: Names = field(default_factory=dict)
    below: dict[str, Scope] = field(default_factory=dict)


@dataclass(slots=True)
class Writing:
    """A document in the making.

    Attributes:
        schema: Over which it is written.
        draw: Hypothesis' source of choices.
        declared: Variables as the operation declares them.
        variables: Their values.
        fragments: Named fragments, and for each the type it is on and its name.
        left: How many more selections there may be.
    """

    schema: GraphQLSchema
    draw: Any
    declared: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)
    left: int = SELECTIONS

    def chance(self, tenths: int) -> bool:
        """True in so many of ten cases; the simplest case is False."""
        return bool(self.draw(st.integers(0, 9)) > 9 - tenths)

    def index(self, count: int) -> int:
        """One of so many; the simplest is the first."""
        return int(self.draw(st.integers(0, count - 1)))

    def selections(self, owner: GraphQLNamedType, depth: int, scope: Scope, indent: str) -> str:
        """A selection set; never empty."""
        lines: list[str] = []
        for _ in range(1 + self.index(5)):
            if self.left > 0 or not lines:
                self.left -= 1
                lines.append(self._selection(owner, depth, scope, indent + " "))
        return "{\n" + "".join(f"{indent} {line}\n" for line in lines) + indent + "}"

    def _selection(self, owner: GraphQLNamedType, depth: int, scope: Scope, indent: str) -> str:
        kind = self.index(12)
        if kind >= 11 or (kind >= 7 and is_abstract_type(owner)):
            return self._fragment(owner, depth, scope, indent, is_named=kind % 2 == 1)
        if kind == 6 or isinstance(owner, GraphQLUnionType) or self.left <= 0:
            response = self._response(scope, "__typename", (owner.name, "__typename", "String!"))
            return f"{_aliased(response, '__typename')}{self._condition()}"
        if not isinstance(owner, GraphQLObjectType | GraphQLInterfaceType):
            raise TypeError(f"{owner} has no fields")
        return self._field(owner, depth, scope, indent)

    def _field(
        self, owner: GraphQLObjectType | GraphQLInterfaceType, depth: int, scope: Scope, indent: str
    ) -> str:
        names = [
            name for name, each in owner.fields.items() if depth > 0 or not is_composite_type(_named(each))
        ]
        if not names:
            return "__typename" if self._fits(scope, "__typename", owner.name) else "t: __typename"
        name = names[self.index(len(names))]
        definition = owner.fields[name]
        arguments = self._arguments(definition)
        response = self._response(scope, name, (owner.name, name + arguments, str(definition.type)))
        text = f"{_aliased(response, name)}{arguments}{self._condition()}"
        below = _named(definition)
        if not is_composite_type(below):
            return text
        inner = scope.below.setdefault(response, Scope())
        return f"{text} {self.selections(below, depth - 1, inner, indent)}"

    @staticmethod
    def _fits(scope: Scope, response: str, owner: str) -> bool:
        return scope.names.setdefault(response, (owner, "__typename", "String!"))[1] == "__typename"

    def _fragment(
        self, owner: GraphQLNamedType, depth: int, scope: Scope, indent: str, *, is_named: bool
    ) -> str:
        target = self._target(owner)
        condition = self._condition()
        if is_named:
            body = self.selections(target, depth, scope, "")
            self.fragments.append(f"fragment F{len(self.fragments)} on {target.name} {body}")
            return f"...F{len(self.fragments) - 1}{condition}"
        head = "..." if target is owner and self.chance(5) else f"... on {target.name}"
        return f"{head}{condition} {self.selections(target, depth, scope, indent)}"

    def _target(self, owner: GraphQLNamedType) -> GraphQLNamedType:
        """A type that a fragment may be on at a place: one that shares objects with it."""
        objects = self._objects(owner)
        fitting: list[GraphQLNamedType] = [
            each
            for each in self.schema.type_map.values()
            if is_composite_type(each) and objects & self._objects(each) and not each.name.startswith("__")
        ]
        if not is_abstract_type(owner):
            fitting.insert(0, owner)
        return fitting[self.index(len(fitting))]

    def _objects(self, kind: GraphQLNamedType) -> set[str]:
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            return {each.name for each in self.schema.get_possible_types(kind)}
        return {kind.name}

    def _response(self, scope: Scope, name: str, meaning: tuple[str, str, str]) -> str:
        """A response name that fits with the others there: the field's own, or an alias now and then."""
        wanted = ALIASES[self.index(len(ALIASES))] if self.chance(2) else name
        number = 0
        response = wanted
        while not self._same(scope.names.setdefault(response, meaning), meaning):
            number += 1
            response = f"{wanted}{number}"
        return response

    def _same(self, known: tuple[str, str, str], meaning: tuple[str, str, str]) -> bool:
        """Whether two selections may have one response name."""
        if known[2] != meaning[2]:
            return False
        if known[1] == meaning[1]:
            return True
        apart = known[0] != meaning[0] and all(
            isinstance(self.schema.type_map[each[0]], GraphQLObjectType) for each in (known, meaning)
        )
        kind = self.schema.type_map.get(known[2].strip("[]!"))
        return apart and not is_composite_type(kind)

    def _condition(self) -> str:
        """Sometimes `@skip` or `@include`, sometimes both."""
        text = ""
        for name in ("skip", "include"):
            if self.chance(1):
                truth = self.chance(5)
                value = self._variable("Boolean!", truth) if self.chance(6) else str(truth).lower()
                text += f" @{name}(if: {value})"
        return text

    def _variable(self, kind: str, value: Any) -> str:
        name = f"v{len(self.declared)}"
        self.declared.append(f"${name}: {kind}")
        self.variables[name] = value
        return f"${name}"

    def _arguments(self, definition: GraphQLField) -> str:
        parts = [
            f"{name}: {self._argument(each)}"
            for name, each in definition.args.items()
            if (isinstance(each.type, GraphQLNonNull) and not each.default_value) or self.chance(5)
        ]
        return f"({', '.join(parts)})" if parts else ""

    def _argument(self, argument: GraphQLArgument) -> str:
        literal, value = self._value(argument.type, 2)
        return self._variable(str(argument.type), value) if self.chance(5) else literal

    def _value(self, kind: GraphQLInputType, depth: int) -> tuple[str, Any]:
        """A value as a literal and as JSON."""
        match kind:
            case GraphQLNonNull():
                return self._value(kind.of_type, depth)
            case GraphQLList():
                items = [self._value(kind.of_type, depth) for _ in range(self.index(3))]
                return f"[{', '.join(each[0] for each in items)}]", [each[1] for each in items]
            case GraphQLEnumType():
                name = list(kind.values)[self.index(len(kind.values))]
                return name, name
            case GraphQLInputObjectType():
                return self._input(kind, depth)
            case _:
                return self._scalar(kind.name)

    def _input(self, kind: GraphQLInputObjectType, depth: int) -> tuple[str, Any]:
        given = {
            name: self._value(each.type, depth - 1)
            for name, each in kind.fields.items()
            if self.chance(4) and (depth > 0 or name != "deep")
        }
        literal = ", ".join(f"{name}: {each[0]}" for name, each in given.items())
        return f"{{{literal}}}", {name: each[1] for name, each in given.items()}

    def _scalar(self, name: str) -> tuple[str, Any]:
        match name:
            case "Int":
                number = self.index(3)
                return str(number), number
            case "Boolean":
                truth = self.chance(5)
                return str(truth).lower(), truth
            case _:
                text = ("p", "", 'quo"te\\', "é ☃")[self.index(4)]
                escaped = text.replace("\\", "\\\\").replace('"', '\\"')
                return f'"{escaped}"', text


def _aliased(response: str, name: str) -> str:
    return name if response == name else f"{response}: {name}"


def _named(definition: GraphQLField) -> GraphQLNamedType:
    named: GraphQLNamedType = get_named_type(definition.type)
    return named


@st.composite
def operations(draw: Any, schema: GraphQLSchema) -> Operation:
    """Valid queries and mutations with the values of their variables."""
    writing = Writing(schema, draw)
    mutates = schema.mutation_type is not None and writing.chance(5)
    root = schema.mutation_type if mutates else schema.query_type
    if root is None:
        raise AssertionError("every schema has a query type")
    body = writing.selections(root, DEEPEST, Scope(), "")
    if not mutates and writing.chance(1):
        body = body.replace("{\n", "{\n " + INTROSPECTION[writing.index(len(INTROSPECTION))] + "\n", 1)
    head = "mutation Q" if mutates else "query Q"
    if writing.declared:
        head += f"({', '.join(writing.declared)})"
    document = "\n".join((f"{head} {body}", *writing.fragments))
    errors = validate(schema, parse(document))
    if errors:
        raise AssertionError(f"{errors[0].message}\n{document}")
    return Operation(document, writing.variables)
