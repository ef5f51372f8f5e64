"""Avoids useless and long garbage collections, while a model is built and while serving."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

COLLECT_AFTER: Final = (50_000, 4, 1_800)
"""The thresholds of the collector: requests and streams create many objects, but hardly any cycles.

A collection of the second generation visits about 200,000 objects. With a million, it would pause a process
that opens streams for half a second. A collection of all objects takes longer than a second with 20,000
streams; `collect_young_objects` counts towards it, so that about an hour passes between two of them.
"""

STEP_OBJECTS: Final = 10_000
"""How many new objects one collection visits while a gateway that serves builds a model: 3 to 5 ms' work."""


@contextmanager
def collection_paused() -> Iterator[None]:
    """Pause collection while a model is built: collections would find nothing, and take as long as building.

    While `collected_in_steps` is in force, nothing is paused.
    """
    if _freeze_survivors in gc.callbacks:
        yield
        return
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def freeze_long_lived_objects(*, collect: bool = True) -> None:
    """Exempt all objects that exist now from collection: they live as long as the process.

    Every process that serves calls it when it is complete: without it, a collection of all objects pauses the
    process for half a second, and a client who sends new documents brings one about every few seconds.

    Args:
        collect: Whether to look for garbage first, which takes as long as such a pause.
    """
    if collect:
        gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def collect_young_objects() -> None:
    """Collect the objects created since the last call; processes with streams call it every two seconds.

    By itself, the collector begins when more objects were created than freed. Each event of a stream replaces
    some twenty objects by as many, so that it would begin only after many events, and visit the objects of
    all streams at once: with 20,000 streams, it paused the process for a second.
    """
    gc.collect(1)


@contextmanager
def collected_in_steps() -> Iterator[None]:
    """Collect new objects in small steps while a model is built beside requests, and exempt those that stay.

    Nothing else runs during a collection. A collection postponed until the model is complete would visit all
    of it at once, and so would each later one. Exempt objects are still freed with their last reference:
    see `gateway.supergraph.model`.
    """
    thresholds = gc.get_threshold()
    gc.callbacks.append(_freeze_survivors)
    gc.set_threshold(STEP_OBJECTS, *thresholds[1:])
    try:
        yield
        gc.collect(0)
    finally:
        gc.callbacks.remove(_freeze_survivors)
        gc.set_threshold(*thresholds)


def _freeze_survivors(phase: Literal["start", "stop"], _info: dict[str, int]) -> None:
    """Exempt the objects that survived a collection from further ones."""
    if phase == "stop":
        gc.freeze()
