"""The products of a betting site, the same everywhere in the graph."""

from enum import Enum


class Product(Enum):
    """Where a bet is placed or a reward is used."""

    BETTING = "betting"
    CASINO = "casino"
    BINGO = "bingo"
    POKER = "poker"
