"""Fast completion: an object whose values are all as expected is completed by a few tests and one display.

The code written here has no error handling, no paths and no waiting. If a value is not as expected, the code
gives up, and the general code completes the object again from the beginning. That is equivalent as long as
reading a value has no effect, so only attributes are read, and only of classes that keep data under these
names.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from operator import methodcaller
from types import MemberDescriptorType
from typing import Any, Final, TypeAlias

from graphql import GraphQLLeafType, is_enum_type, specified_scalar_types

from jit.compile.source import Lines, Source, checked, indent
from jit.exact_integers import ExactIntegers
from jit.runtime.response_budget import regain, spend
from jit.runtime.shared_list import SharedList
from jit.runtime.type_checks import MAX_CLASSES, is_mapping, is_plain

EXPECTED: Final = {
    "String": "{0}.__class__ is str",
    "ID": "{0}.__class__ is str",
    "Int": "{0}.__class__ is int and -2147483648 <= {0} <= 2147483647",
    "Float": "{0}.__class__ is float and {0} - {0} == 0.0",  # neither infinite nor NaN
    "Boolean": "{0}.__class__ is bool",
}
"""Tests for values of built-in scalars that serialize to themselves; none is an awaitable or an error."""

MOMENTS: Final = frozenset({date, datetime, time})
Test: TypeAlias = Callable[[str, str], str]
"""(value variable, target variable) → an expression that is true if it completed the value into the target.

Leaves may change the value variable, and need both to be the same.
"""


@dataclass(frozen=True, slots=True)
class FastCompletion:
    """How straight-line code completes values of a type.

    Attributes:
        test: Completes the value of a variable.
        function: For objects, the name of a function that completes them; it returns None if it gives up.
        inline: For objects, the same code inline; it does not accept null.
        nullable: Whether the value may be null.
        beats_branch: For leaves, whether it handles more values than the branch that is written anyway.
    """

    test: Test
    function: str = ""
    inline: "ObjectInliner | None" = None
    nullable: bool = False
    beats_branch: bool = False


@dataclass(frozen=True, slots=True)
class InlinedObject:
    """The code that reads an object's values and builds the completed object.

    Attributes:
        value: The name of the variable that holds the object.
        class_check: The name of the mapping that tells whether instances of a class can be read.
        reads: Statements that read the object's values.
        nested: Objects among the values, whose own values are read as well.
        tests: Expressions that must be true after the reads.
        display: An expression for the completed object.
    """

    value: str
    class_check: str
    reads: Lines
    nested: "list[InlinedObject]"
    tests: Lines
    display: str


ObjectInliner: TypeAlias = Callable[[str, str], InlinedObject]
"""(name of the object's variable, stem of the names of its values) → the code of the inlined object."""


@dataclass(frozen=True, slots=True)
class Part:
    """A field of an object: its key, and an attribute with its fast completion, or a constant."""

    key: str
    attribute: str
    completion: FastCompletion | None
    constant: str = ""


def fast_leaf(
    source: Source, leaf: GraphQLLeafType, enum_names: Callable[[Any], Any]
) -> FastCompletion | None:
    """Return fast completion of built-in scalars, enums, and ISO 8601 dates and times; None for others."""
    if leaf is specified_scalar_types.get(leaf.name):
        return FastCompletion(lambda value, _into: EXPECTED[leaf.name].format(value))
    if is_enum_type(leaf):
        names = source.constant("names", enum_names(leaf))
        return FastCompletion(lambda value, into: f"({into} := {names}(id({value}))) is not None")
    coerce = leaf.coerce_output_value
    if isinstance(coerce, ExactIntegers):
        return FastCompletion(lambda value, _into: coerce.test(value))
    if isinstance(coerce, methodcaller) and coerce.__reduce__() == (methodcaller, ("isoformat",)):
        moments = source.constant("moments", MOMENTS)
        return FastCompletion(
            lambda value, into: f"{value}.__class__ in {moments} and ({into} := {value}.isoformat())",
            beats_branch=True,
        )
    return None


def allow_null(fast: FastCompletion) -> FastCompletion:
    """Return the same fast completion for values that may be null."""
    return FastCompletion(
        lambda value, into: f"({value} is None or {fast.test(value, into)})",
        fast.function,
        fast.inline,
        nullable=True,
    )


def fast_object(source: Source, type_name: str, parts: list[Part]) -> FastCompletion:
    """Write a function that completes objects; it returns None if it gives up."""
    inline = _object_inliner(source, parts)
    name = source.name(f"{checked(type_name)}_fast")
    here = inline("source", "v")
    source.function(
        [
            f"def {name}(source):",
            *indent(
                [f"if {here.class_check}[type(source)]:", *indent(_guarded(here, "return", "return None"))]
            ),
            "    return None",
        ]
    )
    return FastCompletion(lambda value, into: f"({into} := {name}({value})) is not None", name, inline)


def fast_prefix(source: Source, parts: list[Part], others: list[str]) -> Lines:
    """Write fast completion of an object's first fields into `result`, and the branch for when it gives up.

    All other keys are set too, so that the dict is created in its final size.
    """
    here = _object_inliner(source, [*parts, *(Part(key, "", None, "None") for key in others)])("source", "v")
    return [
        "    result = None",
        f"    if {here.class_check}[type(source)]:",
        *indent(_guarded(here, "result =", "pass"), 2),
        "    if result is None:",
    ]


def _object_inliner(source: Source, parts: list[Part]) -> ObjectInliner:
    class_check = source.constant(
        "class_check", _ClassCheck([part.attribute for part in parts if part.completion])
    )

    def take(value: str, stem: str) -> InlinedObject:
        reads: Lines = []
        nested: list[InlinedObject] = []
        tests: Lines = []
        shown: Lines = []
        for part in parts:
            display = variable = f"{stem}_{part.key}"
            if part.completion is None:
                display = part.constant
            else:
                reads.append(f"{variable} = {value}.{part.attribute}")
                below = _inline_nested(part.completion, variable, f"{stem}{len(nested)}")
                if below is None:
                    tests.append(part.completion.test(variable, variable))
                else:
                    nested.append(below)
                    display = below.display
            shown.append(f'"{part.key}": {display}')
        return InlinedObject(value, class_check, reads, nested, tests, f"{{{', '.join(shown)}}}")

    return take


def _inline_nested(fast: FastCompletion, value: str, stem: str) -> InlinedObject | None:
    """Inline an object below another if it may not be null and nests no object itself."""
    below = None if fast.inline is None or fast.nullable else fast.inline(value, stem)
    return None if below is None or below.nested else below


def _guarded(inline: InlinedObject, done: str, otherwise: str) -> Lines:
    success = indent(_read_and_tested(inline, [f"{done} {inline.display}"]))
    return ["try:", *success, "except Exception:", f"    {otherwise}"]


def _read_and_tested(inline: InlinedObject, then: Lines) -> Lines:
    """Read the values, and run the statements if all of them are as expected."""
    if not inline.nested:
        return [*inline.reads, *_if_all(inline.tests, then)]
    kept = " and ".join(f"{nested.class_check}[type({nested.value})]" for nested in inline.nested)
    below = [read for nested in inline.nested for read in nested.reads]
    tests = [*inline.tests, *(test for nested in inline.nested for test in nested.tests)]
    return [*inline.reads, f"if {kept}:", *indent([*below, *_if_all(tests, then)])]


def fast_list(source: Source, name: str, item: FastCompletion, places: int) -> FastCompletion:
    """Write a function that completes lists; it returns None if it gives up.

    Each such function completes a shared list once.

    Args:
        source: Where the function is written.
        name: The beginning of its name.
        item: How its items are completed.
        places: How many places an item takes of the answer's budget.
    """
    source.names |= {"SharedList": SharedList, "spend": spend, "regain": regain}
    name, shared = source.name(name), source.name(f"{name}_shared")
    loop = ["for item in items:", *indent(append_fast(item, "continue")), "    return None"]
    source.function(
        [
            f"def {name}(items):",
            "    results = []",
            "    kept = None",
            "    try:",
            *indent(loop, 2),
            "    except Exception:",
            "        return None",
            "    return results",
        ]
    )
    source.function(
        [
            f"def {shared}(items):",
            f"    results = {name}(items)",
            "    return None if results is None else SharedList(results)",
        ]
    )

    def test(value: str, into: str) -> str:
        spent, regained = (f"{function}({places} * len({value}))" for function in ("spend", "regain"))
        usual = f"({into} := {name}({value})) is not None"
        kept = f"({into} := {value}.once({shared})) is not None"
        return (
            f"({value}.__class__ is list and {spent} and ({usual} or {regained})"
            f" or {value}.__class__ is SharedList and {spent} and ({kept} or {regained}))"
        )

    return FastCompletion(test)


def append_fast(item: FastCompletion, then: str) -> Lines:
    """Complete `item` into `results` and run the statement; otherwise fall through.

    `kept` is the class of the previous item, which is not checked again.
    """
    if item.inline is None:
        return [f"if {item.test('item', 'item')}:", "    results.append(item)", f"    {then}"]
    inline = item.inline("item", "v")
    guard = f"(kind := type(item)) is kept or {inline.class_check}[kind]"
    null = ["if item is None:", "    results.append(None)", f"    {then}"] if item.nullable else []
    done = [f"results.append({inline.display})", then]
    return [*null, f"if {guard}:", "    kept = kind", *indent(_read_and_tested(inline, done))]


def _if_all(tests: Lines, then: Lines) -> Lines:
    if not tests:
        return then
    joined = [tests[0], *(f"and {test}" for test in tests[1:])]
    return ["if (", *indent(joined), "):", *indent(then)]


class _ClassCheck(dict[type, bool]):
    """Tells whether a class's instances are plain and keep data under given names; decided once per class."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, kind: type) -> bool:
        honest = not any("__class__" in vars(base) for base in kind.__mro__[:-1])
        plain = honest and is_plain(kind) and not is_mapping(kind)
        class_check = plain and all(_is_data(kind, name) for name in self._names)
        if len(self) < MAX_CLASSES:
            self[kind] = class_check
        return class_check


def _is_data(kind: type, name: str) -> bool:
    """Tell whether reading an attribute has no effect: it is an instance attribute, a slot, or a constant."""
    for base in kind.__mro__:
        if name in vars(base):
            attribute = vars(base)[name]
            return isinstance(attribute, MemberDescriptorType) or not hasattr(type(attribute), "__get__")
    return True
