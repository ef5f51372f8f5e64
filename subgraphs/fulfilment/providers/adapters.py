"""The registry of the adapters for providers."""

from enum import StrEnum
from typing import Self

from subgraphs.fulfilment.providers import games, house, sportsbook, wallet
from subgraphs.fulfilment.providers.adapter import AdapterDeclaration


class Adapter(StrEnum):
    """The kind of API that a provider has. Its value is its name in configurations."""

    declaration: AdapterDeclaration

    def __new__(cls, declaration: AdapterDeclaration) -> Self:
        """Return the adapter of a declaration, which is equal to its name."""
        member = str.__new__(cls, declaration.name)
        member._value_ = declaration.name
        member.declaration = declaration
        return member

    SPORTSBOOK = sportsbook.ADAPTER
    GAMES = games.ADAPTER
    WALLET = wallet.ADAPTER
    HOUSE = house.ADAPTER
