"""Determines whether a fetch returns the same for all customers, according to `@cacheControl`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gateway.cache_control.cacheable_fields import CacheableEntities, cacheable_root, entity_fields
from gateway.plan import Entities, Fetch, RootFields
from gateway.supergraph import Supergraph

SESSION_HEADERS: Final = frozenset({"authorization", "cookie"})
"""The headers by which a subgraph distinguishes customers: what is public does not depend on them."""


@dataclass(frozen=True, slots=True)
class PublicFetches:
    """Determines which fetches a shared cache could answer.

    Attributes:
        supergraph: The supergraph with its hints.
    """

    supergraph: Supergraph

    def includes(self, fetch: Fetch) -> bool:
        """Return whether each field of a query may be cached and none is private; False if in doubt."""
        if not self.supergraph.cache_hints:
            return False
        if isinstance(fetch.returns, RootFields):
            root = cacheable_root(self.supergraph, fetch.subgraph, fetch.document)
            return root is not None and not root.policy.is_private
        fields = {each.alias: each for each in entity_fields(self.supergraph, fetch.subgraph, fetch.document)}
        return all(_are_public(each, fields.get(each.alias)) for each in fetch.returns)


def _are_public(entities: Entities, known: CacheableEntities | None) -> bool:
    if known is None:
        return False
    policies = [
        known.policies.get(entities.sent_as.get(concrete, concrete)) for concrete in entities.representations
    ]
    return all(policy is not None and not policy.is_private for policy in policies)
