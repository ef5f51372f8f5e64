"""Reports misspelt environment variables, which would otherwise be ignored silently."""

from __future__ import annotations

import logging
import multiprocessing
import os
from functools import cache
from typing import Final

import typer

PREFIX: Final = "FURLONG_"
GATEWAY: Final = "FURLONG_GATEWAY_"
NOT_SETTINGS: Final = frozenset(
    {"FURLONG_REQUIRE_SERVICES", "FURLONG_TORTURE", "FURLONG_NIGHTLY", "FURLONG_DEV_URL"}
)
"""Variables of tests and of the page's development server."""


@cache
def report_misspelt_once() -> None:
    """Report variables FURLONG_… that are not settings: in the log if the process has one, else on stderr."""
    if multiprocessing.parent_process() is not None:
        return  # a worker of `furlong serve`: its parent has reported them
    for sentence in unknown_variables():
        if logging.getLogger().handlers:
            logging.getLogger(__name__).warning(sentence)
        else:
            typer.echo(f"furlong: {sentence}", err=True)


def unknown_variables() -> list[str]:
    """Return a sentence for each variable FURLONG_… that is not a setting."""
    found = {name.upper() for name in os.environ if name.upper().startswith(PREFIX)} - NOT_SETTINGS
    if not found:
        return []
    from furlong.settings import listed
    from gateway.settings.names import nearest, renamed_variables

    renamed = renamed_variables(GATEWAY)
    known = [variable for variable, _, _ in listed()]
    return [
        f"{name} is now called {renamed[name]}: the next version will not read the old name"
        if name in renamed
        else f"{name} is no setting and has no effect{nearest(name, known)}"
        for name in sorted(found - set(known))
    ]


def set_variables(field: str) -> list[str]:
    """Return the variables of the environment that set a field of this name, of any part."""
    from furlong.settings import ALL_SETTINGS

    prefixes = [
        each.model_config.get("env_prefix", "") for each in ALL_SETTINGS if field in each.model_fields
    ]
    named = [f"{prefix}{field}".upper() for prefix in prefixes]
    return [name for name in os.environ if name.upper() in named]
