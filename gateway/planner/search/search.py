"""The search: every way in which a wanted field can be fetched from where one stands.

From a place lead field edges (resolvable there), key moves to the same entity elsewhere, moves back into the
same subgraph with required fields, and root moves. Keys and required fields are conditions: they are looked
for by the same search, from the place that one leaves. What a field takes from an object further up is no
part of it: the builder of fetches looks for that when it knows the way that led down.

Conditions have conditions: to how many levels is the room of a search. What was found is remembered by field,
place and room, so the work grows with their number and not with that of the paths between subgraphs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.planner.budget import Work
from gateway.planner.search.field_difference import with_groups, without
from gateway.planner.search.graph import (
    FREE,
    NO_REQUIREMENTS,
    Cost,
    FieldPath,
    Move,
    MoveId,
    Node,
    Requirements,
)
from gateway.planner.search.move_targets import MoveTarget, move_targets, moves
from gateway.supergraph import Field, Group, Selections, Subgraph, SubgraphField, Supergraph
from gateway.supergraph.selections import TYPENAME


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a field can be fetched from a place by all ways together."""

    resolved: Field | None
    remaining: Field | None
    cost: Cost
    unknown_types: int = 0


@dataclass(frozen=True, slots=True)
class _Moved:
    """How one came to a place, and at what cost."""

    move: Move | None
    cost: Cost


STAYED = _Moved(None, FREE)

CONCRETE = SubgraphField(TYPENAME, "String", "String!")
"""What a subgraph says that knows the object's type."""


class Search:
    """Finds ways over one supergraph, for one operation; remembers what it found.

    Attributes:
        supergraph: What is searched.
        max_nesting: How many conditions may hang on each other.
        work: The budget that is left.
        labels_met: The labels of progressive overrides that were looked at.
        options: The ways to choose from that were worked out, by field and place.
    """

    def __init__(
        self, supergraph: Supergraph, work: Work, max_nesting: int, labels: frozenset[str] = frozenset()
    ) -> None:
        self.supergraph = supergraph
        self.max_nesting = max_nesting
        self.work = work
        self.labels_met: set[str] = set()
        self.options: dict[tuple[Field, Node], tuple[FieldPath, ...]] = {}
        self._labels = labels
        self._paths: dict[tuple[Field, Node, int], tuple[FieldPath, ...]] = {}
        self._key_parts: dict[Selections, Selections] = {}
        self._in_keys: set[Selections] = set()
        self._covered: dict[tuple[Field, Node, int], Coverage] = {}
        self._entered: dict[tuple[Node, str], tuple[MoveTarget, ...]] = {}
        self._arrivals: dict[tuple[Node, MoveTarget, Requirements, int], tuple[tuple[Move, Cost], ...]] = {}

    def paths(self, field: Field, node: Node, max_nesting: int | None = None) -> tuple[FieldPath, ...]:
        """All ways to fetch a field, complete and short ones first.

        Args:
            field: What is wanted.
            node: Where one stands.
            max_nesting: How many conditions may hang on each other; less inside a condition.

        Raises:
            CannotPlan: The search has taken too many steps.
        """
        remaining = self.max_nesting if max_nesting is None else max_nesting
        known = self._paths.get((field, node, remaining))
        if known is not None:
            return known
        self.work.step()
        found = sorted(
            self._find(field, node, remaining),
            key=lambda path: (
                path.remaining is not None,
                path.unknown_types,
                path.cost.depth,
                len(path.cost.calls),
                path.move is not None,
            ),
        )
        self._paths[field, node, remaining] = tuple(found)
        return self._paths[field, node, remaining]

    def below(self, node: Node, definition: SubgraphField) -> tuple[Selections, ...]:
        """What is provided below a field that is selected at a place."""
        inherited = tuple(
            self._in_key(each.children) if selections in self._in_keys else each.children
            for selections in node.provided
            for each in selections.of(node.type)
            if each.name == definition.name and each.children is not None
        )
        keys = tuple(
            self._in_key(each.children)
            for each in self._key_fields(node)
            if each.name == definition.name and each.children is not None
        )
        provided = () if definition.provides is None else (definition.provides,)
        return tuple(dict.fromkeys((*provided, *inherited, *keys)))

    def _in_key(self, selections: Selections) -> Selections:
        """The same selections, known to belong to a key."""
        made = self._key_parts.setdefault(selections, Selections(selections.groups))
        self._in_keys.add(made)
        return made

    def first_steps(self, field: Field, node: Node) -> Iterator[tuple[SubgraphField, Node]]:
        """Where a field itself can be selected, whatever becomes of what is wanted below it."""
        alone = Field(field.response, field.name)
        here = self._resolvable(node, alone)
        if here is not None and _requirements(here) == NO_REQUIREMENTS:
            yield here, node
        for path in self._elsewhere(alone, node, self.max_nesting, here):
            if path.move is not None:
                yield path.definition, path.move.target

    def _find(self, field: Field, node: Node, max_nesting: int) -> Iterator[FieldPath]:
        here = self._resolvable(node, field)
        if here is not None and _requirements(here) == NO_REQUIREMENTS:
            for path in self._selected(field, here, node, max_nesting, STAYED):
                yield path
                if path.remaining is None and not path.unknown_types and not path.cost.calls:
                    return  # no way elsewhere is better in anything
        yield from self._elsewhere(field, node, max_nesting, here)

    def _elsewhere(
        self, field: Field, node: Node, max_nesting: int, here: SubgraphField | None
    ) -> Iterator[FieldPath]:
        """The ways that move to where a field can be selected; into the same subgraph with what it needs."""
        for subgraph in self.supergraph.available(node.type).by_field.get(field.name, ()):
            if subgraph.name == node.subgraph and (here is None or _requirements(here) == NO_REQUIREMENTS):
                continue
            for target in self._move_targets(node, subgraph):
                definition = self._resolvable(target.node, field)
                if definition is None or (target.needs_typename and field.name == TYPENAME):
                    continue
                for move, cost in self._arrived(node, target, _requirements(definition), max_nesting):
                    yield from self._selected(field, definition, move.target, max_nesting, _Moved(move, cost))

    def _move_targets(self, node: Node, subgraph: Subgraph) -> tuple[MoveTarget, ...]:
        """The entrances from a place into a subgraph, remembered for all fields that are wanted there."""
        known = self._entered.get((node, subgraph.name))
        if known is None:
            known = self._entered[node, subgraph.name] = tuple(move_targets(self.supergraph, node, subgraph))
        return known

    def _arrived(
        self, node: Node, target: MoveTarget, requirements: Requirements, max_nesting: int
    ) -> tuple[tuple[Move, Cost], ...]:
        """The moves through an entrance that can be made, with their costs, remembered as entrances are."""
        index = (node, target, requirements, max_nesting)
        known = self._arrivals.get(index)
        if known is None:
            self.work.step()
            found = [
                (move, self._move_cost(move, node, max_nesting))
                for move in moves(self.supergraph, node, target, requirements)
            ]
            known = tuple((move, cost) for move, cost in found if cost is not None)
            self._arrivals[index] = known
        return known

    def _selected(
        self, field: Field, definition: SubgraphField, there: Node, max_nesting: int, moved: _Moved
    ) -> Iterator[FieldPath]:
        """The way that selects a field at a place, if anything can be fetched so."""
        if field.children is None:
            yield FieldPath(moved.move, definition, field, None, moved.cost)
            return
        below = self._children(field, definition, there, max_nesting)
        if below.resolved is not None:
            cost = moved.cost.then(below.cost)
            yield FieldPath(
                moved.move, definition, below.resolved, below.remaining, cost, below.unknown_types
            )

    def _resolvable(self, node: Node, field: Field) -> SubgraphField | None:
        """The field, if the subgraph can resolve it at this place."""
        name = field.name
        if node.subgraph is None:
            return None
        if name == TYPENAME:
            return CONCRETE if node.known_interface is None else None
        definition = self.supergraph.field(node.subgraph, node.subgraph_type, name)
        if definition is None:
            return None
        if not self._is_external(definition) or self._is_provided(node, name):
            return definition
        if field.response is not None and self.names_only(definition, node):
            return None
        return definition if self._is_in_key(node, name) else None

    def names_only(self, definition: SubgraphField, node: Node) -> bool:
        """Whether a key field of another subgraph names the entity here, and is no answer for the client."""
        is_key_of_another = definition.key_only or definition.label is not None
        is_external = is_key_of_another and self._is_external(definition)
        return is_external and not self._is_provided(node, definition.name)

    def _is_external(self, definition: SubgraphField) -> bool:
        """Whether another subgraph has the field, by the schema or while it is being moved."""
        if definition.label is None:
            return definition.external
        self.labels_met.add(definition.label)
        return definition.external or definition.takes_over != (definition.label in self._labels)

    def _is_provided(self, node: Node, name: str) -> bool:
        return any(
            each.name == name
            for provided in node.provided
            if provided not in self._in_keys
            for each in provided.of(node.type)
        )

    def _is_in_key(self, node: Node, name: str) -> bool:
        """Whether a field belongs to a key of the object, or of one above it."""
        above = (provided.of(node.type) for provided in node.provided if provided in self._in_keys)
        return any(each.name == name for fields in (self._key_fields(node), *above) for each in fields)

    def _key_fields(self, node: Node) -> Iterator[Field]:
        """Whatever the schema says, an entity's keys can be read wherever the entity is, to name it."""
        if node.subgraph is None:
            return
        known = self.supergraph.subgraphs[node.subgraph].types.get(node.subgraph_type)
        for key in () if known is None else known.keys:
            yield from key.fields.of(node.type)

    def _move_cost(self, move: Move, node: Node, max_nesting: int) -> Cost | None:
        """What a move costs with everything that it needs first, or None where that cannot be had."""
        before = FREE
        for selections in move.conditions():
            needed = None if max_nesting == 0 else self.condition_cost(selections, node, max_nesting - 1)
            if needed is None:
                return None
            before |= needed
        return before.then(Cost(1, frozenset({move.id_from(node)})))

    def calls_before(self, move: Move, node: Node, max_nesting: int) -> frozenset[MoveId]:
        """The calls that are made for what a move needs."""
        costs = [self.condition_cost(each, node, max_nesting) for each in move.conditions()]
        return frozenset().union(*(each.calls for each in costs if each is not None))

    def condition_cost(self, selections: Selections, node: Node, max_nesting: int) -> Cost | None:
        """The cost of fetching all of a condition from a place, or None where some of it is out of reach."""
        cost = FREE
        for field in selections.of(node.type):
            if field.name == TYPENAME and node.known_interface is None:
                continue
            found = self.coverage(field, node, max_nesting)
            if found.remaining is not None:
                return None
            cost |= found.cost
        return cost

    def coverage(self, field: Field, node: Node, max_nesting: int | None = None) -> Coverage:
        """As much of a field as all ways together can fetch."""
        index = (field, node, self.max_nesting if max_nesting is None else max_nesting)
        known = self._covered.get(index)
        if known is None:
            self.work.step()
            known = self._covered[index] = self._cover(field, node, max_nesting)
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

    def _children(self, field: Field, definition: SubgraphField, there: Node, max_nesting: int) -> Coverage:
        """As much of a field's selections as can be fetched once it is selected at a place."""
        if field.children is None or there.subgraph is None:
            raise AssertionError("only a composite field of a subgraph has selections below")
        known = self.supergraph.subgraphs[there.subgraph].types[definition.type]
        provided = self.below(there, definition)
        cost, resolved, remaining = FREE, list[Group](), list[Group]()
        unknown_types = _named_but_unknown(field.children, known.concrete)
        for group in field.children.groups:
            for concrete in sorted(group.types & known.concrete):
                interface_object = known.interface_object_of.get(concrete)
                below = Node(concrete, there.subgraph, provided, interface_object, interface_object)
                done, rest, price, beneath = self._of_type(group.fields, below, max_nesting)
                cost |= price
                unknown_types += beneath
                resolved.append(Group(frozenset({concrete}), done))
                if rest:
                    remaining.append(Group(frozenset({concrete}), rest))
        if not remaining:
            return Coverage(field, None, cost, unknown_types)
        if all(each.name == TYPENAME for group in resolved for each in group.fields):
            return Coverage(None, field, cost)
        return Coverage(with_groups(field, resolved), with_groups(field, remaining), cost, unknown_types)

    def _of_type(
        self, fields: Iterable[Field], node: Node, max_nesting: int
    ) -> tuple[tuple[Field, ...], tuple[Field, ...], Cost, int]:
        cost, done, rest, unknown_types = FREE, list[Field](), list[Field](), 0
        for field in fields:
            if field.name == TYPENAME and node.known_interface is None:
                done.append(field)
                continue
            found = self.coverage(field, node, max_nesting)
            cost |= found.cost
            unknown_types += found.unknown_types
            if found.remaining is not None:
                rest.append(found.remaining)
            if found.remaining is None:
                done.append(field)
            elif found.resolved is not None:
                done.append(without(field, found.remaining))
        return tuple(done), tuple(rest), cost, unknown_types


def _requirements(definition: SubgraphField) -> Requirements:
    return definition.requires, definition.contexts


def most_complete(paths: tuple[FieldPath, ...]) -> FieldPath | None:
    """The complete way, if there is one, else the one that leaves least."""
    if not paths:
        return None
    if paths[0].remaining is None:
        return paths[0]
    return min(
        paths, key=lambda path: (0 if path.remaining is None else path.remaining.leaves, path.unknown_types)
    )


def _named_but_unknown(selections: Selections, known: frozenset[str]) -> int:
    """How many types a subgraph does not know of which the client wants what it does not want of all."""
    groups = selections.groups
    if all(group.types <= known for group in groups):
        return 0
    wanted = [frozenset(each for each in group.fields if each.response is not None) for group in groups]
    everywhere = known <= frozenset[str]().union(*(group.types for group in groups))
    common = frozenset[Field].intersection(*wanted) if everywhere else frozenset[Field]()
    return sum(
        len(group.types - known) for group, fields in zip(groups, wanted, strict=True) if not fields <= common
    )
