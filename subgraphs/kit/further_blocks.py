"""Blocks of other packages, which an installation uses as its own ones if its settings name them."""

from importlib.metadata import entry_points
from typing import Final

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from foundation.late_imports import NotInstalled
from subgraphs.kit.block import Block

GROUP: Final = "furlong.blocks"
"""The group of the entry points by which packages offer blocks."""


class BlockSettings(BaseSettings):
    """Which blocks of other packages are used."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_", frozen=True)

    blocks: tuple[str, ...] = Field(
        default=(),
        description="Blocks of other packages that are used beside our own, by the names of their entry "
        f"points in the group `{GROUP}`; all processes of an installation need the same",
    )


class UnknownBlock(NotInstalled):
    """A block that the settings name is not there, or has the name of another one."""


def further_blocks(own: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return the blocks of other packages that the settings name; nothing is looked for without a name.

    Args:
        own: Our own blocks, whose names are taken.

    Raises:
        UnknownBlock: No package offers such a block, or two blocks have the same name.
    """
    try:
        names = BlockSettings().blocks
    except (SettingsError, ValidationError) as error:
        raise UnknownBlock('FURLONG_BLOCKS: expected a JSON list of names, such as ["notes"]') from error
    blocks: list[Block] = []
    for name in names:
        block = _offered(name)
        if block.name in {other.name for other in (*own, *blocks)}:
            raise UnknownBlock(
                f"FURLONG_BLOCKS: there are two blocks {block.name!r}; each needs a name of its own"
            )
        blocks.append(block)
    return tuple(blocks)


def _offered(name: str) -> Block:
    offers = tuple(entry_points(group=GROUP, name=name))
    if not offers:
        installed = sorted(entry.name for entry in entry_points(group=GROUP))
        there = f"there are {', '.join(installed)}" if installed else "none offers any"
        raise UnknownBlock(f"FURLONG_BLOCKS: no installed package offers a block {name!r}; {there}")
    try:
        block = offers[0].load()
    except (ImportError, AttributeError) as error:
        raise UnknownBlock(f"FURLONG_BLOCKS: the block {name!r} cannot be imported: {error}") from error
    if not isinstance(block, Block):
        raise UnknownBlock(f"FURLONG_BLOCKS: {offers[0].value} is not a subgraphs.kit.block.Block")
    return block
