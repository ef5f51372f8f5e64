"""Imports extensions by their names."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from gateway.extensions.extension import Extension


def load_extensions(names: Iterable[str]) -> tuple[Extension, ...]:
    """Import extensions by names such as `audit.gateway:extension`.

    The name refers to an extension, or to a callable that returns one, such as its class.

    Raises:
        ValueError: There is no such module or name, or it is not an extension.
    """
    return tuple(map(_load, names))


def _load(name: str) -> Extension:
    module, _, path = name.partition(":")
    if not module or not path:
        raise ValueError(f"The extension {name!r} is not of the form MODULE:NAME.")
    try:
        found: object = import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"The extension {name} cannot be imported: {error}.") from error
    if not isinstance(found, Extension) and callable(found):
        found = found()
    if isinstance(found, Extension):
        return found
    raise ValueError(f"{name} is not a gateway.extensions.Extension.")
