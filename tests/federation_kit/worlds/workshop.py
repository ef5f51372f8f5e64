"""The state of a world under construction: types with all their fields, and the subgraphs that have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.federation_kit.worlds.drafts import FieldDraft, GraphDraft, TypeDraft
from tests.federation_kit.worlds.features import Features

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Key:
    """A key of an entity.

    Attributes:
        text: The field set.
        fields: The types of its fields.
    """

    text: str
    fields: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class FieldFact:
    """A field, wherever it is defined.

    Attributes:
        name: Of the field.
        type: With wrappers.
        arguments: As written.
        owners: The subgraphs that resolve it.
        key: Whether it is part of a key anywhere.
        requires: Whether it is computed from others.
    """

    name: str
    type: str
    arguments: str = ""
    owners: set[str] = field(default_factory=set)
    key: bool = False
    requires: bool = False

    @property
    def named(self) -> str:
        """The type without wrappers."""
        return named(self.type)


@dataclass(slots=True)
class ObjectFact:
    """An object type.

    Attributes:
        name: Of the type.
        fields: By name.
        keys: By subgraph; a value type has none.
        homes: The subgraphs that resolve it by key, in the order of the chain.
        split: Whether each subgraph has only a part of its fields, so that no other may refer to it.
        alternates: Whether each object has only one of its keys, so that a reference needs all of them.
    """

    name: str
    fields: dict[str, FieldFact] = field(default_factory=dict)
    keys: dict[str, list[Key]] = field(default_factory=dict)
    homes: list[str] = field(default_factory=list)
    split: bool = False
    alternates: bool = False


@dataclass(slots=True)
class AbstractFact:
    """An interface or union.

    Attributes:
        name: Of the type.
        kind: `interface` or `union`.
        members: All that it may have.
        within: By subgraph, those that it has there.
        declared: Type and arguments of its own fields, where they differ from those of its members.
    """

    name: str
    kind: str
    members: list[str]
    within: dict[str, list[str]] = field(default_factory=dict)
    declared: dict[str, tuple[str, str]] = field(default_factory=dict)

    def draft(self, name: str, like: FieldDraft) -> FieldDraft:
        """Return a field of the interface itself, of which some members may have a narrower one."""
        kind, arguments = self.declared.get(name, (like.type, like.arguments))
        return FieldDraft(kind, arguments)


@dataclass(slots=True)
class Workshop:
    """A world under construction.

    Attributes:
        draw: Hypothesis' source of choices.
        features: What may happen.
        graphs: The subgraphs.
        objects: Entities and value types; the roots too.
        abstracts: Interfaces and unions.
        interface_graph: The subgraph that has an interface object in place of the interface's members.
        made: The features that came to something.
    """

    draw: Any
    features: Features
    graphs: dict[str, GraphDraft]
    objects: dict[str, ObjectFact] = field(default_factory=dict)
    abstracts: dict[str, AbstractFact] = field(default_factory=dict)
    interface_graph: str | None = None
    made: set[str] = field(default_factory=set)

    def chance(self, tenths: int) -> bool:
        """Return True in a number of ten cases; the simplest case is False."""
        return bool(self.draw(st.integers(0, 9)) > 9 - tenths)

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the given values; the simplest is the first."""
        position: int = self.draw(st.integers(0, len(options) - 1))
        return options[position]

    def some(self, options: Sequence[T], least: int = 1) -> list[T]:
        """Return some of the given values in any order; the simplest result is the first few."""
        rest, count = list(options), self.draw(st.integers(min(least, len(options)), len(options)))
        return [rest.pop(self.draw(st.integers(0, len(rest) - 1))) for _ in range(count)]

    @property
    def entities(self) -> list[ObjectFact]:
        """The object types that have keys."""
        return [each for each in self.objects.values() if each.keys]

    @property
    def values(self) -> list[ObjectFact]:
        """The value types that any subgraph may use."""
        return [
            each
            for each in self.objects.values()
            if not each.keys and not each.split and each.name not in ("Query", "Mutation", "Payload")
        ]

    def define(self, graph: str, owner: str, fact: FieldFact, *, external: bool = False) -> FieldDraft:
        """Write a field into a subgraph's type, unless it is there already."""
        drafts = self.graphs[graph].types[owner].fields
        if fact.name not in drafts:
            drafts[fact.name] = FieldDraft(fact.type, fact.arguments, external=external)
        return drafts[fact.name]

    def defined(self, owner: str, name: str) -> list[str]:
        """Return the subgraphs that define a field, whether they resolve it or not."""
        return [
            graph
            for graph, each in self.graphs.items()
            if owner in each.types and name in each.types[owner].fields
        ]

    def type_in(self, graph: str, name: str, kind: str = "type") -> TypeDraft:
        """Return a type of a subgraph, which is created if missing."""
        return self.graphs[graph].types.setdefault(name, TypeDraft(kind))


def named(text: str) -> str:
    """Return a type without its wrappers."""
    return text.replace("[", "").replace("]", "").replace("!", "")
