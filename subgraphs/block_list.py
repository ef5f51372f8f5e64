"""Our own blocks, one line each: what is done for every block is derived from here."""

from typing import Final

from subgraphs.kit.block import Block

BLOCKS: Final[tuple[Block, ...]] = (
    Block("club", has_intents=True, acknowledges=True),
    Block("rewards", has_intents=True, acknowledges=True),
    Block("progress"),
    Block("fulfilment", acknowledges=True),
)
SUBGRAPHS: Final = tuple(block.name for block in BLOCKS)
