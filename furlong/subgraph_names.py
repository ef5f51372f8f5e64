"""The names of our subgraphs and databases, for modules that need not import their tables."""

from typing import Final

SUBGRAPHS: Final = ("club", "rewards", "progress", "fulfilment")
DATABASES: Final = (*SUBGRAPHS, "backoffice")
