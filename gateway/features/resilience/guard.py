"""Wraps the calls of each subgraph in its protections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from gateway.features.resilience.bulkhead import Bulkhead
from gateway.features.resilience.circuits import Circuits, SeparateCalls, coordinates, has_parts, query_parts
from gateway.features.resilience.deadline import TimeLimit
from gateway.features.resilience.retries import RetryBudget, RetryPolicy
from gateway.features.resilience.shared_fetches import SharedFetches
from gateway.features.resilience.usual_call import UsualCall
from gateway.plan import Fetch, OperationKind
from gateway.transport import SubgraphOperation, Transport

Prepare: TypeAlias = Callable[[str, str | None], SubgraphOperation]
"""Prepares a document with one operation of the given name, as a transport does."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Guard:
    """The protections of one subgraph; a protection that is None is switched off.

    Attributes:
        subgraph: The name of the subgraph.
        time_limit: Limits how long calls may take.
        deadline_header: The header that tells the subgraph how much time is left.
        bulkhead: Bounds how many requests wait for the subgraph.
        budget: Limits further attempts.
        circuits: Refuse calls that would fail.
        retries: How queries are retried.
        sharing: Shares the calls of identical queries.
    """

    subgraph: str
    time_limit: TimeLimit
    deadline_header: str | None
    bulkhead: Bulkhead
    budget: RetryBudget
    circuits: Circuits | None = None
    retries: RetryPolicy | None = None
    sharing: SharedFetches | None = None

    def protected(
        self,
        call: SubgraphOperation,
        fetch: Fetch,
        *,
        is_query: bool,
        is_public: bool,
        prepare: Prepare | None = None,
    ) -> SubgraphOperation:
        """Return a call with all protections.

        A mutation is never repeated, shared or split, and its subgraph is not told the deadline.

        Args:
            call: Makes the call.
            fetch: The fetch it belongs to.
            is_query: Whether it is a query, not a mutation.
            is_public: Whether it returns the same for all customers.
            prepare: Prepares another document for the subgraph; None if the call cannot be split.
        """
        asked = frozenset[str]() if self.circuits is None else coordinates(fetch)
        once = self._once(call, fetch, asked, prepare if is_query else None, is_query=is_query)
        general = self._general(once, fetch, is_query=is_query, is_public=is_public)
        if not is_query or not self.time_limit.is_kept:
            return general
        if self.circuits is None or self.retries is None or self.sharing is None:
            return general
        header, seconds = self.deadline_header, self.time_limit.seconds
        return UsualCall(
            call=call,
            general=general,
            again=once,
            coordinates=asked,
            key_of=self.sharing.key_of(fetch.document, is_public=is_public),
            seconds=seconds,
            announced={} if header is None else {header: self.time_limit.told(seconds)},
            bulkhead=self.bulkhead,
            circuits=self.circuits,
            retries=self.retries,
            budget=self.budget,
            sharing=self.sharing,
            clock=self.time_limit.clock,
        ).operation()

    def _once(
        self,
        call: SubgraphOperation,
        fetch: Fetch,
        asked: frozenset[str],
        prepare: Prepare | None,
        *,
        is_query: bool,
    ) -> SubgraphOperation:
        """Return a single attempt: what each of several attempts is protected by."""
        if is_query:
            call = self._announced(call)
        if self.circuits is None:
            return call
        separately = None
        if prepare is not None and has_parts(fetch, asked):
            separately = partial(self._separately, fetch, prepare, self.circuits)
        return self.circuits.guarded(call, asked, separately)

    def _general(
        self, call: SubgraphOperation, fetch: Fetch, *, is_query: bool, is_public: bool
    ) -> SubgraphOperation:
        """Return a call through one protection after another, from the innermost to the outermost."""
        if is_query and self.retries is not None:
            call = self.retries.retried(call, self.budget)
        if is_query and self.sharing is not None:
            call = self.sharing.shared(call, fetch.document, is_public=is_public)
        call = self.bulkhead.limited(call)
        return self.time_limit.limited(call, is_query=is_query)

    def _announced(self, call: SubgraphOperation) -> SubgraphOperation:
        return call if self.deadline_header is None else self.time_limit.announced(call, self.deadline_header)

    def _separately(self, fetch: Fetch, prepare: Prepare, circuits: Circuits) -> SeparateCalls:
        """Return a call that fetches the parts of a fetch one by one."""
        calls = []
        for part in query_parts(fetch):
            call = self._announced(prepare(part.document, fetch.operation_name))
            calls.append((part, circuits.guarded(call, part.coordinates)))
        return SeparateCalls(self.subgraph, calls)


@dataclass(frozen=True, slots=True)
class Guards:
    """Limits, shares, retries and refuses calls of guarded subgraphs: a `CallMiddleware`.

    Attributes:
        of: The protections by subgraph name; calls of other subgraphs are left unchanged.
        is_public: Returns whether what a fetch returns is the same for all customers.
        transports: The transports of the subgraphs, for fetches that are split.
    """

    of: Mapping[str, Guard]
    is_public: Callable[[Fetch], bool]
    transports: Mapping[str, Transport] = field(default_factory=dict)

    def wrap(self, call: SubgraphOperation, fetch: Fetch, kind: OperationKind) -> SubgraphOperation:
        """Wrap a call in the protections of its subgraph."""
        guard = self.of.get(fetch.subgraph)
        if guard is None:
            return call
        is_query = kind == "query"
        is_public = is_query and guard.sharing is not None and self.is_public(fetch)
        transport = self.transports.get(fetch.subgraph)
        prepare = None if transport is None else transport.prepare
        return guard.protected(call, fetch, is_query=is_query, is_public=is_public, prepare=prepare)
