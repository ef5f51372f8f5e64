"""Resolves the query tree: a path and a response key for each field. No fetch is built here.

Wherever several paths lead to a field, `Choices` decides. A move needs keys and required fields, which are
resolved in the same way from where the move starts, as far as conditions may nest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.errors import Unreachable
from gateway.plan.nodes import ContextSource, Path
from gateway.planner.choose.choices import Choices, MadeMove
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
from gateway.planner.search.search import most_complete
from gateway.supergraph import ContextArgument, Field, Selections, Supergraph
from gateway.supergraph.selections import TYPENAME
from gateway.supergraph.typed import CONCRETE_TYPE

MoveIndex = tuple[Path, str, str, str, Requirements, tuple[frozenset[str], ...]]
"""What makes two moves the same: the path, the concrete type, the subgraph, the interface object, the
requirements, and the types of the ancestors if some of the requirements come from these."""


def resolve(operation: Operation, choices: Choices) -> ResolvedOperation:
    """Choose a path for each field of an operation.

    Raises:
        CannotPlan: A field cannot be fetched.
    """
    resolver = _Resolver(choices.search.supergraph, choices)
    wanted = operation.fetched.of(operation.root)
    steps = [(each,) for each in wanted] if operation.kind == "mutation" else [wanted]
    resolved = tuple(resolver.root_fields(operation.root, each) for each in steps)
    return ResolvedOperation(operation.root, resolved, resolver.scope)


@dataclass(slots=True)
class _Resolver:
    """Resolves the fields of one operation by one set of choices."""

    supergraph: Supergraph
    choices: Choices
    scope: ResponseScope = field(default_factory=ResponseScope)
    _moves: dict[MoveIndex, ResolvedMove] = field(default_factory=dict)
    _moves_made: dict[tuple[Path, str], set[MadeMove]] = field(default_factory=dict)

    def root_fields(self, root: str, wanted: Sequence[Field]) -> ResolvedFields:
        """Resolve root fields that may share their fetches."""
        self._moves.clear()
        self._moves_made.clear()
        types = frozenset({root})
        return self._fields({root: wanted}, Position(None, types, (), (), self.scope, types), None)

    def _fields(
        self, wanted: Mapping[str, Sequence[Field]], position: Position, max_nesting: int | None
    ) -> list[ResolvedField]:
        """Resolve what is wanted of each type; what several types share is resolved for all of them."""
        resolved: list[ResolvedField] = []
        chosen = {
            concrete: self._choose(fields, concrete, position, max_nesting)
            for concrete, fields in wanted.items()
        }
        for each in dict.fromkeys(each for fields in wanted.values() for each in fields):
            for paths in self._alike(each, chosen, position):
                if next(iter(paths.values())).remaining is None:
                    resolved += self._along(paths, position, max_nesting)
                else:
                    resolved += self._piecewise(each, paths, position, max_nesting)
        return resolved

    def _choose(
        self, wanted: Sequence[Field], concrete: str, position: Position, max_nesting: int | None
    ) -> dict[Field, FieldPath]:
        """Choose a path for each field; within conditions, the best one that the search found."""
        node = position.node(concrete)
        fields = [each for each in wanted if each.name != TYPENAME or node.known_interface is not None]
        if max_nesting is None:
            moves_made = set(self._moves_made.get((position.path, concrete), ()))
            return self.choices.choose(
                fields, node, tuple(step.response_key for step in position.path), moves_made
            )
        chosen: dict[Field, FieldPath] = {}
        for each in fields:
            path = most_complete(self.choices.search.paths(each, node, max_nesting))
            if path is None:
                raise Unreachable(f"{concrete}.{each.name} cannot be fetched, and another field needs it.")
            chosen[each] = path
        return chosen

    def _alike(
        self, wanted: Field, chosen: Mapping[str, Mapping[Field, FieldPath]], position: Position
    ) -> Iterable[dict[str, FieldPath]]:
        """Group the paths by type so that the field can be selected for all types of a group at once."""
        groups: dict[object, dict[str, FieldPath]] = {}
        for concrete, paths in chosen.items():
            path = paths.get(wanted)
            if path is None:
                continue
            signature: object = concrete
            if path.remaining is None:
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
        first = next(iter(paths.values()))
        moves = {concrete: path.move for concrete, path in paths.items() if path.move is not None}
        if not moves:
            return [self._select(first, frozenset(paths), position, None, max_nesting)]
        together: dict[ResolvedMove | None, dict[str, Move]] = {}
        for concrete, move in moves.items():
            together.setdefault(self._moves.get(_index(move, concrete, position)), {})[concrete] = move
        resolved = []
        for known, members in together.items():
            made = known or self._move(members, position, max_nesting)
            there = position.moved(members)
            resolved.append(self._select(first, there.types, there, made, max_nesting))
        return resolved

    def _piecewise(
        self, wanted: Field, paths: Mapping[str, FieldPath], position: Position, max_nesting: int | None
    ) -> list[ResolvedField]:
        """Resolve a field along one path, and what remains of it along others."""
        resolved: list[ResolvedField] = []
        for concrete, first in paths.items():
            path: FieldPath | None = first
            while path is not None:
                resolved += self._along({concrete: path}, position, max_nesting)
                if path.remaining is None:
                    break
                found = self.choices.search.paths(path.remaining, position.node(concrete), max_nesting)
                path = most_complete(found)
            else:
                raise Unreachable(f"Parts of {concrete}.{wanted.name} cannot be fetched.")
        return resolved

    def _select(
        self,
        path: FieldPath,
        types: frozenset[str],
        position: Position,
        move: ResolvedMove | None,
        max_nesting: int | None,
    ) -> ResolvedField:
        """Resolve a field at the position where it is selected, and all that is wanted below it."""
        wanted, definition = path.resolved, path.definition
        if position.subgraph is None:
            raise AssertionError("nothing can be selected before the first fetch")
        if wanted.name == TYPENAME:
            return ResolvedField(wanted, definition, types, move)
        self.choices.search.work.step()
        response_key = position.scope.assign_key(self.supergraph, types, wanted)
        resolved = ResolvedField(wanted, definition, types, move, response_key, path.names_only)
        if wanted.children is not None:
            known = self.supergraph.subgraphs[position.subgraph].types[definition.type]
            abstract = self.supergraph.is_abstract(min(types), wanted.name)
            resolved.needs_typename = abstract or len(known.concrete) > 1
            below = position.below(response_key, path, types, known)
            by_type = {concrete: wanted.children.of(concrete) for concrete in sorted(below.types)}
            resolved.below = self._fields(by_type, below, max_nesting)
        return resolved

    def _move(self, moves: Mapping[str, Move], position: Position, max_nesting: int | None) -> ResolvedMove:
        """Resolve what a new move needs, for all of these types together."""
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
        """Resolve the fields that a representation needs, and say where their values will be."""
        # Another fetch may find out the concrete type before this one is sent.
        known_interface = None if move.needs_typename else position.known_interfaces.get(concrete)
        made = ResolvedRepresentation(concrete, move, known_interface)
        for condition in move.conditions():
            made.needed += self._fields({concrete: condition.of(concrete)}, position, max_nesting)
            is_key = condition is move.key.fields
            for each in self._represented(condition, concrete, position, key=is_key):
                known = made.sent.get(each.name)
                made.sent[each.name] = each if known is None else merged_field(known, each)
        self._add_other_keys(made, position, max_nesting)
        return made

    def _add_other_keys(self, made: ResolvedRepresentation, position: Position, max_nesting: int) -> None:
        """Also send every other key that takes no further call: any key may turn out to be null."""
        search, move, concrete = self.choices.search, made.move, made.concrete
        known = self.supergraph.subgraphs[move.subgraph].types[move.sent_as].keys
        others = [each for each in known if each.resolvable and each is not move.key]
        if not others:
            return
        made.keys[move.key.text] = tuple(made.sent.values())
        required = () if move.requires is None else self._represented(move.requires, concrete, position)
        node = position.node(concrete)
        calls = search.calls_before(move, node, max_nesting)
        for key in others:
            cost = search.condition_cost(key.fields, node, max_nesting)
            if cost is None or not cost.calls <= calls:
                continue
            made.needed += self._fields({concrete: key.fields.of(concrete)}, position, max_nesting)
            of_key = self._represented(key.fields, concrete, position, key=True)
            sent = tuple(made.sent.values())
            if compatible(sent, of_key):
                made.keys[key.text] = merged_fields(required, of_key)
                made.sent.update((each.name, each) for each in merged_fields(sent, of_key))

    def _represented(
        self, selections: Selections, concrete: str, position: Position, *, key: bool = False
    ) -> Fields:
        fields = selections.of(concrete)
        return representation_fields(self.supergraph, fields, concrete, position.scope, key=key)

    def _context(self, argument: ContextArgument, move: ResolvedMove, max_nesting: int) -> ResolvedContext:
        """Resolve what sets an argument, from the nearest ancestors that do."""
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
        owners = " or ".join(sorted({name for each in move.representations for name in each.names()}))
        raise Unreachable(f"The argument {argument.name} of {owners} is set by nothing above it.")

    def _context_source(
        self,
        setters: frozenset[str],
        argument: ContextArgument,
        levels_up: int,
        ancestor: Ancestor,
        max_nesting: int,
    ) -> ResolvedContextSource:
        """Resolve the selection that sets an argument, on an ancestor of which only some types may set it."""
        if self.supergraph.mutation in setters:
            raise Unreachable(f"The argument {argument.name} cannot be set from a mutation.")
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
                [each for each in wanted[concrete] if each.name != TYPENAME],
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
    ancestors = tuple(each.types for each in position.ancestors()) if move.contexts else ()
    return position.path, concrete, *_identity(move), ancestors
