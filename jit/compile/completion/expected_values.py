"""The tests for the expected values of a type, which generated code makes first."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any, TypeAlias

from graphql import GraphQLEnumType, GraphQLLeafType, specified_scalar_types

from jit.compile.completion.fast_completion import EXPECTED
from jit.compile.source import Source
from jit.exact_integers import ExactIntegers
from jit.runtime.field_slot import FieldSlot


@dataclass(frozen=True, slots=True)
class CompletionTarget:
    """Where generated code completes a value.

    Attributes:
        value: The name of the variable with the value.
        container: The name of the dict or list that gets the completed value.
        path: An expression for the value's response path.
    """

    value: str
    container: str
    path: str


@dataclass(frozen=True, slots=True)
class CompletionBranch:
    """One branch of generated code, for the values that are expected of a type.

    Attributes:
        test: An expression that is true for expected values; None if the type has none.
        lines: Statements that complete such a value.
        otherwise: The branch that is tested next.
    """

    test: str | None = None
    lines: tuple[str, ...] = ()
    otherwise: "CompletionBranch | None" = None


BranchWriter: TypeAlias = Callable[[CompletionTarget], CompletionBranch]


def leaf_branch(source: Source, slot: FieldSlot, leaf: GraphQLLeafType) -> BranchWriter:
    """Return the branch for a scalar or an enum."""
    builtin = specified_scalar_types.get(leaf.name)
    if leaf is builtin:
        return lambda target: CompletionBranch(EXPECTED[leaf.name].format(target.value))
    if isinstance(leaf, GraphQLEnumType):
        named = source.constant("names", enum_names(leaf))
        return lambda target: CompletionBranch(
            f"(name := {named}(id({target.value}))) is not None", (f"{target.value} = name",)
        )
    if isinstance(leaf.coerce_output_value, ExactIntegers):
        exact = leaf.coerce_output_value
        return lambda target: CompletionBranch(exact.test(target.value))
    coerce = source.constant("coerce", leaf.coerce_output_value)
    unfit = source.constant("unfit", partial(slot.unfit, leaf))
    return lambda target: CompletionBranch(
        f"{target.value}.__class__ in plain",
        (
            f"coerced = {coerce}({target.value})",
            "if coerced is None or coerced is Undefined:",
            f"    {unfit}({target.value}, coerced)",
            f"{target.value} = coerced",
        ),
    )


class _Names(dict[int, str]):
    """The names of an enum's values by identity; it keeps the values alive."""

    def __init__(self, values: list[Any], enum: GraphQLEnumType) -> None:
        self.values_kept = [each for each in values if isinstance(each, Enum | str)]
        super().__init__({id(each): enum.coerce_output_value(each) for each in self.values_kept})


def enum_names(enum: GraphQLEnumType) -> Callable[[int], str | None]:
    """Return a function that finds the name of an enum's value by the value's identity."""
    values = [each.value for each in enum.values.values()]
    return _Names([*values, *getattr(enum, "wrapped_cls", ())], enum).get
