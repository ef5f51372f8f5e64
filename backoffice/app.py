"""Composition root of the back office."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.types import ASGIApp

from backoffice.areas import AREAS, create_schema
from backoffice.base import Base, create_base
from backoffice.graph.area import Area
from backoffice.graph.execution import OfficeGraph
from backoffice.http.app import OperatorRoutes, create_http_app, screen_routes
from backoffice.http.downloads import Downloads
from backoffice.http.graph_endpoint import GraphEndpoint
from backoffice.http.oidc_routes import START as OIDC_START
from backoffice.http.oidc_routes import OidcRoutes
from backoffice.http.security import Site
from backoffice.http.session_routes import SessionRoutes
from backoffice.identity.housekeeping import keep_tidy
from backoffice.identity.oidc.provider import Provider
from backoffice.identity.oidc.sign_in import OidcSignIn
from backoffice.jobs.worker import JobWorker
from backoffice.risk.analytics import ReportSource
from backoffice.risk.area import RiskArea
from backoffice.risk.questions import QuestionSource
from backoffice.settings import BackofficeSettings, OidcSettings
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock, seconds_of
from foundation.storage.settings import DatabaseSettings
from subgraphs.fulfilment.providers.settings import FulfilmentSettings
from subgraphs.kit.given_settings import GivenSettings

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Backoffice:
    """The back office, ready to be served."""

    base: Base
    areas: tuple[Area, ...]
    graph: OfficeGraph
    app: ASGIApp


def create_backoffice(
    settings: DatabaseSettings,
    own: BackofficeSettings,
    clock: Clock,
    screens: Path,
    *,
    oidc: OidcSettings | None = None,
    stream: StreamSettings | None = None,
    fulfilment: FulfilmentSettings | None = None,
    given: GivenSettings | None = None,
    ready_accounts: str = "",
    reports: ReportSource | None = None,
    questions: QuestionSource | None = None,
) -> Backoffice:
    """Build the back office.

    Args:
        settings: Where the databases are.
        own: Its own settings.
        clock: Product time.
        screens: The folder of the built screens.
        oidc: The provider that people sign in at; by default that of the environment, if there is one.
        stream: Where Kafka is; by default as the environment says.
        fulfilment: The providers' file; by default as the environment says.
        given: Settings that are not read from the environment.
        ready_accounts: The path at which a demo lists accounts to sign in with at once.
        reports: Where the reports of analytics are read; None without analytics.
        questions: Where questions to analytics are asked; None without analytics.

    Raises:
        ValueError: FURLONG_BACKOFFICE_KEY is not set, or FURLONG_BACKOFFICE_URL with an identity provider.
    """
    base = create_base(settings, own, clock, stream, fulfilment, given=given)
    oidc = oidc or OidcSettings()
    provider = _provider(oidc, own, clock)
    areas: tuple[Area, ...] = tuple(kind(base) for kind in AREAS)
    _ask_analytics_of(reports, questions, areas)
    graph, site = OfficeGraph.over(create_schema(), areas), Site(own.url, frozenset(own.trusted_proxies))
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    outcomes = Counter(
        "furlong_backoffice_sign_in",
        "Steps of signing in and out, by outcome",
        ["step", "outcome"],
        registry=registry,
    )
    seconds = Histogram(
        "furlong_backoffice_graph_seconds",
        "Duration of requests to the graph, by outcome: ok, errors, refused, fault",
        ["outcome"],
        registry=registry,
        buckets=SECONDS,
    )

    async def ready() -> bool:
        try:
            await base.database.ping()
        except (SQLAlchemyError, OSError):
            return False
        return True

    @asynccontextmanager
    async def running(_app: Starlette) -> AsyncIterator[None]:
        stop = asyncio.Event()
        working = [asyncio.create_task(JobWorker(base.jobs).run(stop), name="backoffice-jobs")]
        tidying = asyncio.create_task(keep_tidy(base.database, clock), name="backoffice-housekeeping")
        for area in areas:
            name = f"backoffice-{area.name}"
            working += [asyncio.create_task(run(stop), name=name) for run in area.background]
        try:
            yield
        finally:
            stop.set()
            tidying.cancel()
            for task in working:
                with suppress(asyncio.CancelledError):
                    await task
            for area in areas:
                await area.close()
            if provider is not None:
                await provider.close()
            await base.database.close()

    pages = {
        "external": "" if provider is None else OIDC_START,
        "readyAccounts": ready_accounts,
        "docs": own.docs_url,
        "firstBrand": own.first_brand,
    }
    routes = SessionRoutes(base.sign_in, base.renewal, site, outcomes, pages).routes()
    if provider is not None:
        signing_in = OidcSignIn(provider, base.sign_in, base.accounts)
        routes += OidcRoutes(signing_in, site, outcomes).routes()
    tables = {name: table for area in areas for name, table in area.downloads.items()}
    routes += Downloads(tables, base.sign_in, site).routes()
    return Backoffice(
        base,
        areas,
        graph,
        create_http_app(
            OperatorRoutes(ready, registry),
            GraphEndpoint(graph, base.sign_in, site, seconds),
            [*routes, *(route for area in areas for route in area.routes)],
            screen_routes(screens),
            running,
        ),
    )


def _ask_analytics_of(
    reports: ReportSource | None, questions: QuestionSource | None, areas: tuple[Area, ...]
) -> None:
    for area in areas:
        if not isinstance(area, RiskArea):
            continue
        if reports is not None:
            area.analytics.source = reports
        if questions is not None:
            area.questions.source = questions


def _provider(oidc: OidcSettings, own: BackofficeSettings, clock: Clock) -> Provider | None:
    if not oidc.issuer:
        return None
    if not own.url:
        # Otherwise whoever sends a request would say where the provider sends people back to.
        raise ValueError(
            "set FURLONG_BACKOFFICE_URL, the address that browsers use: the identity provider sends people "
            "back to it"
        )
    return Provider(oidc, seconds_of(clock.machine))
