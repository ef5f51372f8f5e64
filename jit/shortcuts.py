"""Short cuts: what generated code tests first, and does with the values that are expected of a type."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any, TypeAlias

from graphql import GraphQLEnumType, GraphQLLeafType, specified_scalar_types

from jit.place import Place
from jit.source import Source
from jit.straight import EXPECTED


@dataclass(frozen=True, slots=True)
class Spot:
    """Where completion is written.

    Attributes:
        value: the name of the variable with the value.
        container: the name of the dict or list that gets it.
        here: an expression for the steps of the place.
    """

    value: str
    container: str
    here: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The short cut for the values that are expected of a type.

    Attributes:
        test: an expression that tells that the value is as expected; None when there is no short cut.
        lines: what completes it then.
        otherwise: what is tested next.
    """

    test: str | None = None
    lines: tuple[str, ...] = ()
    otherwise: "Finish | None" = None


FinishAt: TypeAlias = Callable[[Spot], Finish]


def finish_leaf(source: Source, place: Place, leaf: GraphQLLeafType) -> FinishAt:
    """The short cut for a scalar or an enum."""
    builtin = specified_scalar_types.get(leaf.name)
    if leaf is builtin:
        return lambda spot: Finish(EXPECTED[leaf.name].format(spot.value))
    if isinstance(leaf, GraphQLEnumType):
        named = source.constant("names", names_of(leaf))
        return lambda spot: Finish(
            f"(name := {named}(id({spot.value}))) is not None", (f"{spot.value} = name",)
        )
    coerce = source.constant("coerce", leaf.coerce_output_value)
    unfit = source.constant("unfit", partial(place.unfit, leaf))
    return lambda spot: Finish(
        f"{spot.value}.__class__ in plain",
        (
            f"coerced = {coerce}({spot.value})",
            "if coerced is None or coerced is Undefined:",
            f"    {unfit}({spot.value}, coerced)",
            f"{spot.value} = coerced",
        ),
    )


class _Names(dict[int, str]):
    """The names of an enum's values by identity, with the values, so that they live as long."""

    def __init__(self, values: list[Any], enum: GraphQLEnumType) -> None:
        self.values_kept = [each for each in values if isinstance(each, Enum | str)]
        super().__init__({id(each): enum.coerce_output_value(each) for each in self.values_kept})


def names_of(enum: GraphQLEnumType) -> Callable[[int], str | None]:
    """Finds the name of an enum's value by the value's identity."""
    values = [each.value for each in enum.values.values()]
    return _Names([*values, *getattr(enum, "wrapped_cls", ())], enum).get
