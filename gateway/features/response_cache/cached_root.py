"""A call of root fields with a cache in front: the response is cached as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.cache_control.cacheable_fields import CacheableRoot
from gateway.features.response_cache.caching import Caching, read
from gateway.features.response_cache.entry_keys import used
from gateway.features.response_cache.stores import Entry, Lookup
from gateway.transport import SubgraphOperation


@dataclass(frozen=True, slots=True)
class CachedRoot:
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
        (found,) = await caching.store.find([lookup])
        caching.metrics.lookups[self.subgraph, "miss" if found.content is None else "hit"] += 1
        if found.content is not None:
            return {"data": read(found.content)}
        response = await self.call(variables, headers, session)
        data = response.get("data")
        if isinstance(data, dict) and not response.get("errors"):
            seconds = caching.seconds(root.policy)
            await caching.store.keep([Entry(lookup.key, found.generations, orjson.dumps(data), seconds)])
        return response
