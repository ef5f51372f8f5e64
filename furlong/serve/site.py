"""The site: gateway, subgraphs and page as one application, built from settings."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from msgspec import structs
from prometheus_client.registry import Collector
from starlette.applications import Starlette

from backoffice.content.images import image_route
from backoffice.metadata import NAME as BACKOFFICE
from foundation.storage.database import Database
from foundation.storage.rehearsal import rehearsal_marks
from foundation.tokens import TokenMetrics
from foundation.tracing import Tracing
from furlong.embedding.routes import Embedding
from furlong.embedding.sessions import Brands
from furlong.embedding.settings import EmbedSettings
from furlong.serve.live_updates import drive_live_updates
from furlong.serve.metrics import LiveMetrics, ReadMetrics
from furlong.serve.page import add_page
from furlong.serve.public_data_watch import watching_public_data
from furlong.serve.subgraph_websockets import accept_websockets, subgraph_websockets
from furlong.serve.subgraphs import create_subgraph
from furlong.settings import DOCUMENT_LIMITS, ServeSettings
from furlong.topic_plans import PUBLIC_TOPICS
from gateway.app import create_gateway
from gateway.clients.session import CHALLENGE
from gateway.errors import AuthenticationUnavailable as GatewayAuthenticationUnavailable
from gateway.errors import RequestError
from gateway.errors import Unauthenticated as GatewayUnauthenticated
from gateway.features.documents.settings import KnownDocumentSettings
from gateway.features.rate_limits.settings import RateLimitRule
from gateway.reload import Reload
from gateway.reload.chosen_sources import reload_of
from gateway.settings import GatewaySettings
from gateway.settings.file import read_settings
from gateway.settings.subgraphs import CLIENT_CODES
from gateway.sources import FileSource
from gateway.transport.memory import MemoryTransport
from subgraphs.block_list import SUBGRAPHS
from subgraphs.kit.auth import READ, Authenticator, RequestIdentity, SessionVerifier
from subgraphs.kit.domain.errors import AuthenticationUnavailable, Unauthenticated, UnknownBrand, WrongCell
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.callers import Callers
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.graphql.schema_building import UNAVAILABLE
from subgraphs.kit.live.event_bus import BusMetrics

IMAGES: Final = "/content/images"
"""Where customers' browsers find the images of reward content; a CDN may stand in front of it."""

MUTATION_FIELDS: Final = 1
"""The default maximum number of mutation fields in one operation: each has an effect upstream."""

COST_LIMIT: Final = 3_000
"""The default for the maximum cost of a request, in points: about a hundred bet-slips."""


ERROR_CODES: Final = (*CLIENT_CODES, UnknownBrand.code, AuthenticationUnavailable.code, UNAVAILABLE)
"""The codes of the subgraphs' errors that are written for clients; all others are masked."""

RATE_LIMITS: Final = (RateLimitRule(by="customer", points=30_000, seconds=60),)
"""The default limit per customer: far more than a page needs that polls the bet-slip every second.

There is no default limit per address: many visitors share an address behind a carrier's NAT, and all of them
do behind a proxy that is not among the trusted ones.
"""


def create_site(
    parts: SubgraphParts,
    serve: ServeSettings | None = None,
    gateway: GatewaySettings | None = None,
    reload: Reload | None = None,
    tracing: Tracing | None = None,
    *,
    embed: EmbedSettings | None = None,
) -> Starlette:
    """Build the gateway with the page and with its subgraphs, in this process or over HTTP.

    Args:
        parts: What subgraphs are built from.
        serve: How gateway, subgraphs and page are combined; by default as the environment says.
        gateway: The gateway's settings; by default those of the environment.
        reload: What is reloaded while the site runs; reloaded settings get the product's defaults, too.
        tracing: Records traces; None to record none.
        embed: Which sites may show the club; by default as the environment says.

    Raises:
        gateway.errors.SupergraphError: The supergraph cannot be served.
        ValueError: The settings of frames are wrong; the message names them.
    """
    serve = serve or ServeSettings()
    embedding = Embedding.of(embed or EmbedSettings(), parts.clock, serve.page)
    gateway = _with_defaults(gateway or GatewaySettings(), serve, embedding.brands)
    in_process = serve.subgraphs == "memory"
    reads = ReadMetrics()
    tracer = None if tracing is None else tracing.tracer
    parts = replace(parts, reading=replace(parts.reading, observe=reads.batch, tracer=tracer))
    subgraphs = [create_subgraph(name, parts) for name in SUBGRAPHS] if in_process else []

    authenticator = Authenticator(parts.verifier, parts.clock)
    # Subgraphs may use the gateway's result of authentication only if they would see every header it was
    # derived from.
    shares_identity = set(READ) <= set(gateway.http.forwarded_headers)

    async def authenticate(headers: Mapping[str, str]) -> RequestIdentity | None:
        try:
            identity = await authenticator.authenticate(headers)
        except Unauthenticated as error:
            raise GatewayUnauthenticated(str(error), challenge=CHALLENGE) from error
        except WrongCell as error:
            raise RequestError(str(error), code=error.code, status=error.status) from error
        except AuthenticationUnavailable as error:
            raise GatewayAuthenticationUnavailable(str(error)) from error
        return identity if shares_identity else None

    def customer_of(session: object) -> str | None:
        viewer = session.viewer if isinstance(session, RequestIdentity) else None
        return None if viewer is None else f"{viewer.brand}/{viewer.customer}"

    def expires_of(session: object) -> float | None:
        viewer = session.viewer if isinstance(session, RequestIdentity) else None
        return None if viewer is None else viewer.expires

    def remark() -> str:
        return "\n".join(f"{name}: {mark}" for name, mark in rehearsal_marks(parts.clock).items())

    async def ready() -> bool:
        # With one database away the rest is served: if that were not ready, no gateway would be.
        return not subgraphs or any([await subgraph.ready() for subgraph in subgraphs])

    app = create_gateway(
        serve.supergraph.read_text(encoding="utf-8"),
        transports={
            subgraph.name: MemoryTransport(
                subgraph.prepare,
                trusted=True,
                masks_errors=True,
                subscribe=subgraph.prepare_subscription,
            )
            for subgraph in subgraphs
        },
        settings=gateway,
        authenticate=authenticate,
        ready=ready,
        authenticate_cached=authenticator.authenticate_cached if shares_identity else None,
        customer_of=customer_of,
        expires_of=expires_of,
        collectors=[
            TokenMetrics(parts.verifier.tokens.counts),
            *([reads, LiveMetrics(parts.bus)] if in_process else []),
            *embedding.collectors,
        ],
        remark=remark,
        reload=None if reload is None else _with_defaults_of(reload, serve, embedding.brands),
        tracing=tracing,
    )
    app.state.subgraphs = subgraphs
    if in_process:
        _serve_images_with(app, parts)
    add_page(app, serve.page, parts.clock)
    embedding.add_to(app)
    _run_with(app, parts.verifier, subgraphs)
    _watch_public_data_with(app, subgraphs, parts.kafka)
    drive_live_updates(app, subgraphs, parts)
    return app


def create_subgraph_app(
    name: str, parts: SubgraphParts, callers: Callers, tracing: Tracing | None = None
) -> Starlette:
    """Build one subgraph as a separate server, which watches changes of public data as the site does."""
    tracer = None if tracing is None else tracing.tracer
    subgraph = create_subgraph(name, replace(parts, reading=replace(parts.reading, tracer=tracer)))
    collectors: list[Collector] = [
        LiveMetrics(parts.bus) if subgraph.has_subscriptions else BusMetrics(parts.bus)
    ]
    websockets = subgraph_websockets(subgraph, callers) if subgraph.has_subscriptions else None
    if websockets is not None:
        collectors.append(websockets.parts.connections.metrics)
    app = subgraph.http_app(callers, tracing, collectors)
    if websockets is not None:
        accept_websockets(app, websockets)
    _watch_public_data_with(app, [subgraph], parts.kafka)
    drive_live_updates(app, [subgraph], parts)
    return app


def _with_defaults(gateway: GatewaySettings, serve: ServeSettings, brands: Brands) -> GatewaySettings:
    """Add the product's defaults to what is not set: limits, codes, GraphiQL, and the origins of brands."""
    defaults = {
        "limits": {**DOCUMENT_LIMITS, "mutation_fields": MUTATION_FIELDS},
        "cost": {"limit": COST_LIMIT},
        "rate_limits": {"rules": RATE_LIMITS},
        "masking": {"codes": ERROR_CODES, "extensions": ("id",)},
        "cors": {"origins": brands.origins},
        "documents": {"manifests": _manifests_of(serve)},
    }
    gateway = gateway.with_defaults(defaults)
    if (
        gateway.introspection.permission
        and gateway.http.graphiql_dir is None
        and (serve.page / "graphiql").is_dir()
    ):
        gateway = gateway.model_copy(update={"http": {"graphiql_dir": serve.page / "graphiql"}})
    return gateway


def _manifests_of(serve: ServeSettings) -> tuple[Path, ...]:
    """Return the manifest of the widget's documents; the widget sends only their ids."""
    manifest = serve.page / "documents" / "persisted-documents.json"
    return (manifest,) if manifest.is_file() else ()


def _with_defaults_of(reload: Reload, serve: ServeSettings, brands: Brands) -> Reload:
    """Return a reload whose settings have the product's defaults."""
    read = reload.read_settings
    if read is None:
        return reload
    return structs.replace(reload, read_settings=lambda: _with_defaults(read(), serve, brands))


def _run_with(app: Starlette, verifier: SessionVerifier, subgraphs: Sequence[Subgraph]) -> None:
    """Start the verifier with an application; close it and the subgraphs when the application shuts down."""
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: Starlette) -> AsyncIterator[Any]:
        async with AsyncExitStack() as stack:
            for subgraph in subgraphs:
                stack.push_async_callback(subgraph.close)
            stack.push_async_callback(verifier.close)
            await verifier.start()
            yield await stack.enter_async_context(inner(served))

    app.router.lifespan_context = lifespan


def _serve_images_with(app: Starlette, parts: SubgraphParts) -> None:
    """Serve the images of reward content, which the back office keeps."""
    images = Database.open(parts.database, BACKOFFICE)
    app.router.routes.append(image_route(IMAGES, images))
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: Starlette) -> AsyncIterator[Any]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(images.close)
            yield await stack.enter_async_context(inner(served))

    app.router.lifespan_context = lifespan


def _watch_public_data_with(app: Starlette, subgraphs: Sequence[Subgraph], kafka: str | None) -> None:
    """While an application serves, notify subgraphs of changes of public data; do nothing without Kafka."""
    if not subgraphs or kafka is None:
        return
    inner = app.router.lifespan_context

    def changed(brand: str) -> None:
        for subgraph in subgraphs:
            subgraph.changed(brand)

    @asynccontextmanager
    async def lifespan(served: Starlette) -> AsyncIterator[Any]:
        async with inner(served) as state, watching_public_data(kafka, changed, PUBLIC_TOPICS):
            yield state

    app.router.lifespan_context = lifespan


def site_settings(documents: Path, file: Path | None = None) -> GatewaySettings:
    """Return the gateway's settings; unless they say otherwise, our own clients' operations are prepared.

    Args:
        documents: The folder of those operations.
        file: A file of settings; by default the one that the environment names, if any.

    Raises:
        ValueError: A setting is wrong.
    """
    settings = read_settings(file)
    if settings.of(KnownDocumentSettings).folder is None and documents.is_dir():
        return settings.model_copy(update={"documents": {"folder": documents}})
    return settings


def site_reload(serve: ServeSettings, settings: GatewaySettings, documents: Path) -> Reload:
    """Return what the site reloads: the settings, and the supergraph if its subgraphs run elsewhere.

    Subgraphs in this process belong to one release, and so does the supergraph composed from them.

    Raises:
        SourceError: The file of settings cannot be read.
    """
    elsewhere = serve.subgraphs == "http"
    source = FileSource(serve.supergraph, settings.supergraph.bytes) if elsewhere else None
    return reload_of(source, settings, read=partial(site_settings, documents))


def close_with(app: Starlette, tracing: Tracing | None) -> None:
    """Send the last spans when an application has shut down."""
    if tracing is None:
        return
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: Starlette) -> AsyncIterator[Any]:
        try:
            async with inner(served) as state:
                yield state
        finally:
            await tracing.close()

    app.router.lifespan_context = lifespan
