"""Access control of operations, for the pipeline: what a client may not see is removed before planning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from graphql import GraphQLInterfaceType, GraphQLNonNull, GraphQLObjectType
from msgspec import Struct, structs

from gateway.errors import Unauthorized
from gateway.pipeline.access.operation_rules import DocumentAccess, FieldRules, document_access
from gateway.pipeline.access.requirements import Requirement
from gateway.pipeline.access.rules import AccessRules
from gateway.pipeline.access.visible_schema import VisibleSchemas
from gateway.planner import Operation
from gateway.planner.normalize import fetched
from gateway.supergraph import Field, Group, Selections, Supergraph
from gateway.supergraph.typed import CONCRETE_TYPE

MAX_PATHS: Final = 50
"""How many fields a refusal names at most."""


class OperationAccess(Struct, frozen=True):
    """Decides which parts of an operation are planned.

    Attributes:
        fields: The requirements of fields.
        rejects: Whether to refuse an operation as a whole if its client may not see one of its fields.
    """

    fields: FieldRules
    rejects: bool = False

    @classmethod
    def of(cls, supergraph: Supergraph, *, rejects: bool = False) -> OperationAccess:
        """Build the access control of a supergraph's operations."""
        return cls(FieldRules(AccessRules.of(supergraph)), rejects)

    def document(self, operation: Operation) -> DocumentAccess | None:
        """Return the rules that an operation may touch; None if everybody may see all of it."""
        return document_access(self.fields, operation)

    def restrict(self, operation: Operation, unmet: Requirement) -> Operation:
        """Return an operation without the parts that its client may not see.

        Args:
            operation: The operation in normal form.
            unmet: The rules that do not hold for the client.

        Raises:
            Unauthorized: The client may not see all of its fields, and such operations are refused.
        """
        restricted = restrict(self.fields, unmet, operation)
        if self.rejects:
            paths = list(islice(dict.fromkeys(hidden_paths(restricted)), MAX_PATHS))
            if paths:
                raise Unauthorized(paths)
        return restricted


ResponsePath = tuple[str, ...]
"""The path to a field in the client's names, without list indexes."""

_Mark = tuple[bool, bool]
"""Whether a field is hidden, and whether that makes its object null."""


def restrict(fields: FieldRules, unmet: Requirement, operation: Operation) -> Operation:
    """Return an operation whose hidden fields are marked, and not fetched.

    Args:
        fields: The requirements of fields.
        unmet: The rules that do not hold for the client.
        operation: The operation in normal form.
    """
    restriction = _Restriction(fields, unmet)
    supergraph = fields.rules.supergraph
    wanted = restriction.selections(operation.wanted)
    return structs.replace(
        operation,
        wanted=wanted,
        fetched=fetched(supergraph, restriction.permitted(wanted), operation.root),
        hidden_types=restriction.hidden_types,
        restricted=True,
    )


def hidden_paths(operation: Operation) -> Iterator[ResponsePath]:
    """Yield the path of each hidden field in a restricted operation."""
    yield from _hidden_paths(operation.wanted, ())


def _hidden_paths(selections: Selections, above: ResponsePath) -> Iterator[ResponsePath]:
    for group in selections.groups:
        for wanted in group.fields:
            path = (*above, wanted.response or wanted.name)
            if wanted.hidden:
                yield path
            elif wanted.children is not None:
                yield from _hidden_paths(wanted.children, path)


@dataclass(slots=True)
class _Restriction:
    """Restricts the operation of one client.

    Attributes:
        fields: The requirements of fields.
        unmet: The rules that do not hold.
        hidden_types: The object types that the client may not see.
    """

    fields: FieldRules
    unmet: Requirement
    hidden_types: frozenset[str] = field(init=False)
    _done: dict[Field, Field] = field(default_factory=dict)
    _permitted: dict[tuple[Field, frozenset[str]], Field] = field(default_factory=dict)

    def __post_init__(self) -> None:
        supergraph = self.fields.rules.supergraph
        # Root types are hidden field by field: no field leads to them.
        roots = supergraph.roots
        self.hidden_types = frozenset(
            name
            for name, named in supergraph.public.type_map.items()
            if isinstance(named, GraphQLObjectType | GraphQLInterfaceType)
            and name not in roots
            and self._forbids(self.fields.rules.of_type(name))
        )

    def _forbids(self, requirement: Requirement) -> bool:
        return not self.unmet.isdisjoint(requirement)

    def _hides(self, owner: str, wanted: Field) -> bool:
        possible = self.fields.possible(owner, wanted.name)
        # If the client may see none of the possible types, nothing is fetched.
        if possible and possible <= self.hidden_types:
            return True
        return self._forbids(self.fields.of(owner, wanted))

    def selections(self, selections: Selections) -> Selections:
        """Return selections in which hidden fields are marked, without groups of hidden types."""
        groups: list[Group] = []
        for group in selections.groups:
            alike: dict[tuple[_Mark, ...], list[str]] = {}
            for concrete in sorted(group.types - self.hidden_types):
                marks = tuple(self._mark(concrete, wanted) for wanted in group.fields)
                alike.setdefault(marks, []).append(concrete)
            groups += [self._group(group, frozenset(members), marks) for marks, members in alike.items()]
        return Selections(tuple(groups))

    def _group(self, group: Group, members: frozenset[str], marks: Sequence[_Mark]) -> Group:
        """Return the fields of some types; for an object that becomes null, only the fields that cause it."""
        is_lost = any(becomes_null for _, becomes_null in marks)
        fields = (
            self._field(wanted, is_hidden=is_hidden)
            for wanted, (is_hidden, _) in zip(group.fields, marks, strict=True)
            if is_hidden or not is_lost
        )
        return Group(members, tuple(fields))

    def _mark(self, owner: str, wanted: Field) -> _Mark:
        """Return whether a field is hidden, and whether that makes its object null."""
        is_hidden = self._hides(owner, wanted)
        return is_hidden, is_hidden and self._is_non_null(owner, wanted)

    def _field(self, wanted: Field, *, is_hidden: bool) -> Field:
        if is_hidden:
            return replace(wanted, children=None, hidden=True)
        if wanted.children is None:
            return wanted
        if wanted not in self._done:
            self._done[wanted] = wanted.with_children(self.selections(wanted.children))
        return self._done[wanted]

    def permitted(self, selections: Selections) -> Selections:
        """Return the part of selections that has to be fetched: all but the fields marked as hidden."""
        return Selections(tuple(self._permitted_group(group) for group in selections.groups))

    def _permitted_group(self, group: Group) -> Group:
        permitted = (wanted for wanted in group.fields if not wanted.hidden)
        return Group(group.types, tuple(self._permitted_field(group, wanted) for wanted in permitted))

    def _permitted_field(self, group: Group, wanted: Field) -> Field:
        if wanted.children is None:
            return wanted
        hidden = self._told_apart(group, wanted)
        known = self._permitted.get((wanted, hidden))
        if known is None:
            children = self.permitted(wanted.children)
            if hidden:
                children = Selections((*children.groups, Group(hidden, (CONCRETE_TYPE,))))
            known = self._permitted[wanted, hidden] = wanted.with_children(children)
        return known

    def _told_apart(self, group: Group, wanted: Field) -> frozenset[str]:
        """Return the hidden types behind an interface object: their objects must be told from others."""
        members = frozenset[str]().union(*self.fields.rules.supergraph.interface_objects.values())
        possible = frozenset[str]().union(
            *(self.fields.possible(owner, wanted.name) for owner in group.types)
        )
        return possible & members & self.hidden_types

    def _is_non_null(self, owner: str, wanted: Field) -> bool:
        named = self.fields.rules.supergraph.public.get_type(owner)
        if not isinstance(named, GraphQLObjectType | GraphQLInterfaceType) or wanted.name not in named.fields:
            return False
        return isinstance(named.fields[wanted.name].type, GraphQLNonNull)


class Narrowing(Struct, frozen=True):
    """Leaves out of plans and introspection what a client may not see; by default, that is nothing.

    Attributes:
        operations: Restricts operations; None to plan them as they are.
        visible: The schemas for introspection; None if all clients see the same.
    """

    operations: OperationAccess | None = None
    visible: VisibleSchemas | None = None
