"""Decides which subscriptions share a source: equal subscriptions of public data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import orjson
from graphql import FieldNode, OperationDefinitionNode, parse

from gateway.cache_control.cacheable_fields import cacheable_root
from gateway.cache_control.public_fetches import SESSION_HEADERS
from gateway.lru_cache import LruCache
from gateway.plan import Fetch
from gateway.subscriptions.event_queue import EventQueue
from gateway.subscriptions.shared_sources import SharedSources
from gateway.supergraph import Supergraph
from gateway.transport import SubgraphSubscription

KNOWN_DOCUMENTS: Final = 1_000
"""The number of documents whose publicness is cached."""


@dataclass(slots=True)
class Sharing:
    """Opens sources that subscribers can share.

    Attributes:
        supergraph: The supergraph with its cache hints.
        public_fields: Subscription fields whose events are public regardless of cache hints.
        merged_fields: Subscription fields whose events carry the whole state.
        ignored_headers: Headers that do not affect events.
        sources: The open sources.
    """

    supergraph: Supergraph
    public_fields: frozenset[str]
    merged_fields: frozenset[str]
    ignored_headers: frozenset[str]
    sources: SharedSources
    _known: LruCache[tuple[str, str], bool] = field(
        default_factory=lambda: LruCache(KNOWN_DOCUMENTS), init=False
    )

    def is_public(self, fetch: Fetch) -> bool:
        """Return whether a subscription's events are the same for all clients."""
        key = (fetch.subgraph, fetch.document)
        known = self._known.get(key)
        if known is None:
            known = self._is_public(fetch)
            self._known.put(key, known)
        return known

    async def subscribe(
        self,
        subscribe: SubgraphSubscription,
        fetch: Fetch,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> EventQueue:
        """Join an equal subscription, or open a source without a session.

        Raises:
            SubgraphUnreachable: The source cannot be opened.
        """
        hidden = self.ignored_headers | SESSION_HEADERS
        seen = {name: value for name, value in headers.items() if name not in hidden}
        sorted_keys = orjson.OPT_SORT_KEYS
        key = (
            fetch.subgraph,
            fetch.document,
            orjson.dumps(variables, option=sorted_keys),
            orjson.dumps(seen, option=sorted_keys),
        )
        merges = f"{self.supergraph.subscription}.{root_field(fetch.document)}" in self.merged_fields
        return await self.sources.subscribe(key, partial(subscribe, variables, seen, None), merges=merges)

    def _is_public(self, fetch: Fetch) -> bool:
        root = self.supergraph.subscription
        if root is None:
            return False
        if f"{root}.{root_field(fetch.document)}" in self.public_fields:
            return True
        if not self.supergraph.cache_hints:
            return False
        found = cacheable_root(self.supergraph, fetch.subgraph, fetch.document, root)
        return found is not None and not found.policy.is_private


def root_field(document: str) -> str:
    """Return the name of a subscription's root field."""
    (operation,) = parse(document, no_location=True).definitions
    assert isinstance(operation, OperationDefinitionNode)  # noqa: S101 - a fetch is an operation
    return next(
        each.name.value
        for each in operation.selection_set.selections
        if isinstance(each, FieldNode) and not each.name.value.startswith("__")
    )
