"""The `_entities` fields of a fetch: what is sent for which objects, and how these take what comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from gateway.compiled.deopt import Deoptimize
from gateway.executor.merge import copied, merge
from gateway.plan import Entities
from gateway.supergraph.selections import TYPENAME

Group: TypeAlias = list[dict[str, Any]]
"""The objects in the tree of data that share one representation."""

Found: TypeAlias = tuple[dict[str, Any], list[Group]]
"""The variable that holds the representations, or no variable if there are none; and a group for each."""

Check: TypeAlias = Callable[[Any], object]
"""Raises one of `DEOPT_ERRORS` if an object lacks something that was asked for."""

Asked: TypeAlias = tuple[Entities, list[dict[str, Any]], Sequence[Group]]
"""What was sent in a field, and for which objects."""


@dataclass(frozen=True, slots=True)
class EntityField:
    """One `_entities` field, which mostly is all of a fetch.

    Attributes:
        entities: Of the plan.
        alias: In the answer.
        find: Gives what is sent, and the objects for which it stands; raises one of `DEOPT_ERRORS` in doubt.
        checks: For entities, by the objects' concrete type; None where the answer is vouched for.
    """

    entities: Entities
    alias: str
    find: Callable[[dict[str, Any]], Found]
    checks: Mapping[str, Check] | None

    def fit(self, data: Any, groups: Sequence[Group]) -> bool:
        """Whether an answer's data has an entity, or null, for each group, with all that was asked for.

        Raises:
            Deoptimize: It has not; or another one of `DEOPT_ERRORS`.
        """
        brought = data[self.alias]
        if brought.__class__ is not list or len(brought) != len(groups):
            return False
        if self.checks is not None:
            for entity, objects in zip(brought, groups):  # noqa: B905 - they are of one length
                if entity is not None:
                    self.checks.get(objects[0][TYPENAME], is_object)(entity)
        return True

    def give(self, data: Any, groups: Sequence[Group]) -> None:
        """Merge the entities of data that fit into the objects that they are for."""
        for entity, objects in zip(data[self.alias], groups):  # noqa: B905 - the same
            if entity is None:
                continue
            first = objects[0]
            if first.keys().isdisjoint(entity):
                first.update(entity)
            else:
                merge(first, entity)
            if len(objects) > 1:
                for other in objects[1:]:
                    # Later fetches may write into what one object has, and not mean the others.
                    merge(other, copied(entity))

    def asked(self, variables: Mapping[str, Any], groups: Sequence[Group]) -> list[Asked]:
        """What was asked, for the interpreter."""
        return [(self.entities, variables[self.entities.variable], groups)]


@dataclass(frozen=True, slots=True)
class EntityFields:
    """Several of them in one fetch."""

    fields: tuple[EntityField, ...]

    def find(self, data: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        """What is sent in all of them, nothing if nothing is found in any; and the groups of each."""
        found = [each.find(data) for each in self.fields]
        variables: dict[str, Any] = {}
        if any(groups for _, groups in found):
            for field, (sent, _) in zip(self.fields, found, strict=True):
                variables |= sent or {field.entities.variable: []}
        return variables, [groups for _, groups in found]

    def fit(self, data: Any, groups: Sequence[Any]) -> bool:
        """Whether an answer's data has what it should have for all of them."""
        return all(field.fit(data, each) for field, each in zip(self.fields, groups, strict=True))

    def give(self, data: Any, groups: Sequence[Any]) -> None:
        """Merge data that fit."""
        for field, each in zip(self.fields, groups, strict=True):
            field.give(data, each)

    def asked(self, variables: Mapping[str, Any], groups: Sequence[Any]) -> list[Asked]:
        """What was asked in each."""
        return [
            (field.entities, variables[field.entities.variable], each)
            for field, each in zip(self.fields, groups, strict=True)
        ]


def is_object(entity: object) -> None:
    """All that is wanted of an entity of a type to which nothing is brought.

    Raises:
        Deoptimize: It is none.
    """
    if entity.__class__ is not dict:
        raise Deoptimize
