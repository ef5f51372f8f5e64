"""The served site as an application factory, so that every worker process builds its own."""

import gc
from typing import Final

from fastapi import FastAPI

from furlong.commands.options import database_settings, log_to_stderr, session_settings
from furlong.settings import ROOT
from furlong.wiring import Parts, create_site
from gateway.settings import GatewaySettings

CONTRACTS = ROOT / "contracts"
"""With the operations of our own clients."""

COLLECT_AFTER: Final = (50_000, 20, 50)
"""Objects, and rounds, between collections: a request makes many objects, and hardly one in a cycle."""


def create_app() -> FastAPI:
    """Gateway, subgraphs and page, from the environment.

    Raises:
        ValueError: a setting is missing or wrong; the message names it.
    """
    log_to_stderr()
    gateway = GatewaySettings()
    if gateway.documents is None and CONTRACTS.is_dir():
        gateway = gateway.model_copy(update={"documents": CONTRACTS})
    parts = Parts.from_settings(database_settings(), sessions=session_settings())
    site = create_site(parts, gateway=gateway)
    _spare_the_collector()
    return site


def _spare_the_collector() -> None:
    """Keeps the garbage collector from walking time and again through what lives as long as the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
