"""Simulated providers of games that play against our wallet's own server, and a customer who plays."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import httpx
from msgspec import json
from prometheus_client import CollectorRegistry, Counter
from starlette.applications import Starlette

from foundation.storage.clock import ManualClock, SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from simulator.casino.keys import OPERATOR, ProviderKeys, public_file
from simulator.casino.serve import CasinoSettings, ServedCasino, serving_casino
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.hub88_signatures import HEADER, Signer
from subgraphs.wallet.aggregator.app import LABELS, seamless_app
from subgraphs.wallet.aggregator.operator import Operator
from subgraphs.wallet.aggregator.providers import GameProviders
from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.models import METADATA
from subgraphs.wallet.opened import OpenedWallet
from tests.support.database_probe import migrate
from tests.support.wallet.money_clients import BRAND, CASH, CURRENCY, MoneyClients

ANN: Final = Owner(BRAND, "ann1")
POUND: Final = 100_000
START: Final = CASH * 1_000
"""What Ann has at first, in 1/100,000."""

SLOT: Final = "acorn_harvest"
DICE: Final = "bramble_hundred"
DOUBLING: Final = "bramble_double_up"
PROVIDERS: Final = ("acorn", "bramble")


@dataclass
class Switch(httpx.AsyncBaseTransport):
    """The way to the wallet.

    Attributes:
        wallet: Where it leads.
        is_cut: Nothing passes.
        hangs_after: The path whose answers do not come back until they are released; "" for none.
        has_hung: Whether an answer is being held.
        seen: The paths and bodies of what has passed.
    """

    wallet: httpx.AsyncBaseTransport
    is_cut: bool = False
    hangs_after: str = ""
    has_hung: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    seen: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, unless the way is cut."""
        if self.is_cut:
            raise httpx.ConnectError("cut", request=request)
        self.seen.append((request.url.path, json.decode(await request.aread())))
        answer = await self.wallet.handle_async_request(request)
        if request.url.path == self.hangs_after:
            self.has_hung.set()
            await self.released.wait()
        return answer

    def bodies(self, path: str) -> list[dict[str, Any]]:
        """Return the bodies that have passed to a path."""
        return [body for seen, body in self.seen if seen == path]


@dataclass
class GamePage:
    """What the page of a game asks."""

    client: httpx.AsyncClient
    url: str
    keys: "count[int]" = field(default_factory=count)

    async def state(self) -> dict[str, Any]:
        """Ask how things stand."""
        return (await self.client.get(f"{self.url}/state")).json()

    async def post(self, path: str, **members: Any) -> dict[str, Any]:
        """Ask for something."""
        answer = await self.client.post(f"{self.url}/{path}", json=members)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    async def play(self, stake: str = "1", choice: str = "", key: str = "") -> dict[str, Any]:
        """Play a game, under a key of its own if none is given."""
        return await self.post("games", key=key or f"k{next(self.keys)}", stake=stake, choice=choice)


@dataclass
class CasinoPlayer:
    """A customer of a wallet, and providers whose games the customer plays.

    Attributes:
        clock: The providers'.
        token: That of the customer's session.
    """

    casino: ServedCasino
    settings: CasinoSettings
    wallet: OpenedWallet
    operator: Operator
    switch: Switch
    clock: ManualClock
    client: httpx.AsyncClient
    folder: Path
    token: str

    async def ask(self, provider: str, deed: str, **members: Any) -> httpx.Response:
        """Ask a provider as the operator does, signed."""
        body = json.encode({"operator_id": 1, **members})
        signature = Signer(self.folder / OPERATOR).sign(body)
        url = f"{self.casino.urls[provider]}/operator/generic/v2/game/{deed}"
        return await self.client.post(url, content=body, headers={HEADER: signature})

    async def open(self, game: str, **members: Any) -> GamePage:
        """Open a game's page; without money if its currency is XXX."""
        given = {
            "platform": "GPL_MOBILE",
            "currency": CURRENCY,
            "user": "ann1",
            "token": self.token,
        } | members
        answer = await self.ask(game.partition("_")[0], "url", game_code=game, **given)
        assert answer.status_code == httpx.codes.OK, answer.text
        return GamePage(self.client, answer.json()["url"])

    async def control(self, path: str, **query: Any) -> httpx.Response:
        """Ask for a fault or something else that tests ask for."""
        return await self.client.post(f"{self.casino.control_url}{path}", params=query)

    async def books(self) -> dict[str, Any]:
        """Return what the providers know."""
        return (await self.client.get(f"{self.casino.control_url}/state")).json()

    def wait(self, seconds: float = 10) -> None:
        """Let time pass for the providers."""
        self.clock.advance(timedelta(seconds=seconds))

    async def has(self) -> int:
        """Return what the customer has, in 1/100,000; the ledger proves itself, too."""
        assert not await prove(self.wallet.database)
        return await self.operator._balance(ANN, CURRENCY)

    async def settle(self) -> None:
        """Let providers do what is due, until nothing is."""
        for _ in range(50):
            self.wait(400)
            for rounds in self.casino.rounds.values():
                await rounds.collect_due()
                await rounds.sender.send_due()
            books = await self.books()
            if all(message["due"] is None for message in books["messages"]) and not any(
                played["state"] == "open" for played in books["rounds"]
            ):
                return
            await asyncio.sleep(0.1)
        raise AssertionError("something is due for ever")


@dataclass(frozen=True)
class ServedWallet:
    """A wallet with a customer, and what answers providers.

    Attributes:
        keys: The folder of the operator's keys, and the providers'.
        token: That of a session of the customer.
    """

    wallet: OpenedWallet
    operator: Operator
    app: Starlette
    keys: Path
    token: str


@cache
def _keys() -> Path:
    folder = Path(mkdtemp(prefix="furlong-casino-"))
    for name in PROVIDERS:
        ProviderKeys.of(folder, name)
    return folder


def write_keys(folder: Path) -> None:
    """Write the keys of the providers and of their operator, made once: that takes long."""
    shutil.copytree(_keys(), folder)


@asynccontextmanager
async def opened_wallet(folder: Path) -> AsyncIterator[ServedWallet]:
    """Open a wallet whose database and keys are in a folder."""
    database = DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}")
    await migrate(database, "wallet", METADATA)
    wallet = OpenedWallet.of(Database.open(database, "wallet"), SystemClock())
    await MoneyClients([ANN]).begin(wallet)
    operator = Operator.of(wallet, {"": BRAND})
    keys = folder / "casino"
    write_keys(keys)
    answers = Counter("answers", "Answers", LABELS, registry=CollectorRegistry())
    providers = GameProviders.of({name: [public_file(keys, name)] for name in PROVIDERS}, {})
    app = seamless_app(operator, providers, Signer(keys / OPERATOR), answers)
    token = await operator.sessions.open_session(ANN, CURRENCY, None, timedelta(hours=1))
    yield ServedWallet(wallet, operator, app, keys, token)
    await wallet.close()


@asynccontextmanager
async def playing(folder: Path, **settings: Any) -> AsyncIterator[CasinoPlayer]:
    """Serve providers beside a wallet, whose database and keys are in a folder."""
    async with opened_wallet(folder) as served, httpx.AsyncClient(timeout=20) as client:
        switch = Switch(httpx.ASGITransport(served.app))
        clock = ManualClock(datetime(2026, 11, 20, 12, tzinfo=UTC))
        given: dict[str, Any] = {"wallet": "http://wallet", "seed": 7, "clock": clock, "transport": switch}
        played = CasinoSettings(**given | {"look_seconds": 3600.0} | settings)
        async with serving_casino(served.keys, played) as casino:
            yield CasinoPlayer(
                casino=casino,
                settings=played,
                wallet=served.wallet,
                operator=served.operator,
                switch=switch,
                clock=clock,
                client=client,
                folder=served.keys,
                token=served.token,
            )


@asynccontextmanager
async def restarted(player: CasinoPlayer) -> AsyncIterator[CasinoPlayer]:
    """Serve the providers again over the same books, as after they were killed."""
    async with serving_casino(player.folder, player.settings) as casino:
        yield replace(player, casino=casino)
