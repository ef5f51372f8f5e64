"""Straight lines: objects whose values are all as expected are completed by a few tests and one display.

What is written here has no error handling, paths or holes. Where anything is not as expected it gives
up, and the general code completes the value from its beginning. That is the same as long as reading a
value has no effect: only attributes are read, of classes that keep data under these names.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from operator import methodcaller
from types import MemberDescriptorType
from typing import Any, Final, TypeAlias

from graphql import GraphQLLeafType, is_enum_type, specified_scalar_types

from jit.kinds import MOST, is_mapping, is_plain
from jit.lasting import Lasting
from jit.source import Lines, Source, checked, indent

EXPECTED: Final = {
    "String": "{0}.__class__ is str",
    "ID": "{0}.__class__ is str",
    "Int": "{0}.__class__ is int and -2147483648 <= {0} <= 2147483647",
    "Float": "{0}.__class__ is float and {0} - {0} == 0.0",  # neither infinite nor NaN
    "Boolean": "{0}.__class__ is bool",
}
"""When a value of a built-in scalar is its own result; also when it is surely no awaitable or error."""

MOMENTS: Final = frozenset({date, datetime, time})
Test: TypeAlias = Callable[[str, str], str]
"""An expression that is true when the value of the first variable was completed into the second.

Leaves may change the first variable, and want both to be the same.
"""


@dataclass(frozen=True, slots=True)
class Straight:
    """How values of a type are completed in a straight line.

    Attributes:
        test: completes the value of a variable.
        function: for objects, the name of a function that does it; it gives None where it gives up.
        taken: for objects, the same written out; not for null.
        nullable: whether null may stand there.
        is_better: for leaves, whether it is more than the short cut that the general way takes anyhow.
    """

    test: Test
    function: str = ""
    taken: "Taking | None" = None
    nullable: bool = False
    is_better: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """An object taken apart and put together again.

    Attributes:
        value: the name of the variable that has it.
        keeps: tells of a class whether its instances can be read.
        reads: statements that read its values.
        within: objects among these that are taken apart as well.
        tests: expressions that must be true then.
        display: an expression for the completed object.
    """

    value: str
    keeps: str
    reads: Lines
    within: "list[Taken]"
    tests: Lines
    display: str


Taking: TypeAlias = Callable[[str, str], Taken]
"""(name of the variable that has the object, stem of the names for what is read of it) → it, taken apart."""


@dataclass(frozen=True, slots=True)
class Part:
    """A field of an object: its key, and an attribute with the way it is completed, or a constant."""

    key: str
    attribute: str
    way: Straight | None
    constant: str = ""


def straight_leaf(source: Source, leaf: GraphQLLeafType, names_of: Callable[[Any], Any]) -> Straight | None:
    """For built-in scalars, enums, and dates and times that are written as ISO 8601 says."""
    if leaf is specified_scalar_types.get(leaf.name):
        return Straight(lambda value, _into: EXPECTED[leaf.name].format(value))
    if is_enum_type(leaf):
        names = source.constant("names", names_of(leaf))
        return Straight(lambda value, into: f"({into} := {names}(id({value}))) is not None")
    coerce = leaf.coerce_output_value
    if isinstance(coerce, methodcaller) and coerce.__reduce__() == (methodcaller, ("isoformat",)):
        moments = source.constant("moments", MOMENTS)
        return Straight(
            lambda value, into: f"{value}.__class__ in {moments} and ({into} := {value}.isoformat())",
            is_better=True,
        )
    return None


def or_null(way: Straight) -> Straight:
    """The same where null may stand."""
    return Straight(
        lambda value, into: f"({value} is None or {way.test(value, into)})",
        way.function,
        way.taken,
        nullable=True,
    )


def straight_object(source: Source, type_name: str, parts: list[Part]) -> Straight:
    """Writes a function that completes objects; None is its answer where it gives up."""
    taken = _taking(source, parts)
    name = source.name(f"{checked(type_name)}_straight")
    here = taken("source", "v")
    source.function(
        [
            f"def {name}(source):",
            *indent([f"if {here.keeps}[type(source)]:", *indent(_trying(here, "return", "return None"))]),
            "    return None",
        ]
    )
    return Straight(lambda value, into: f"({into} := {name}({value})) is not None", name, taken)


def straight_head(source: Source, parts: list[Part], others: list[str]) -> Lines:
    """Completes the first fields of an object into `result`, and begins the branch for when it gives up.

    The other keys are there too, so that the dict is made in its size at once.
    """
    here = _taking(source, [*parts, *(Part(key, "", None, "None") for key in others)])("source", "v")
    return [
        "    result = None",
        f"    if {here.keeps}[type(source)]:",
        *indent(_trying(here, "result =", "pass"), 2),
        "    if result is None:",
    ]


def _taking(source: Source, parts: list[Part]) -> Taking:
    keeps = source.constant("keeps", _Keeping([part.attribute for part in parts if part.way]))

    def take(value: str, stem: str) -> Taken:
        reads: Lines = []
        within: list[Taken] = []
        tests: Lines = []
        shown: Lines = []
        for part in parts:
            display = variable = f"{stem}_{part.key}"
            if part.way is None:
                display = part.constant
            else:
                reads.append(f"{variable} = {value}.{part.attribute}")
                below = _taken_within(part.way, variable, f"{stem}{len(within)}")
                if below is None:
                    tests.append(part.way.test(variable, variable))
                else:
                    within.append(below)
                    display = below.display
            shown.append(f'"{part.key}": {display}')
        return Taken(value, keeps, reads, within, tests, f"{{{', '.join(shown)}}}")

    return take


def _taken_within(way: Straight, value: str, stem: str) -> Taken | None:
    """An object below another, if it must be there and has none below itself: those have functions."""
    below = None if way.taken is None or way.nullable else way.taken(value, stem)
    return None if below is None or below.within else below


def _trying(taken: Taken, done: str, otherwise: str) -> Lines:
    success = indent(_read_and_tested(taken, [f"{done} {taken.display}"]))
    return ["try:", *success, "except Exception:", f"    {otherwise}"]


def _read_and_tested(taken: Taken, then: Lines) -> Lines:
    """Reads what is to be read, and goes on if all is as expected."""
    if not taken.within:
        return [*taken.reads, *_if_all(taken.tests, then)]
    kept = " and ".join(f"{each.keeps}[type({each.value})]" for each in taken.within)
    below = [read for each in taken.within for read in each.reads]
    tests = [*taken.tests, *(test for each in taken.within for test in each.tests)]
    return [*taken.reads, f"if {kept}:", *indent([*below, *_if_all(tests, then)])]


def straight_list(source: Source, name: str, item: Straight) -> Straight:
    """Writes a function that completes lists; None is its answer where it gives up.

    A lasting list is completed once by each such function.
    """
    source.names["Lasting"] = Lasting
    name, lasting = source.name(name), source.name(f"{name}_lasting")
    loop = ["for item in items:", *indent(append_straight(item, "continue")), "    return None"]
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
            f"def {lasting}(items):",
            f"    results = {name}(items)",
            "    return None if results is None else Lasting(results)",
        ]
    )

    def test(value: str, into: str) -> str:
        usual = f"{value}.__class__ is list and ({into} := {name}({value})) is not None"
        kept = f"{value}.__class__ is Lasting and ({into} := {value}.once({lasting})) is not None"
        return f"({usual} or {kept})"

    return Straight(test)


def append_straight(item: Straight, then: str) -> Lines:
    """Completes `item` into `results`, and then does what is to be done next; else falls through.

    `kept` is the class of the item before, which need not be asked about again.
    """
    if item.taken is None:
        return [f"if {item.test('item', 'item')}:", "    results.append(item)", f"    {then}"]
    taken = item.taken("item", "v")
    guard = f"(kind := type(item)) is kept or {taken.keeps}[kind]"
    null = ["if item is None:", "    results.append(None)", f"    {then}"] if item.nullable else []
    done = [f"results.append({taken.display})", then]
    return [*null, f"if {guard}:", "    kept = kind", *indent(_read_and_tested(taken, done))]


def _if_all(tests: Lines, then: Lines) -> Lines:
    if not tests:
        return then
    joined = [tests[0], *(f"and {test}" for test in tests[1:])]
    return ["if (", *indent(joined), "):", *indent(then)]


class _Keeping(dict[type, bool]):
    """Whether the instances of a class are plain, and keep data under some names; found out when asked."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, kind: type) -> bool:
        honest = not any("__class__" in vars(each) for each in kind.__mro__[:-1])
        plain = honest and is_plain(kind) and not is_mapping(kind)
        keeps = plain and all(_is_data(kind, name) for name in self._names)
        if len(self) < MOST:
            self[kind] = keeps
        return keeps


def _is_data(kind: type, name: str) -> bool:
    """Whether reading an attribute can have no effect: it is the instance's own, a slot, or a constant."""
    for each in kind.__mro__:
        if name in vars(each):
            found = vars(each)[name]
            return isinstance(found, MemberDescriptorType) or not hasattr(type(found), "__get__")
    return True
