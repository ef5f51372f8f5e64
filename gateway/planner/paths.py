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
from gateway.planner.moves import Entrance, entrances, moves
from gateway.planner.parts import with_groups, without
from gateway.planner.ways import FREE, NOTHING, Cost, Goal, Move, Needs, Place, Way
from gateway.supergraph import Field, Group, Selections, Subgraph, SubgraphField, Supergraph
from gateway.supergraph.selections import TYPENAME


@dataclass(frozen=True, slots=True)
class _Covered:
    """How much of a field can be fetched from a place by all ways together."""

    covered: Field | None
    left: Field | None
    cost: Cost
    unknown: int = 0


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
        room: How many conditions may hang on each other.
        work: The budget that is left.
        labels_met: The labels of progressive overrides that were looked at.
        options: The ways to choose from that were worked out, by field and place.
    """

    def __init__(
        self, supergraph: Supergraph, work: Work, room: int, labels: frozenset[str] = frozenset()
    ) -> None:
        self.supergraph = supergraph
        self.room = room
        self.work = work
        self.labels_met: set[str] = set()
        self.options: dict[tuple[Field, Place], tuple[Way, ...]] = {}
        self._labels = labels
        self._ways: dict[tuple[Field, Place, int], tuple[Way, ...]] = {}
        self._key_parts: dict[Selections, Selections] = {}
        self._in_keys: set[Selections] = set()
        self._covered: dict[tuple[Field, Place, int], _Covered] = {}
        self._entered: dict[tuple[Place, str], tuple[Entrance, ...]] = {}
        self._arrivals: dict[tuple[Place, Entrance, Needs, int], tuple[tuple[Move, Cost], ...]] = {}

    def ways(self, field: Field, place: Place, room: int | None = None) -> tuple[Way, ...]:
        """All ways to fetch a field, complete and short ones first.

        Args:
            field: What is wanted.
            place: Where one stands.
            room: How many conditions may hang on each other; less inside a condition.

        Raises:
            CannotPlan: The search has taken too many steps.
        """
        left = self.room if room is None else room
        known = self._ways.get((field, place, left))
        if known is not None:
            return known
        self.work.step()
        found = sorted(
            self._find(field, place, left),
            key=lambda way: (
                way.left is not None,
                way.unknown,
                way.cost.depth,
                len(way.cost.calls),
                way.move is not None,
            ),
        )
        self._ways[field, place, left] = tuple(found)
        return self._ways[field, place, left]

    def below(self, place: Place, definition: SubgraphField) -> tuple[Selections, ...]:
        """What is provided below a field that is selected at a place."""
        inherited = tuple(
            self._in_key(each.children) if selections in self._in_keys else each.children
            for selections in place.provided
            for each in selections.of(place.type)
            if each.name == definition.name and each.children is not None
        )
        keys = tuple(
            self._in_key(each.children)
            for each in self._key_fields(place)
            if each.name == definition.name and each.children is not None
        )
        provided = () if definition.provides is None else (definition.provides,)
        return tuple(dict.fromkeys((*provided, *inherited, *keys)))

    def _in_key(self, selections: Selections) -> Selections:
        """The same selections, known to belong to a key."""
        made = self._key_parts.setdefault(selections, Selections(selections.groups))
        self._in_keys.add(made)
        return made

    def first_steps(self, field: Field, place: Place) -> Iterator[tuple[SubgraphField, Place]]:
        """Where a field itself can be selected, whatever becomes of what is wanted below it."""
        alone = Field(field.response, field.name)
        here = self._resolvable(place, alone)
        if here is not None and _needs(here) == NOTHING:
            yield here, place
        for way in self._elsewhere(alone, place, self.room, here):
            if way.move is not None:
                yield way.definition, way.move.there

    def _find(self, field: Field, place: Place, room: int) -> Iterator[Way]:
        here = self._resolvable(place, field)
        if here is not None and _needs(here) == NOTHING:
            for way in self._selected(field, here, place, room, STAYED):
                yield way
                if way.left is None and not way.unknown and not way.cost.calls:
                    return  # no way elsewhere is better in anything
        yield from self._elsewhere(field, place, room, here)

    def _elsewhere(self, field: Field, place: Place, room: int, here: SubgraphField | None) -> Iterator[Way]:
        """The ways that move to where a field can be selected; into the same subgraph with what it needs."""
        for subgraph in self.supergraph.available(place.type).by_field.get(field.name, ()):
            if subgraph.name == place.subgraph and (here is None or _needs(here) == NOTHING):
                continue
            for entrance in self._entrances(place, subgraph):
                definition = self._resolvable(entrance.there, field)
                if definition is None or (entrance.told and field.name == TYPENAME):
                    continue
                for move, cost in self._arrived(place, entrance, _needs(definition), room):
                    yield from self._selected(field, definition, move.there, room, _Moved(move, cost))

    def _entrances(self, place: Place, subgraph: Subgraph) -> tuple[Entrance, ...]:
        """The entrances from a place into a subgraph, remembered for all fields that are wanted there."""
        known = self._entered.get((place, subgraph.name))
        if known is None:
            known = self._entered[place, subgraph.name] = tuple(entrances(self.supergraph, place, subgraph))
        return known

    def _arrived(
        self, place: Place, entrance: Entrance, needs: Needs, room: int
    ) -> tuple[tuple[Move, Cost], ...]:
        """The moves through an entrance that can be made, with their costs, remembered as entrances are."""
        index = (place, entrance, needs, room)
        known = self._arrivals.get(index)
        if known is None:
            self.work.step()
            found = [
                (move, self._move_cost(move, place, room))
                for move in moves(self.supergraph, place, entrance, needs)
            ]
            known = tuple((move, cost) for move, cost in found if cost is not None)
            self._arrivals[index] = known
        return known

    def _selected(
        self, field: Field, definition: SubgraphField, there: Place, room: int, moved: _Moved
    ) -> Iterator[Way]:
        """The way that selects a field at a place, if anything can be fetched so."""
        if field.children is None:
            yield Way(moved.move, definition, field, None, moved.cost)
            return
        below = self._children(field, definition, there, room)
        if below.covered is not None:
            cost = moved.cost.then(below.cost)
            yield Way(moved.move, definition, below.covered, below.left, cost, below.unknown)

    def _resolvable(self, place: Place, field: Field) -> SubgraphField | None:
        """The field, if the subgraph can resolve it at this place."""
        name = field.name
        if place.subgraph is None:
            return None
        if name == TYPENAME:
            return CONCRETE if place.stand_in is None else None
        definition = self.supergraph.field(place.subgraph, place.seen_as, name)
        if definition is None:
            return None
        if not self._is_external(definition) or self._is_provided(place, name):
            return definition
        if field.response is not None and self.names_only(definition, place):
            return None
        return definition if self._is_in_key(place, name) else None

    def names_only(self, definition: SubgraphField, place: Place) -> bool:
        """Whether a key field of another subgraph names the entity here, and is no answer for the client."""
        is_key_of_another = definition.key_only or definition.label is not None
        is_external = is_key_of_another and self._is_external(definition)
        return is_external and not self._is_provided(place, definition.name)

    def _is_external(self, definition: SubgraphField) -> bool:
        """Whether another subgraph has the field, by the schema or while it is being moved."""
        if definition.label is None:
            return definition.external
        self.labels_met.add(definition.label)
        return definition.external or definition.takes_over != (definition.label in self._labels)

    def _is_provided(self, place: Place, name: str) -> bool:
        return any(
            each.name == name
            for provided in place.provided
            if provided not in self._in_keys
            for each in provided.of(place.type)
        )

    def _is_in_key(self, place: Place, name: str) -> bool:
        """Whether a field belongs to a key of the object, or of one above it."""
        above = (provided.of(place.type) for provided in place.provided if provided in self._in_keys)
        return any(each.name == name for fields in (self._key_fields(place), *above) for each in fields)

    def _key_fields(self, place: Place) -> Iterator[Field]:
        """Whatever the schema says, an entity's keys can be read wherever the entity is, to name it."""
        if place.subgraph is None:
            return
        known = self.supergraph.subgraphs[place.subgraph].types.get(place.seen_as)
        for key in () if known is None else known.keys:
            yield from key.fields.of(place.type)

    def _move_cost(self, move: Move, place: Place, room: int) -> Cost | None:
        """What a move costs with everything that it needs first, or None where that cannot be had."""
        before = FREE
        for selections in move.conditions():
            needed = None if room == 0 else self.covers(selections, place, room - 1)
            if needed is None:
                return None
            before |= needed
        return before.then(Cost(1, frozenset({move.goal(place)})))

    def calls_before(self, move: Move, place: Place, room: int) -> frozenset[Goal]:
        """The calls that are made for what a move needs."""
        costs = [self.covers(each, place, room) for each in move.conditions()]
        return frozenset().union(*(each.calls for each in costs if each is not None))

    def covers(self, selections: Selections, place: Place, room: int) -> Cost | None:
        """The cost of fetching all of a condition from a place, or None where some of it is out of reach."""
        cost = FREE
        for field in selections.of(place.type):
            if field.name == TYPENAME and place.stand_in is None:
                continue
            found = self.cover(field, place, room)
            if found.left is not None:
                return None
            cost |= found.cost
        return cost

    def cover(self, field: Field, place: Place, room: int | None = None) -> _Covered:
        """As much of a field as all ways together can fetch."""
        index = (field, place, self.room if room is None else room)
        known = self._covered.get(index)
        if known is None:
            self.work.step()
            known = self._covered[index] = self._cover(field, place, room)
        return known

    def _cover(self, field: Field, place: Place, room: int | None) -> _Covered:
        cost, rest, unknown = FREE, field, 0
        while True:
            way = best_covering(self.ways(rest, place, room))
            if way is None:
                return _Covered(None if rest is field else field, rest, cost, unknown)
            cost |= way.cost
            unknown += way.unknown
            if way.left is None:
                return _Covered(field, None, cost, unknown)
            rest = way.left

    def _children(self, field: Field, definition: SubgraphField, there: Place, room: int) -> _Covered:
        """As much of a field's selections as can be fetched once it is selected at a place."""
        if field.children is None or there.subgraph is None:
            raise AssertionError("only a composite field of a subgraph has selections below")
        known = self.supergraph.subgraphs[there.subgraph].types[definition.type]
        provided = self.below(there, definition)
        cost, covered, left = FREE, list[Group](), list[Group]()
        unknown = _named_but_unknown(field.children, known.concrete)
        for group in field.children.groups:
            for concrete in sorted(group.types & known.concrete):
                guise = known.guises.get(concrete)
                below = Place(concrete, there.subgraph, provided, guise, guise)
                done, rest, price, beneath = self._of_type(group.fields, below, room)
                cost |= price
                unknown += beneath
                covered.append(Group(frozenset({concrete}), done))
                if rest:
                    left.append(Group(frozenset({concrete}), rest))
        if not left:
            return _Covered(field, None, cost, unknown)
        if all(each.name == TYPENAME for group in covered for each in group.fields):
            return _Covered(None, field, cost)
        return _Covered(with_groups(field, covered), with_groups(field, left), cost, unknown)

    def _of_type(
        self, fields: Iterable[Field], place: Place, room: int
    ) -> tuple[tuple[Field, ...], tuple[Field, ...], Cost, int]:
        cost, done, rest, unknown = FREE, list[Field](), list[Field](), 0
        for field in fields:
            if field.name == TYPENAME and place.stand_in is None:
                done.append(field)
                continue
            found = self.cover(field, place, room)
            cost |= found.cost
            unknown += found.unknown
            if found.left is not None:
                rest.append(found.left)
            if found.left is None:
                done.append(field)
            elif found.covered is not None:
                done.append(without(field, found.left))
        return tuple(done), tuple(rest), cost, unknown


def _needs(definition: SubgraphField) -> Needs:
    return definition.requires, definition.contexts


def best_covering(ways: tuple[Way, ...]) -> Way | None:
    """The complete way, if there is one, else the one that leaves least."""
    if not ways:
        return None
    if ways[0].left is None:
        return ways[0]
    return min(ways, key=lambda way: (0 if way.left is None else way.left.leaves, way.unknown))


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
