"""Answers introspection, and caches the answers as JSON text: tools repeat the same queries."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeAlias

import orjson
from graphql import GraphQLSchema
from msgspec import Struct

from gateway.pipeline.access.visible_schema import VisibleSchemas
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.preparation.prepared import PreparedRequest
from gateway.projection import introspect

IntrospectedFields: TypeAlias = Mapping[str, orjson.Fragment]
"""The introspection fields of a response by response key, as JSON text."""


@dataclass(slots=True)
class IntrospectionCache:
    """A thread-safe LRU cache of answers, bounded by bytes.

    Attributes:
        total: The most bytes of all answers together; a longer answer is not cached.
    """

    total: int
    _answers: OrderedDict[Hashable, tuple[int, IntrospectedFields]] = field(default_factory=OrderedDict)
    _held: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def get(self, key: Hashable) -> IntrospectedFields | None:
        """Return a cached answer and mark it as used, or return None."""
        with self._lock:
            answer = self._answers.get(key)
            if answer is None:
                return None
            self._answers.move_to_end(key)
            return answer[1]

    def put(self, key: Hashable, answer: IntrospectedFields, size: int) -> None:
        """Cache an answer, and evict others until all fit."""
        if size > self.total:
            return
        with self._lock:
            self._held += size - self._answers.pop(key, (0, {}))[0]
            self._answers[key] = (size, answer)
            while self._held > self.total:
                _, (forgotten, _) = self._answers.popitem(last=False)
                self._held -= forgotten

    def __len__(self) -> int:
        return len(self._answers)


class Introspection(Struct, frozen=True):
    """Answers the introspection of one schema.

    Attributes:
        public: The public schema.
        answers: The cache of answers.
        visible: The schemas for clients that may not see everything; None if all clients see the same schema.
    """

    public: GraphQLSchema
    answers: IntrospectionCache
    visible: VisibleSchemas | None = None

    def is_answered(self, prepared: PreparedRequest, planned: PlannedOperation) -> bool:
        """Return whether a request needs no introspection, or its answer is cached."""
        return planned.introspection is None or self.answers.get(_key(prepared)) is not None

    def prepare_answer(self, prepared: PreparedRequest, planned: PlannedOperation) -> None:
        """Execute the introspection of a request and cache its answer; slow for a large schema."""
        if not self.is_answered(prepared, planned):
            data = self._executed(prepared, planned)
            texts = {name: orjson.dumps(value) for name, value in data.items()}
            answer = {name: orjson.Fragment(text) for name, text in texts.items()}
            self.answers.put(_key(prepared), answer, sum(map(len, texts.values())))

    def answer(self, prepared: PreparedRequest, planned: PlannedOperation) -> Mapping[str, Any]:
        """Return the introspection fields of a request by response key."""
        return self.answers.get(_key(prepared)) or self._executed(prepared, planned)

    def _executed(self, prepared: PreparedRequest, planned: PlannedOperation) -> dict[str, Any]:
        if planned.introspection is None:
            return {}
        schema = self.public
        if prepared.unmet and self.visible is not None:
            schema = self.visible.without(prepared.unmet)
        return introspect(schema, planned.introspection, prepared.variables)


def _key(prepared: PreparedRequest) -> Hashable:
    """Return what an answer depends on: what is introspected, for whom, and the operation's variables."""
    document = prepared.document
    selected = document.key if document.introspection is None else document.introspection.key
    names = document.variable_names
    given = {name: prepared.variables[name] for name in sorted(names & prepared.variables.keys())}
    return selected, prepared.variant, orjson.dumps(given) if names else None
