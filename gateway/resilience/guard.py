"""Puts the protections of each subgraph around its calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.executor.calls import OperationKind
from gateway.plan import Fetch
from gateway.resilience.bulkhead import Bulkhead
from gateway.resilience.circuits import Circuits, coordinates
from gateway.resilience.deadline import TimeLimit
from gateway.resilience.hedging import Hedging
from gateway.resilience.retries import RetryBudget, RetryPolicy
from gateway.resilience.sharing import SharedFetches
from gateway.transport import SubgraphOperation


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Guard:
    """The protections of one subgraph; those that are None are switched off.

    Attributes:
        subgraph: The name of the subgraph.
        time_limit: How long calls may take.
        deadline_header: The header that tells the subgraph how much time is left.
        bulkhead: Bounds how many requests wait for the subgraph.
        budget: Pays for further attempts.
        circuits: Refuse calls that would fail.
        retries: How queries are retried.
        hedging: Makes second calls for slow queries.
        sharing: Shares identical queries.
    """

    subgraph: str
    time_limit: TimeLimit
    deadline_header: str | None
    bulkhead: Bulkhead
    budget: RetryBudget
    circuits: Circuits | None = None
    retries: RetryPolicy | None = None
    hedging: Hedging | None = None
    sharing: SharedFetches | None = None

    def protected(
        self, call: SubgraphOperation, fetch: Fetch, *, is_query: bool, is_public: bool
    ) -> SubgraphOperation:
        """Return a call with all protections, from the innermost to the outermost.

        A mutation is never repeated or shared, and its subgraph is told no deadline.
        """
        if is_query and self.deadline_header is not None:
            call = self.time_limit.announced(call, self.deadline_header)
        if self.circuits is not None:
            call = self.circuits.guarded(call, coordinates(fetch))
        if is_query and self.hedging is not None:
            call = self.hedging.hedged(call)
        if is_query and self.retries is not None:
            call = self.retries.retried(call, self.budget)
        if is_query and self.sharing is not None:
            call = self.sharing.shared(call, fetch.document, is_public=is_public)
        call = self.bulkhead.limited(call)
        return self.time_limit.limited(call, is_query=is_query)


@dataclass(frozen=True, slots=True)
class Guards:
    """The protections of all guarded subgraphs: a `CallMiddleware`.

    Attributes:
        of: The protections by the subgraph's name; calls of other subgraphs stay as they are.
        is_public: Returns whether what a fetch returns is the same for all customers.
    """

    of: Mapping[str, Guard]
    is_public: Callable[[Fetch], bool]

    def wrap(self, call: SubgraphOperation, fetch: Fetch, kind: OperationKind) -> SubgraphOperation:
        """Put the protections of its subgraph around a call."""
        guard = self.of.get(fetch.subgraph)
        if guard is None:
            return call
        is_query = kind == "query"
        is_public = is_query and guard.sharing is not None and self.is_public(fetch)
        return guard.protected(call, fetch, is_query=is_query, is_public=is_public)
