"""Builds the fetch graph of a resolved operation: what each fetch selects, sends and depends on."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.planner.choose.resolved import (
    ResolvedContext,
    ResolvedField,
    ResolvedFields,
    ResolvedMove,
    ResolvedOperation,
    ResolvedRepresentation,
)
from gateway.planner.fetch.fetch_node import FetchNode, FieldDraft, SelectionDraft, with_contexts
from gateway.planner.search.graph import RootMove
from gateway.supergraph import Supergraph
from gateway.supergraph.deferral import INITIALLY, Delivery


def build(supergraph: Supergraph, operation: ResolvedOperation, variables: frozenset[str]) -> list[FetchNode]:
    """Build the fetches of an operation, each after the fetches that it depends on.

    Args:
        supergraph: The types of the subgraphs.
        operation: Every field with the move that leads to it.
        variables: The names of the client's variables.
    """
    builder = _Builder(supergraph, variables)
    for step in operation.steps:
        earlier = list(builder.fetches)
        builder.select(step, Cursor(None, SelectionDraft(operation.root)))
        for fetch in builder.fetches[len(earlier) :]:
            fetch.depends_on.update(earlier)
    builder.select_deferred()
    return builder.fetches


@dataclass(slots=True)
class _Builder:
    """Creates fetches, one for each move."""

    supergraph: Supergraph
    variables: frozenset[str]
    fetches: list[FetchNode] = field(default_factory=list)
    _delivery: Delivery = INITIALLY
    _deferred: list[tuple[ResolvedField, Cursor]] = field(default_factory=list)
    _by_move: dict[tuple[ResolvedMove, Delivery], FetchNode] = field(default_factory=dict)

    def select_deferred(self) -> None:
        """Select what is delivered later, in the order of the deliveries: nothing before its objects."""
        while self._deferred:
            resolved, cursor = self._deferred.pop(0)
            self._delivery = resolved.wanted.delivery
            self.select((resolved,), cursor)

    def select(self, fields: ResolvedFields, cursor: Cursor) -> set[FetchNode]:
        """Select fields of the objects at the cursor; return the fetches that provide them."""
        providers = set() if cursor.fetch is None else {cursor.fetch}
        for resolved in fields:
            is_needed = resolved.wanted.response is None  # by the fetches of the current delivery
            if not is_needed and resolved.wanted.delivery != self._delivery:
                self._deferred.append((resolved, cursor))
                continue
            there, fetch = cursor, cursor.fetch
            if resolved.move is not None:
                known = self._by_move.get((resolved.move, self._delivery))
                if known is None and is_needed:
                    known = self._by_move.get((resolved.move, INITIALLY))
                fetch = known or self._fetch(resolved.move, cursor)
                there = cursor.moved(fetch)
                providers.add(fetch)
            if resolved.response_key is None or fetch is None:
                continue
            selected = self._field(resolved, resolved.response_key, fetch, there.selection)
            if resolved.below is not None and selected.selection is not None:
                below = selected.selection
                below.typename = below.typename or resolved.needs_typename
                providers |= self.select(resolved.below, Cursor(fetch, below, there))
        return providers

    def _field(
        self, resolved: ResolvedField, response_key: str, fetch: FetchNode, selection: SelectionDraft
    ) -> FieldDraft:
        """Select a field, unless the fetch selects it already."""
        fields = selection.fields_by_types.setdefault(resolved.types, {})
        selected = fields.get(response_key)
        if selected is None:
            wanted, definition = resolved.wanted, resolved.definition
            below = None
            if wanted.children is not None:
                known = self.supergraph.subgraphs[fetch.subgraph].types[definition.type]
                below = SelectionDraft(
                    definition.type, interface_object_of=dict(known.interface_object_of), only=known.only
                )
            selected = fields[response_key] = FieldDraft(
                wanted.name,
                with_contexts(wanted.arguments, definition.contexts, fetch.variable_of),
                wanted.variables,
                below,
                definition.shape.count("["),
                resolved.identifies_only,
            )
        return selected

    def _fetch(self, move: ResolvedMove, cursor: Cursor) -> FetchNode:
        """Create the fetch of a move, after the fetches that it requires."""
        position = move.position
        if isinstance(move.first, RootMove):
            selection = SelectionDraft(move.types[0])
            fetch = FetchNode(move.first.subgraph, position.path, position.scope, selection)
            fetch.depends_on.update(() if cursor.fetch is None else {cursor.fetch})
            if move.types[0] == self.supergraph.mutation:
                fetch.depends_on.update(self.fetches)  # mutations are executed in their order
        else:
            selection = SelectionDraft(None)
            fetch = FetchNode(
                move.first.subgraph, position.path, position.scope, selection, representations={}
            )
            cursor.selection.typename = True
            for representation in move.representations:
                fetch.depends_on |= self.select(representation.needed, cursor)
                _send(representation, fetch)
            for context in move.contexts:
                fetch.depends_on |= self._pass(context, fetch, cursor)
        fetch.delivery = self._delivery
        self._by_move[move, self._delivery] = fetch
        self.fetches.append(fetch)
        return fetch

    def _pass(self, context: ResolvedContext, fetch: FetchNode, cursor: Cursor) -> set[FetchNode]:
        """Set an argument from ancestors; return the fetches that provide the value."""
        providers: set[FetchNode] = set()
        for source in context.sources:
            ancestor = cursor.up(source.source.levels_up)
            if source.position.path:
                ancestor.selection.typename = True
            providers |= self.select(source.needed, ancestor)
        fetch.set_argument(
            context.argument, tuple(source.source for source in context.sources), self.variables
        )
        return providers


def _send(representation: ResolvedRepresentation, fetch: FetchNode) -> None:
    """Add the representations of one type to a fetch."""
    concrete, move, known = representation.concrete, representation.move, representation.known_interface
    for name in representation.names():
        fetch.send(name, move.sent_as, tuple(representation.sent.values()), representation.keys)
    if known is not None:
        fetch.known_interfaces[concrete] = known
        # A subgraph that receives the interface's name and knows the concrete type reports it.
        if move.target.known_interface is None:
            fetch.selection.reports_typename = True
    if move.target.interface_object is not None:
        fetch.selection.interface_object_of[concrete] = move.target.interface_object


@dataclass(slots=True, eq=False)
class Cursor:
    """A selection that the builder writes into.

    Attributes:
        fetch: The fetch; None before the first.
        selection: The selection set of the objects here.
        parent: The cursor at the object whose field led here; None at the top.
    """

    fetch: FetchNode | None
    selection: SelectionDraft
    parent: Cursor | None = None

    def moved(self, fetch: FetchNode) -> Cursor:
        """Return the cursor at the same objects in another fetch."""
        return Cursor(fetch, fetch.selection, self.parent)

    def up(self, levels: int) -> Cursor:
        """Return the cursor at an ancestor."""
        cursor: Cursor | None = self
        for _ in range(levels):
            cursor = None if cursor is None else cursor.parent
        if cursor is None:
            raise AssertionError("there are fewer ancestors")
        return cursor
