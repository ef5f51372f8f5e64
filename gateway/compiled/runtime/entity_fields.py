"""The `_entities` fields of a fetch: their representations, and how their entities are merged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from gateway.compiled.deopt import Deoptimize
from gateway.executor.merge import copied, merge
from gateway.executor.response_limits import spend_copies
from gateway.plan import Entities
from gateway.supergraph.selections import TYPENAME

Group: TypeAlias = list[dict[str, Any]]
"""The objects in the tree of data that share one representation."""

Found: TypeAlias = tuple[dict[str, Any], list[Any]]
"""The variables with the representations, or none if there are none; and a group for each representation.

If a fetch has several fields, there is a list of groups for each of them.
"""

Check: TypeAlias = Callable[[Any], object]
"""Raises one of `DEOPT_ERRORS` if an object lacks a selected field."""

Sent: TypeAlias = tuple[Entities, list[dict[str, Any]], Sequence[Group]]
"""A field, the representations sent in it, and the objects of each."""


class EntityField(Struct, frozen=True):
    """One `_entities` field, usually the only one of its fetch.

    Attributes:
        entities: The field in the plan.
        alias: The field's key in the response.
        represent: Returns the representations and their objects; raises one of `DEOPT_ERRORS` for unusual
            data.
        checks: The check for entities, by the objects' concrete type; None if the transport is trusted.
    """

    entities: Entities
    alias: str
    represent: Callable[[dict[str, Any]], Found]
    checks: Mapping[str, Check] | None

    def fits(self, data: Any, groups: Sequence[Group]) -> bool:
        """Return whether a response's data has a complete entity, or null, for each group.

        Raises:
            Deoptimize: An entity is incomplete. Other `DEOPT_ERRORS` are possible, too.
        """
        fetched = data[self.alias]
        if fetched.__class__ is not list or len(fetched) != len(groups):
            return False
        if self.checks is not None:
            for entity, objects in zip(fetched, groups):  # noqa: B905 - they are of one length
                if entity is not None:
                    self.checks.get(objects[0][TYPENAME], is_object)(entity)
        return True

    def merge_entities(self, data: Any, groups: Sequence[Group]) -> None:
        """Merge the entities of a response for which `fits` is true into their objects."""
        for entity, objects in zip(data[self.alias], groups):  # noqa: B905 - the same
            if entity is None:
                continue
            first = objects[0]
            if first.keys().isdisjoint(entity):
                first.update(entity)
            else:
                merge(first, entity)
            if len(objects) > 1:
                spend_copies(entity, len(objects) - 1)
                for other in objects[1:]:
                    # Later fetches may write into one object and must not change the others.
                    merge(other, copied(entity))

    def divide(self, variables: Mapping[str, Any], groups: Sequence[Group], most: int) -> Iterator[Found]:
        """Divide representations into parts of at most so many."""
        for part, (own,) in _divide((self,), variables, (groups,), most):
            yield part, own

    def sent(self, variables: Mapping[str, Any], groups: Sequence[Group]) -> list[Sent]:
        """Return the sent representations, for the interpreter."""
        return [(self.entities, variables[self.entities.variable], groups)]


class EntityFields(Struct, frozen=True):
    """Several `_entities` fields in one fetch."""

    fields: tuple[EntityField, ...]

    def represent(self, data: dict[str, Any]) -> Found:
        """Return the variables of all fields (none if no field has objects) and the groups of each field."""
        represented = [field.represent(data) for field in self.fields]
        variables: dict[str, Any] = {}
        if any(groups for _, groups in represented):
            for field, (sent, _) in zip(self.fields, represented, strict=True):
                variables |= sent or {field.entities.variable: []}
        return variables, [groups for _, groups in represented]

    def fits(self, data: Any, groups: Sequence[Any]) -> bool:
        """Return whether a response's data fits all fields."""
        return all(field.fits(data, own) for field, own in zip(self.fields, groups, strict=True))

    def merge_entities(self, data: Any, groups: Sequence[Any]) -> None:
        """Merge the entities of a response that fits."""
        for field, own in zip(self.fields, groups, strict=True):
            field.merge_entities(data, own)

    def divide(self, variables: Mapping[str, Any], groups: Sequence[Any], most: int) -> Iterator[Found]:
        """Divide representations into parts of at most so many, in each of which fields may have none."""
        return _divide(self.fields, variables, groups, most)

    def sent(self, variables: Mapping[str, Any], groups: Sequence[Any]) -> list[Sent]:
        """Return the sent representations of each field, for the interpreter."""
        return [
            (field.entities, variables[field.entities.variable], own)
            for field, own in zip(self.fields, groups, strict=True)
        ]


def _divide(
    fields: Sequence[EntityField], variables: Mapping[str, Any], groups: Sequence[Any], most: int
) -> Iterator[Found]:
    """Yield the parts of several fields, whose representations are counted together."""
    sizes = [len(group) for group in groups]
    starts = [sum(sizes[:index]) for index in range(len(sizes))]
    for first in range(0, sum(sizes), most):
        parts = [slice(max(first - start, 0), max(first + most - start, 0)) for start in starts]
        names = [field.entities.variable for field in fields]
        sent = {name: variables[name][part] for name, part in zip(names, parts, strict=True)}
        yield sent, [own[part] for own, part in zip(groups, parts, strict=True)]


def is_object(entity: object) -> None:
    """Check an entity of a type of which no fields are selected.

    Raises:
        Deoptimize: It is not an object.
    """
    if entity.__class__ is not dict:
        raise Deoptimize
