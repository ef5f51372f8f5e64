"""What a block asks of other blocks in its process: whoever composes the process says where it is.

A block knows the protocols alone. What nobody gives is asked for by no block that is used.
"""

from collections.abc import Callable
from typing import Any, Final, NoReturn, Protocol, TypeAlias

from msgspec import Struct

from foundation.storage.clock import Clock
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.funds import Funds
from subgraphs.kit.game_rules import GameRules
from subgraphs.kit.game_sessions import GameSessions
from subgraphs.kit.given_settings import GivenSettings
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.offers import Offers


class OpenedFunds(Funds, Protocol):
    """Where customers' money is kept, with its connections."""

    async def close(self) -> None:
        """Close them."""
        ...


class OpenedOffers(Offers, Protocol):
    """What brands offer to bet on, with its connections."""

    async def close(self) -> None:
        """Close them."""
        ...


class OpenedSessions(GameSessions, Protocol):
    """Where games get customers' sessions, with its connections."""

    async def close(self) -> None:
        """Close them."""
        ...


OpenFunds: TypeAlias = Callable[
    [DatabaseSettings, Clock, GivenSettings, CustomersChanged | None], OpenedFunds
]
"""Opens the money of all brands; pages are told of what it moves, if somebody tells them."""

OpenOffers: TypeAlias = Callable[[DatabaseSettings, Clock], OpenedOffers]
"""Opens what all brands offer."""

OpenSessions: TypeAlias = Callable[[DatabaseSettings, Clock, GivenSettings], OpenedSessions]
"""Opens the sessions of games of all brands."""

OpenGameRules: TypeAlias = Callable[[DatabaseSettings, Clock, GivenSettings], GameRules]
"""Opens what tells which games may be played where."""


def _not_given(*_asked: Any) -> NoReturn:
    raise LookupError("this process does not say where its blocks find one another")


class Neighbours(Struct, frozen=True, kw_only=True):
    """Where blocks find one another.

    Attributes:
        funds: Opens customers' money.
        offers: Opens what can be bet on.
        sessions: Opens sessions of games.
        game_rules: Opens what tells which games may be played.
    """

    funds: OpenFunds = _not_given
    offers: OpenOffers = _not_given
    sessions: OpenSessions = _not_given
    game_rules: OpenGameRules = _not_given


NOT_GIVEN: Final = Neighbours()
"""Of a process whose blocks need no other."""
