"""Writes the Python functions of an operation: one for each object type's selection and each list."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import chain
from keyword import iskeyword
from threading import RLock
from typing import Any, Final

from graphql import (
    GraphQLAbstractType,
    GraphQLObjectType,
    GraphQLOutputType,
    Undefined,
    default_field_resolver,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

from jit.compile.completion.completion import complete_abstract, complete_leaf, complete_list, complete_object
from jit.compile.completion.fast_completion import (
    FastCompletion,
    Part,
    allow_null,
    fast_leaf,
    fast_list,
    fast_object,
    fast_prefix,
)
from jit.compile.completion.statements import (
    BranchWriter,
    Completion,
    CompletionBranch,
    CompletionTarget,
    enum_names,
    error_lines,
    leaf_branch,
    list_function,
    settled,
)
from jit.compile.reading.field_reader import (
    Attribute,
    CallerOverrides,
    DirectCall,
    FieldReader,
    Property,
    Resolver,
    TypeName,
    call_if_callable,
    choose_reader,
    has_arguments,
    read,
)
from jit.compile.selection import Selections
from jit.compile.source import Lines, Source, checked, indent
from jit.compile.strawberry_values import STRAWBERRY_CAST
from jit.runtime.execution import Execution, Select
from jit.runtime.field_slot import FieldSlot
from jit.runtime.type_checks import TypeChecks

EAGER_FIELDS: Final = 1000
"""How many fields are compiled before an operation runs; others are compiled when they are reached."""

EAGER_DEPTH: Final = 40
MIN_FAST_FIELDS: Final = 2
"""The fewest fields for which fast completion is tried."""

COMPILING: Final = RLock()
"""Held while anything is compiled: servers that use threads may reach the same selection twice at once."""


class Generator:
    """Compiles the selections of one operation for given values of its conditions."""

    def __init__(self, selections: Selections, overrides: CallerOverrides, title: str) -> None:
        self._selections = selections
        self._schema = selections.schema
        self._overrides = overrides
        self._type_checks = TypeChecks()
        self._fields = 0
        self._depth = 0
        self._completers: list[Callable[[], None]] = []
        names: dict[str, Any] = {
            "plain": self._type_checks.plain,
            "unmapped": self._type_checks.unmapped,
            "is_mapping": self._type_checks.maps,
            "call_if_callable": call_if_callable,
            "STRAWBERRY_CAST": STRAWBERRY_CAST,
            "Undefined": Undefined,
            "default_field_resolver": default_field_resolver,
        }
        self.source = Source(title, names)
        self.starts_async = False

    def root(self, type_: GraphQLObjectType) -> Select:
        """Compile a function that executes all root fields."""
        fields = self._selections.root_fields(type_)
        name, _ = self._selection(type_, fields, 0)
        self._load()
        return self.source.names[name]  # type: ignore[no-any-return] # compiled under that name

    def serial_root(self, type_: GraphQLObjectType) -> list[Callable[[Execution, Any, dict[str, Any]], None]]:
        """Compile a function for each root field; each writes into the result that it is given."""
        names = []
        for key, details in self._selections.root_fields(type_).items():
            name = self.source.name(f"{checked(type_.name)}_{checked(key)}")
            lines = [
                f"def {name}(execution, source, result):",
                "    path = None",
                *self._mapped(type_, [details]),
            ]
            self.source.function(lines + self._field(type_, key, details, 0)[0])
            names.append(name)
        self._load()
        return [self.source.names[name] for name in names]

    def _load(self) -> None:
        self.source.load()
        completers, self._completers = self._completers, []
        for set_completer in completers:
            set_completer()

    def _object_selection(
        self, slot: FieldSlot, type_: GraphQLObjectType
    ) -> tuple[str, FastCompletion | None]:
        """Return the name of the function for a slot's selection, and its fast completion.

        Beyond the limits, the selection is compiled when it is reached.
        """
        if self._fields < EAGER_FIELDS and self._depth < EAGER_DEPTH:
            self._depth += 1
            selection = self._selection(
                type_, self._selections.subfields(type_, slot.details), slot.null_levels
            )
            self._depth -= 1
            return selection
        return self.source.constant(
            f"{checked(type_.name)}_lazy_selection", self._lazy_selection(slot, type_)
        ), None

    def _lazy_selection(self, slot: FieldSlot, type_: GraphQLObjectType) -> Select:
        compiled: list[Select] = []

        def select(execution: Execution, value: Any, path: Any) -> dict[str, Any]:
            if not compiled:
                compiled.append(self._select_late(slot, type_))
            return compiled[0](execution, value, path)

        return select

    def _select_late(self, slot: FieldSlot, type_: GraphQLObjectType) -> Select:
        """Compile the selection of a slot on a type that has been reached."""
        fields = self._selections.subfields(type_, slot.details)
        with COMPILING:
            self._depth, self._fields = 0, 0
            name, _ = self._selection(type_, fields, slot.null_levels)
            self._load()
        return self.source.names[name]  # type: ignore[no-any-return] # compiled under that name

    def _selection(
        self, type_: GraphQLObjectType, fields: Mapping[str, list[Any]], null_levels: int
    ) -> tuple[str, FastCompletion | None]:
        name = self.source.name(checked(type_.name))
        lines: list[Lines] = []
        parts: list[Part | None] = []
        for key, details in fields.items():
            field_lines, part = self._field(type_, key, details, null_levels)
            lines.append(field_lines)
            parts.append(part)
        head = _leading_parts(parts)
        fast = None
        body = ["    result = {}", *chain.from_iterable(lines)]
        if len(head) == len(parts):
            fast = fast_object(self.source, type_.name, head)
        elif len(head) >= MIN_FAST_FIELDS:
            rest = chain.from_iterable(lines[len(head) :])
            others = [checked(key) for key, written in zip(fields, lines, strict=True) if written][
                len(head) :
            ]
            first = chain.from_iterable(lines[: len(head)])
            body = [*fast_prefix(self.source, head, others), *indent(["    result = {}", *first]), *rest]
        mapped = self._mapped(type_, list(fields.values()))
        self.source.function([f"def {name}(execution, source, path):", *mapped, *body, "    return result"])
        return name, fast

    def _mapped(self, type_: GraphQLObjectType, fields: list[list[Any]]) -> Lines:
        """Write the line that determines, for the default resolver, whether the source is a mapping."""
        definitions = (self._schema.get_field(type_, field[0].node.name.value) for field in fields)
        if not any(definition and definition.resolve is None for definition in definitions):
            return []
        kind = "source.__class__"
        return [f"    mapped = {kind} is dict or ({kind} not in unmapped and is_mapping(source))"]

    def _field(
        self, type_: GraphQLObjectType, key: str, details: list[Any], null_levels: int
    ) -> tuple[Lines, Part | None]:
        """Return a field's statements, and its part in fast completion if it can have one."""
        field = self._schema.get_field(type_, details[0].node.name.value)
        if field is None:
            return [], None  # as in graphql-core; validation rules it out
        self._fields += 1
        slot = FieldSlot(field.type, type_, details, null_levels)
        reader = choose_reader(field, type_, slot, self._overrides)
        if isinstance(reader, TypeName):
            constant = f'"{checked(reader.name)}"'
            return [f'    result["{checked(key)}"] = {constant}'], Part(key, "", None, constant)
        field_path = f'(path, "{checked(key)}", "{checked(type_.name)}")'
        completion = self._completion(slot, field.type)
        name = self.source.constant("slot", slot)
        target = CompletionTarget("value", "result", field_path)
        body = read(self.source, reader, name, key)
        body += self._read_and_completed(reader, name, key, target, completion.branch_for)
        error = error_lines(slot, name, target, f'result["{key}"] =')
        lines = [
            f"    # {checked(key)}: {field.type}",
            "    try:",
            *indent(body, 2),
            f'        result["{key}"] = value',
            "    except Exception as error:",
            *indent(error, 2),
        ]
        return lines, _part(key, reader, completion.fast)

    # Completing

    def _read_and_completed(
        self, reader: FieldReader, slot: str, key: str, target: CompletionTarget, write_branch: BranchWriter
    ) -> Lines:
        if isinstance(reader, Resolver | DirectCall) and reader.is_async:
            self.starts_async = True
            return [f'value = execution.wait({slot}, value, result, path, "{checked(key)}")']
        value = target.value
        if isinstance(reader, Property):
            arguments = "arguments" if has_arguments(reader.arguments) else "{}"
            value = f"call_if_callable(execution, {slot}, {value}, {target.path}, {arguments})"
        return settled(self.source, slot, target, write_branch, value)

    def _completion(self, slot: FieldSlot, type_: GraphQLOutputType) -> Completion:
        """Choose how a slot's values are completed, and set the slot's completer."""
        if is_non_null_type(type_):
            return self._nullable_completion(slot, type_.of_type)
        completion = self._nullable_completion(slot, type_)
        fast = completion.fast
        return replace(completion, fast=None if fast is None else allow_null(fast))

    def _nullable_completion(self, slot: FieldSlot, type_: Any) -> Completion:
        if is_list_type(type_):
            return self._list_completion(slot, type_.of_type)
        if is_leaf_type(type_):
            slot.complete = complete_leaf(slot, type_, self._type_checks)
            fast = fast_leaf(self.source, type_, enum_names)
            first = fast.test if fast and fast.beats_branch else None
            return Completion(leaf_branch(self.source, slot, type_), fast, first)
        if is_abstract_type(type_):
            return self._abstract_completion(slot, type_)
        assert is_object_type(type_)  # noqa: S101 - there are no other output types
        return self._object_completion(slot, type_)

    def _abstract_completion(self, slot: FieldSlot, type_: GraphQLAbstractType) -> Completion:
        select_by_class: dict[type, Select] = {}
        slot.complete = complete_abstract(
            slot, type_, self._schema, lambda concrete: self._select_late(slot, concrete), select_by_class
        )
        name = self.source.constant("selects", select_by_class.get)

        def write_branch(target: CompletionTarget) -> CompletionBranch:
            value = target.value
            known = f"(select := {name}({value}.__class__)) is not None"
            selected = f"{value} = select(execution, {value}, {target.path})"
            return CompletionBranch(
                f"{known} and getattr({value}, STRAWBERRY_CAST, None) is None", (selected,)
            )

        return Completion(write_branch)

    def _object_completion(self, slot: FieldSlot, type_: GraphQLObjectType) -> Completion:
        select, fast = self._object_selection(slot, type_)

        def set_completer() -> None:
            names = self.source.names
            complete_fast = names[fast.function] if fast else None
            slot.complete = complete_object(slot, type_, names[select], complete_fast, self._type_checks)

        self._completers.append(set_completer)
        if type_.is_type_of is not None:
            return Completion(lambda _target: CompletionBranch())

        def write_branch(target: CompletionTarget) -> CompletionBranch:
            selected = f"{target.value} = {select}(execution, {target.value}, {target.path})"
            return CompletionBranch(f"{target.value}.__class__ in plain", (selected,))

        return Completion(write_branch, fast, fast.test if fast else None)

    def _list_completion(self, slot: FieldSlot, item_type: GraphQLOutputType) -> Completion:
        item_slot = FieldSlot(item_type, slot.parent, slot.details, slot.null_levels, of_items=True)
        completion = self._completion(item_slot, item_type)
        stem = f"{checked(slot.parent.name)}_{checked(slot.field_name)}_items"
        items = self.source.name(stem)
        # An item, and the fields below it, count towards what an answer may hold.
        places = 1 + self._selections.fields_below(slot.details)
        self.source.function(list_function(self.source, items, item_slot, completion, places))

        def set_completer() -> None:
            slot.complete = complete_list(slot, item_slot, self.source.names[items])

        self._completers.append(set_completer)
        fast = None
        if completion.fast is not None:
            fast = fast_list(self.source, f"{stem}_fast", completion.fast, places)

        def write_branch(target: CompletionTarget) -> CompletionBranch:
            completed = f"{target.value} = {items}(execution, {target.value}, {target.path})"
            return CompletionBranch(f"{target.value}.__class__ is list", (completed,))

        return Completion(write_branch, fast, fast.test if fast else None)


def _leading_parts(parts: list[Part | None]) -> list[Part]:
    head: list[Part] = []
    for part in parts:
        if part is None:
            break
        head.append(part)
    return head


def _part(key: str, reader: FieldReader, fast: FastCompletion | None) -> Part | None:
    """Return a field's part in fast completion; None unless it is read from an attribute of the source."""
    match reader:
        case Attribute(name):
            pass
        case Property(name, arguments) if not has_arguments(arguments):
            pass
        case _:
            return None
    return None if fast is None or iskeyword(name) else Part(checked(key), checked(name), fast)
