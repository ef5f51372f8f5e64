"""The subgraphs by name, built from settings."""

from dataclasses import dataclass, field

from cells.regions import RegionSettings
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock
from foundation.storage.rehearsal import product_clock
from foundation.storage.settings import ClockSettings, DatabaseSettings
from furlong.embedding.sessions import embed_issuer
from furlong.embedding.settings import EmbedSettings
from furlong.subgraph_names import SUBGRAPHS
from subgraphs.club.app import create_subgraph as create_club
from subgraphs.club.updates import ClubUpdates
from subgraphs.fulfilment.app import create_subgraph as create_fulfilment
from subgraphs.kit.auth import SessionRegion, SessionVerifier
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.live.event_bus import EventBus, MemoryBus
from subgraphs.kit.live.settings import LiveSettings
from subgraphs.kit.live.wiring import open_bus
from subgraphs.kit.reads.brand_rules import ReadOptions
from subgraphs.kit.settings import ExecutionSettings, PublicDataSettings, SessionSettings, UpstreamSettings
from subgraphs.progress.app import create_subgraph as create_progress
from subgraphs.rewards.app import create_subgraph as create_rewards


@dataclass(frozen=True, slots=True)
class Parts:
    """What subgraphs are built from.

    Attributes:
        reading: How subgraphs read data and execute operations.
        kafka: Addresses of the brokers that announce changes of public data; None if none are configured.
        bus: Brings notices of changes to the streams of this process.
        live: The settings of streams.
    """

    database: DatabaseSettings
    upstream: UpstreamSettings
    verifier: SessionVerifier
    clock: Clock
    reading: ReadOptions
    kafka: str | None = None
    bus: EventBus = field(default_factory=MemoryBus)
    live: LiveSettings = field(default_factory=LiveSettings)

    @classmethod
    def from_settings(
        cls,
        database: DatabaseSettings | None = None,
        upstream: UpstreamSettings | None = None,
        sessions: SessionSettings | None = None,
        stream: StreamSettings | None = None,
        clock: Clock | None = None,
        *,
        bus: EventBus | None = None,
        embed: EmbedSettings | None = None,
    ) -> "Parts":
        """Return parts made from the given settings, or from the environment where a setting is None.

        Raises:
            ValueError: A setting is missing; the message names it.
        """
        clock = clock or product_clock(ClockSettings())
        framed = embed_issuer(embed or EmbedSettings())
        further = () if framed is None else (framed,)
        database = database or DatabaseSettings()
        bound = RegionSettings().own()
        verifier = SessionVerifier.from_settings(
            sessions or SessionSettings(),
            clock,
            further=further,
            cell=database.cell.own(),
            region=None if bound is None else SessionRegion(bound.name, bound.brands),
        )
        stream, live, execution = stream or StreamSettings(), LiveSettings(), ExecutionSettings()
        return cls(
            database,
            upstream or UpstreamSettings(),
            verifier,
            clock,
            ReadOptions(PublicDataSettings(), execution.execution, count_seconds=execution.count_seconds),
            stream.bootstrap if "bootstrap" in stream.model_fields_set else None,
            bus or open_bus(live=live),
            live,
        )


def create_subgraph(name: str, parts: Parts) -> Subgraph:
    """Build one subgraph by its name."""
    match name:
        case "club":
            updates = ClubUpdates(parts.bus, parts.live)
            return create_club(
                parts.database, parts.upstream, parts.verifier, parts.clock, parts.reading, updates=updates
            )
        case "rewards":
            changed = parts.bus.customers_changed
            return create_rewards(
                parts.database, parts.upstream, parts.verifier, parts.clock, parts.reading, changed=changed
            )
        case "progress":
            return create_progress(parts.database, parts.verifier, parts.clock, parts.reading)
        case "fulfilment":
            return create_fulfilment(parts.database, parts.verifier, parts.clock, parts.reading)
        case _:
            raise ValueError(f"there is no subgraph {name!r}; there are {', '.join(SUBGRAPHS)}")
