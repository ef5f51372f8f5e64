"""The adapters that have a process of their own, by name."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from providers import adapters
from providers.declaration import AdapterDeclaration

NAMES: Final = tuple(sorted(module.name for module in iter_modules(adapters.__path__)))
"""Their names, which are those of the files in `adapters`."""


class UnknownAdapter(ValueError):
    """No adapter has the name."""


def find_adapter(name: str) -> AdapterDeclaration:
    """Return the adapter of a name.

    Raises:
        UnknownAdapter: There is none.
    """
    if name not in NAMES:
        raise UnknownAdapter(f"no adapter {name!r} runs as a process: there are {', '.join(NAMES)}")
    declared: AdapterDeclaration = import_module(f"{adapters.__name__}.{name}").ADAPTER
    return declared
