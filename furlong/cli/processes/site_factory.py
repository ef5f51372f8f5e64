"""The application factory of the site: each worker process of `furlong serve` calls it."""

from starlette.applications import Starlette

from foundation.garbage_collection import freeze_long_lived_objects
from foundation.tracing import opened
from furlong.cli.options import database_settings, log_to_stderr, running_clock, session_settings
from furlong.serve.site import create_site, site_reload, site_settings
from furlong.serve.site_feature import SentTraces
from furlong.serve.subgraphs import subgraph_parts
from furlong.settings import ROOT, ServeSettings
from gateway.features.observation.settings import ObservationSettings

CONTRACTS = ROOT / "contracts"
"""The folder with the operations of our own clients."""


def create_app() -> Starlette:
    """Build gateway, subgraphs and page from the environment.

    Raises:
        ValueError: A setting is missing or wrong; the message names it.
    """
    log_to_stderr()
    serve, gateway = ServeSettings(), site_settings(CONTRACTS)
    parts = subgraph_parts(database_settings(), sessions=session_settings(), clock=running_clock())
    reload = site_reload(serve, gateway, CONTRACTS)
    tracing = opened("furlong-serve", wanted=gateway.of(ObservationSettings).tracing)
    sent = [] if tracing is None else [SentTraces(tracing)]
    site = create_site(parts, serve, gateway, reload=reload, tracing=tracing, features=sent)
    freeze_long_lived_objects()
    return site
