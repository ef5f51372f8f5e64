"""Serves Hub88's operator API to an aggregator, `/health` and `/metrics`."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter
from starlette.types import ASGIApp, Receive, Scope, Send

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.neighbours import NEIGHBOURS
from furlong.workers.money.funds_server import FundsHealth
from furlong.workers.status import status_app
from subgraphs.kit.game_rules import GameRules
from subgraphs.kit.given_settings import GivenSettings
from subgraphs.kit.hub88_signatures import Signer, Verifier
from subgraphs.kit.live.wiring import publishing
from subgraphs.wallet.aggregator.app import seamless_app
from subgraphs.wallet.aggregator.operator import Operator
from subgraphs.wallet.aggregator.settings import SeamlessSettings
from subgraphs.wallet.opened import OpenedWallet

ABOUT_THE_PROCESS: Final = {"/health", "/metrics"}


@dataclass(frozen=True, slots=True)
class SeamlessServer:
    """The application: what the aggregator signs, and what is about the process."""

    games: ASGIApp
    status: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        is_about_it = scope["type"] == "http" and scope["path"] in ABOUT_THE_PROCESS
        await (self.status if is_about_it else self.games)(scope, receive, send)


@asynccontextmanager
async def open_seamless_server(
    database: DatabaseSettings, clock: Clock, settings: SeamlessSettings
) -> AsyncIterator[SeamlessServer]:
    """Open the wallet, and yield the application over it.

    Raises:
        ValueError: A key or the brands are missing, or cannot be used.
    """
    async with AsyncExitStack() as closing:
        changed = await closing.enter_async_context(publishing())
        wallet = OpenedWallet.of(Database.open(database, "wallet"), clock, changed)
        closing.push_async_callback(wallet.close)
        rules = NEIGHBOURS.game_rules(database, clock, GivenSettings())
        closing.push_async_callback(rules.close)
        yield seamless_server(wallet, settings, rules)


def seamless_server(wallet: OpenedWallet, settings: SeamlessSettings, rules: GameRules) -> SeamlessServer:
    """Return the application over an opened wallet.

    Raises:
        ValueError: A key or the brands are missing, or cannot be used.
    """
    verifier, signer = _keys(settings)
    if not settings.brands:
        raise ValueError("set FURLONG_SEAMLESS_BRANDS to the brand of each sub_partner_id")
    registry = CollectorRegistry()
    answers = Counter(
        "furlong_seamless_answers", "Answers to an aggregator", ["path", "status"], registry=registry
    )
    return SeamlessServer(
        seamless_app(
            Operator.of(wallet, settings.brands, rules, settings.greatest_wins), verifier, signer, answers
        ),
        status_app("seamless", FundsHealth(wallet, wallet.clock).body, registry),
    )


def _keys(settings: SeamlessSettings) -> tuple[Verifier, Signer]:
    if settings.private_key_file is None:
        raise ValueError("set FURLONG_SEAMLESS_PRIVATE_KEY_FILE to the key that signs answers")
    try:
        return Verifier(settings.public_key_files), Signer(settings.private_key_file)
    except OSError as error:
        raise ValueError(f"FURLONG_SEAMLESS_…: {error.filename}: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"FURLONG_SEAMLESS_…: {error}") from error
