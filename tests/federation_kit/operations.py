"""A strategy for valid operations over any schema, with every kind of selection that GraphQL allows."""

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
    is_specified_directive,
    parse,
    print_ast,
    validate,
    value_to_literal,
)
from hypothesis import strategies as st

from tests.federation_kit.case import Operation

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

Meaning = tuple[str, str, str]
Names = dict[str, list[Meaning]]


@dataclass(slots=True)
class Scope:
    """The response names at one place of the response, and the meaning of each.

    Attributes:
        names: By response name: the type it was selected on, field and arguments, and the type of the value.
        below: The places below.
    """

    names: Names = field(default_factory=dict)
    below: dict[str, Scope] = field(default_factory=dict)


@dataclass(slots=True)
class Writing:
    """A document under construction.

    Attributes:
        schema: The schema of the document.
        draw: Hypothesis' source of choices.
        declared: The operation's variable declarations.
        variables: Their values.
        fragments: Named fragments.
        spread: For each fragment, its type, the names in it, and how deep it may go.
        left: How many more selections may be added.
    """

    schema: GraphQLSchema
    draw: Any
    declared: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)
    spread: dict[str, tuple[GraphQLNamedType, Scope, int]] = field(default_factory=dict)
    left: int = SELECTIONS

    def chance(self, tenths: int) -> bool:
        """Return True in a number of ten cases; the simplest case is False."""
        return bool(self.draw(st.integers(0, 9)) > 9 - tenths)

    def index(self, count: int) -> int:
        """Return an index below a number; the simplest is 0."""
        return int(self.draw(st.integers(0, count - 1)))

    def selections(self, owner: GraphQLNamedType, depth: int, scope: Scope, indent: str) -> str:
        """Return a selection set that is not empty."""
        lines: list[str] = []
        for _ in range(1 + self.index(5)):
            if self.left > 0 or not lines:
                self.left -= 1
                lines.append(self._selection(owner, depth, scope, indent + " "))
        return "{\n" + "".join(f"{indent} {line}\n" for line in lines) + indent + "}"

    def _selection(self, owner: GraphQLNamedType, depth: int, scope: Scope, indent: str) -> str:
        kind = self.index(12)
        if not self.objects(owner):
            # The concrete type is unknown, so nothing may depend on it.
            if not isinstance(owner, GraphQLInterfaceType):
                raise TypeError(f"{owner} has no members")
            return self._field(owner, depth, scope, indent)
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
            is_free = self._admit(scope, "__typename", (owner.name, "__typename", "String!"))
            return "__typename" if is_free else "t: __typename"
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

    def _admit(self, scope: Scope, response: str, meaning: Meaning, *, dry: bool = False) -> bool:
        """Take a meaning for a response name, if it fits with all the others that it has there."""
        name = scope.names.get(response, [])
        if not all(self._same(each, meaning) for each in name):
            return False
        if not dry and meaning not in name:
            scope.names.setdefault(response, []).append(meaning)
        return True

    def _fragment(
        self, owner: GraphQLNamedType, depth: int, scope: Scope, indent: str, *, is_named: bool
    ) -> str:
        target = self._target(owner)
        condition = self._condition()
        if is_named:
            return f"...{self._named_fragment(owner, target, depth, scope)}{condition}"
        head = "..." if target is owner and self.chance(5) else f"... on {target.name}"
        return f"{head}{condition} {self.selections(target, depth, scope, indent)}"

    def _named_fragment(
        self, owner: GraphQLNamedType, target: GraphQLNamedType, depth: int, scope: Scope
    ) -> str:
        """Return a fragment of its own, or one that stands elsewhere already and fits here too."""
        for name, (kind, known, deep) in self.spread.items():
            fits = deep <= depth and self.objects(owner) & self.objects(kind)
            if fits and self.chance(4) and self._merge(scope, known, dry=True):
                self._merge(scope, known, dry=False)
                return name
        before = (len(self.declared), len(self.fragments))
        inner = Scope()
        body = self.selections(target, depth, inner, "")
        if not self._merge(scope, inner, dry=True):
            # Its names clash with others here: it is as if it had never been.
            self._forget(*before)
            inner = Scope({"only": [(target.name, "__typename", "String!")]})
            body = "{\n only: __typename\n}"
        self._merge(scope, inner, dry=False)
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {target.name} {body}")
        self.spread[name] = (target, inner, depth)
        return name

    def _forget(self, declared: int, fragments: int) -> None:
        for each in self.declared[declared:]:
            self.variables.pop(each.split(":", 1)[0].removeprefix("$"), None)
        for name in [f"F{number}" for number in range(fragments, len(self.fragments))]:
            del self.spread[name]
        del self.declared[declared:], self.fragments[fragments:]

    def _merge(self, scope: Scope, other: Scope, *, dry: bool) -> bool:
        """Add the names of one place to those of another; whether they fit together."""
        for response, meanings in other.names.items():
            if not all(self._admit(scope, response, meaning, dry=dry) for meaning in meanings):
                return False
        for response, below in other.below.items():
            there = (
                scope.below.setdefault(response, Scope()) if not dry else scope.below.get(response, Scope())
            )
            if not self._merge(there, below, dry=dry):
                return False
        return True

    def _target(self, owner: GraphQLNamedType) -> GraphQLNamedType:
        """Return a type that a fragment may be on at a place: one that shares objects with it."""
        objects = self.objects(owner)
        fitting: list[GraphQLNamedType] = [
            each
            for each in self.schema.type_map.values()
            if is_composite_type(each) and objects & self.objects(each) and not each.name.startswith("__")
        ]
        if not is_abstract_type(owner):
            fitting.insert(0, owner)
        return fitting[self.index(len(fitting))]

    def objects(self, kind: GraphQLNamedType) -> set[str]:
        """Return the object types that a value of a type may have."""
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            return {possible_type.name for possible_type in self.schema.get_possible_types(kind)}
        return {kind.name}

    def _response(self, scope: Scope, name: str, meaning: tuple[str, str, str]) -> str:
        """Return a response name without conflicts: the field's own name, or sometimes an alias."""
        wanted = ALIASES[self.index(len(ALIASES))] if self.chance(2) else name
        number = 0
        response = wanted
        while not self._admit(scope, response, meaning):
            number += 1
            response = f"{wanted}{number}"
        return response

    def _same(self, known: tuple[str, str, str], meaning: tuple[str, str, str]) -> bool:
        """Return whether two selections may have one response name."""
        if self._shape(known[2]) != self._shape(meaning[2]):
            return False
        if known[1] == meaning[1]:
            return True
        return known[0] != meaning[0] and all(
            isinstance(self.schema.type_map[each[0]], GraphQLObjectType) for each in (known, meaning)
        )

    def _shape(self, kind: str) -> str:
        """Return the part of a type that must be equal for two fields with one response name."""
        name = kind.strip("[]!")
        return kind.replace(name, "_") if is_composite_type(self.schema.type_map.get(name)) else kind

    def _condition(self) -> str:
        """Return `@skip`, `@include`, both, or none."""
        text = ""
        for name in ("skip", "include"):
            if self.chance(1):
                truth = self.chance(5)
                value = self._variable("Boolean!", truth) if self.chance(6) else str(truth).lower()
                text += f" @{name}(if: {value})"
        return text + self._directive()

    def _directive(self) -> str:
        """Return a directive that the supergraph defines, or none."""
        custom = [directive for directive in self.schema.directives if not is_specified_directive(directive)]
        if not custom or not self.chance(1):
            return ""
        chosen = custom[self.index(len(custom))]
        given = [f"{name}: {self._argument(each)}" for name, each in chosen.args.items() if self.chance(5)]
        return f" @{chosen.name}({', '.join(given)})" if given else f" @{chosen.name}"

    def _variable(self, kind: str, value: Any) -> str:
        name = f"v{len(self.declared)}"
        self.declared.append(f"${name}: {kind}")
        self.variables[name] = value
        return f"${name}"

    def _arguments(self, definition: GraphQLField) -> str:
        parts = [
            f"{name}: {self._argument(each)}"
            for name, each in definition.args.items()
            if isinstance(each.type, GraphQLNonNull) or self.chance(5)
        ]
        return f"({', '.join(parts)})" if parts else ""

    def _argument(self, argument: GraphQLArgument) -> str:
        """Return a literal, a variable, or a literal with variables in it."""
        return self._bound(argument.type) if self.chance(5) else self._literal(argument.type, 2)

    def _bound(self, kind: GraphQLInputType) -> str:
        """Return a variable with a value, with a default instead of one, with null, or with neither."""
        name = f"v{len(self.declared)}"
        form = self.index(6)
        sure = isinstance(kind, GraphQLNonNull)
        if form == 3:
            self.declared.append(f"${name}: {kind} = {self._constant(kind)}")
        elif form == 4 and not sure:
            # A variable without a value stands for an argument that is not there.
            self.declared.append(f"${name}: {kind}")
        elif form == 5 and not sure:
            self.declared.append(f"${name}: {kind}")
            self.variables[name] = None
        else:
            self.declared.append(f"${name}: {kind}")
            self.variables[name] = self._value(kind, 2)
        return f"${name}"

    def _constant(self, kind: GraphQLInputType) -> str:
        literal = value_to_literal(self._value(kind, 2), kind)
        if literal is None:
            raise AssertionError(f"every value of {kind} has a literal")
        return print_ast(literal)

    def _literal(self, kind: GraphQLInputType, depth: int) -> str:
        """Return a literal, in which variables may stand for items and fields."""
        match kind:
            case GraphQLNonNull():
                return self._literal(kind.of_type, depth)
            case GraphQLList():
                count = self.index(3)
                return f"[{', '.join(self._item(kind.of_type, depth) for _ in range(count))}]"
            case GraphQLInputObjectType():
                given = [each for each in kind.fields if self.chance(4) and (depth > 0 or each != "deep")]
                items = [f"{each}: {self._item(kind.fields[each].type, depth - 1)}" for each in given]
                return f"{{{', '.join(items)}}}"
            case _:
                return self._constant(kind)

    def _item(self, kind: GraphQLInputType, depth: int) -> str:
        return self._bound(kind) if self.chance(2) else self._literal(kind, depth)

    def _value(self, kind: GraphQLInputType, depth: int) -> Any:
        """Return a value as JSON."""
        match kind:
            case GraphQLNonNull():
                return self._value(kind.of_type, depth)
            case GraphQLList():
                return [self._value(kind.of_type, depth) for _ in range(self.index(3))]
            case GraphQLEnumType():
                return list(kind.values)[self.index(len(kind.values))]
            case GraphQLInputObjectType():
                return {
                    name: self._value(each.type, depth - 1)
                    for name, each in kind.fields.items()
                    if self.chance(4) and (depth > 0 or name != "deep")
                }
            case _:
                return self._scalar(kind.name)

    def _scalar(self, name: str) -> Any:
        match name:
            case "Int":
                return self.index(3)
            case "Boolean":
                return self.chance(5)
            case _:
                return ("p", "", 'quo"te\\', "é ☃")[self.index(4)]


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
    # One server cannot have objects of an interface that nobody implements, and describe it as that.
    describes = all(map(writing.objects, filter(is_abstract_type, schema.type_map.values())))
    if describes and not mutates and writing.chance(1):
        body = body.replace("{\n", "{\n " + INTROSPECTION[writing.index(len(INTROSPECTION))] + "\n", 1)
    head = "mutation Q" if mutates else "query Q"
    if writing.declared:
        head += f"({', '.join(writing.declared)})"
    document = "\n".join((f"{head} {body}", *writing.fragments))
    errors = validate(schema, parse(document))
    if errors:
        raise AssertionError(f"{errors[0].message}\n{document}")
    return Operation(document, writing.variables)


def turned(operation: Operation) -> tuple[Operation, ...]:
    """Return the same document with all variable conditions inverted, if it has any."""
    values = {
        name: not value if isinstance(value, bool) else value for name, value in operation.variables.items()
    }
    return (Operation(operation.document, values),) if values != operation.variables else ()
