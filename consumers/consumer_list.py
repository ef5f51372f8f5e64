"""The consumers of all blocks."""

from collections.abc import Callable, Mapping
from typing import Final

from consumers.stream.consumer import Consumer
from subgraphs.block_list import BLOCKS

CREATORS: Final[Mapping[str, Callable[..., Consumer]]] = {
    block.name: block.create_consumer for block in BLOCKS
}
"""What builds each, of databases, stream, metrics, clock and traces."""
