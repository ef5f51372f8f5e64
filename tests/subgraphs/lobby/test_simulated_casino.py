"""The lobby over the simulated providers: their games are listed, opened and played for money."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter
from sqlalchemy import insert

from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from furlong.neighbours import NEIGHBOURS
from simulator.casino.keys import OPERATOR, public_file
from simulator.casino.serve import CasinoSettings, ServedCasino, serving_casino
from subgraphs.kit.given_settings import GivenSettings
from subgraphs.kit.hub88_signatures import Signer
from subgraphs.lobby.configuration import LobbySettings
from subgraphs.lobby.game_list import game_id
from subgraphs.wallet.aggregator.app import LABELS, seamless_app
from subgraphs.wallet.aggregator.operator import Operator
from subgraphs.wallet.aggregator.providers import GameProviders
from subgraphs.wallet.models import REFERENCE
from subgraphs.wallet.opened import OpenedWallet
from tests.subgraphs.lobby.test_bets_on_games import pay_in
from tests.support.lobby.block import LobbyBlock, lobby_block
from tests.support.subgraphs.club_samples import (
    NOW,
    OWNER,
    account_row,
    brand_row,
    good_account,
    make_brand,
    make_scheme,
    scheme_row,
)
from tests.support.wallet.casino_player import DICE, POUND, PROVIDERS, SLOT, GamePage, Switch, write_keys


@dataclass
class PlayedCasino:
    """Two providers, the lobby that shows them, and the wallet that pays."""

    casino: ServedCasino
    block: LobbyBlock
    operator: Operator
    switch: Switch
    clock: ManualClock
    client: httpx.AsyncClient

    async def page(self, game: str, **values: Any) -> GamePage:
        """Open a game by the lobby."""
        payload = await self.block.launch(game_id(game.partition("_")[0], game), **values)
        assert payload["errors"] == [], payload
        return GamePage(self.client, payload["url"])

    async def has(self) -> int:
        """Return what the customer has, in 1/100,000."""
        return await self.operator._balance(OWNER, "GBP")


def entry(casino: ServedCasino, name: str, keys: Path) -> dict[str, Any]:
    """Return what the file of the lobby says of a simulated provider."""
    return {
        "name": name,
        "url": casino.urls[name],
        "private_key_file": str(keys / OPERATOR),
        "public_key_file": str(public_file(keys, name)),
        "operator_id": 1,
        "currencies": ["GBP"],
        "frame_origins": [casino.urls[name]],
    }


@pytest.fixture
async def played(tmp_path: Path, processes: None) -> AsyncIterator[PlayedCasino]:
    """Serve both providers, the lobby and the aggregator's server over one installation."""
    del processes
    switch, clock, keys = Switch(httpx.AsyncHTTPTransport()), ManualClock(NOW), tmp_path / "casino"
    write_keys(keys)
    settings = CasinoSettings(
        wallet="http://wallet", seed=7, clock=clock, transport=switch, look_seconds=3600
    )
    url = f"sqlite+aiosqlite:///{tmp_path}"
    async with serving_casino(keys, settings) as casino, httpx.AsyncClient() as client:
        entries = [entry(casino, name, keys) for name in PROVIDERS]
        async with lobby_block(url, tmp_path, entries) as block:
            given = GivenSettings(LobbySettings(file=tmp_path / "lobby.yaml"))
            rules = NEIGHBOURS.game_rules(block.settings, block.clock, given)
            wallet = OpenedWallet.of(Database.open(block.settings, "wallet"), block.clock)
            async with wallet.database.write() as connection:
                await connection.execute(insert(REFERENCE.brand).values(brand_row(make_brand())))
                await connection.execute(insert(REFERENCE.scheme).values(scheme_row(make_scheme())))
                account = account_row(OWNER, good_account())
                await connection.execute(insert(REFERENCE.account).values(account))
            await pay_in(wallet, OWNER)
            operator = Operator.of(wallet, {"": "northbet"}, rules)
            answers = Counter("answers", "Answers", LABELS, registry=CollectorRegistry())
            providers = GameProviders.of({name: [public_file(keys, name)] for name in PROVIDERS}, {})
            switch.wallet = httpx.ASGITransport(
                seamless_app(operator, providers, Signer(keys / OPERATOR), answers)
            )
            await block.listed()
            yield PlayedCasino(casino, block, operator, switch, clock, client)
            await rules.close()
            await wallet.close()


async def test_games_of_both_providers_are_shown_and_played(played: PlayedCasino) -> None:
    """A slot and a dice game move the customer's money; without money nothing of it moves."""
    shown = await played.block.shown(first=100)
    games = [game for rounds in played.casino.rounds.values() for game in rounds.provider.games]
    assert sorted(shown["All games"]) == sorted(game.name for game in games if "GB" in game.certificates)
    has = await played.has()
    slot = await played.page(SLOT)
    told = await slot.play("0.5")
    assert told["round"]["paid"]
    assert await played.has() == has + told["round"]["win"] - POUND // 2
    dice = await played.page(DICE, device="MOBILE")
    assert (await dice.state())["balance"] == await played.has()
    has = await played.has()
    free = await played.page(SLOT, demo=True)
    assert (await free.play("5"))["round"]["stake"] == 5 * POUND
    assert await played.has() == has


async def test_a_game_that_the_provider_takes_away_is_gone(played: PlayedCasino) -> None:
    """From the lobby, from launches, and from a page that is still open."""
    page = await played.page(SLOT)
    assert (await page.play())["problem"] is None
    await played.client.post(f"{played.casino.control_url}/games/acorn/{SLOT}/off")
    await played.block.listed()
    shown = await played.block.shown(first=100)
    assert "Acorn Harvest" not in shown["All games"]
    assert await played.block.refused(game_id("acorn", SLOT)) == "NOT_ALLOWED_HERE"
    played.clock.advance(timedelta(seconds=10))
    has = await played.has()
    told = await page.play()
    assert told["round"] is None or told["round"]["state"] != "closed"
    assert await played.has() == has
