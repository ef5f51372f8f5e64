"""The topics on which traders decide about customers and single bets: the back office writes them."""

from typing import Final

FACTOR_TOPIC: Final = "bet.factor.v1"
"""Which part of what others may stake a customer may; keyed by customer."""

VOID_TOPIC: Final = "bet.void.v1"
"""Bets that two people declare void; keyed by customer."""

FACTOR_SCHEMA: Final = "bet.factor/1"
VOID_SCHEMA: Final = "bet.void/1"
