"""The fetch graph: fetches with their selections, before they are written as a plan."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gateway.plan.context_batch import MARK
from gateway.plan.nodes import ContextSource, ContextVariable, Path, RepresentationField
from gateway.planner.choose.response_scope import ResponseScope
from gateway.supergraph import ContextArgument
from gateway.supergraph.deferral import INITIALLY, Delivery


@dataclass(slots=True, eq=False)
class FieldDraft:
    """A field that a fetch selects.

    Attributes:
        name: The field's name.
        arguments: The printed arguments, or an empty string.
        variables: The client's variables in the arguments.
        selection: What is selected of its objects; None for a leaf.
        lists: How many lists are nested in its value.
        identifies_only: Whether it serves only as a key; the response takes its value from another subgraph.
    """

    name: str
    arguments: str
    variables: frozenset[str]
    selection: SelectionDraft | None
    lists: int = 0
    identifies_only: bool = False

    def copy(self) -> FieldDraft:
        """Return a copy that is independent of later changes."""
        below = None if self.selection is None else self.selection.copy()
        return FieldDraft(self.name, self.arguments, self.variables, below, self.lists, self.identifies_only)

    def structural_key(self) -> Hashable:
        """Return a key that is equal for fields that select the same."""
        return self.name, self.arguments, None if self.selection is None else self.selection.structural_key()


@dataclass(slots=True, eq=False)
class SelectionDraft:
    """A selection set of a fetch.

    Attributes:
        static: The static type in the subgraph that it selects from; None for `_entities`.
        typename: Whether `__typename` is needed.
        fields_by_types: By the concrete types for which they are selected, the fields by response key.
        reports_typename: Whether the response reveals the concrete type of objects of which only an interface
            was known.
        interface_object_of: By concrete type, the interface object that stands for it in the subgraph.
        only: The type of all its objects, if the subgraph's schema allows no other.
    """

    static: str | None
    typename: bool = False
    fields_by_types: dict[frozenset[str], dict[str, FieldDraft]] = field(default_factory=dict)
    reports_typename: bool = False
    interface_object_of: dict[str, str] = field(default_factory=dict)
    only: str | None = None

    def absorb(self, other: SelectionDraft) -> None:
        """Add everything that another selection selects."""
        self.typename = self.typename or other.typename
        self.reports_typename = self.reports_typename or other.reports_typename
        self.interface_object_of.update(other.interface_object_of)
        for types, fields in other.fields_by_types.items():
            mine = self.fields_by_types.setdefault(types, {})
            for response_key, selected in fields.items():
                known = mine.setdefault(response_key, selected)
                if known is not selected and known.selection is not None and selected.selection is not None:
                    known.selection.absorb(selected.selection)

    def copy(self) -> SelectionDraft:
        """Return a copy that is independent of later changes."""
        return SelectionDraft(
            self.static,
            self.typename,
            {
                types: {response_key: selected.copy() for response_key, selected in fields.items()}
                for types, fields in self.fields_by_types.items()
            },
            self.reports_typename,
            dict(self.interface_object_of),
            self.only,
        )

    def structural_key(self) -> Hashable:
        """Return a key that is equal for selections of the same fields, in whatever order."""
        return (
            self.static,
            self.typename,
            self.reports_typename,
            frozenset(self.interface_object_of.items()),
            frozenset(
                (concrete, response_key, structural_key)
                for types, fields in self.fields_by_types.items()
                for response_key, selected in fields.items()
                # Once for all types; otherwise the work would multiply with nested types.
                for structural_key in (selected.structural_key(),)
                for concrete in types
            ),
        )

    def size(self) -> int:
        """Return how many fields are selected, including nested ones."""
        return sum(
            1 + (0 if selected.selection is None else selected.selection.size())
            for fields in self.fields_by_types.values()
            for selected in fields.values()
        )


@dataclass(slots=True, eq=False)
class FetchNode:
    """A fetch.

    Attributes:
        subgraph: The subgraph's name.
        path: Where its data is placed in the tree of fetched data.
        scope: The response keys there.
        selection: The selection on the root type or on the entities.
        depends_on: The fetches that must finish first.
        representations: The fields that are sent, by concrete type; None for a root fetch.
        parts: The fetches that were merged into this one, as they were before.
        sent_as: The type name in the representations, by concrete type.
        known_interfaces: By concrete type, the interface, if the concrete type may be unknown when this is
            sent.
        context_variables: The variables that ancestors of the entities set.
        variable_of: The names of these variables, by argument.
        keys: By concrete type and key, the fields to send for that key alone, if several keys are known.
        delivery: The deferred fragments with which its data is delivered.
    """

    subgraph: str
    path: Path
    scope: ResponseScope
    selection: SelectionDraft
    depends_on: set[FetchNode] = field(default_factory=set)
    representations: dict[str, tuple[RepresentationField, ...]] | None = None
    parts: list[FetchNode] = field(default_factory=list)
    sent_as: dict[str, str] = field(default_factory=dict)
    known_interfaces: dict[str, str] = field(default_factory=dict)
    context_variables: tuple[ContextVariable, ...] = ()
    variable_of: dict[ContextArgument, str] = field(default_factory=dict)
    keys: dict[str, dict[str, tuple[RepresentationField, ...]]] = field(default_factory=dict)
    delivery: Delivery = INITIALLY

    def send(
        self,
        name: str,
        sent_as: str,
        fields: tuple[RepresentationField, ...],
        keys: Mapping[str, tuple[RepresentationField, ...]],
    ) -> None:
        """Add the representations of objects of a type.

        Args:
            name: The type name that the objects have in the fetched data.
            sent_as: The type name in the representations.
            fields: The fields to send.
            keys: The fields to send for each key alone, if several keys are known.
        """
        if self.representations is None:
            self.representations = {}
        self.representations[name] = fields
        self.sent_as[name] = sent_as
        if len(keys) > 1:
            self.keys[name] = dict(keys)

    def set_argument(
        self, argument: ContextArgument, sources: tuple[ContextSource, ...], names: Collection[str]
    ) -> None:
        """Set an argument of the entities' fields by a variable.

        Args:
            argument: The argument.
            sources: The ancestors that may set it, nearest first.
            names: The names of the client's variables.
        """
        variable = free_name(argument.name, {*names, *self.variable_of.values()})
        self.variable_of[argument] = variable
        nullable = not argument.type.endswith("!")
        self.context_variables += (ContextVariable(variable, nullable, sources),)

    def copy(self) -> FetchNode:
        """Return a copy of the fetch in its current state."""
        sent = None if self.representations is None else dict(self.representations)
        return replace(
            self,
            selection=self.selection.copy(),
            depends_on=set(self.depends_on),
            representations=sent,
            parts=[],
            sent_as=dict(self.sent_as),
            known_interfaces=dict(self.known_interfaces),
            keys=dict(self.keys),
        )

    def structural_key(self) -> Hashable:
        """Return a key that is equal for entity fetches that send and select the same at any path."""
        return (
            frozenset((self.representations or {}).items()),
            frozenset(self.sent_as.items()),
            frozenset(self.known_interfaces.items()),
            frozenset((concrete, frozenset(keys.items())) for concrete, keys in self.keys.items()),
            self.selection.structural_key(),
            tuple(part.structural_key() for part in self.parts),
        )


@dataclass(slots=True, eq=False)
class Call:
    """One request to a subgraph: a root fetch, or entity fetches at one or several paths.

    Attributes:
        fetches: The fetches that share the request.
        depends_on: The calls that must finish first.
    """

    fetches: list[FetchNode]
    depends_on: set[Call] = field(default_factory=set)

    @property
    def subgraph(self) -> str:
        """The subgraph's name."""
        return self.fetches[0].subgraph

    @property
    def delivery(self) -> Delivery:
        """The deferred fragments with which its data is delivered."""
        return self.fetches[0].delivery


def free_name(wanted: str, taken: Collection[str]) -> str:
    """Return a name for a variable that stays unique when a number is appended."""
    while any(name.startswith(wanted) for name in taken):
        wanted = f"_{wanted}"
    return wanted


def with_contexts(
    arguments: str, contexts: Sequence[ContextArgument], variables: Mapping[ContextArgument, str]
) -> str:
    """Return a field's printed arguments, including those that are hidden from clients."""
    from_context = [f"{context.name}: ${variables[context]}{MARK}" for context in contexts]
    if not from_context:
        return arguments
    return f"({', '.join([*([arguments[1:-1]] if arguments else []), *from_context])})"
