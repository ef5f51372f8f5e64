"""Resolves the query tree: a path and a response key for each field. No fetch is built here.

Wherever several paths lead to a field, `Choices` decides. A move needs keys and required fields, which are
resolved in the same way from where the move starts, as far as conditions may nest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.errors import Unreachable
from gateway.plan.nodes import ContextSource, Path
from gateway.planner.choose.choices import Choices, MadeMove, Pieces
from gateway.planner.choose.position import Ancestor, Position
from gateway.planner.choose.representations import (
    Fields,
    compatible,
    merged_field,
    merged_fields,
    representation_fields,
)
from gateway.planner.choose.resolved import (
    ResolvedContext,
    ResolvedContextSource,
    ResolvedField,
    ResolvedFields,
    ResolvedMove,
    ResolvedOperation,
    ResolvedRepresentation,
)
from gateway.planner.choose.response_scope import ResponseScope
from gateway.planner.normalize import Operation
from gateway.planner.search.graph import FieldPath, KeyMove, Move, Requirements
from gateway.supergraph import ContextArgument, Field, Selections, Supergraph
from gateway.supergraph.selections import TYPENAME
from gateway.supergraph.typed import CONCRETE_TYPE

MoveIndex = tuple[Path, str, str, str, Requirements, tuple[frozenset[str], ...]]
"""The identity of a move: the path, the concrete type, the subgraph, the interface object, the requirements,
and the types of the ancestors if some requirements come from them.
"""


def resolve(operation: Operation, choices: Choices) -> ResolvedOperation:
    """Choose a path for each field of an operation.

    Raises:
        CannotPlan: A field cannot be fetched.
    """
    resolver = _Resolver(choices.search.supergraph, choices)
    wanted = operation.fetched.of(operation.root)
    steps = [(root_field,) for root_field in wanted] if operation.kind == "mutation" else [wanted]
    resolved = tuple(resolver.root_fields(operation.root, step) for step in steps)
    return ResolvedOperation(operation.root, resolved, resolver.scope)


@dataclass(slots=True)
class _Resolver:
    """Resolves the fields of one operation by one set of choices."""

    supergraph: Supergraph
    choices: Choices
    scope: ResponseScope = field(default_factory=ResponseScope)
    _moves: dict[MoveIndex, ResolvedMove] = field(default_factory=dict)
    _moves_made: dict[tuple[Path, str], set[MadeMove]] = field(default_factory=dict)
    _has_mutated: bool = False

    def root_fields(self, root: str, wanted: Sequence[Field]) -> ResolvedFields:
        """Resolve root fields that may share their fetches."""
        self._moves.clear()
        self._moves_made.clear()
        self._has_mutated = False
        return self._fields({root: wanted}, Position.at_root(root, self.scope), None)

    def _fields(
        self, wanted: Mapping[str, Sequence[Field]], position: Position, max_nesting: int | None
    ) -> list[ResolvedField]:
        """Resolve the wanted fields of each type; resolve fields that several types share only once."""
        resolved: list[ResolvedField] = []
        chosen = {
            concrete: self._choose(fields, concrete, position, max_nesting)
            for concrete, fields in wanted.items()
        }
        for selected in dict.fromkeys(selected for fields in wanted.values() for selected in fields):
            for paths in self._alike(selected, chosen, position):
                resolved += self._along(paths, position, max_nesting)
        return resolved

    def _choose(
        self, wanted: Sequence[Field], concrete: str, position: Position, max_nesting: int | None
    ) -> dict[Field, Pieces]:
        """Choose a path for each field; within conditions, take the best path that the search found."""
        node = position.node(concrete)
        fields = [
            selected for selected in wanted if selected.name != TYPENAME or node.known_interface is not None
        ]
        if max_nesting is not None:
            return self.choices.choose_in_condition(fields, node, max_nesting)
        response_path = tuple(step.response_key for step in position.path)
        moves_made = set(self._moves_made.get((position.path, concrete), ()))
        return self.choices.choose(fields, node, response_path, moves_made)

    def _alike(
        self, wanted: Field, chosen: Mapping[str, Mapping[Field, Pieces]], position: Position
    ) -> Iterable[dict[str, FieldPath]]:
        """Group types whose paths allow the field to be selected for all of them at once."""
        if len(chosen) == 1:
            ((concrete, pieces),) = chosen.items()
            return [{concrete: path} for path in pieces.get(wanted, ())]
        groups: dict[object, dict[str, FieldPath]] = {}
        for concrete, pieces in chosen.items():
            for number, path in enumerate(pieces.get(wanted, ())):
                signature: object = (concrete, number)
                if number == 0 and path.remaining is None:
                    move = path.move
                    signature = (
                        None if move is None else (_identity(move), move.needs_typename, path.cost.depth),
                        path.definition.type,
                        path.definition.shape,
                        path.provided,
                        position.scope.key_of(concrete, wanted),
                    )
                groups.setdefault(signature, {})[concrete] = path
        return groups.values()

    def _along(
        self, paths: Mapping[str, FieldPath], position: Position, max_nesting: int | None
    ) -> list[ResolvedField]:
        """Resolve a field along its paths; types whose moves are one fetch share it."""
        paths = self._in_order(self._postponed(paths, position), position)
        first = next(iter(paths.values()))
        moves = {concrete: path.move for concrete, path in paths.items() if path.move is not None}
        if not moves:
            return [self._select(first, frozenset(paths), position, None, max_nesting)]
        together: dict[ResolvedMove | None, dict[str, Move]] = {}
        for concrete, move in moves.items():
            known = None if self._is_again(position) else self._moves.get(_index(move, concrete, position))
            together.setdefault(known, {})[concrete] = move
        resolved = []
        for known, members in together.items():
            made = known or self._move(members, position, max_nesting)
            there = position.moved(members)
            resolved.append(self._select(first, there.types, there, made, max_nesting))
        return resolved

    def _is_again(self, position: Position) -> bool:
        """Return whether the mutation type is reached again: each of its fields is a fetch of its own."""
        return position.subgraph is not None and self.supergraph.mutation in position.types

    def _in_order(self, paths: Mapping[str, FieldPath], position: Position) -> Mapping[str, FieldPath]:
        """Return the path to a mutation below another one, after what precedes it in the document.

        If anything before it takes a fetch of its own, it cannot be part of the fetch of the object.
        """
        mutation = self.supergraph.mutation or ""
        path = paths.get(mutation)
        if path is None or not self._is_again(position) or path.resolved.name == TYPENAME:
            return paths
        if self._has_mutated and path.move is None:
            later = self.choices.search.postponed(path, position.node(mutation))
            if later is None:
                raise Unreachable(f"{mutation}.{path.resolved.name} cannot be executed in its order.")
            path = later
        self._has_mutated = self._has_mutated or bool(path.cost.calls)
        return {**paths, mutation: path}

    def _postponed(self, paths: Mapping[str, FieldPath], position: Position) -> Mapping[str, FieldPath]:
        """Return the paths to a field that is delivered after its object: by a call of its own, if possible.

        Otherwise the call that fetches the object would wait for the field.
        """
        first = next(iter(paths.values()))
        delivery = first.resolved.delivery
        if not delivery or delivery == position.delivery:
            return paths
        if first.move is not None or first.resolved.name == TYPENAME or first.identifies_only:
            return paths
        later = {
            concrete: self.choices.search.postponed(path, position.node(concrete))
            for concrete, path in paths.items()
        }
        postponed = {concrete: path for concrete, path in later.items() if path is not None}
        return postponed if len(postponed) == len(paths) else paths

    def _select(
        self,
        path: FieldPath,
        types: frozenset[str],
        position: Position,
        move: ResolvedMove | None,
        max_nesting: int | None,
    ) -> ResolvedField:
        """Resolve a field at the position where it is selected, with everything below it."""
        wanted, definition = path.resolved, path.definition
        if position.subgraph is None:
            raise AssertionError("nothing can be selected before the first fetch")
        if wanted.name == TYPENAME:
            return ResolvedField(wanted, definition, types, move)
        self.choices.search.work.step()
        response_key = position.scope.assign_key(self.supergraph, types, wanted)
        resolved = ResolvedField(wanted, definition, types, move, response_key, path.identifies_only)
        if wanted.children is not None:
            known = self.supergraph.subgraphs[position.subgraph].types[definition.type]
            abstract = self.supergraph.is_abstract(min(types), wanted.name)
            resolved.needs_typename = abstract or len(known.concrete) > 1
            below = position.below(response_key, path, types, known)
            by_type = {concrete: wanted.children.of(concrete) for concrete in sorted(below.types)}
            resolved.below = self._fields(by_type, below, max_nesting)
        return resolved

    def _move(self, moves: Mapping[str, Move], position: Position, max_nesting: int | None) -> ResolvedMove:
        """Resolve what a new move requires, for all of these types together."""
        self.choices.search.work.step()
        first = next(iter(moves.values()))
        made = ResolvedMove(first, tuple(moves), position)
        if isinstance(first, KeyMove):
            inner = (self.choices.search.max_nesting if max_nesting is None else max_nesting) - 1
            made.representations = [
                self._representation(move, concrete, position, inner)
                for concrete, move in moves.items()
                if isinstance(move, KeyMove)
            ]
            made.contexts = [self._context(argument, made, inner) for argument in first.contexts]
        for concrete, move in moves.items():
            self._moves[_index(move, concrete, position)] = made
            in_place = self._moves_made.setdefault((position.path, concrete), set())
            in_place.add((move.subgraph, move.requirements))
        return made

    def _representation(
        self, move: KeyMove, concrete: str, position: Position, max_nesting: int
    ) -> ResolvedRepresentation:
        """Resolve the fields that a representation needs, and record where their values will be."""
        # Another fetch may determine the concrete type before this one is sent.
        known_interface = None if move.needs_typename else position.known_interfaces.get(concrete)
        made = ResolvedRepresentation(concrete, move, known_interface)
        for condition in move.conditions():
            made.needed += self._fields({concrete: condition.of(concrete)}, position, max_nesting)
            is_key = condition is move.key.fields
            for represented in self._represented(condition, concrete, position, key=is_key):
                known = made.sent.get(represented.name)
                made.sent[represented.name] = (
                    represented if known is None else merged_field(known, represented)
                )
        self._add_other_keys(made, position, max_nesting)
        return made

    def _add_other_keys(self, made: ResolvedRepresentation, position: Position, max_nesting: int) -> None:
        """Also send every other key that needs no further call: any key may turn out to be null."""
        move, concrete = made.move, made.concrete
        free = self.choices.free_keys(move, position.node(concrete), max_nesting)
        if not free:
            return
        made.keys[move.key.text] = tuple(made.sent.values())
        required = () if move.requires is None else self._represented(move.requires, concrete, position)
        for key in free:
            made.needed += self._fields({concrete: key.fields.of(concrete)}, position, max_nesting)
            of_key = self._represented(key.fields, concrete, position, key=True)
            sent = tuple(made.sent.values())
            if compatible(sent, of_key):
                made.keys[key.text] = merged_fields(required, of_key)
                made.sent.update(
                    (represented.name, represented) for represented in merged_fields(sent, of_key)
                )

    def _represented(
        self, selections: Selections, concrete: str, position: Position, *, key: bool = False
    ) -> Fields:
        fields = selections.of(concrete)
        return representation_fields(self.supergraph, fields, concrete, position.scope, key=key)

    def _context(self, argument: ContextArgument, move: ResolvedMove, max_nesting: int) -> ResolvedContext:
        """Resolve the value of a context argument, from the nearest ancestors that set it."""
        if max_nesting < 0:
            raise Unreachable(f"Too much is needed for the argument {argument.name}.")
        context = ResolvedContext(argument)
        for levels_up, ancestor in enumerate(move.position.ancestors(), start=1):
            setters = ancestor.types & argument.selections.keys()
            if setters:
                context.sources.append(
                    self._context_source(setters, argument, levels_up, ancestor, max_nesting)
                )
            if setters == ancestor.types:
                return context
        owners = " or ".join(
            sorted({name for representation in move.representations for name in representation.names()})
        )
        raise Unreachable(f"The argument {argument.name} of {owners} is set by nothing above it.")

    def _context_source(
        self,
        setters: frozenset[str],
        argument: ContextArgument,
        levels_up: int,
        ancestor: Ancestor,
        max_nesting: int,
    ) -> ResolvedContextSource:
        """Resolve the selection that sets an argument, on an ancestor that may set it for only some types."""
        # Its value would need another root field.
        if not setters.isdisjoint({self.supergraph.mutation, self.supergraph.subscription}):
            raise Unreachable(f"The argument {argument.name} can be set from no mutation or subscription.")
        # The concrete type decides what sets the argument, so it must be known.
        wanted = {
            concrete: (CONCRETE_TYPE, *argument.selections[concrete].of(concrete))
            if concrete in setters
            else (CONCRETE_TYPE,)
            for concrete in sorted(ancestor.types)
        }
        needed = self._fields(wanted, ancestor.position, max_nesting)
        read = {
            concrete: representation_fields(
                self.supergraph,
                [selected for selected in wanted[concrete] if selected.name != TYPENAME],
                concrete,
                ancestor.position.scope,
            )
            for concrete in sorted(setters)
        }
        return ResolvedContextSource(ancestor.position, needed, ContextSource(levels_up, read))


def _identity(move: Move) -> tuple[str, str, Requirements]:
    """Return what the moves of several types share if they are one fetch."""
    return move.subgraph, move.sent_as if move.target.interface_object else "", move.requirements


def _index(move: Move, concrete: str, position: Position) -> MoveIndex:
    ancestors = tuple(ancestor.types for ancestor in position.ancestors()) if move.contexts else ()
    return position.path, concrete, *_identity(move), ancestors
