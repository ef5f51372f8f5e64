"""The served site as an application factory, so that every worker process builds its own."""

from fastapi import FastAPI

from furlong.commands.options import database_settings, log_to_stderr, session_settings
from furlong.wiring import Parts, create_site


def create_app() -> FastAPI:
    """Gateway, subgraphs and page, from the environment.

    Raises:
        ValueError: a setting is missing or wrong; the message names it.
    """
    log_to_stderr()
    return create_site(Parts.from_settings(database_settings(), sessions=session_settings()))
