"""Turns chosen ways into fetches: what each selects, sends, and must wait for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gateway.errors import CannotPlan
from gateway.plan.nodes import RepresentationField, Step
from gateway.planner.choose import Choices, Target
from gateway.planner.drafts import Block, Draft, Selected
from gateway.planner.paths import best_covering
from gateway.planner.representations import represented, united
from gateway.planner.spots import Spot
from gateway.planner.ways import Goal, Move, Place, Way
from gateway.supergraph import Field, Selections, SubgraphField, Supergraph
from gateway.supergraph.selections import TYPENAME

Trail = frozenset[Goal]
Registry = dict[tuple[tuple[Step, ...], str, str, str, Selections | None], Draft]


@dataclass(frozen=True, slots=True)
class Here:
    """Where the builder stands: in a fetch, at a place in the tree of data.

    Attributes:
        draft: The fetch; None before the first.
        block: The selection set to write into.
        subgraph: Of the fetch.
        known: The concrete types that the subgraph may give here.
        provided: What a `@provides` on the way made resolvable.
        path: The place in the tree of data.
        spot: The same, for names.
        beside: All concrete types that may lie here, in this fetch or the one before.
        guises: The interface objects that stand for concrete types in the subgraph.
        stand_ins: The interfaces whose names are all that is known of these types so far.
    """

    draft: Draft | None
    block: Block
    subgraph: str | None
    known: frozenset[str]
    provided: tuple[Selections, ...]
    path: tuple[Step, ...]
    spot: Spot
    beside: frozenset[str]
    guises: Mapping[str, str] = field(default_factory=dict)
    stand_ins: Mapping[str, str] = field(default_factory=dict)

    def place(self, concrete: str) -> Place:
        """The same for the search, for one of the types."""
        return Place(
            concrete, self.subgraph, self.provided, self.guises.get(concrete), self.stand_ins.get(concrete)
        )

    def told_as(self, types: frozenset[str]) -> frozenset[str]:
        """The names that objects of these types may have in the data."""
        return types.union(self.stand_ins[each] for each in types if each in self.stand_ins)


@dataclass(slots=True)
class Builder:
    """Draws the fetches of one operation by one set of choices.

    Attributes:
        supergraph: What is planned over.
        choices: Asked at every choice point.
        spot: The root of the tree of data.
        drafts: All fetches, in the order of their making.
    """

    supergraph: Supergraph
    choices: Choices
    spot: Spot = field(default_factory=Spot)
    drafts: list[Draft] = field(default_factory=list)
    _registry: Registry = field(default_factory=dict)

    def query(self, root: str, wanted: Selections) -> None:
        """Fetch everything that a query selects.

        Raises:
            CannotPlan: Something cannot be fetched.
        """
        self._group(wanted.of(root), frozenset({root}), self._start(root), frozenset())

    def mutation(self, root: str, wanted: Selections) -> None:
        """Fetch what a mutation selects: field by field, each with all that is selected below it.

        Raises:
            CannotPlan: Something cannot be fetched.
        """
        for each in wanted.of(root):
            before = list(self.drafts)
            self._registry.clear()
            self._group((each,), frozenset({root}), self._start(root), frozenset())
            for draft in self.drafts[len(before) :]:
                draft.after.update(before)

    def _start(self, root: str) -> Here:
        return Here(None, Block(root), None, frozenset({root}), (), (), self.spot, frozenset({root}))

    def _visit(self, wanted: Selections, here: Here, trail: Trail) -> set[Draft]:
        """Fetch selections of an object; the fetches that bring them are returned."""
        supplied: set[Draft] = set()
        for group in wanted.groups:
            types = group.types & here.known
            if types:
                supplied |= self._group(group.fields, types, here, trail)
        return supplied

    def _group(self, wanted: Sequence[Field], types: frozenset[str], here: Here, trail: Trail) -> set[Draft]:
        supplied = {here.draft} if here.draft is not None else set()
        chosen = {concrete: self._choose(wanted, concrete, here, trail) for concrete in sorted(types)}
        for each in wanted:
            for way, members in self._alike(each, chosen, here):
                if way.move is None and way.left is None:
                    supplied |= self._select(each, way.definition, members, here, trail)
                else:
                    for concrete in sorted(members):
                        supplied |= self._go(chosen[concrete][each], each, concrete, here, trail)
        return supplied

    def _choose(self, wanted: Sequence[Field], concrete: str, here: Here, trail: Trail) -> dict[Field, Way]:
        place = here.place(concrete)
        fields = [each for each in wanted if each.name != TYPENAME or place.stand_in is not None]
        if trail:
            return {each: self._condition_way(each, place, trail) for each in fields}
        targets: set[Target] = {
            (subgraph, requires)
            for path, owner, subgraph, _, requires in self._registry
            if path == here.path and owner == concrete
        }
        return self.choices.choose(fields, place, tuple(step.key for step in here.path), targets)

    def _condition_way(self, wanted: Field, place: Place, trail: Trail) -> Way:
        way = best_covering(self.choices.search.ways(wanted, place, trail))
        if way is None:
            raise CannotPlan(f"{place.type}.{wanted.name} cannot be fetched, and another field needs it.")
        return way

    def _alike(
        self, wanted: Field, chosen: dict[str, dict[Field, Way]], here: Here
    ) -> Iterable[tuple[Way, frozenset[str]]]:
        """The types grouped so that the field can be selected for all of a group at once."""
        parts: dict[object, tuple[Way, set[str]]] = {}
        for concrete, ways in chosen.items():
            way = ways.get(wanted)
            if way is None:
                continue
            signature: object = concrete
            if way.move is None and way.left is None:
                below = self.choices.search.below(here.place(concrete), way.definition)
                known = here.spot.known(concrete, wanted)
                signature = (way.definition.type, way.definition.shape, below, known)
            parts.setdefault(signature, (way, set()))[1].add(concrete)
        return [(way, frozenset(members)) for way, members in parts.values()]

    def _select(
        self, wanted: Field, definition: SubgraphField, types: frozenset[str], here: Here, trail: Trail
    ) -> set[Draft]:
        """Select a field where one stands."""
        if here.draft is None or here.subgraph is None:
            raise AssertionError("nothing can be selected before the first fetch")
        if wanted.name == TYPENAME:
            return {here.draft}
        storage = here.spot.claim(self.supergraph, types, wanted)
        scope = here.block.scopes.setdefault(types, {})
        block = None
        if wanted.children is not None:
            block = Block(definition.type, guises=dict(self._guises(here.subgraph, definition.type)))
        lists = definition.shape.count("[")
        made = Selected(wanted.name, wanted.arguments, wanted.variables, block, lists)
        selected = scope.setdefault(storage, made)
        if wanted.children is None or selected.block is None:
            return {here.draft}
        value = self.supergraph.subgraphs[here.subgraph].types[definition.type]
        known = value.concrete
        abstract = len(known) > 1 or self.supergraph.is_abstract(min(types), wanted.name)
        selected.block.typename = selected.block.typename or abstract
        below = Here(
            draft=here.draft,
            block=selected.block,
            subgraph=here.subgraph,
            known=known,
            provided=self.choices.search.below(here.place(min(types)), definition),
            path=(
                *here.path,
                Step(storage, here.told_as(types) if types < here.beside else None, lists),
            ),
            spot=here.spot.child(storage),
            beside=known,
            guises=value.guises,
            stand_ins=value.guises,
        )
        return {here.draft} | self._visit(wanted.children, below, trail)

    def _go(self, way: Way, wanted: Field, concrete: str, here: Here, trail: Trail) -> set[Draft]:
        """Fetch a field of one type by a way, and what the way leaves by others."""
        supplied: set[Draft] = set()
        place = here.place(concrete)
        while True:
            there = here if way.move is None else self._move(way.move, concrete, here, trail)
            supplied |= self._select(way.covered, way.definition, frozenset({concrete}), there, trail)
            if way.left is None:
                return supplied
            following = best_covering(self.choices.search.ways(way.left, place, trail))
            if following is None:
                raise CannotPlan(f"Parts of {concrete}.{wanted.name} cannot be fetched.")
            way = following

    def _move(self, move: Move, concrete: str, here: Here, trail: Trail) -> Here:
        """Go to the same object in another fetch, which is made unless it is there already."""
        index = (here.path, concrete, move.subgraph, move.sent_as, move.requires)
        draft = self._registry.get(index)
        if draft is None:
            if move.key is None:
                draft = self._root(move, concrete, here)
            else:
                draft = self._entity(move, concrete, here)
                draft.after |= self._conditions(move, concrete, here, trail, draft)
            self._registry[index] = draft
            self.drafts.append(draft)
        return replace(
            here,
            draft=draft,
            block=draft.block,
            subgraph=move.subgraph,
            known=frozenset({concrete}),
            provided=(),
            guises=_only(concrete, move.there.guise),
            stand_ins=_only(concrete, move.there.stand_in),
        )

    def _guises(self, subgraph: str, name: str) -> Mapping[str, str]:
        return self.supergraph.subgraphs[subgraph].types[name].guises

    @staticmethod
    def _root(move: Move, concrete: str, here: Here) -> Draft:
        draft = Draft(move.subgraph, here.path, here.spot, Block(concrete))
        if here.draft is not None:
            draft.after.add(here.draft)
        return draft

    @staticmethod
    def _entity(move: Move, concrete: str, here: Here) -> Draft:
        # Whoever is asked by an interface's name and knows better says what the object is.
        tells = concrete in here.stand_ins and not move.told and move.there.stand_in is None
        block = Block(None, tells=tells, guises=dict(_only(concrete, move.there.guise)))
        return Draft(move.subgraph, here.path, here.spot, block, representations={})

    def _conditions(self, move: Move, concrete: str, here: Here, trail: Trail, draft: Draft) -> set[Draft]:
        """Fetch what the representation needs, and say where it will lie."""
        goal = move.goal(here.place(concrete))
        supplied: set[Draft] = set()
        taken: dict[str, RepresentationField] = {}
        here.block.typename = True
        for condition in move.conditions():
            fields = condition.of(concrete)
            is_key = move.key is not None and condition is move.key.fields
            supplied |= self._group(fields, frozenset({concrete}), here, trail | {goal})
            for each in represented(self.supergraph, fields, concrete, here.spot, key=is_key):
                known = taken.get(each.name)
                taken[each.name] = each if known is None else united(known, each)
        if draft.representations is not None:
            # Another fetch may find out the concrete type before this one is sent.
            stand_in = None if move.told else here.stand_ins.get(concrete)
            for name in {concrete, stand_in or concrete}:
                draft.representations[name] = tuple(taken.values())
                draft.sent_as[name] = move.sent_as
            if stand_in is not None:
                draft.stand_ins[concrete] = stand_in
        return supplied


def _only(concrete: str, name: str | None) -> Mapping[str, str]:
    return {} if name is None else {concrete: name}
