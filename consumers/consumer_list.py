"""The consumers of our blocks."""

from collections.abc import Callable, Mapping
from typing import Final

from consumers.stream.consumer import Consumer
from foundation.late_imports import imported
from subgraphs.block_list import SUBGRAPHS

CREATORS: Final[Mapping[str, Callable[..., Consumer]]] = {
    name: imported(f"consumers.{name}.wiring:create_consumer") for name in SUBGRAPHS
}
"""What builds each, of databases, stream, metrics, clock and traces."""
