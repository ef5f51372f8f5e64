"""Writes the statements that complete one value: the expected case, the general case, and errors."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any, TypeAlias

from graphql import GraphQLEnumType, GraphQLLeafType, specified_scalar_types

from jit.compile.completion.fast_completion import EXPECTED, FastCompletion, Test, append_fast
from jit.compile.source import Lines, Source, indent
from jit.exact_integers import ExactIntegers
from jit.runtime.field_slot import FieldSlot
from jit.runtime.response_budget import spending


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
        self.values_kept = [value for value in values if isinstance(value, Enum | str)]
        super().__init__({id(value): enum.coerce_output_value(value) for value in self.values_kept})


def enum_names(enum: GraphQLEnumType) -> Callable[[int], str | None]:
    """Return a function that finds the name of an enum's value by the value's identity."""
    values = [value.value for value in enum.values.values()]
    return _Names([*values, *getattr(enum, "wrapped_cls", ())], enum).get


@dataclass(frozen=True, slots=True)
class Completion:
    """How generated code completes the values of a type.

    Attributes:
        write_branch: Writes the test for expected values, and the statements that complete them.
        fast: Fast completion of the values; None if that is impossible.
        first: Fast completion of values that are not null, if it is worth trying before the branch.
    """

    write_branch: BranchWriter
    fast: FastCompletion | None = None
    first: Test | None = None

    def branch_for(self, target: CompletionTarget) -> CompletionBranch:
        """Return the branch that completes a value into a target, with fast completion before it."""
        branch = self.write_branch(target)
        if self.first is None:
            return branch
        return CompletionBranch(self.first(target.value, "found"), (f"{target.value} = found",), branch)


def settled(
    source: Source, slot: str, target: CompletionTarget, write_branch: BranchWriter, value: str
) -> Lines:
    """Complete expected values in place, and leave all others to the execution."""
    otherwise = "" if source.names[slot].non_null else f"{target.value} is not None"
    settle = f"{target.value} = execution.settle({slot}, {value}, {target.container}, {target.path})"
    lines: Lines = []
    branch: CompletionBranch | None = write_branch(target)
    while branch is not None and branch.test is not None:
        if branch.lines:
            lines += [f"{'elif' if lines else 'if'} {branch.test}:", *indent(list(branch.lines))]
        else:
            test = f"not ({branch.test})" + (f" and {otherwise}" if otherwise else "")
            return [f"if {test}:", f"    {settle}"]
        branch = branch.otherwise
    if not lines:
        return [f"if {otherwise}:", f"    {settle}"] if otherwise else [settle]
    return [*lines, f"elif {otherwise}:" if otherwise else "else:", f"    {settle}"]


def list_function(source: Source, items: str, slot: FieldSlot, completion: Completion, places: int) -> Lines:
    """Write the function that completes the items of a list.

    Args:
        source: What the function is written for.
        items: The name of the function.
        slot: The slot of the items.
        completion: How the items are completed.
        places: What each item takes of the answer's budget.
    """
    name = source.constant("slot", slot)
    source.names["spending"] = spending
    target = CompletionTarget("item", "results", "(path, len(results), None)")
    return [
        f"def {items}(execution, items, path):",
        f"    # [{slot.type}]",
        f"    items = spending(items, {places})",
        "    results = []",
        *indent(["kept = None"] if _has_inliner(completion.fast) else []),
        *indent(["rest = iter(items)"] if slot.non_null else []),
        f"    for item in {'rest' if slot.non_null else 'items'}:",
        *indent(_fast_item(completion.fast), 2),
        "        try:",
        *indent(settled(source, name, target, completion.write_branch, "item"), 3),
        "        except Exception as error:",
        *(["            execution.dispose_rest(rest)"] if slot.non_null else []),
        *indent(error_lines(slot, name, target, "item ="), 3),
        "        results.append(item)",
        "    return results",
    ]


def error_lines(slot: FieldSlot, name: str, target: CompletionTarget, assign: str) -> Lines:
    """Locate an error: it propagates where no null is allowed, and is noted elsewhere."""
    if slot.non_null:
        return [f"raise {name}.located(error, {target.path})"]
    return [f"{assign} execution.add_error({name}, error, {target.path})"]


def _has_inliner(fast: FastCompletion | None) -> bool:
    return fast is not None and fast.inline is not None


def _fast_item(fast: FastCompletion | None) -> Lines:
    """Write fast completion of an item; the lines fall through for other items."""
    if fast is None or not _has_inliner(fast):
        return []
    return ["try:", *indent(append_fast(fast, "continue")), "except Exception:", "    pass"]
