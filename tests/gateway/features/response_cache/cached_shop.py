"""A small shop whose products may be cached: the subgraphs count what they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.features.response_cache.caching import Caching, EntryKeys, ResponseCacheMetrics
from gateway.features.response_cache.middleware import ResponseCacheMiddleware
from gateway.features.response_cache.stores import MemoryStore, Store
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.preparation.preparer import Preparer
from gateway.supergraph import load_supergraph
from gateway.transport import MemoryTransport
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.federation_kit.generous_limits import GENEROUS_LIMITS
from tests.gateway.plans import joined

SCHEMA = """
directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean)
  on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
directive @cacheTag(format: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE
enum CacheControlScope { PUBLIC PRIVATE }
type Query @join__type(graph: LIST) @join__type(graph: STOCK) {
  products(first: Int): [Product!]! @join__field(graph: LIST) @cacheControl(maxAge: 0)
  best(kind: String!): [Product!]! @join__field(graph: LIST)
    @cacheControl(maxAge: 30) @cacheTag(format: "best-{$args.kind}")
}
type Product @join__type(graph: LIST, key: "upc") @join__type(graph: STOCK, key: "upc")
  @cacheControl(maxAge: 60) @cacheTag(format: "product-{$key.upc}") @cacheTag(format: "products") {
  upc: ID!
  name: String @join__field(graph: LIST)
  stock: Int @join__field(graph: STOCK)
  price(currency: String): Int @join__field(graph: STOCK)
  viewed: Int @join__field(graph: STOCK) @cacheControl(maxAge: 60, scope: PRIVATE)
  now: Int @join__field(graph: STOCK) @cacheControl(maxAge: 0)
}
"""
SUPERGRAPH = joined(SCHEMA, "list", "stock")


class Clock:
    """A clock that a test steps."""

    now = 0.0

    def __call__(self) -> float:
        """The time in seconds."""
        return self.now


@dataclass
class Shop:
    """The shop behind a gateway with a cache.

    Attributes:
        store: What keeps responses.
        customer_of: Finds customers, for private responses.
        calls: What the subgraphs were asked for: the subgraph, and the products or nothing.
        answer: Changes what `stock` answers.
        before: Called while `stock` answers.
    """

    store: Store = field(default_factory=lambda: MemoryStore(10**6))
    customer_of: Callable[[object], str | None] | None = None
    calls: list[tuple[str, list[str]]] = field(default_factory=list)
    stock: dict[str, int] = field(default_factory=lambda: {"1": 10, "2": 20, "3": 30})
    answer: Callable[[dict[str, Any]], Any] = lambda response: response
    metrics: ResponseCacheMetrics = field(default_factory=ResponseCacheMetrics)

    def __post_init__(self) -> None:
        self.model = load_supergraph(SUPERGRAPH)
        keys = EntryKeys(frozenset({"authorization"}), self.customer_of)
        self.cache = ResponseCacheMiddleware(self.model, Caching(self.store, keys, self.metrics, 3600))
        self.preparer = Preparer(self.model, GENEROUS_LIMITS)
        transports: dict[str, MemoryTransport] = {"list": asking(self._list), "stock": asking(self._stock)}
        self.executor = OperationExecutor(
            self.preparer, transports, lambda *_: None, middleware=(self.cache,)
        )

    async def query(
        self, query: str, headers: Mapping[str, str] | None = None, session: object = None
    ) -> dict[str, Any]:
        """The answer to a query."""
        prepared: Any
        prepared, planned = self.preparer.plan(query, None, {})
        own = PlannedOperation(planned.plan, planned.introspection)
        fetched = await self.executor.fetch(own, {}, headers or {}, session)
        return dict(self.executor.project(prepared, own, fetched).body)

    async def _list(self, request: SubgraphRequest) -> Mapping[str, Any]:
        self.calls.append(("list", []))
        key = "best" if "best" in request.query else "products"
        return {
            "data": {key: [{"__typename": "Product", "upc": upc, "name": f"P{upc}"} for upc in self.stock]}
        }

    async def _stock(self, request: SubgraphRequest) -> Mapping[str, Any]:
        (asked,) = (variable for variable in request.variables.values() if isinstance(variable, list))
        self.calls.append(("stock", [each["upc"] for each in asked]))
        entities = [
            {"__typename": "Product", "stock": self.stock[each["upc"]], "price": 5, "viewed": 7, "now": 1}
            for each in asked
        ]
        return self.answer({"data": {"_entities": entities}})
