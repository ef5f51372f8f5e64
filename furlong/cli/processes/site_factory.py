"""The application factory of the site: each worker process of `furlong serve` calls it."""

from fastapi import FastAPI

from furlong.cli.options import database_settings, log_to_stderr, running_clock, session_settings
from furlong.serve.site import create_site
from furlong.serve.subgraphs import Parts
from furlong.settings import ROOT
from gateway.garbage_collection import freeze_long_lived_objects
from gateway.settings import GatewaySettings

CONTRACTS = ROOT / "contracts"
"""The folder with the operations of our own clients."""


def create_app() -> FastAPI:
    """Build gateway, subgraphs and page from the environment.

    Raises:
        ValueError: a setting is missing or wrong; the message names it.
    """
    log_to_stderr()
    gateway = GatewaySettings()
    if gateway.documents is None and CONTRACTS.is_dir():
        gateway = gateway.model_copy(update={"documents": CONTRACTS})
    parts = Parts.from_settings(database_settings(), sessions=session_settings(), clock=running_clock())
    site = create_site(parts, gateway=gateway)
    freeze_long_lived_objects()
    return site
