"""Writes arguments that are set from objects further up: each is a variable of the fetch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gateway.plan.context_batch import MARK
from gateway.supergraph import ContextArgument


def free_name(wanted: str, taken: Collection[str]) -> str:
    """A name for a variable: whatever number comes behind it, no other variable has it."""
    while any(each.startswith(wanted) for each in taken):
        wanted = f"_{wanted}"
    return wanted


def with_contexts(
    arguments: str, contexts: Sequence[ContextArgument], variables: Mapping[ContextArgument, str]
) -> str:
    """A field's arguments as printed, with those that clients do not see."""
    set_above = [f"{each.name}: ${variables[each]}{MARK}" for each in contexts]
    if not set_above:
        return arguments
    return f"({', '.join([*([arguments[1:-1]] if arguments else []), *set_above])})"
