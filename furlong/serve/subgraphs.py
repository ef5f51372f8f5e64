"""The subgraphs by name, built from settings."""

from cells.regions import RegionSettings
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock
from foundation.storage.rehearsal import product_clock
from foundation.storage.settings import ClockSettings, DatabaseSettings
from furlong.database_settings import DatabasesSettings
from furlong.embedding.sessions import embed_issuer
from furlong.embedding.settings import EmbedSettings
from furlong.neighbours import NEIGHBOURS
from subgraphs.block_list import BY_NAME, SUBGRAPHS
from subgraphs.kit.auth import SessionRegion, SessionVerifier
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.live.event_bus import EventBus
from subgraphs.kit.live.settings import LiveSettings
from subgraphs.kit.live.wiring import open_bus
from subgraphs.kit.reads.options import ReadOptions
from subgraphs.kit.settings import (
    ExecutionSettings,
    PublicDataSettings,
    SessionSettings,
    UpstreamSettings,
    VisitorSettings,
)


def subgraph_parts(
    database: DatabaseSettings | None = None,
    upstream: UpstreamSettings | None = None,
    sessions: SessionSettings | None = None,
    stream: StreamSettings | None = None,
    clock: Clock | None = None,
    *,
    bus: EventBus | None = None,
    embed: EmbedSettings | None = None,
) -> SubgraphParts:
    """Return parts made from the given settings, or from the environment where a setting is None.

    Raises:
        ValueError: A setting is missing; the message names it.
    """
    clock = clock or product_clock(ClockSettings())
    framed = embed_issuer(embed or EmbedSettings())
    further = () if framed is None else (framed,)
    database = database or DatabasesSettings()
    bound = RegionSettings().own()
    verifier = SessionVerifier.from_settings(
        sessions or SessionSettings(),
        clock,
        further=further,
        cell=database.cell.own(),
        region=None if bound is None else SessionRegion(bound.name, bound.brands),
        territory_header=VisitorSettings().territory_header,
    )
    stream, live, execution = stream or StreamSettings(), LiveSettings(), ExecutionSettings()
    return SubgraphParts(
        database,
        upstream or UpstreamSettings(),
        verifier,
        clock,
        ReadOptions(PublicDataSettings(), execution.execution, count_seconds=execution.count_seconds),
        stream.bootstrap if "bootstrap" in stream.model_fields_set else None,
        bus or open_bus(live=live),
        live,
        neighbours=NEIGHBOURS,
    )


def create_subgraph(name: str, parts: SubgraphParts) -> Subgraph:
    """Build one subgraph by its name."""
    if name not in BY_NAME:
        raise ValueError(f"there is no subgraph {name!r}; there are {', '.join(SUBGRAPHS)}")
    return BY_NAME[name].create_subgraph(parts)
