"""Runs the demo's casino: played providers of games beside it, and the server that takes their bets.

What providers know is in the data folder, so that rounds go on after the demo was killed at any point. They
live by the machine's clock, as sessions of games do, also while the demo's own clock is moved.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from foundation.storage.clock import Clock
from foundation.storage.settings import DatabaseSettings
from furlong.demo.casino.file import folder_in, lobby_in, partners_of, seamless_in, shipped, write_file
from furlong.demo.casino.free_spins import giving_free_spins
from furlong.demo.kept_ports import KeptPorts, serving_at
from furlong.demo.money.wallets import DemoWallet
from furlong.demo.ready_file import DemoCasino
from furlong.demo.ways import OPERATORS_BRAND
from furlong.neighbours import NEIGHBOURS
from furlong.serve.http_server import own_names_only, serving
from furlong.settings import ServeSettings
from furlong.workers.money.seamless_server import seamless_server
from simulator.casino.keys import public_file
from simulator.casino.serve import CasinoSettings, PartnerWallet, ServedCasino, serving_casino
from simulator.providers.ledger import Ledger
from simulator.seamless.signing import OPERATORS_PUBLIC
from subgraphs.kit.given_settings import GivenSettings
from subgraphs.lobby.configuration import LobbySettings
from subgraphs.wallet.aggregator.settings import SeamlessSettings

if TYPE_CHECKING:
    from simulator.seamless.serve import ServedOperator

PORTS: Final = "ports.json"
LOOK_SECONDS: Final = 0.5
"""How often providers look for what is due: seldom enough for a laptop."""

PATIENCE_SECONDS: Final = 20.0
"""How long the wallet has for an answer: all runs in one process, also on a laptop that is busy."""


@dataclass(frozen=True, slots=True)
class RunningCasino:
    """The casino of the demo.

    Attributes:
        given: What the lobby and the page are given; without a casino nothing, so that the environment says
            which providers there are.
        facts: Where they are, or why there are none.
    """

    given: GivenSettings
    facts: DemoCasino


@asynccontextmanager
async def running_casino(
    wallets: Sequence[DemoWallet],
    database: DatabaseSettings,
    data: Path,
    awards: Ledger,
    *,
    operator: ServedOperator | None = None,
) -> AsyncIterator[RunningCasino]:
    """Play the providers of games while the block runs, unless they cannot be played here.

    Args:
        wallets: The wallets of the demo, which have games if there is only one.
        database: Where the lobby is.
        data: The data folder.
        awards: What the game platform of the demo's rewards has credited.
        operator: The wallet of a brand that keeps its customers' money itself: providers ask it, not ours.
    """
    missing = why_not(wallets)
    if missing:
        yield RunningCasino(GivenSettings(), DemoCasino(off=missing))
        return
    wallet, ports = wallets[0].wallet, KeptPorts(folder_in(data) / PORTS)
    partners = {} if operator is None else _partner_wallets(operator)
    with ports.listen("wallet") as listener:
        # What providers send before the wallet answers waits in the listener.
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with _playing(folder_in(data), ports, address, wallet.clock.machine, partners) as casino:
            if operator is not None:
                for name in casino.urls:
                    operator.api.keys.admit(public_file(folder_in(data), name))
            write_file(data, casino.urls)
            given = GivenSettings(lobby_in(data), seamless_in(data, casino.urls, partners), _framing(casino))
            rules = NEIGHBOURS.game_rules(database, wallet.clock, given)
            try:
                games = seamless_server(wallet, given.of(SeamlessSettings), rules)
                async with serving(games, listener, own_names_only()), giving_free_spins(awards, casino):
                    facts = DemoCasino(
                        providers=dict(casino.urls), control=casino.control_url, wallet=address
                    )
                    yield RunningCasino(given, facts)
            finally:
                await rules.close()


def why_not(wallets: Sequence[DemoWallet]) -> str:
    """Return why the demo plays no casino; "" if it does."""
    if LobbySettings().file is not None:
        return "that of FURLONG_LOBBY_FILE"
    if len(wallets) > 1:
        return "off with --cells: a provider knows one address of the wallet"
    return ""


def _partner_wallets(operator: ServedOperator) -> dict[str, PartnerWallet]:
    """Return the wallet that providers ask about the customers of the operator's brand."""
    at = PartnerWallet(operator.url, operator.keys / OPERATORS_PUBLIC)
    return dict.fromkeys(partners_of(OPERATORS_BRAND), at)


def _framing(casino: ServedCasino) -> ServeSettings:
    """Return the settings of the page, which frames the providers' games beside those of the environment."""
    settings = ServeSettings()
    origins = dict.fromkeys((*settings.game_origins, *casino.urls.values()))
    return settings.model_copy(update={"game_origins": tuple(origins)})


@asynccontextmanager
async def _playing(
    folder: Path, ports: KeptPorts, wallet: str, clock: Clock, partners: Mapping[str, PartnerWallet]
) -> AsyncIterator[ServedCasino]:
    """Play the providers while the block runs, on their ports of the last time if they are free."""
    names = [provider["name"] for provider in shipped()["providers"]]
    free = CasinoSettings(
        wallet=wallet,
        partner_wallets=partners,
        timeout_seconds=PATIENCE_SECONDS,
        look_seconds=LOOK_SECONDS,
        clock=clock,
    )
    kept = replace(free, ports={name: ports.of(name) for name in names}, control=ports.of("control"))
    async with serving_at(partial(serving_casino, folder), kept, free) as casino:
        for name, url in casino.urls.items():
            ports.keep(name, url)
        ports.keep("control", casino.control_url)
        yield casino
