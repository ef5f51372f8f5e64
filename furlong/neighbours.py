"""Where the blocks of a process find one another; nothing is imported before a block asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from subgraphs.block_list import BY_NAME
from subgraphs.kit.absent import NoFunds, NoOffers
from subgraphs.kit.funds_settings import FundsSettings
from subgraphs.kit.game_rules import EVERY_GAME
from subgraphs.kit.neighbours import Neighbours, OpenedFunds, OpenedOffers, OpenedSessions

if TYPE_CHECKING:
    from foundation.storage.clock import Clock
    from foundation.storage.settings import DatabaseSettings
    from subgraphs.kit.game_rules import GameRules
    from subgraphs.kit.given_settings import GivenSettings
    from subgraphs.kit.live.event_bus import CustomersChanged


def _funds(
    database: DatabaseSettings, clock: Clock, given: GivenSettings, changed: CustomersChanged | None
) -> OpenedFunds:
    if "wallet" not in BY_NAME:
        return NoFunds()
    from furlong.funds import opened_funds  # noqa: PLC0415 - only for who moves money

    return opened_funds(database, clock, given.of(FundsSettings), changed)


def _offers(database: DatabaseSettings, clock: Clock) -> OpenedOffers:
    if "events" not in BY_NAME:
        return NoOffers()
    from subgraphs.events.offering import open_offers  # noqa: PLC0415 - only for who takes bets

    return open_offers(database, clock)


def _sessions(database: DatabaseSettings, clock: Clock, given: GivenSettings) -> OpenedSessions:
    from furlong.game_sessions import opened_sessions  # noqa: PLC0415 - only for who opens games

    return opened_sessions(database, clock, given.of(FundsSettings))


def _game_rules(database: DatabaseSettings, clock: Clock, given: GivenSettings) -> GameRules:
    if "lobby" not in BY_NAME:  # all games are allowed where nobody says which there are
        return EVERY_GAME
    from subgraphs.lobby.allowed_games import open_game_rules  # noqa: PLC0415 - only for who serves games
    from subgraphs.lobby.configuration import LobbySettings  # noqa: PLC0415

    return open_game_rules(database, clock, given.of(LobbySettings))


NEIGHBOURS: Final = Neighbours(funds=_funds, offers=_offers, sessions=_sessions, game_rules=_game_rules)
