"""The site: gateway, subgraphs and page as one application, built from settings."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from msgspec import structs
from prometheus_client.registry import Collector
from starlette.applications import Starlette

from foundation.tracing import Tracing
from furlong.embedding.routes import Embedding
from furlong.embedding.sessions import Brands
from furlong.embedding.settings import EmbedSettings
from furlong.embedding.wallet_sessions import WalletSessions
from furlong.serve.live_updates import running_beside
from furlong.serve.metrics import LiveMetrics, ReadMetrics
from furlong.serve.sessions import customer_sessions
from furlong.serve.site_feature import Site
from furlong.serve.subgraph_websockets import accept_websockets, subgraph_websockets
from furlong.serve.subgraphs import create_subgraph
from furlong.settings import DOCUMENT_LIMITS, ServeSettings
from gateway.app import create_gateway
from gateway.feature import Feature
from gateway.features.documents.settings import KnownDocumentSettings
from gateway.features.rate_limits.settings import RateLimitRule
from gateway.serving.reload import Reload
from gateway.serving.reload.chosen_sources import reload_of
from gateway.serving.sources import FileSource
from gateway.settings import GatewaySettings
from gateway.settings.file import read_settings
from gateway.settings.subgraphs import CLIENT_CODES
from gateway.transport.memory import MemoryTransport
from subgraphs.block_list import SUBGRAPHS
from subgraphs.kit.auth import READ, authenticator_of
from subgraphs.kit.domain.errors import AuthenticationUnavailable, UnknownBrand
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.callers import Callers
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.graphql.schema_building import UNAVAILABLE
from subgraphs.kit.live.event_bus import BusMetrics

MUTATION_FIELDS: Final = 1
"""The default maximum number of mutation fields in one operation: each has an effect upstream."""

COST_LIMIT: Final = 3_000
"""The default for the maximum cost of a request, in points: about a hundred bet-slips."""


ERROR_CODES: Final = (*CLIENT_CODES, UnknownBrand.code, AuthenticationUnavailable.code, UNAVAILABLE)
"""The codes of the subgraphs' errors that are written for clients; all others are masked."""

KEPT_ANSWER_BYTES: Final = 128 * 1024 * 1024
"""The default for the bytes of kept answers; what many answers share is counted for each."""

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
    features: Sequence[Feature] = (),
) -> Starlette:
    """Build the gateway with the page and with its subgraphs, in this process or over HTTP.

    Args:
        parts: What subgraphs are built from.
        serve: How gateway, subgraphs and page are combined; by default as the environment says.
        gateway: The gateway's settings; by default those of the environment.
        reload: What is reloaded while the site runs; reloaded settings get the product's defaults, too.
        tracing: Records traces; None to record none.
        embed: Which sites may show the club; by default as the environment says.
        features: What else is served; it starts before the site, and ends after it.

    Raises:
        gateway.errors.SupergraphError: The supergraph cannot be served.
        ValueError: The settings of frames are wrong; the message names them.
    """
    serve = serve or ServeSettings()
    territory = parts.verifier.territory_header
    wallets = WalletSessions.of(parts)
    embedding = Embedding.of(embed or EmbedSettings(), parts.clock, serve.page, wallets, serve.game_origins)
    gateway = _with_defaults(gateway or GatewaySettings(), serve, embedding.brands, territory)
    if tracing is not None:
        gateway = gateway.model_copy(update={"observation": {"tracing": True}})
    reads = ReadMetrics()
    tracer = None if tracing is None else tracing.tracer
    parts = replace(parts, reading=replace(parts.reading, observe=reads.batch, tracer=tracer))
    in_process = serve.subgraphs == "memory"
    subgraphs = [create_subgraph(name, parts) for name in SUBGRAPHS] if in_process else []
    authenticator = authenticator_of(parts.verifier, parts.clock)
    app = create_gateway(
        serve.supergraph.read_text(encoding="utf-8"),
        transports={subgraph.name: _transport(subgraph) for subgraph in subgraphs},
        settings=gateway,
        sessions=customer_sessions(authenticator, shared=set(READ) <= set(gateway.http.forwarded_headers)),
        features=(
            *features,
            Site(parts, subgraphs, reads, embedding, serve.page, serve.game_origins, tracing),
        ),
        reload=None if reload is None else _with_defaults_of(reload, serve, embedding.brands, territory),
    )
    app.state.subgraphs = subgraphs
    return app


def _transport(subgraph: Subgraph) -> MemoryTransport:
    """Return how the gateway calls a subgraph of this process."""
    return MemoryTransport(
        subgraph.prepare,
        trusted=True,
        masks_errors=True,
        records_reads=subgraph.records_reads,
        subscribe=subgraph.prepare_subscription,
    )


def create_subgraph_app(
    name: str, parts: SubgraphParts, callers: Callers, tracing: Tracing | None = None
) -> Starlette:
    """Build one subgraph as a separate server, which watches changes of public data as the site does.

    It sends the last spans when it ends.
    """
    tracer = None if tracing is None else tracing.tracer
    subgraph = create_subgraph(name, replace(parts, reading=replace(parts.reading, tracer=tracer)))
    collectors: list[Collector] = [
        LiveMetrics(parts.bus) if subgraph.has_subscriptions else BusMetrics(parts.bus)
    ]
    websockets = subgraph_websockets(subgraph, callers) if subgraph.has_subscriptions else None
    if websockets is not None:
        collectors.append(websockets.parts.connections.metrics)
    running = running_beside([subgraph], parts)
    last = None if tracing is None else tracing.close
    app = subgraph.http_app(callers, tracing, collectors, running, last)
    if websockets is not None:
        accept_websockets(app, websockets)
    return app


def _with_defaults(
    gateway: GatewaySettings, serve: ServeSettings, brands: Brands, territory_header: str = ""
) -> GatewaySettings:
    """Add the product's defaults to what is not set: limits, codes, GraphiQL, and the origins of brands.

    Subgraphs always see where the edge says that visitors are, so that no cache takes one for another.
    """
    defaults = {
        "limits": {**DOCUMENT_LIMITS, "mutation_fields": MUTATION_FIELDS},
        "cost": {"limit": COST_LIMIT},
        "rate_limits": {"rules": RATE_LIMITS},
        "masking": {"codes": ERROR_CODES, "extensions": ("id",)},
        "cors": {"origins": brands.origins},
        "kept_answers": {"bytes": KEPT_ANSWER_BYTES},
        "documents": {"manifests": _manifests_of(serve)},
    }
    gateway = gateway.with_defaults(defaults)
    if (
        gateway.introspection.permission
        and gateway.http.graphiql_dir is None
        and (serve.page / "graphiql").is_dir()
    ):
        gateway = gateway.model_copy(update={"http": {"graphiql_dir": serve.page / "graphiql"}})
    if territory_header in gateway.live.init_headers:
        raise ValueError(
            f"FURLONG_GATEWAY_LIVE_INIT_HEADERS must not have {territory_header}: "
            "visitors would choose where they are"
        )
    forwarded = gateway.http.forwarded_headers
    if territory_header and territory_header not in forwarded:
        forwarded = (*forwarded, territory_header)
        gateway = gateway.model_copy(update={"http": {"forwarded_headers": forwarded}})
    return gateway


def _manifests_of(serve: ServeSettings) -> tuple[Path, ...]:
    """Return the manifest of the widget's documents; the widget sends only their ids."""
    manifest = serve.page / "documents" / "persisted-documents.json"
    return (manifest,) if manifest.is_file() else ()


def _with_defaults_of(
    reload: Reload, serve: ServeSettings, brands: Brands, territory_header: str = ""
) -> Reload:
    """Return a reload whose settings have the product's defaults."""
    read = reload.read_settings
    if read is None:
        return reload
    return structs.replace(
        reload, read_settings=lambda: _with_defaults(read(), serve, brands, territory_header)
    )


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
