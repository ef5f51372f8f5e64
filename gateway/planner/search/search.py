"""The search: all paths along which a wanted field can be fetched from a node.

From a node, the search can select the node's own fields, move by key to the same entity in other subgraphs,
move back into the same subgraph with required fields, and move to root types. Keys and required fields are
conditions, which the same search looks for from the node where the move starts. Arguments that ancestors set
are not searched here; the resolver looks for them once it knows the path that led down.

Conditions have conditions of their own: a search follows them down to its maximum nesting. What was found is
remembered by field, node and nesting, so the work grows with the number of these, and not with the number of
routes between subgraphs. Leaves of the same origins have the same paths, which are searched once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graphql import is_abstract_type
from msgspec import Struct

from gateway.planner.budget import SELECTION, Work
from gateway.planner.search.field_difference import Differences, with_groups
from gateway.planner.search.graph import (
    FREE,
    NO_REQUIREMENTS,
    Cost,
    FieldPath,
    Move,
    MoveId,
    Node,
    requirements_of,
)
from gateway.planner.search.leaves import Leaves
from gateway.planner.search.moves import MoveGraph, Moves
from gateway.planner.search.order import best_first, most_complete
from gateway.planner.search.resolvability import Resolvability
from gateway.supergraph import Field, Group, Selections, SubgraphField, Supergraph
from gateway.supergraph.selections import TYPENAME


class Coverage(Struct, frozen=True):
    """The part of a field that all paths from a node can fetch together.

    Attributes:
        resolved: The part of the field that can be fetched; None if nothing can.
        remaining: The rest, or None.
        cost: The cost of all these paths.
        unknown_types: How many of the types that the client names are unknown to the subgraphs on the paths.
    """

    resolved: Field | None
    remaining: Field | None
    cost: Cost
    unknown_types: int = 0


class _Arrival(Struct, frozen=True):
    """The move by which a node was reached, and its cost."""

    move: Move | None
    cost: Cost


STAYED = _Arrival(None, FREE)


class Search:
    """Finds paths over one supergraph, for one operation, and remembers them.

    Attributes:
        supergraph: The supergraph.
        resolvability: Determines which nodes can resolve which fields.
        max_nesting: How deep conditions may nest.
        work: The budget that is left.
        leaves: Shares paths between leaves.
        options: The paths found so far, by field and node.
    """

    def __init__(
        self, supergraph: Supergraph, work: Work, max_nesting: int, labels: frozenset[str] = frozenset()
    ) -> None:
        self.supergraph = supergraph
        self.resolvability = Resolvability(supergraph, labels)
        self.max_nesting = max_nesting
        self.work = work
        self.options: dict[tuple[Field, Node], tuple[FieldPath, ...]] = {}
        self.leaves = Leaves(self.resolvability)
        self._graph = MoveGraph(supergraph, self.resolvability)
        self._differences = Differences(work)
        self._paths: dict[tuple[Field, Node, int], tuple[FieldPath, ...]] = {}
        self._coverage: dict[tuple[Field, Node, int], Coverage] = {}
        self._arrived: dict[tuple[Moves, int], tuple[_Arrival, ...]] = {}

    def paths(self, field: Field, node: Node, max_nesting: int | None = None) -> tuple[FieldPath, ...]:
        """Return all paths to a field, the best one first; for a leaf perhaps those to another that is alike.

        Args:
            field: The field that is wanted.
            node: Where the paths start.
            max_nesting: How deep conditions may nest, if less than the search's own limit.

        Raises:
            CannotPlan: The search has taken too many steps.
        """
        nesting = self.max_nesting if max_nesting is None else max_nesting
        known = self._paths.get((field, node, nesting))
        if known is not None:
            return known
        self.work.step()
        alike = self.leaves.alike(field, node)
        if alike is not field:
            paths = self.paths(alike, node, nesting)
        else:
            paths = tuple(sorted(self._find(field, node, nesting), key=best_first))
        self._paths[field, node, nesting] = paths
        return paths

    def postponed(self, path: FieldPath, node: Node) -> FieldPath | None:
        """Return the path that fetches a field later from its node's own subgraph, if one call is enough.

        Args:
            path: The path that stays at the node.
            node: The node.
        """
        field, most_calls = path.resolved, len(path.cost.calls) + 1
        for definition, moves in self._graph.back(field, node):
            if requirements_of(definition) != NO_REQUIREMENTS:
                continue
            for arrival in self._arrivals(moves, node, self.max_nesting):
                if arrival.move is not None and _is_sent(field, node, arrival.move):
                    return None
                for option in self._select(field, definition, moves.target, self.max_nesting, arrival):
                    if option.remaining is None and len(option.cost.calls) <= most_calls:
                        return option
        return None

    def first_steps(self, field: Field, node: Node) -> Iterator[tuple[SubgraphField, Node]]:
        """Yield where a field itself can be selected, regardless of the selections below it."""
        alone = Field(field.response, field.name)
        here = self.resolvability.definition(node, alone)
        if here is not None and requirements_of(here) == NO_REQUIREMENTS:
            yield here, node
        for path in self._elsewhere(alone, node, self.max_nesting, here):
            if path.move is not None:
                yield path.definition, path.move.target

    def _find(self, field: Field, node: Node, max_nesting: int) -> Iterator[FieldPath]:
        here = self.resolvability.definition(node, field)
        if here is not None and requirements_of(here) == NO_REQUIREMENTS:
            for path in self._select(field, here, node, max_nesting, STAYED):
                yield path
                if path.remaining is None and not path.unknown_types and not path.cost.calls:
                    return  # no path elsewhere is better in any respect
        yield from self._elsewhere(field, node, max_nesting, here)

    def _elsewhere(
        self, field: Field, node: Node, max_nesting: int, here: SubgraphField | None
    ) -> Iterator[FieldPath]:
        """Yield the paths by a move, including back into the same subgraph with what the field requires."""
        if max_nesting == 0 and not self._graph.is_root(node):
            return  # each key is a condition
        for definition, moves in self._graph.to_field(field, node, here):
            for arrival in self._arrivals(moves, node, max_nesting):
                yield from self._select(field, definition, moves.target, max_nesting, arrival)

    def _arrivals(self, moves: Moves, node: Node, max_nesting: int) -> tuple[_Arrival, ...]:
        """Return the possible moves with their costs, cached for all fields that need them."""
        known = self._arrived.get((moves, max_nesting))
        if known is None:
            self.work.step()
            priced = [(move, self._move_cost(move, node, max_nesting)) for move in moves.each]
            known = tuple(_Arrival(move, cost) for move, cost in priced if cost is not None)
            self._arrived[moves, max_nesting] = known
        return known

    def _select(
        self, field: Field, definition: SubgraphField, node: Node, max_nesting: int, arrival: _Arrival
    ) -> Iterator[FieldPath]:
        """Yield the path that selects a field at a node, if anything of it can be fetched there."""
        identifies_only = self.resolvability.identifies_only(definition, node)
        if field.children is None:
            yield FieldPath(arrival.move, definition, field, None, arrival.cost, 0, identifies_only)
            return
        provided = self.resolvability.provided_below(node, definition)
        below = self._children(field, definition, node, provided, max_nesting)
        if below.resolved is not None:
            yield FieldPath(
                arrival.move,
                definition,
                below.resolved,
                below.remaining,
                arrival.cost.then(below.cost),
                below.unknown_types,
                identifies_only,
                provided,
            )

    def _move_cost(self, move: Move, node: Node, max_nesting: int) -> Cost | None:
        """Return the cost of a move including all its conditions, or None if a condition is unreachable."""
        before = FREE
        for selections in move.conditions():
            needed = None if max_nesting == 0 else self.condition_cost(selections, node, max_nesting - 1)
            if needed is None:
                return None
            before |= needed
        return before.then(Cost(1, frozenset({move.id_from(node)})))

    def calls_before(self, move: Move, node: Node, max_nesting: int) -> frozenset[MoveId]:
        """Return the calls that the conditions of a move take."""
        costs = [self.condition_cost(condition, node, max_nesting) for condition in move.conditions()]
        return frozenset().union(*(cost.calls for cost in costs if cost is not None))

    def condition_cost(self, selections: Selections, node: Node, max_nesting: int) -> Cost | None:
        """Return the cost of fetching all of a condition, or None if some of it is unreachable."""
        cost = FREE
        for field in selections.of(node.type):
            if field.name == TYPENAME and node.known_interface is None:
                continue
            coverage = self.coverage(field, node, max_nesting)
            if coverage.remaining is not None:
                return None
            cost |= coverage.cost
        return cost

    def coverage(self, field: Field, node: Node, max_nesting: int | None = None) -> Coverage:
        """Return how much of a field all paths together can fetch."""
        index = (field, node, self.max_nesting if max_nesting is None else max_nesting)
        known = self._coverage.get(index)
        if known is None:
            self.work.step()
            alike = self.leaves.alike(field, node)
            if alike is field:
                known = self._cover(field, node, max_nesting)
            else:
                other = self.coverage(alike, node, max_nesting)
                is_reached = other.remaining is None
                known = Coverage(field, None, other.cost) if is_reached else Coverage(None, field, FREE)
            self._coverage[index] = known
        return known

    def _cover(self, field: Field, node: Node, max_nesting: int | None) -> Coverage:
        cost, rest, unknown_types = FREE, field, 0
        while True:
            path = most_complete(self.paths(rest, node, max_nesting))
            if path is None:
                return Coverage(None if rest is field else field, rest, cost, unknown_types)
            cost |= path.cost
            unknown_types += path.unknown_types
            if path.remaining is None:
                return Coverage(field, None, cost, unknown_types)
            rest = path.remaining

    def _children(
        self,
        field: Field,
        definition: SubgraphField,
        node: Node,
        provided: tuple[Selections, ...],
        max_nesting: int,
    ) -> Coverage:
        """Return how much of a field's selections can be fetched once it is selected at a node."""
        if field.children is None or node.subgraph is None:
            raise AssertionError("only a composite field of a subgraph has selections below")
        self.work.visit(SELECTION)
        known = self.supergraph.subgraphs[node.subgraph].types[definition.type]
        cost, resolved, remaining = FREE, list[Group](), list[Group]()
        unknown_types = self._named_but_unknown(field, node.type, known.concrete)
        for group in field.children.groups:
            members = sorted(group.types & known.concrete)
            self.work.visit(len(members) * len(group.fields))
            if len(members) < len(group.types):
                for nodes in self.nodes_of_unknown(group, definition, node.subgraph, provided):
                    rest = self.unreachable(group.fields, nodes, max_nesting)
                    if rest:
                        remaining.append(Group(frozenset({nodes[0].type}), rest))
            for concrete in members:
                interface_object = known.interface_object_of.get(concrete)
                below = Node(concrete, node.subgraph, provided, interface_object, interface_object)
                done, rest, price, beneath = self._of_type(group.fields, below, max_nesting)
                cost |= price
                unknown_types += beneath
                resolved.append(Group(frozenset({concrete}), done))
                if rest:
                    remaining.append(Group(frozenset({concrete}), rest))
        if not remaining:
            return Coverage(field, None, cost, unknown_types)
        if all(selected.name == TYPENAME for group in resolved for selected in group.fields):
            return Coverage(None, field, cost)
        return Coverage(with_groups(field, resolved), with_groups(field, remaining), cost, unknown_types)

    def nodes_of_unknown(
        self, group: Group, definition: SubgraphField, subgraph: str, provided: tuple[Selections, ...]
    ) -> Iterator[tuple[Node, ...]]:
        """Yield nodes for each type of a group if the subgraph knows no implementation of the field's type.

        The subgraph can return no object then. What is selected must be resolvable from one of the nodes
        nevertheless: otherwise it would be null without an error. The first node is the subgraph's interface;
        the others are in the subgraphs that know the type.
        """
        known = self.supergraph.subgraphs[subgraph].types[definition.type]
        nowhere = not known.concrete and bool(self.supergraph.interface_objects)
        for name in sorted(group.types - known.concrete):
            if is_abstract_type(self.supergraph.schema.type_map[name]):
                yield (Node(name, subgraph, provided, definition.type),)
            elif nowhere:
                subgraphs = self.supergraph.available(name).by_field.get(TYPENAME, ())
                others = (Node(name, other.name) for other in subgraphs if name in other.types)
                yield (Node(name, subgraph, provided, definition.type), *others)

    def unreachable(
        self, fields: tuple[Field, ...], nodes: Iterable[Node], max_nesting: int | None = None
    ) -> tuple[Field, ...]:
        """Return what none of some nodes can fetch of fields."""
        for node in nodes:
            if fields:
                fields = self._of_type(fields, node, max_nesting)[1]
        return fields

    def _named_but_unknown(self, field: Field, owner: str, known: frozenset[str]) -> int:
        """Count the types unknown to a subgraph for which the client selects fields of their own."""
        if field.children is None or all(group.types <= known for group in field.children.groups):
            return 0
        # Implementations of an interface may have narrower field types than a selection of it names.
        possible = self.supergraph.possible_values(owner, field.name)
        groups = [(group.types & possible, group.fields) for group in field.children.groups]
        named = [
            (types, frozenset(selected for selected in fields if selected.response is not None))
            for types, fields in groups
            if types
        ]
        # A subgraph without implementations of the interface knows no type, so types have nothing in common.
        everywhere = bool(known) and known <= frozenset[str]().union(*(types for types, _ in named))
        common = (
            frozenset[Field].intersection(*(wanted for _, wanted in named)) if everywhere else frozenset()
        )
        return sum(len(types - known) for types, wanted in named if not wanted <= common)

    def _of_type(
        self, fields: Iterable[Field], node: Node, max_nesting: int | None
    ) -> tuple[tuple[Field, ...], tuple[Field, ...], Cost, int]:
        """Return a type's fields that can be fetched, the remaining ones, the cost, the unknown types."""
        cost, done, rest, unknown_types = FREE, list[Field](), list[Field](), 0
        for field in fields:
            if field.name == TYPENAME and node.known_interface is None:
                done.append(field)
                continue
            coverage = self.coverage(field, node, max_nesting)
            cost |= coverage.cost
            unknown_types += coverage.unknown_types
            if coverage.remaining is not None:
                rest.append(coverage.remaining)
            if coverage.remaining is None:
                done.append(field)
            elif coverage.resolved is not None:
                done.append(self._differences.without(field, coverage.remaining))
        return tuple(done), tuple(rest), cost, unknown_types


def _is_sent(field: Field, node: Node, move: Move) -> bool:
    """Return whether a field is part of the key by which a move identifies the object."""
    sent = (key_field for condition in move.conditions() for key_field in condition.of(node.type))
    return field.children is None and any(
        (key_field.name, key_field.arguments) == (field.name, field.arguments) for key_field in sent
    )
