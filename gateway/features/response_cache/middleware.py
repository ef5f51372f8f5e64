"""Wraps calls of subgraphs: cached responses and entities are not fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from msgspec import Struct

from gateway.features.response_cache.caching import Caching, read, used
from gateway.features.response_cache.stores import Entry, Found, Lookup
from gateway.pipeline.cache_control.cacheable_fields import (
    CacheableEntities,
    CacheableRoot,
    cacheable_root,
    entity_fields,
)
from gateway.plan import Fetch, OperationKind, RootFields
from gateway.supergraph import Supergraph
from gateway.supergraph.selections import TYPENAME
from gateway.transport import SubgraphOperation


class ResponseCacheMiddleware(Struct, frozen=True):
    """Caches the results of query fetches.

    Attributes:
        supergraph: The supergraph with its hints and tags.
        caching: The response cache.
    """

    supergraph: Supergraph
    caching: Caching

    def wrap(self, call: SubgraphOperation, fetch: Fetch, kind: OperationKind) -> SubgraphOperation:
        """Return the call with a cache in front, or the call itself if none of its data may be cached."""
        if kind != "query" or not self.supergraph.cache_hints:
            return call
        if isinstance(fetch.returns, RootFields):
            root = cacheable_root(self.supergraph, fetch.subgraph, fetch.document)
            return call if root is None else CachedRoot(call, fetch.subgraph, root, self.caching)
        fields = entity_fields(self.supergraph, fetch.subgraph, fetch.document)
        if not any(field.policies for field in fields):
            return call
        return CachedEntities(call, fetch.subgraph, fields, self.caching)


class CachedRoot(Struct, frozen=True):
    """Calls a subgraph unless its response is cached."""

    call: SubgraphOperation
    subgraph: str
    root: CacheableRoot
    caching: Caching

    async def __call__(
        self, variables: Mapping[str, Any], headers: Mapping[str, str], session: object
    ) -> Mapping[str, Any]:
        """Return the cached response, or else the subgraph's."""
        root, caching = self.root, self.caching
        values = used(root.variables, variables)
        prefix = caching.keys.prefix(self.subgraph, root.text, values, headers)(root.policy, session)
        if prefix is None:
            return await self.call(variables, headers, session)
        lookup = Lookup(prefix.key(), root.tags_of(self.subgraph, values))
        (result,) = await caching.store.find([lookup])
        caching.metrics.lookups[self.subgraph, "miss" if result.content is None else "hit"] += 1
        if result.content is not None:
            return {"data": read(result.content)}
        response = await self.call(variables, headers, session)
        data = response.get("data")
        if isinstance(data, dict) and not response.get("errors"):
            seconds = caching.seconds(root.policy)
            await caching.store.keep([Entry(lookup.key, result.generations, orjson.dumps(data), seconds)])
        return response


class _CacheableEntity(Struct, frozen=True):
    """An entity that may be cached.

    Attributes:
        alias: The key of its `_entities` field.
        index: Its index in the field's representations.
        lookup: The key that it is looked up by.
        seconds: How long it may be cached.
    """

    alias: str
    index: int
    lookup: Lookup
    seconds: int


class CachedEntities(Struct, frozen=True):
    """Calls a subgraph only for entities that are not cached.

    Attributes:
        call: The call of the subgraph.
        subgraph: The subgraph's name.
        fields: All `_entities` fields of the call.
        caching: The cache of entities.
    """

    call: SubgraphOperation
    subgraph: str
    fields: tuple[CacheableEntities, ...]
    caching: Caching

    async def __call__(
        self, variables: Mapping[str, Any], headers: Mapping[str, str], session: object
    ) -> Mapping[str, Any]:
        """Return the response as the subgraph would send it."""
        cacheable = list(self._lookups(variables, headers, session))
        if not cacheable:
            return await self.call(variables, headers, session)
        results = await self.caching.store.find([asked.lookup for asked in cacheable])
        hits = {
            (asked.alias, asked.index): result.content
            for asked, result in zip(cacheable, results, strict=True)
            if result.content is not None
        }
        lookups = self.caching.metrics.lookups
        lookups[self.subgraph, "hit"] += len(hits)
        lookups[self.subgraph, "miss"] += len(cacheable) - len(hits)
        fetched = _Fetched.without(hits, self.fields, variables)
        response: Mapping[str, Any] = {"data": {}}
        if fetched.is_needed:
            response = await self.call({**variables, **fetched.variables}, headers, session)
        await self._keep(cacheable, results, fetched, response)
        return fetched.completed(response, hits, self.fields) if hits else response

    def _lookups(
        self, variables: Mapping[str, Any], headers: Mapping[str, str], session: object
    ) -> Iterator[_CacheableEntity]:
        for field in self.fields:
            values = used(field.variables, variables)
            prefix_for = self.caching.keys.prefix(self.subgraph, field.text, values, headers)
            for index, representation in enumerate(variables[field.representations]):
                policy = field.policies.get(representation[TYPENAME])
                prefix = None if policy is None else prefix_for(policy, session)
                if policy is not None and prefix is not None:
                    lookup = Lookup(prefix.key(representation), field.tags_of(self.subgraph, representation))
                    yield _CacheableEntity(field.alias, index, lookup, self.caching.seconds(policy))

    async def _keep(
        self,
        cacheable: Sequence[_CacheableEntity],
        results: Sequence[Found],
        fetched: _Fetched,
        response: Mapping[str, Any],
    ) -> None:
        """Cache the entities of a response without errors."""
        data = response.get("data")
        if response.get("errors") or not isinstance(data, dict):
            return
        entries: list[Entry] = []
        for asked, result in zip(cacheable, results, strict=True):
            entity = fetched.entity(data, asked.alias, asked.index) if result.content is None else None
            if isinstance(entity, dict):
                content = orjson.dumps(entity)
                entries.append(Entry(asked.lookup.key, result.generations, content, asked.seconds))
        if entries:
            await self.caching.store.keep(entries)


class _Fetched(Struct, frozen=True):
    """The part of a call that is fetched.

    Attributes:
        variables: The representations that are sent.
        places: The indexes of these among all representations, by the key of the `_entities` field.
        total: The number of all representations, by the same key.
    """

    variables: dict[str, Any]
    places: dict[str, list[int]]
    total: dict[str, int]

    @classmethod
    def without(
        cls,
        hits: Mapping[tuple[str, int], bytes],
        fields: Sequence[CacheableEntities],
        variables: Mapping[str, Any],
    ) -> _Fetched:
        """Return the part to fetch if some entities are cached."""
        sent: dict[str, Any] = {}
        places: dict[str, list[int]] = {}
        total: dict[str, int] = {}
        for field in fields:
            representations = variables[field.representations]
            total[field.alias] = len(representations)
            left = [index for index in range(len(representations)) if (field.alias, index) not in hits]
            places[field.alias] = left
            sent[field.representations] = [representations[index] for index in left]
        return cls(sent, places, total)

    @property
    def is_needed(self) -> bool:
        """Whether anything has to be fetched."""
        return any(self.places.values())

    def entity(self, data: Mapping[str, Any], alias: str, index: int) -> Any:
        """Return a fetched entity; None if the response does not fit what was sent."""
        entities, places = data.get(alias), self.places[alias]
        if not isinstance(entities, list) or len(entities) != len(places):
            return None
        return entities[places.index(index)]

    def completed(
        self,
        response: Mapping[str, Any],
        hits: Mapping[tuple[str, int], bytes],
        fields: Sequence[CacheableEntities],
    ) -> dict[str, Any]:
        """Return the response for all representations."""
        given = response.get("data")
        data: dict[str, Any] = {}
        for field in fields:
            alias, places = field.alias, self.places[field.alias]
            entities: list[Any] = [None] * self.total[alias]
            for index in range(len(entities)):
                if (alias, index) in hits:
                    entities[index] = read(hits[alias, index])
            fetched = given.get(alias) if isinstance(given, dict) else None
            if not isinstance(fetched, list) and given is None and response.get("errors"):
                fetched = [None] * len(places)
            if places and (not isinstance(fetched, list) or len(fetched) != len(places)):
                # A response that does not fit must not be attributed to other entities.
                data[alias] = None
                continue
            for index, entity in zip(places, fetched or (), strict=True):
                entities[index] = entity
            data[alias] = entities
        errors = response.get("errors")
        if not errors:
            return {"data": data}
        return {
            "data": data,
            "errors": [self._moved(error) for error in errors] if isinstance(errors, list) else errors,
        }

    def _moved(self, error: Any) -> Any:
        """Return an error with its path relative to all representations."""
        path = error.get("path") if isinstance(error, dict) else None
        if not isinstance(path, list) or len(path) < 2 or path[0] not in self.places:  # noqa: PLR2004
            return error
        places, index = self.places[path[0]], path[1]
        if type(index) is not int or not 0 <= index < len(places):
            return {**error, "path": path[:1]}
        return {**error, "path": [path[0], places[index], *path[2:]]}
