"""Opens games: checks who asks, asks for a session and for the address, and counts what is played."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import structlog
from msgspec.structs import replace
from sqlalchemy.exc import SQLAlchemyError

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.errors import DatabaseAway
from subgraphs.club_kit.domain.accounts import Account
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product
from subgraphs.kit.game_sessions import GameSessions, OpenSession
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from subgraphs.kit.mutations.circuit_breaker import Breaker
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.lobby.catalogue.games import Game
from subgraphs.lobby.configuration import LobbyFile
from subgraphs.lobby.hub88 import Asked, Hub88Client, NoAnswer, Refused
from subgraphs.lobby.records.launches import count_launch

log = structlog.get_logger(__name__)

MAX_OPENING: Final = 20
"""How many games of a provider a process opens at the same time."""

MAX_DEMOS: Final = 10
"""How many of them without money: visitors do not keep customers out."""

NOT_HERE: Final = Refusal(PlatformErrorCode.NOT_ALLOWED_HERE, "This game can't be played where you are.")
NO_DEMO: Final = Refusal(PlatformErrorCode.NOT_ALLOWED_HERE, "This game can't be played without money.")
SIGN_IN: Final = Refusal(PlatformErrorCode.UNAUTHENTICATED, "Sign in first.")
UNVERIFIED: Final = Refusal(PlatformErrorCode.UNVERIFIED, "Verify your age first, then you can play.")
AWAY: Final = Refusal(
    PlatformErrorCode.METHOD_UNAVAILABLE, "The game isn't answering right now. Try again soon."
)
AT_OPERATOR: Final = Refusal(
    PlatformErrorCode.NOT_ALLOWED_HERE, "This game can't be played with your account's money."
)
EXCLUDED: Final = Refusal(PlatformErrorCode.SELF_EXCLUDED, "You've excluded yourself.")
ON_BREAK: Final = Refusal(PlatformErrorCode.COOLING_OFF, "You're taking a break.")
SUSPENDED: Final = Refusal(PlatformErrorCode.ACCOUNT_SUSPENDED, "Your account is suspended.")


def stop_of(account: Account) -> Refusal | None:
    """Return what stops a customer from opening a game: the strictest of what holds now, as in the wallet."""
    if account.rg_state == "self_excluded":
        return EXCLUDED
    if account.status != "active":
        return SUSPENDED
    if account.rg_state != "none" or Product.CASINO.value in account.on_break:
        return ON_BREAK
    return None


class Opening(NamedTuple):
    """A game that somebody wants to open.

    Attributes:
        owner, account: The customer; None for an anonymous visitor.
        country: The country whose rules hold.
    """

    brand: str
    game: Game
    device: str
    demo: bool
    locale: str
    country: str
    owner: Owner | None
    account: Account | None
    jurisdiction: str


class Opened(NamedTuple):
    """A game that can be opened once, until an instant."""

    url: str
    expires_at: datetime


@dataclass(slots=True)
class _Provider:
    """A provider, and how many games of it are being opened."""

    client: Hub88Client
    breaker: Breaker = field(default_factory=lambda: Breaker(failures=5))
    opening: int = 0
    demos: int = 0

    async def address(self, asked: Asked, *, demo: bool) -> str:
        """Return where a game is found.

        Raises:
            NoAnswer: The provider does not say, has not lately, or is asked too often.
        """
        if self.opening >= MAX_OPENING or (demo and self.demos >= MAX_DEMOS):
            raise NoAnswer("it is being asked too often")
        if not self.breaker.admits():
            raise NoAnswer("it has not answered lately")
        self.opening, self.demos = self.opening + 1, self.demos + demo
        try:
            url = await self.client.address(asked)
        except Refused:
            self.breaker.succeeded()
            raise
        except NoAnswer:
            self.breaker.failed()
            raise
        finally:
            self.opening, self.demos = self.opening - 1, self.demos - demo
        self.breaker.succeeded()
        return url


@dataclass(frozen=True, slots=True)
class Launcher:
    """Opens games of all providers.

    Attributes:
        database: The lobby's.
        clock: Product time, by whose days launches are counted.
        sessions: Opens sessions where customers' money is.
        lasts: How long a session lasts.
    """

    file: LobbyFile
    database: Database
    clock: Clock
    sessions: GameSessions
    lasts: timedelta
    _providers: Mapping[str, _Provider]

    @classmethod
    def of(
        cls, file: LobbyFile, database: Database, clock: Clock, sessions: GameSessions, lasts: timedelta
    ) -> "Launcher":
        """Put the parts together; nothing connects yet.

        Raises:
            LobbyError: A file of keys cannot be used.
        """
        providers = {config.name: _Provider(Hub88Client.of(config)) for config in file.providers}
        return cls(file, database, clock, sessions, lasts, providers)

    async def open(self, opening: Opening) -> Opened | Refusal:
        """Return where a game is opened, or why it is not.

        Raises:
            DatabaseAway: The wallet cannot be reached.
            SQLAlchemyError: The same.
        """
        if opening.account is not None and (stop := stop_of(opening.account)):
            return stop
        provider = self._providers.get(opening.game.provider)
        if provider is None:
            return NOT_HERE
        return await (self._demo(provider, opening) if opening.demo else self._for_money(provider, opening))

    async def _demo(self, provider: _Provider, opening: Opening) -> Opened | Refusal:
        if not opening.game.has_demo:
            return NO_DEMO
        account = opening.account
        if opening.jurisdiction in self.file.verified_demo and (account is None or not account.verified):
            return SIGN_IN if account is None else UNVERIFIED
        return await self._address(provider, opening, None) or AWAY

    async def _for_money(self, provider: _Provider, opening: Opening) -> Opened | Refusal:
        owner, account = opening.owner, opening.account
        if owner is None or account is None:
            return SIGN_IN
        if account.currency not in provider.client.config.currencies:
            message = f"This game can't be played in {account.currency}."
            return Refusal(PlatformErrorCode.WRONG_CURRENCY, message)
        game = opening.game
        session = await self.sessions.open_session(
            owner, account.currency, game.code, self.lasts, game.provider
        )
        if session is None:
            return AT_OPERATOR
        opened = None
        try:
            opened = await self._address(provider, opening, session)
        finally:
            if opened is None and session.is_ours:
                await self.sessions.end_session(session)
        if opened is None:
            return AWAY
        await self._count(opening)
        return opened

    async def _address(
        self, provider: _Provider, opening: Opening, session: OpenSession | None
    ) -> Opened | None:
        asked = Asked(
            brand=opening.brand,
            game_code=opening.game.code,
            device=opening.device,
            language=opening.locale[:2].lower(),
            country=opening.country,
        )
        if session is not None and opening.owner is not None and opening.account is not None:
            user, currency = opening.owner.customer, opening.account.currency
            asked = replace(asked, user=user, token=session.token, currency=currency)
        config = provider.client.config
        try:
            url = await provider.address(asked, demo=opening.demo)
        except NoAnswer as why:
            log.warning("game_not_opened", provider=config.name, game=opening.game.code, why=str(why))
            return None
        return Opened(url, self.clock.machine.now() + timedelta(seconds=config.address_seconds))

    async def _count(self, opening: Opening) -> None:
        """Count a launch; one that cannot be counted is played all the same."""
        try:
            async with self.database.write() as connection:
                at = await self.clock.at(connection)
                await count_launch(connection, opening.brand, opening.game.own_id, at)
        except (DatabaseAway, SQLAlchemyError, OSError) as error:
            log.warning("launch_not_counted", error=repr(error))

    async def close(self) -> None:
        """Close all connections."""
        for provider in self._providers.values():
            await provider.client.http.aclose()
