"""Reads the directives about access and about cost."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import chain, product
from typing import Any

from graphql import DocumentNode, TypeDefinitionNode
from graphql.language import Node
from msgspec import Struct, field

from gateway.errors import SupergraphError
from gateway.supergraph.directives import Links, applied, is_applied

ACCESS = ("authenticated", "requiresScopes", "policy")
"""The specifications that restrict access."""

Alternatives = tuple[tuple[str, ...], ...]
"""Alternative sets of names: one set is enough, but all of it is needed."""


class Access(Struct, frozen=True):
    """Who may see a type or field.

    Attributes:
        authenticated: Whether the client must be authenticated.
        scopes: Sets of scopes, one of which the client needs; empty if it needs none.
        policies: Sets of policies, one of which must hold; empty if none is needed.
    """

    authenticated: bool = False
    scopes: Alternatives = ()
    policies: Alternatives = ()


class ListSize(Struct, frozen=True):
    """The assumed length of a field's list.

    Attributes:
        assumed: The length if no argument limits it.
        slicing: The arguments that limit it; dots lead to fields of input objects.
        sized: The fields of the value that are these lists, with dots for nested objects; empty if the value
            is the list.
        one_slicing: Whether exactly one of the arguments must be given.
    """

    assumed: int | None = None
    slicing: tuple[str, ...] = ()
    sized: tuple[str, ...] = ()
    one_slicing: bool = True


class Annotations(Struct, frozen=True):
    """Directives by schema coordinate: `Type`, `Type.field` or `Type.field(argument:)`.

    Attributes:
        access: Who may see the coordinate.
        cost: The weight of the coordinate.
        list_size: The length of the field's list.
        guarded: Whether the supergraph links to an access specification, or uses one without a link.
    """

    access: dict[str, Access] = field(default_factory=dict)
    cost: dict[str, int] = field(default_factory=dict)
    list_size: dict[str, ListSize] = field(default_factory=dict)
    guarded: bool = False


def read_annotations(document: DocumentNode, links: Links) -> Annotations:
    """Collect the directives about access and cost, under whatever names they are imported."""
    nodes = list(_coordinates(document))
    access = {at: _access(node, links) for at, node in nodes}
    return Annotations(
        access={at: rule for at, rule in access.items() if rule != Access()},
        cost={
            at: _weight(at, arguments.get("weight"))
            for at, node in nodes
            for arguments in applied(node, links.directive("cost"))
        },
        list_size={
            at: _list_size(arguments)
            for at, node in nodes
            for arguments in applied(node, links.directive("cost", "listSize"))
        },
        guarded=any(spec in links.linked for spec in ACCESS) or set(access.values()) > {Access()},
    )


def _coordinates(document: DocumentNode) -> Iterator[tuple[str, Node]]:
    for definition in document.definitions:
        if isinstance(definition, TypeDefinitionNode):
            owner = definition.name.value
            yield owner, definition
            for member in getattr(definition, "fields", None) or ():
                yield f"{owner}.{member.name.value}", member
                for argument in getattr(member, "arguments", None) or ():
                    yield f"{owner}.{member.name.value}({argument.name.value}:)", argument


def _access(node: Node, links: Links) -> Access:
    """Read the directives under all their possible names; a superfluous name only guards more."""
    return Access(
        authenticated=any(is_applied(node, name) for name in links.names("authenticated")),
        scopes=_alternatives(node, links.names("requiresScopes"), "scopes"),
        policies=_alternatives(node, links.names("policy"), "policies"),
    )


def _alternatives(node: Node, directives: frozenset[str], argument: str) -> Alternatives:
    """Return the alternatives of a directive; if it is applied several times, each application must hold."""
    lists = [
        tuple(tuple(map(str, _listed(together))) for together in _listed(arguments.get(argument)))
        for directive in sorted(directives)
        for arguments in applied(node, directive)
    ]
    demanding = [alternatives for alternatives in lists if alternatives and all(alternatives)]
    if not demanding:
        return ()
    combined = (tuple(dict.fromkeys(chain(*chosen))) for chosen in product(*demanding))
    return tuple(dict.fromkeys(combined))


def _listed(value: object) -> Sequence[object]:
    """Return a list; by GraphQL's rules, a single value stands for a list with that value."""
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def _weight(at: str, weight: object) -> int:
    """Return a weight, rounded up: IBM's specification uses decimal numbers in strings."""
    try:
        return math.ceil(float(weight)) if isinstance(weight, str | int | float) else 1
    except (ValueError, OverflowError):
        raise SupergraphError(f"The weight of {at} in @cost is not a number: {weight}.") from None


def _list_size(arguments: dict[str, Any]) -> ListSize:
    return ListSize(
        assumed=arguments.get("assumedSize"),
        slicing=tuple(arguments.get("slicingArguments") or ()),
        sized=tuple(arguments.get("sizedFields") or ()),
        one_slicing=arguments.get("requireOneSlicingArgument", True) is not False,
    )
