"""Writes arguments that are set from objects further up: each is a variable of the fetch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gateway.supergraph import ContextArgument


def variable_for(argument: ContextArgument, taken: Collection[str]) -> str:
    """A name for an argument's variable, which no other variable of the operation has."""
    name = argument.name
    while name in taken:
        name = f"_{name}"
    return name


def with_contexts(
    arguments: str, contexts: Sequence[ContextArgument], variables: Mapping[ContextArgument, str]
) -> str:
    """A field's arguments as printed, with those that clients do not see."""
    set_above = [f"{each.name}: ${variables[each]}" for each in contexts]
    if not set_above:
        return arguments
    return f"({', '.join([*([arguments[1:-1]] if arguments else []), *set_above])})"
