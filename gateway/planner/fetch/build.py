"""Turns chosen ways into fetches: what each selects, sends, and must wait for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.errors import Unreachable
from gateway.plan.nodes import ContextSource, RepresentationField, Step
from gateway.planner.choose.choices import Choices, MadeMove
from gateway.planner.choose.representations import (
    Fields,
    compatible,
    merged_field,
    merged_fields,
    representation_fields,
)
from gateway.planner.choose.response_scope import ResponseScope
from gateway.planner.fetch.context_arguments import with_contexts
from gateway.planner.fetch.cursor import Above, Here
from gateway.planner.fetch.fetch_node import FetchNode, FieldDraft, SelectionDraft
from gateway.planner.search.graph import FieldPath, Move, Node, Requirements
from gateway.planner.search.search import most_complete
from gateway.supergraph import ContextArgument, Field, Selections, SubgraphField, Supergraph
from gateway.supergraph.selections import TYPENAME
from gateway.supergraph.typed import CONCRETE_TYPE

Index = tuple[tuple[Step, ...], str, str, str, Requirements, tuple[frozenset[str], ...]]
"""A fetch for a type: its path, the type, the subgraph, under which guise, what it needs, and the types
above where some of that comes from."""


@dataclass(slots=True)
class Builder:
    """Draws the fetches of one operation by one set of choices.

    Attributes:
        supergraph: What is planned over.
        choices: Asked at every choice point.
        names: The names of the client's variables.
        scope: The root of the tree of data.
        fetches: All fetches, in the order of their making.
    """

    supergraph: Supergraph
    choices: Choices
    names: frozenset[str] = frozenset()
    scope: ResponseScope = field(default_factory=ResponseScope)
    fetches: list[FetchNode] = field(default_factory=list)
    _registry: dict[Index, FetchNode] = field(default_factory=dict)
    _targets: dict[tuple[tuple[Step, ...], str], set[MadeMove]] = field(default_factory=dict)

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
            before = list(self.fetches)
            self._registry.clear()
            self._targets.clear()
            self._group({root: (each,)}, self._start(root), None)
            for fetch in self.fetches[len(before) :]:
                fetch.depends_on.update(before)

    def _start(self, root: str) -> Here:
        return Here(
            None, SelectionDraft(root), None, frozenset({root}), (), (), self.scope, frozenset({root})
        )

    def _visit(self, wanted: Selections, here: Here, max_nesting: int | None) -> set[FetchNode]:
        """Fetch selections of an object; the fetches that bring them are returned."""
        by_type = {concrete: wanted.of(concrete) for concrete in sorted(here.known)}
        return self._group(by_type, here, max_nesting)

    def _group(
        self, wanted: Mapping[str, Sequence[Field]], here: Here, max_nesting: int | None
    ) -> set[FetchNode]:
        """Fetch what is wanted of each type; what several types share is fetched for them together."""
        supplied = {here.fetch} if here.fetch is not None else set()
        chosen = {
            concrete: self._choose(fields, concrete, here, max_nesting) for concrete, fields in wanted.items()
        }
        for each in dict.fromkeys(each for fields in wanted.values() for each in fields):
            for paths in self._alike(each, chosen, here):
                path = next(iter(paths.values()))
                if path.remaining is not None:
                    supplied |= self._piece_together(each, paths, here, max_nesting)
                    continue
                for there, members in self._arrive(paths, here, max_nesting):
                    supplied |= self._select(each, path.definition, members, there, max_nesting)
        return supplied

    def _choose(
        self, wanted: Sequence[Field], concrete: str, here: Here, max_nesting: int | None
    ) -> dict[Field, FieldPath]:
        node = here.node(concrete)
        fields = [each for each in wanted if each.name != TYPENAME or node.known_interface is not None]
        if max_nesting is not None:
            return {each: self._condition_path(each, node, max_nesting) for each in fields}
        targets = set(self._targets.get((here.path, concrete), ()))
        return self.choices.choose(fields, node, tuple(step.response_key for step in here.path), targets)

    def _condition_path(self, wanted: Field, node: Node, max_nesting: int) -> FieldPath:
        path = most_complete(self.choices.search.paths(wanted, node, max_nesting))
        if path is None:
            raise Unreachable(f"{node.type}.{wanted.name} cannot be fetched, and another field needs it.")
        return path

    def _alike(
        self, wanted: Field, chosen: Mapping[str, Mapping[Field, FieldPath]], here: Here
    ) -> Iterable[dict[str, FieldPath]]:
        """The ways by type, grouped so that the field can be selected for all of a group at once."""
        parts: dict[object, dict[str, FieldPath]] = {}
        for concrete, paths in chosen.items():
            path = paths.get(wanted)
            if path is None:
                continue
            signature: object = concrete
            if path.remaining is None:
                landing = here.node(concrete) if path.move is None else path.move.target
                signature = (
                    None
                    if path.move is None
                    else (_index(path.move, "", here), path.move.needs_typename, path.cost.depth),
                    path.definition.type,
                    path.definition.shape,
                    self.choices.search.below(landing, path.definition),
                    here.scope.key_of(concrete, wanted),
                )
            parts.setdefault(signature, {})[concrete] = path
        return parts.values()

    def _select(
        self,
        wanted: Field,
        definition: SubgraphField,
        types: frozenset[str],
        here: Here,
        max_nesting: int | None,
    ) -> set[FetchNode]:
        """Select a field where one stands."""
        if here.fetch is None or here.subgraph is None:
            raise AssertionError("nothing can be selected before the first fetch")
        if wanted.name == TYPENAME:
            return {here.fetch}
        self.choices.search.work.step()
        response_key = here.scope.assign_key(self.supergraph, types, wanted)
        scope = here.selection.fields_by_types.setdefault(types, {})
        selection = None
        if wanted.children is not None:
            selection = SelectionDraft(
                definition.type,
                interface_object_of=dict(self._interface_object_of(here.subgraph, definition.type)),
            )
        lists = definition.shape.count("[")
        given = here.fetch.passed if definition.contexts else {}
        arguments = with_contexts(wanted.arguments, definition.contexts, given)
        names_only = self.choices.search.names_only(definition, here.node(min(types)))
        made = FieldDraft(wanted.name, arguments, wanted.variables, selection, lists, names_only)
        selected = scope.setdefault(response_key, made)
        if wanted.children is None or selected.selection is None:
            return {here.fetch}
        value = self.supergraph.subgraphs[here.subgraph].types[definition.type]
        known = value.concrete
        abstract = len(known) > 1 or self.supergraph.is_abstract(min(types), wanted.name)
        selected.selection.typename = selected.selection.typename or abstract
        below = Here(
            fetch=here.fetch,
            selection=selected.selection,
            subgraph=here.subgraph,
            known=known,
            provided=self.choices.search.below(here.node(min(types)), definition),
            path=(
                *here.path,
                Step(response_key, here.type_names(types) if types < here.beside else None, lists),
            ),
            scope=here.scope.child(response_key),
            beside=known,
            interface_object_of=value.interface_object_of,
            known_interfaces=value.interface_object_of,
            above=Above(here, types),
        )
        return {here.fetch} | self._visit(wanted.children, below, max_nesting)

    def _piece_together(
        self, wanted: Field, paths: Mapping[str, FieldPath], here: Here, max_nesting: int | None
    ) -> set[FetchNode]:
        """Fetch a field by a way, and what the way leaves by others."""
        supplied: set[FetchNode] = set()
        for concrete, first in paths.items():
            path: FieldPath | None = first
            while path is not None:
                for there, members in self._arrive({concrete: path}, here, max_nesting):
                    supplied |= self._select(path.resolved, path.definition, members, there, max_nesting)
                if path.remaining is None:
                    break
                path = most_complete(
                    self.choices.search.paths(path.remaining, here.node(concrete), max_nesting)
                )
            else:
                raise Unreachable(f"Parts of {concrete}.{wanted.name} cannot be fetched.")
        return supplied

    def _arrive(
        self, paths: Mapping[str, FieldPath], here: Here, max_nesting: int | None
    ) -> Iterator[tuple[Here, frozenset[str]]]:
        """Go where the ways lead, each time with the types that get there by the same fetch."""
        moves = {concrete: path.move for concrete, path in paths.items() if path.move is not None}
        if not moves:
            yield here, frozenset(paths)
            return
        parts: dict[FetchNode | None, dict[str, Move]] = {}
        for concrete, move in moves.items():
            parts.setdefault(self._registry.get(_index(move, concrete, here)), {})[concrete] = move
        for made, members in parts.items():
            yield (
                here.moved(made or self._fetch_node(members, here, max_nesting), members),
                frozenset(members),
            )

    def _fetch_node(self, moves: Mapping[str, Move], here: Here, max_nesting: int | None) -> FetchNode:
        """A fetch of the same objects elsewhere, for all of these types together."""
        self.choices.search.work.step()
        first = next(iter(moves.values()))
        if first.key is None:
            fetch = FetchNode(first.subgraph, here.path, here.scope, SelectionDraft(next(iter(moves))))
            fetch.depends_on.update(() if here.fetch is None else {here.fetch})
        else:
            fetch = FetchNode(first.subgraph, here.path, here.scope, SelectionDraft(None), representations={})
            for concrete, move in moves.items():
                fetch.depends_on |= self._conditions(move, concrete, here, max_nesting, fetch)
            for argument in first.contexts:
                fetch.depends_on |= self._from_above(argument, fetch, here, self._inner(max_nesting))
        for concrete, move in moves.items():
            self._registry[_index(move, concrete, here)] = fetch
            self._targets.setdefault((here.path, concrete), set()).add((move.subgraph, move.requirements))
        self.fetches.append(fetch)
        return fetch

    def _interface_object_of(self, subgraph: str, name: str) -> Mapping[str, str]:
        return self.supergraph.subgraphs[subgraph].types[name].interface_object_of

    def _inner(self, max_nesting: int | None) -> int:
        return (self.choices.search.max_nesting if max_nesting is None else max_nesting) - 1

    def _from_above(
        self, argument: ContextArgument, fetch: FetchNode, here: Here, max_nesting: int
    ) -> set[FetchNode]:
        """Fetch what an argument is set from, of the nearest objects above that have it."""
        if max_nesting < 0:
            raise Unreachable(f"Too much is needed for the argument {argument.name}.")
        supplied: set[FetchNode] = set()
        levels: list[ContextSource] = []
        for up, above in enumerate(here.ancestors(), start=1):
            setters = above.types & argument.selections.keys()
            if setters:
                taken, brought = self._set_by(setters, argument, above, max_nesting)
                levels.append(ContextSource(up, taken))
                supplied |= brought
            if setters == above.types:
                break
        else:
            owners = " or ".join(sorted(fetch.representations or ()))
            raise Unreachable(f"The argument {argument.name} of {owners} is set by nothing above it.")
        fetch.take(argument, tuple(levels), self.names)
        return supplied

    def _set_by(
        self, setters: frozenset[str], argument: ContextArgument, above: Above, max_nesting: int
    ) -> tuple[dict[str, tuple[RepresentationField, ...]], set[FetchNode]]:
        """Fetch a selection of the objects that set a context, and say where it will lie."""
        if self.supergraph.mutation in setters:
            raise Unreachable(f"The argument {argument.name} cannot be set from a mutation.")
        if above.here.path:
            above.here.selection.typename = True
        # What sets the argument is decided by the concrete type, so it must be known.
        wanted = {
            concrete: (CONCRETE_TYPE, *argument.selections[concrete].of(concrete))
            if concrete in setters
            else (CONCRETE_TYPE,)
            for concrete in sorted(above.types)
        }
        brought = self._group(wanted, above.here, max_nesting)
        taken = {
            concrete: representation_fields(
                self.supergraph,
                [each for each in wanted[concrete] if each.name != TYPENAME],
                concrete,
                above.here.scope,
            )
            for concrete in sorted(setters)
        }
        return taken, brought

    def _conditions(
        self, move: Move, concrete: str, here: Here, max_nesting: int | None, fetch: FetchNode
    ) -> set[FetchNode]:
        """Fetch what the representation needs, and say where it will lie."""
        inner = self._inner(max_nesting)
        supplied: set[FetchNode] = set()
        taken: dict[str, RepresentationField] = {}
        here.selection.typename = True
        for condition in move.conditions():
            fields = condition.of(concrete)
            is_key = move.key is not None and condition is move.key.fields
            supplied |= self._group({concrete: fields}, here, inner)
            for each in representation_fields(self.supergraph, fields, concrete, here.scope, key=is_key):
                known = taken.get(each.name)
                taken[each.name] = each if known is None else merged_field(known, each)
        keys, brought = self._keys_at_hand(move, concrete, here, inner, taken)
        supplied |= brought
        if fetch.representations is not None:
            # Another fetch may find out the concrete type before this one is sent.
            known_interface = None if move.needs_typename else here.known_interfaces.get(concrete)
            for name in (concrete,) if known_interface is None else (concrete, known_interface):
                fetch.representations[name] = tuple(taken.values())
                fetch.sent_as[name] = move.sent_as
                if len(keys) > 1:
                    fetch.keys[name] = keys
            if known_interface is not None:
                fetch.known_interfaces[concrete] = known_interface
                # Whoever is asked by an interface's name and knows better says what the object is.
                fetch.selection.reports_typename = (
                    fetch.selection.reports_typename or move.target.known_interface is None
                )
        if move.target.interface_object is not None:
            fetch.selection.interface_object_of[concrete] = move.target.interface_object
        return supplied

    def _keys_at_hand(
        self, move: Move, concrete: str, here: Here, max_nesting: int, taken: dict[str, RepresentationField]
    ) -> tuple[dict[str, Fields], set[FetchNode]]:
        """Send every other key as well that can be had without one more call: any of them may be null.

        What belongs to the other keys is added to what is taken.

        Returns:
            What is sent with each key alone, and the fetches that bring the other keys.
        """
        known = self.supergraph.subgraphs[move.subgraph].types[move.sent_as].keys
        others = [each for each in known if each.resolvable and each is not move.key]
        if move.key is None or not others:
            return {}, set()
        node, first = here.node(concrete), tuple(taken.values())
        keys, supplied = {move.key.text: first}, set[FetchNode]()
        beside = self._beside_key(move, concrete, here)
        made = self.choices.search.calls_before(move, node, max_nesting)
        for key in others:
            cost = self.choices.search.condition_cost(key.fields, node, max_nesting)
            if cost is None or not cost.calls <= made:
                continue
            fields = key.fields.of(concrete)
            supplied |= self._group({concrete: fields}, here, max_nesting)
            sent = representation_fields(self.supergraph, fields, concrete, here.scope, key=True)
            if not compatible(tuple(taken.values()), sent):
                continue
            keys[key.text] = merged_fields(beside, sent)
            taken.update((each.name, each) for each in merged_fields(tuple(taken.values()), sent))
        return keys, supplied

    def _beside_key(self, move: Move, concrete: str, here: Here) -> Fields:
        """What is sent whatever the key is."""
        if move.requires is None:
            return ()
        return representation_fields(self.supergraph, move.requires.of(concrete), concrete, here.scope)


def _index(move: Move, concrete: str, here: Here) -> Index:
    above = tuple(each.types for each in here.ancestors()) if move.contexts else ()
    interface_object = move.sent_as if move.target.interface_object else ""
    return here.path, concrete, move.subgraph, interface_object, move.requirements, above
