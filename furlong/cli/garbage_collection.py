"""How often long-running processes collect cyclic garbage."""

import gc
from typing import Final

THRESHOLDS: Final = (50_000, 20, 50)
"""New objects, then rounds, between collections. Requests make many objects, few of them in cycles."""


def tune_garbage_collection() -> None:
    """Keep the collector from walking again and again through objects that live as long as the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
