"""The subgraphs by name, built from settings."""

from dataclasses import dataclass

from consumers.stream.settings import StreamSettings
from furlong.databases import SUBGRAPHS
from furlong.embedding.sessions import embed_issuer
from furlong.embedding.settings import EmbedSettings
from storage.clock import Clock
from storage.rehearsal import product_clock
from storage.settings import ClockSettings, DatabaseSettings
from subgraphs.club.app import create_subgraph as create_club
from subgraphs.fulfilment.app import create_subgraph as create_fulfilment
from subgraphs.kit.auth.sessions import SessionVerifier
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.reads.brand_rules import ReadOptions
from subgraphs.kit.settings import ExecutionSettings, PublicDataSettings, SessionSettings, UpstreamSettings
from subgraphs.progress.app import create_subgraph as create_progress
from subgraphs.rewards.app import create_subgraph as create_rewards


@dataclass(frozen=True, slots=True)
class Parts:
    """What subgraphs are built from.

    Attributes:
        reading: how subgraphs read data and execute operations.
        kafka: addresses of the brokers that announce changes of public data; None if none are configured.
    """

    database: DatabaseSettings
    upstream: UpstreamSettings
    verifier: SessionVerifier
    clock: Clock
    reading: ReadOptions
    kafka: str | None = None

    @classmethod
    def from_settings(
        cls,
        database: DatabaseSettings | None = None,
        upstream: UpstreamSettings | None = None,
        sessions: SessionSettings | None = None,
        stream: StreamSettings | None = None,
        clock: Clock | None = None,
    ) -> "Parts":
        """Return parts made from the given settings, or from the environment where None is given.

        Raises:
            ValueError: a setting is missing; the message names it.
        """
        clock = clock or product_clock(ClockSettings())
        framed = embed_issuer(EmbedSettings())
        further = () if framed is None else (framed,)
        verifier = SessionVerifier.from_settings(sessions or SessionSettings(), clock, further=further)
        stream = stream or StreamSettings()
        return cls(
            database or DatabaseSettings(),
            upstream or UpstreamSettings(),
            verifier,
            clock,
            ReadOptions(PublicDataSettings(), ExecutionSettings().execution),
            stream.bootstrap if "bootstrap" in stream.model_fields_set else None,
        )


def create_subgraph(name: str, parts: Parts) -> Subgraph:
    """Build one subgraph by its name."""
    match name:
        case "club":
            return create_club(parts.database, parts.upstream, parts.verifier, parts.clock, parts.reading)
        case "rewards":
            return create_rewards(parts.database, parts.upstream, parts.verifier, parts.clock, parts.reading)
        case "progress":
            return create_progress(parts.database, parts.verifier, parts.clock, parts.reading)
        case "fulfilment":
            return create_fulfilment(parts.database, parts.verifier, parts.clock, parts.reading)
        case _:
            raise ValueError(f"there is no subgraph {name!r}; there are {', '.join(SUBGRAPHS)}")
