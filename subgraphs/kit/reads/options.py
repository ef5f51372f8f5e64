"""How a subgraph reads data and executes operations."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from opentelemetry.trace import Tracer

from foundation.storage.clock import Clock
from subgraphs.kit.reads.key_lookup import Observe
from subgraphs.kit.reads.stale_cache import Freshness, StaleCache
from subgraphs.kit.settings import Execution, PublicDataSettings

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How a subgraph reads data and executes operations.

    Attributes:
        public: How stale public data may get.
        execution: Compiled or interpreted.
        observe: Called with the table and size of each batched lookup.
        tracer: Starts spans of batched lookups and statements; None without traces.
        count_seconds: How often is written what was served; 0 if it is not counted.
    """

    public: PublicDataSettings = field(default_factory=PublicDataSettings)
    execution: Execution = "compiled"
    observe: Observe | None = None
    tracer: Tracer | None = None
    count_seconds: float = 0.0

    def cache(self, read: Callable[[str], Awaitable[V | None]], clock: Clock) -> StaleCache[V]:
        """Return a cache of public data that a function reads."""
        return StaleCache(read, Freshness.from_settings(self.public), clock)
