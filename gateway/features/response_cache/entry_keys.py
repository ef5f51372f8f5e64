"""The keys of cached responses: everything that a value may depend on is part of its key."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

import orjson

from gateway.cache_control import CachePolicy

VERSION: Final = 1
"""Part of each key: a new version invalidates the entries of older releases."""


@dataclass(frozen=True, slots=True)
class KeyPrefix:
    """The common part of the keys of one field's values in one request."""

    _hash: Any = field(repr=False)

    def key(self, representation: Mapping[str, Any] | None = None) -> bytes:
        """Return the key of an entity, or of a whole response."""
        each = self._hash.copy()
        each.update(orjson.dumps(representation, option=orjson.OPT_SORT_KEYS))
        digest: bytes = each.digest()
        return digest


@dataclass(frozen=True, slots=True)
class EntryKeys:
    """Builds keys.

    Attributes:
        ignored_headers: The headers that PUBLIC responses do not depend on.
        customer_of: Returns the key of a session's customer; if None, PRIVATE responses are not cached.
    """

    ignored_headers: frozenset[str]
    customer_of: Callable[[object], str | None] | None = None

    def prefix(
        self,
        subgraph: str,
        text: str,
        values: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> Callable[[CachePolicy, object], KeyPrefix | None]:
        """Return the prefix for values with a policy, or None for values that belong to an unknown customer.

        Args:
            subgraph: The subgraph's name.
            text: The selections.
            values: The values of the variables that it uses.
            headers: The headers that the subgraph sees.
        """
        known: dict[bool, KeyPrefix | None] = {}

        def of(policy: CachePolicy, session: object) -> KeyPrefix | None:
            if policy.is_private not in known:
                customer = self._customer(session) if policy.is_private else None
                if policy.is_private and customer is None:
                    known[True] = None
                else:
                    ignored = self.ignored_headers
                    seen = sorted(each for each in headers.items() if each[0] not in ignored)
                    parts = [VERSION, subgraph, text, values, seen, customer]
                    known[policy.is_private] = KeyPrefix(
                        sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS))
                    )
            return known[policy.is_private]

        return of

    def _customer(self, session: object) -> str | None:
        return None if self.customer_of is None or session is None else self.customer_of(session)


def used(names: Collection[str], variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the variables that a field uses."""
    return {name: variables[name] for name in names if name in variables}
