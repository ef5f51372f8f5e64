"""The served site as an application factory, so that every worker process builds its own."""

from fastapi import FastAPI

from furlong.commands.options import database_settings, log_to_stderr, running_clock, session_settings
from furlong.settings import ROOT
from furlong.wiring import Parts, create_site
from gateway.garbage_collection import freeze_long_lived_objects
from gateway.settings import GatewaySettings

CONTRACTS = ROOT / "contracts"
"""With the operations of our own clients."""


def create_app() -> FastAPI:
    """Gateway, subgraphs and page, from the environment.

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
