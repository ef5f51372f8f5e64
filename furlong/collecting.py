"""How often processes that run for long look for garbage in cycles."""

import gc
from typing import Final

COLLECT_AFTER: Final = (50_000, 20, 50)
"""Objects, and rounds, between collections: requests and batches make many objects, hardly one in a cycle."""


def spare_the_collector() -> None:
    """Keeps the garbage collector from walking time and again through what lives as long as the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
