"""The site: gateway, subgraphs and page as one application, built from settings."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from fastapi import FastAPI

from furlong.databases import SUBGRAPHS
from furlong.embedding.routes import Embedding
from furlong.embedding.sessions import Brands
from furlong.embedding.settings import EmbedSettings
from furlong.serve.page import add_page
from furlong.serve.public_data_watch import watching_public_data
from furlong.serve.read_metrics import ReadMetrics
from furlong.serve.subgraphs import Parts, create_subgraph
from furlong.settings import ServeSettings
from gateway.app import create_gateway
from gateway.errors import AuthenticationUnavailable as GatewayAuthenticationUnavailable
from gateway.errors import Unauthenticated as GatewayUnauthenticated
from gateway.masking.settings import CLIENT_CODES
from gateway.rate_limits.rule import RateLimitRule
from gateway.reload import Reload
from gateway.sessions import CHALLENGE
from gateway.settings import GatewaySettings
from gateway.transport.memory import MemoryTransport
from storage.rehearsal import rehearsal_marks
from subgraphs.kit.auth.authentication import READ, Authenticator, RequestIdentity
from subgraphs.kit.auth.sessions import SessionVerifier
from subgraphs.kit.domain.errors import AuthenticationUnavailable, Unauthenticated, UnknownBrand
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.callers import Callers
from subgraphs.kit.graphql.schema_building import UNAVAILABLE
from tokens import TokenMetrics
from tracing import Tracing

MUTATION_FIELDS: Final = 1
"""The default for how many mutation fields one operation may have: each has an effect upstream."""

COST_LIMIT: Final = 3_000
"""The default for how many points a request may cost: about a hundred bet-slips."""


ERROR_CODES: Final = (*CLIENT_CODES, UnknownBrand.code, AuthenticationUnavailable.code, UNAVAILABLE)
"""The codes of the subgraphs' errors that are written for clients; all others are masked."""

RATE_LIMITS: Final = (RateLimitRule(by="customer", points=30_000, seconds=60),)
"""The default for customers: far more than a page needs that polls the bet-slip each second.

There is none for addresses: many visitors share one behind a carrier's NAT, and all do behind a proxy that is
not among the trusted ones.
"""


def create_site(
    parts: Parts,
    serve: ServeSettings | None = None,
    gateway: GatewaySettings | None = None,
    reload: Reload | None = None,
    tracing: Tracing | None = None,
) -> FastAPI:
    """Build the gateway with the page and with its subgraphs, in this process or over HTTP.

    Args:
        parts: what subgraphs are built from.
        serve: how they are combined; by default as the environment says.
        gateway: the gateway's settings; by default those of the environment.
        reload: what is reloaded while the site serves; its settings get the product's defaults, too.
        tracing: records traces; None for no traces.

    Raises:
        gateway.errors.SupergraphError: the supergraph cannot be served.
        ValueError: the settings of frames are wrong; the message names them.
    """
    serve = serve or ServeSettings()
    embedding = Embedding.of(EmbedSettings(), parts.clock, serve.page)
    gateway = _with_defaults(gateway or GatewaySettings(), serve, embedding.brands)
    in_process = serve.subgraphs == "memory"
    reads = ReadMetrics()
    tracer = None if tracing is None else tracing.tracer
    parts = replace(parts, reading=replace(parts.reading, observe=reads.batch, tracer=tracer))
    subgraphs = [create_subgraph(name, parts) for name in SUBGRAPHS] if in_process else []

    authenticator = Authenticator(parts.verifier, parts.clock)
    # Subgraphs may use the gateway's identity only if they would see every header that it was read from.
    shares_identity = set(READ) <= set(gateway.forwarded_headers)

    async def authenticate(headers: Mapping[str, str]) -> RequestIdentity | None:
        try:
            identity = await authenticator.authenticate(headers)
        except Unauthenticated as error:
            raise GatewayUnauthenticated(str(error), challenge=CHALLENGE) from error
        except AuthenticationUnavailable as error:
            raise GatewayAuthenticationUnavailable(str(error)) from error
        return identity if shares_identity else None

    def customer_of(session: object) -> str | None:
        viewer = session.viewer if isinstance(session, RequestIdentity) else None
        return None if viewer is None else f"{viewer.brand}/{viewer.customer}"

    def remark() -> str:
        return "\n".join(f"{name}: {mark}" for name, mark in rehearsal_marks(parts.clock).items())

    async def ready() -> bool:
        return all([await subgraph.ready() for subgraph in subgraphs])

    app = create_gateway(
        serve.supergraph.read_text(encoding="utf-8"),
        transports={
            subgraph.name: MemoryTransport(subgraph.prepare, trusted=True, masks_errors=True)
            for subgraph in subgraphs
        },
        settings=gateway,
        authenticate=authenticate,
        ready=ready,
        authenticate_cached=authenticator.authenticate_cached if shares_identity else None,
        customer_of=customer_of,
        collectors=[
            TokenMetrics(parts.verifier.tokens.counts),
            *([reads] if in_process else []),
            *embedding.collectors,
        ],
        remark=remark,
        reload=None if reload is None else _with_defaults_of(reload, serve, embedding.brands),
        tracing=tracing,
    )
    app.state.subgraphs = subgraphs
    add_page(app, serve.page, parts.clock)
    embedding.add_to(app)
    _run_with(app, parts.verifier, subgraphs)
    _watch_public_data_with(app, subgraphs, parts.kafka)
    return app


def create_subgraph_app(name: str, parts: Parts, callers: Callers, tracing: Tracing | None = None) -> FastAPI:
    """Build one subgraph as a server of its own, which follows changes of public data as the site does."""
    tracer = None if tracing is None else tracing.tracer
    subgraph = create_subgraph(name, replace(parts, reading=replace(parts.reading, tracer=tracer)))
    app = subgraph.http_app(callers, tracing)
    _watch_public_data_with(app, [subgraph], parts.kafka)
    return app


def _with_defaults(gateway: GatewaySettings, serve: ServeSettings, brands: Brands) -> GatewaySettings:
    """Add the product's defaults to what is not set: limits, codes, GraphiQL, and the origins of brands."""
    defaults = {
        "mutation_fields": MUTATION_FIELDS,
        "cost_limit": COST_LIMIT,
        "rate_limits": RATE_LIMITS,
        "subgraph_error_codes": ERROR_CODES,
        "subgraph_error_extensions": ("id",),
        "cors_origins": brands.origins,
    }
    unset = {name: value for name, value in defaults.items() if name not in gateway.model_fields_set}
    gateway = gateway.model_copy(update=unset)
    if gateway.introspection and gateway.graphiql_dir is None and (serve.page / "graphiql").is_dir():
        gateway = gateway.model_copy(update={"graphiql_dir": serve.page / "graphiql"})
    return gateway


def _with_defaults_of(reload: Reload, serve: ServeSettings, brands: Brands) -> Reload:
    """Return a reload whose settings have the product's defaults."""
    read = reload.read_settings
    if read is None:
        return reload
    return replace(reload, read_settings=lambda: _with_defaults(read(), serve, brands))


def _run_with(app: FastAPI, verifier: SessionVerifier, subgraphs: Sequence[Subgraph]) -> None:
    """Start the verifier with an application, and close it and the subgraphs when that shuts down."""
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[Any]:
        async with AsyncExitStack() as stack:
            for subgraph in subgraphs:
                stack.push_async_callback(subgraph.close)
            stack.push_async_callback(verifier.close)
            await verifier.start()
            yield await stack.enter_async_context(inner(served))

    app.router.lifespan_context = lifespan


def _watch_public_data_with(app: FastAPI, subgraphs: Sequence[Subgraph], kafka: str | None) -> None:
    """While an application serves, tell subgraphs of changes of public data; do nothing without Kafka."""
    if not subgraphs or kafka is None:
        return
    inner = app.router.lifespan_context

    def changed(brand: str) -> None:
        for subgraph in subgraphs:
            subgraph.changed(brand)

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[Any]:
        async with inner(served) as state, watching_public_data(kafka, changed):
            yield state

    app.router.lifespan_context = lifespan
