"""Finds environment variables that look like settings but are not, and silently have no effect."""

import os
from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

from gateway.settings import GatewaySettings


def misspelt(names: Iterable[str], known: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each name that is not a known setting, with the most similar setting."""
    for name in sorted(set(names) - set(known)):
        near = get_close_matches(name, known, n=1, cutoff=0.8)
        yield f"{name} is no setting and has no effect" + (f": is {near[0]} meant?" if near else "")


def misspelt_variables() -> Iterator[str]:
    """Yield a sentence for each environment variable FURLONG_GATEWAY_… that is not a known setting."""
    prefix = GatewaySettings.model_config["env_prefix"]
    names = [name.upper() for name in os.environ if name.upper().startswith(prefix)]
    yield from misspelt(names, [f"{prefix}{field}".upper() for field in GatewaySettings.model_fields])
