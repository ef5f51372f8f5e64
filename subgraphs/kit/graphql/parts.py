"""What the processes that serve subgraphs give to each of them."""

from dataclasses import dataclass, field

from foundation.storage.clock import Clock
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.given_settings import GivenSettings
from subgraphs.kit.live.event_bus import EventBus, MemoryBus
from subgraphs.kit.live.settings import LiveSettings
from subgraphs.kit.neighbours import NOT_GIVEN, Neighbours
from subgraphs.kit.reads.options import ReadOptions
from subgraphs.kit.settings import UpstreamSettings


@dataclass(frozen=True, slots=True)
class SubgraphParts:
    """What subgraphs are built from.

    Attributes:
        reading: How subgraphs read data and execute operations.
        kafka: Addresses of the brokers that announce changes of public data; None if none are configured.
        bus: Brings notices of changes to the streams of this process; without one of several processes,
            streams see only the changes made by mutations in this one.
        live: The settings of streams.
        given: Settings of blocks that do not come from the environment.
        neighbours: Where blocks find one another.
    """

    database: DatabaseSettings
    upstream: UpstreamSettings
    verifier: SessionVerifier
    clock: Clock
    reading: ReadOptions = field(default_factory=ReadOptions)
    kafka: str | None = None
    bus: EventBus = field(default_factory=MemoryBus)
    live: LiveSettings = field(default_factory=LiveSettings)
    given: GivenSettings = field(default_factory=GivenSettings)
    neighbours: Neighbours = NOT_GIVEN
