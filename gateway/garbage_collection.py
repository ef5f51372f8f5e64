"""Spares the garbage collector walks that find nothing: while a model is built, and while serving."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

COLLECT_AFTER: Final = (50_000, 20, 50)
"""Objects, and rounds, between collections: requests make many objects, and hardly one is in a cycle."""


@contextmanager
def collection_paused() -> Iterator[None]:
    """Pause collection while a model is built: walking what only grows takes as long as building it."""
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
