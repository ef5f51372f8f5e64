"""Turns chosen ways into fetches: what each selects, sends, and must wait for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.errors import OutOfReach
from gateway.plan.nodes import ContextSource, RepresentationField, Step
from gateway.planner.choose import Choices, Target
from gateway.planner.contexts import with_contexts
from gateway.planner.drafts import Block, Draft, Selected
from gateway.planner.here import Above, Here
from gateway.planner.paths import best_covering
from gateway.planner.representations import Fields, agree, represented, together, united
from gateway.planner.spots import Spot
from gateway.planner.ways import Move, Needs, Place, Way
from gateway.supergraph import ContextArgument, Field, Selections, SubgraphField, Supergraph
from gateway.supergraph.selections import TYPENAME
from gateway.supergraph.typed import CONCRETE_TYPE

Index = tuple[tuple[Step, ...], str, str, str, Needs, tuple[frozenset[str], ...]]
"""A fetch for a type: its path, the type, the subgraph, under which guise, what it needs, and the types
above where some of that comes from."""


@dataclass(slots=True)
class Builder:
    """Draws the fetches of one operation by one set of choices.

    Attributes:
        supergraph: What is planned over.
        choices: Asked at every choice point.
        names: The names of the client's variables.
        spot: The root of the tree of data.
        drafts: All fetches, in the order of their making.
    """

    supergraph: Supergraph
    choices: Choices
    names: frozenset[str] = frozenset()
    spot: Spot = field(default_factory=Spot)
    drafts: list[Draft] = field(default_factory=list)
    _registry: dict[Index, Draft] = field(default_factory=dict)
    _targets: dict[tuple[tuple[Step, ...], str], set[Target]] = field(default_factory=dict)

    def query(self, root: str, wanted: Selections) -> None:
        """Fetch everything that a query selects.

        Raises:
            CannotPlan: Something cannot be fetched.
        """
        self._group({root: wanted.of(root)}, self._start(root), None)

    def mutation(self, root: str, wanted: Selections) -> None:
        """Fetch what a mutation selects: field by field, each with all that is selected below it.

        Raises:
            CannotPlan: Something cannot be fetched.
        """
        for each in wanted.of(root):
            before = list(self.drafts)
            self._registry.clear()
            self._targets.clear()
            self._group({root: (each,)}, self._start(root), None)
            for draft in self.drafts[len(before) :]:
                draft.depends_on.update(before)

    def _start(self, root: str) -> Here:
        return Here(None, Block(root), None, frozenset({root}), (), (), self.spot, frozenset({root}))

    def _visit(self, wanted: Selections, here: Here, room: int | None) -> set[Draft]:
        """Fetch selections of an object; the fetches that bring them are returned."""
        by_type = {concrete: wanted.of(concrete) for concrete in sorted(here.known)}
        return self._group(by_type, here, room)

    def _group(self, wanted: Mapping[str, Sequence[Field]], here: Here, room: int | None) -> set[Draft]:
        """Fetch what is wanted of each type; what several types share is fetched for them together."""
        supplied = {here.draft} if here.draft is not None else set()
        chosen = {concrete: self._choose(fields, concrete, here, room) for concrete, fields in wanted.items()}
        for each in dict.fromkeys(each for fields in wanted.values() for each in fields):
            for ways in self._alike(each, chosen, here):
                way = next(iter(ways.values()))
                if way.left is not None:
                    supplied |= self._piece_together(each, ways, here, room)
                    continue
                for there, members in self._arrive(ways, here, room):
                    supplied |= self._select(each, way.definition, members, there, room)
        return supplied

    def _choose(
        self, wanted: Sequence[Field], concrete: str, here: Here, room: int | None
    ) -> dict[Field, Way]:
        place = here.place(concrete)
        fields = [each for each in wanted if each.name != TYPENAME or place.stand_in is not None]
        if room is not None:
            return {each: self._condition_way(each, place, room) for each in fields}
        targets = set(self._targets.get((here.path, concrete), ()))
        return self.choices.choose(fields, place, tuple(step.response_key for step in here.path), targets)

    def _condition_way(self, wanted: Field, place: Place, room: int) -> Way:
        way = best_covering(self.choices.search.ways(wanted, place, room))
        if way is None:
            raise OutOfReach(f"{place.type}.{wanted.name} cannot be fetched, and another field needs it.")
        return way

    def _alike(
        self, wanted: Field, chosen: Mapping[str, Mapping[Field, Way]], here: Here
    ) -> Iterable[dict[str, Way]]:
        """The ways by type, grouped so that the field can be selected for all of a group at once."""
        parts: dict[object, dict[str, Way]] = {}
        for concrete, ways in chosen.items():
            way = ways.get(wanted)
            if way is None:
                continue
            signature: object = concrete
            if way.left is None:
                landing = here.place(concrete) if way.move is None else way.move.there
                signature = (
                    None if way.move is None else (_index(way.move, "", here), way.move.told, way.cost.depth),
                    way.definition.type,
                    way.definition.shape,
                    self.choices.search.below(landing, way.definition),
                    here.spot.known(concrete, wanted),
                )
            parts.setdefault(signature, {})[concrete] = way
        return parts.values()

    def _select(
        self, wanted: Field, definition: SubgraphField, types: frozenset[str], here: Here, room: int | None
    ) -> set[Draft]:
        """Select a field where one stands."""
        if here.draft is None or here.subgraph is None:
            raise AssertionError("nothing can be selected before the first fetch")
        if wanted.name == TYPENAME:
            return {here.draft}
        self.choices.search.work.step()
        response_key = here.spot.claim(self.supergraph, types, wanted)
        scope = here.block.scopes.setdefault(types, {})
        block = None
        if wanted.children is not None:
            block = Block(definition.type, guises=dict(self._guises(here.subgraph, definition.type)))
        lists = definition.shape.count("[")
        given = here.draft.passed if definition.contexts else {}
        arguments = with_contexts(wanted.arguments, definition.contexts, given)
        names_only = self.choices.search.names_only(definition, here.place(min(types)))
        made = Selected(wanted.name, arguments, wanted.variables, block, lists, names_only)
        selected = scope.setdefault(response_key, made)
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
                Step(response_key, here.told_as(types) if types < here.beside else None, lists),
            ),
            spot=here.spot.child(response_key),
            beside=known,
            guises=value.guises,
            stand_ins=value.guises,
            above=Above(here, types),
        )
        return {here.draft} | self._visit(wanted.children, below, room)

    def _piece_together(
        self, wanted: Field, ways: Mapping[str, Way], here: Here, room: int | None
    ) -> set[Draft]:
        """Fetch a field by a way, and what the way leaves by others."""
        supplied: set[Draft] = set()
        for concrete, first in ways.items():
            way: Way | None = first
            while way is not None:
                for there, members in self._arrive({concrete: way}, here, room):
                    supplied |= self._select(way.covered, way.definition, members, there, room)
                if way.left is None:
                    break
                way = best_covering(self.choices.search.ways(way.left, here.place(concrete), room))
            else:
                raise OutOfReach(f"Parts of {concrete}.{wanted.name} cannot be fetched.")
        return supplied

    def _arrive(
        self, ways: Mapping[str, Way], here: Here, room: int | None
    ) -> Iterator[tuple[Here, frozenset[str]]]:
        """Go where the ways lead, each time with the types that get there by the same fetch."""
        moves = {concrete: way.move for concrete, way in ways.items() if way.move is not None}
        if not moves:
            yield here, frozenset(ways)
            return
        parts: dict[Draft | None, dict[str, Move]] = {}
        for concrete, move in moves.items():
            parts.setdefault(self._registry.get(_index(move, concrete, here)), {})[concrete] = move
        for made, members in parts.items():
            yield here.moved(made or self._draft(members, here, room), members), frozenset(members)

    def _draft(self, moves: Mapping[str, Move], here: Here, room: int | None) -> Draft:
        """A fetch of the same objects elsewhere, for all of these types together."""
        self.choices.search.work.step()
        first = next(iter(moves.values()))
        if first.key is None:
            draft = Draft(first.subgraph, here.path, here.spot, Block(next(iter(moves))))
            draft.depends_on.update(() if here.draft is None else {here.draft})
        else:
            draft = Draft(first.subgraph, here.path, here.spot, Block(None), representations={})
            for concrete, move in moves.items():
                draft.depends_on |= self._conditions(move, concrete, here, room, draft)
            for argument in first.contexts:
                draft.depends_on |= self._from_above(argument, draft, here, self._inner(room))
        for concrete, move in moves.items():
            self._registry[_index(move, concrete, here)] = draft
            self._targets.setdefault((here.path, concrete), set()).add((move.subgraph, move.needs))
        self.drafts.append(draft)
        return draft

    def _guises(self, subgraph: str, name: str) -> Mapping[str, str]:
        return self.supergraph.subgraphs[subgraph].types[name].guises

    def _inner(self, room: int | None) -> int:
        return (self.choices.search.room if room is None else room) - 1

    def _from_above(self, argument: ContextArgument, draft: Draft, here: Here, room: int) -> set[Draft]:
        """Fetch what an argument is set from, of the nearest objects above that have it."""
        if room < 0:
            raise OutOfReach(f"Too much is needed for the argument {argument.name}.")
        supplied: set[Draft] = set()
        levels: list[ContextSource] = []
        for up, above in enumerate(here.ancestors(), start=1):
            setters = above.types & argument.selections.keys()
            if setters:
                taken, brought = self._set_by(setters, argument, above, room)
                levels.append(ContextSource(up, taken))
                supplied |= brought
            if setters == above.types:
                break
        else:
            owners = " or ".join(sorted(draft.representations or ()))
            raise OutOfReach(f"The argument {argument.name} of {owners} is set by nothing above it.")
        draft.take(argument, tuple(levels), self.names)
        return supplied

    def _set_by(
        self, setters: frozenset[str], argument: ContextArgument, above: Above, room: int
    ) -> tuple[dict[str, tuple[RepresentationField, ...]], set[Draft]]:
        """Fetch a selection of the objects that set a context, and say where it will lie."""
        if self.supergraph.mutation in setters:
            raise OutOfReach(f"The argument {argument.name} cannot be set from a mutation.")
        if above.here.path:
            above.here.block.typename = True
        # What sets the argument is decided by the concrete type, so it must be known.
        wanted = {
            concrete: (CONCRETE_TYPE, *argument.selections[concrete].of(concrete))
            if concrete in setters
            else (CONCRETE_TYPE,)
            for concrete in sorted(above.types)
        }
        brought = self._group(wanted, above.here, room)
        taken = {
            concrete: represented(
                self.supergraph,
                [each for each in wanted[concrete] if each.name != TYPENAME],
                concrete,
                above.here.spot,
            )
            for concrete in sorted(setters)
        }
        return taken, brought

    def _conditions(
        self, move: Move, concrete: str, here: Here, room: int | None, draft: Draft
    ) -> set[Draft]:
        """Fetch what the representation needs, and say where it will lie."""
        inner = self._inner(room)
        supplied: set[Draft] = set()
        taken: dict[str, RepresentationField] = {}
        here.block.typename = True
        for condition in move.conditions():
            fields = condition.of(concrete)
            is_key = move.key is not None and condition is move.key.fields
            supplied |= self._group({concrete: fields}, here, inner)
            for each in represented(self.supergraph, fields, concrete, here.spot, key=is_key):
                known = taken.get(each.name)
                taken[each.name] = each if known is None else united(known, each)
        keys, brought = self._keys_at_hand(move, concrete, here, inner, taken)
        supplied |= brought
        if draft.representations is not None:
            # Another fetch may find out the concrete type before this one is sent.
            stand_in = None if move.told else here.stand_ins.get(concrete)
            for name in (concrete,) if stand_in is None else (concrete, stand_in):
                draft.representations[name] = tuple(taken.values())
                draft.sent_as[name] = move.sent_as
                if len(keys) > 1:
                    draft.keys[name] = keys
            if stand_in is not None:
                draft.stand_ins[concrete] = stand_in
                # Whoever is asked by an interface's name and knows better says what the object is.
                draft.block.tells = draft.block.tells or move.there.stand_in is None
        if move.there.guise is not None:
            draft.block.guises[concrete] = move.there.guise
        return supplied

    def _keys_at_hand(
        self, move: Move, concrete: str, here: Here, room: int, taken: dict[str, RepresentationField]
    ) -> tuple[dict[str, Fields], set[Draft]]:
        """Send every other key as well that can be had without one more call: any of them may be null.

        What belongs to the other keys is added to what is taken.

        Returns:
            What is sent with each key alone, and the fetches that bring the other keys.
        """
        known = self.supergraph.subgraphs[move.subgraph].types[move.sent_as].keys
        others = [each for each in known if each.resolvable and each is not move.key]
        if move.key is None or not others:
            return {}, set()
        place, first = here.place(concrete), tuple(taken.values())
        keys, supplied = {move.key.text: first}, set[Draft]()
        beside = self._beside_key(move, concrete, here)
        made = self.choices.search.calls_before(move, place, room)
        for key in others:
            cost = self.choices.search.covers(key.fields, place, room)
            if cost is None or not cost.calls <= made:
                continue
            fields = key.fields.of(concrete)
            supplied |= self._group({concrete: fields}, here, room)
            sent = represented(self.supergraph, fields, concrete, here.spot, key=True)
            if not agree(tuple(taken.values()), sent):
                continue
            keys[key.text] = together(beside, sent)
            taken.update((each.name, each) for each in together(tuple(taken.values()), sent))
        return keys, supplied

    def _beside_key(self, move: Move, concrete: str, here: Here) -> Fields:
        """What is sent whatever the key is."""
        if move.requires is None:
            return ()
        return represented(self.supergraph, move.requires.of(concrete), concrete, here.spot)


def _index(move: Move, concrete: str, here: Here) -> Index:
    above = tuple(each.types for each in here.ancestors()) if move.contexts else ()
    guise = move.sent_as if move.there.guise else ""
    return here.path, concrete, move.subgraph, guise, move.needs, above
