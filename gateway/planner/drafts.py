"""Fetches in the making: what the planner writes into before a plan is fixed."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass, field, replace

from gateway.plan.nodes import ContextSource, ContextVariable, RepresentationField, Step
from gateway.planner.contexts import free_name
from gateway.planner.spots import Spot
from gateway.supergraph import ContextArgument


@dataclass(slots=True, eq=False)
class Selected:
    """A field that a fetch selects; `block` is its selection set, of objects that lie in so many lists.

    `names_only`: it is part of a key that another subgraph owns, and no answer for the client.
    """

    name: str
    arguments: str
    variables: frozenset[str]
    block: Block | None
    lists: int = 0
    names_only: bool = False

    def essence(self) -> Hashable:
        """Equal for fields that select the same."""
        return self.name, self.arguments, None if self.block is None else self.block.essence()


@dataclass(slots=True, eq=False)
class Block:
    """A selection set of a fetch.

    Attributes:
        static: The type that it selects from, in the subgraph; None for `_entities`.
        typename: Whether the concrete type must be asked for.
        tells: Whether the answer says what objects are of which only an interface was known.
        guises: For concrete types, the interface objects that stand for them in the subgraph.
        scopes: By the concrete types for which they are selected, fields by response key.
    """

    static: str | None
    typename: bool = False
    scopes: dict[frozenset[str], dict[str, Selected]] = field(default_factory=dict)
    tells: bool = False
    guises: dict[str, str] = field(default_factory=dict)

    def absorb(self, other: Block) -> None:
        """Select everything that another block selects as well."""
        self.typename = self.typename or other.typename
        self.tells = self.tells or other.tells
        self.guises.update(other.guises)
        for types, fields in other.scopes.items():
            mine = self.scopes.setdefault(types, {})
            for response_key, selected in fields.items():
                known = mine.setdefault(response_key, selected)
                if known is not selected and known.block is not None and selected.block is not None:
                    known.block.absorb(selected.block)

    def copy(self) -> Block:
        """The same selections, which no later change of this block reaches."""
        return Block(
            self.static,
            self.typename,
            {
                types: {
                    response_key: replace(
                        selected, block=None if selected.block is None else selected.block.copy()
                    )
                    for response_key, selected in fields.items()
                }
                for types, fields in self.scopes.items()
            },
            self.tells,
            dict(self.guises),
        )

    def essence(self) -> Hashable:
        """Equal for blocks that select the same, in whatever order."""
        return (
            self.static,
            self.typename,
            self.tells,
            frozenset(self.guises.items()),
            frozenset(
                (concrete, response_key, essence)
                for types, fields in self.scopes.items()
                for response_key, selected in fields.items()
                # Once for all types: they are nested, and would multiply.
                for essence in (selected.essence(),)
                for concrete in types
            ),
        )

    def size(self) -> int:
        """How many fields are selected."""
        return sum(
            1 + (0 if selected.block is None else selected.block.size())
            for fields in self.scopes.values()
            for selected in fields.values()
        )


@dataclass(slots=True, eq=False)
class Draft:
    """A fetch in the making.

    Attributes:
        subgraph: Whom to ask.
        path: Where the answer belongs.
        spot: The same place, for names.
        block: What is selected, of the root type or of the entities.
        depends_on: What must be finished before.
        representations: What is sent, by concrete type; None for a root fetch.
        parts: What was merged into this one, as it was before.
        sent_as: The type's name in each representation.
        stand_ins: By concrete type, the interface that may be all that is known when this is sent.
        from_above: The variables that have their values from objects above the entities.
        passed: The names of these variables, by the argument.
        keys: By concrete type and key, what is sent with that key alone, where several keys are at hand.
    """

    subgraph: str
    path: tuple[Step, ...]
    spot: Spot
    block: Block
    depends_on: set[Draft] = field(default_factory=set)
    representations: dict[str, tuple[RepresentationField, ...]] | None = None
    parts: list[Draft] = field(default_factory=list)
    sent_as: dict[str, str] = field(default_factory=dict)
    stand_ins: dict[str, str] = field(default_factory=dict)
    from_above: tuple[ContextVariable, ...] = ()
    passed: dict[ContextArgument, str] = field(default_factory=dict)
    keys: dict[str, dict[str, tuple[RepresentationField, ...]]] = field(default_factory=dict)

    def take(
        self, argument: ContextArgument, levels: tuple[ContextSource, ...], names: Collection[str]
    ) -> None:
        """Set an argument from objects above.

        Args:
            argument: Of whatever fields here have it.
            levels: Where the value comes from.
            names: Of the client's variables.
        """
        variable = free_name(argument.name, {*names, *self.passed.values()})
        self.passed[argument] = variable
        self.from_above += (ContextVariable(variable, not argument.type.endswith("!"), levels),)

    def copy(self) -> Draft:
        """The same fetch, as it is now."""
        sent = None if self.representations is None else dict(self.representations)
        return replace(
            self,
            block=self.block.copy(),
            depends_on=set(self.depends_on),
            representations=sent,
            parts=[],
            sent_as=dict(self.sent_as),
            stand_ins=dict(self.stand_ins),
            keys=dict(self.keys),
        )

    def essence(self) -> Hashable:
        """Equal for entity fetches that send and select the same, wherever the entities lie."""
        return (
            frozenset((self.representations or {}).items()),
            frozenset(self.sent_as.items()),
            frozenset(self.stand_ins.items()),
            frozenset((concrete, frozenset(keys.items())) for concrete, keys in self.keys.items()),
            self.block.essence(),
            tuple(part.essence() for part in self.parts),
        )


@dataclass(slots=True, eq=False)
class Call:
    """One request to a subgraph: a root fetch, or entity fetches for one or several places.

    Attributes:
        drafts: What it carries out.
        depends_on: What must be finished before.
    """

    drafts: list[Draft]
    depends_on: set[Call] = field(default_factory=set)

    @property
    def subgraph(self) -> str:
        """Whom to ask."""
        return self.drafts[0].subgraph
