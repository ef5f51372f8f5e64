"""Prints the arguments that ancestors set (`@fromContext`), each as a variable of the fetch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gateway.plan.context_batch import MARK
from gateway.supergraph import ContextArgument


def free_name(wanted: str, taken: Collection[str]) -> str:
    """Return a name for a variable that stays unique when a number is appended."""
    while any(each.startswith(wanted) for each in taken):
        wanted = f"_{wanted}"
    return wanted


def with_contexts(
    arguments: str, contexts: Sequence[ContextArgument], variables: Mapping[ContextArgument, str]
) -> str:
    """Return a field's printed arguments, including those that are hidden from clients."""
    from_context = [f"{each.name}: ${variables[each]}{MARK}" for each in contexts]
    if not from_context:
        return arguments
    return f"({', '.join([*([arguments[1:-1]] if arguments else []), *from_context])})"
