"""The names of all settings, and what names that are none may have meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from gateway.feature_list import FEATURES
from gateway.feature_settings import Entry, imported, nested_prefix
from gateway.settings import GatewaySettings


def variables(prefix: str, entries: Iterable[Entry] = FEATURES) -> Iterator[str]:
    """Yield the names of all variables that set something, without the former ones."""
    yield from (f"{prefix}{name}".upper() for name in GatewaySettings.model_fields)
    for each in entries:
        for name in imported(each.settings).model_fields:
            yield f"{nested_prefix(prefix, each.name)}{name}".upper()


def renamed_variables(prefix: str, entries: Iterable[Entry] = FEATURES) -> dict[str, str]:
    """Return the present names of all variables by their former ones."""
    models = ((each.name, imported(each.settings)) for each in entries)
    return {
        f"{prefix}{former}".upper(): f"{nested_prefix(prefix, name)}{field}".upper()
        for name, model in models
        for field, former in model.former.items()
    }


def renamed(names: Iterable[str], entries: Iterable[Entry] = FEATURES) -> Iterator[str]:
    """Yield a sentence for each variable that has its former name."""
    prefix = GatewaySettings.model_config["env_prefix"]
    present = renamed_variables(prefix, entries)
    for name in sorted(names):
        if name.upper() in present:
            yield f"{name} is now called {present[name.upper()]}: the next version will not read the old name"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a question for the known setting that is most similar to a name; empty if none is."""
    near = get_close_matches(name, sorted(known), n=1, cutoff=0.8)
    return f": is {near[0]} meant?" if near else ""
