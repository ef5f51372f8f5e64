"""Puts gateway, subgraphs and page together from settings."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from fastapi import FastAPI
from sqlalchemy import MetaData
from sqlalchemy.exc import SQLAlchemyError

from consumers.stream.settings import StreamSettings
from furlong.page import add_page
from furlong.read_metrics import ReadMetrics
from furlong.settings import ServeSettings
from furlong.watching import watching
from gateway.app import create_gateway
from gateway.errors import Unauthenticated as GatewayUnauthenticated
from gateway.settings import GatewaySettings
from gateway.transport.memory import MemoryTransport
from storage.clock import Clock
from storage.migrations.lock import Waiting
from storage.migrations.upgrade import WAIT_SECONDS, MigrationStatus, RestoreUnfinished, status, upgrade
from storage.rehearsal import product_clock, rehearsal_marks
from storage.settings import ClockSettings, DatabaseSettings
from subgraphs.club.app import create_subgraph as create_club
from subgraphs.club.models import METADATA as CLUB_METADATA
from subgraphs.fulfilment.app import create_subgraph as create_fulfilment
from subgraphs.fulfilment.models import METADATA as FULFILMENT_METADATA
from subgraphs.kit.auth.authentication import READ, Authenticator, RequestIdentity
from subgraphs.kit.auth.sessions import SessionVerifier
from subgraphs.kit.domain.errors import Unauthenticated
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.reads.brand_rules import ReadOptions
from subgraphs.kit.settings import ExecutionSettings, PublicDataSettings, SessionSettings, UpstreamSettings
from subgraphs.progress.app import create_subgraph as create_progress
from subgraphs.progress.models import METADATA as PROGRESS_METADATA
from subgraphs.rewards.app import create_subgraph as create_rewards
from subgraphs.rewards.models import METADATA as REWARDS_METADATA

METADATA: Mapping[str, MetaData] = {
    "club": CLUB_METADATA,
    "rewards": REWARDS_METADATA,
    "progress": PROGRESS_METADATA,
    "fulfilment": FULFILMENT_METADATA,
}
SUBGRAPHS = tuple(METADATA)
MUTATIONS_AT_ONCE: Final = 1
"""Of an operation, unless it is set: each has an effect upstream, and clients ask for one at a time."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What subgraphs are made of.

    Attributes:
        reading: how they read and execute.
        kafka: addresses of brokers that tell of changes of public data; None where none are configured.
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
        """The parts that the environment describes, or those that are handed in.

        Raises:
            ValueError: a setting is missing; the message names it.
        """
        clock = clock or product_clock(ClockSettings())
        verifier = SessionVerifier.from_settings(sessions or SessionSettings(), clock)
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
    """One subgraph by its name."""
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
            raise ValueError(f"no subgraph {name!r}: there are {', '.join(SUBGRAPHS)}")


async def upgrade_databases(
    settings: DatabaseSettings, *, waiting: Waiting | None = None, wait_seconds: float = WAIT_SECONDS
) -> tuple[MigrationStatus, ...]:
    """Create what is missing of each subgraph's database, and migrate it; returns what was found before."""
    return tuple(
        [
            await upgrade(settings, name, metadata, waiting=waiting, wait_seconds=wait_seconds)
            for name, metadata in METADATA.items()
        ]
    )


class NotMigrated(RuntimeError):
    """A database lacks what this version needs."""

    def __init__(self, found: MigrationStatus) -> None:
        if found.state == "unrestored":
            super().__init__(str(RestoreUnfinished(found.subgraph)))
            return
        at = f"at revision {found.revision}" if found.revision else "not migrated"
        super().__init__(
            f"the database of {found.subgraph} is {at}, and this version needs {found.wanted}: "
            "run `furlong db upgrade`"
        )


async def require_migrated(settings: DatabaseSettings, names: Iterable[str] = SUBGRAPHS) -> None:
    """Check that databases have what this version needs; one that cannot be reached is waited for later.

    Raises:
        NotMigrated: one is behind, or an upgrade of it was interrupted.
    """
    for name in names:
        try:
            found = await status(settings, name, METADATA[name])
        except (SQLAlchemyError, OSError):
            continue
        if not found.serves:
            raise NotMigrated(found)


def create_site(
    parts: Parts, serve: ServeSettings | None = None, gateway: GatewaySettings | None = None
) -> FastAPI:
    """The gateway with its subgraphs, in process or over HTTP, and the page.

    Raises:
        gateway.errors.SupergraphError: the supergraph cannot be served.
    """
    serve = serve or ServeSettings()
    gateway = gateway or GatewaySettings()
    if "mutation_fields" not in gateway.model_fields_set:
        gateway = gateway.model_copy(update={"mutation_fields": MUTATIONS_AT_ONCE})
    if gateway.introspection and gateway.graphiql_dir is None and (serve.page / "graphiql").is_dir():
        gateway = gateway.model_copy(update={"graphiql_dir": serve.page / "graphiql"})
    in_process = serve.subgraphs == "memory"
    reads = ReadMetrics()
    parts = replace(parts, reading=replace(parts.reading, observe=reads.batch))
    subgraphs = [create_subgraph(name, parts) for name in SUBGRAPHS] if in_process else []

    authenticator = Authenticator(parts.verifier, parts.clock)
    # An identity says no more than the headers that subgraphs may see.
    hands_on = set(READ) <= set(gateway.forwarded_headers)

    async def authenticate(headers: Mapping[str, str]) -> RequestIdentity | None:
        try:
            identity = await authenticator.authenticate(headers)
        except Unauthenticated as error:
            raise GatewayUnauthenticated(str(error)) from error
        return identity if hands_on else None

    def remark() -> str:
        return "\n".join(f"{name}: {mark}" for name, mark in rehearsal_marks(parts.clock).items())

    async def ready() -> bool:
        return all([await subgraph.ready() for subgraph in subgraphs])

    app = create_gateway(
        serve.supergraph.read_text(encoding="utf-8"),
        transports={subgraph.name: MemoryTransport(subgraph.prepare, trusted=True) for subgraph in subgraphs},
        settings=gateway,
        authenticate=authenticate,
        ready=ready,
        authenticate_cached=authenticator.authenticate_cached if hands_on else None,
        collectors=[reads] if in_process else [],
        remark=remark,
    )
    add_page(app, serve.page, parts.clock)
    _live_with(app, subgraphs)
    _watch_with(app, subgraphs, parts.kafka)
    return app


def create_subgraph_app(name: str, parts: Parts) -> FastAPI:
    """One subgraph as a server of its own, which hears of changes as the whole site does."""
    subgraph = create_subgraph(name, parts)
    app = subgraph.http_app()
    _watch_with(app, [subgraph], parts.kafka)
    return app


def _live_with(app: FastAPI, subgraphs: Sequence[Subgraph]) -> None:
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[Any]:
        async with AsyncExitStack() as stack:
            for subgraph in subgraphs:
                stack.push_async_callback(subgraph.close)
            yield await stack.enter_async_context(inner(served))

    app.router.lifespan_context = lifespan


def _watch_with(app: FastAPI, subgraphs: Sequence[Subgraph], kafka: str | None) -> None:
    """Lets subgraphs hear of changes through Kafka while an app serves, if there is Kafka."""
    if not subgraphs or kafka is None:
        return
    inner = app.router.lifespan_context

    def changed(brand: str) -> None:
        for subgraph in subgraphs:
            subgraph.changed(brand)

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[Any]:
        async with inner(served) as state, watching(kafka, changed):
            yield state

    app.router.lifespan_context = lifespan
