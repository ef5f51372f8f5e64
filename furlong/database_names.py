"""The names of our databases, for modules that need not import their tables."""

from typing import Final

from subgraphs.block_list import SUBGRAPHS

DATABASES: Final = (*SUBGRAPHS, "backoffice")
