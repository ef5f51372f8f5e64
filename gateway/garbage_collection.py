"""Avoids garbage collections that find nothing: while a model is built, and while serving."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

COLLECT_AFTER: Final = (50_000, 20, 50)
"""The thresholds of the collector: requests make many objects, and hardly any are in cycles."""


@contextmanager
def collection_paused() -> Iterator[None]:
    """Pause collection while a model is built: collecting what only grows takes as long as building it."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def freeze_long_lived_objects() -> None:
    """Exempt all objects that exist now from collection: they live as long as the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
