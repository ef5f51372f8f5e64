"""What the demo's casino is made of: the shipped file, credits that become free spins, and why not."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.lobby.checks import LobbyBrand, checked_lobby
from foundation.storage.settings import DatabaseSettings
from furlong.cli.processes.demo_greeting import casino_lines
from furlong.demo.casino.file import file_in, folder_in, lobby_in, seamless_in, write_file
from furlong.demo.casino.free_spins import STAKE, FreeSpins
from furlong.demo.casino.lobbies import SPINS_GROUP, SPINS_TAG
from furlong.demo.casino.lobbies import lobby_in as lobby_of
from furlong.demo.casino.running import running_casino
from furlong.demo.process import WORLD
from furlong.demo.ready_file import DemoCasino
from furlong.install.world import read_world
from furlong.settings import ServeSettings
from simulator.casino.catalogue import Slot, load_catalogue
from simulator.casino.keys import OPERATOR, ProviderKeys, public_file
from simulator.casino.serve import CasinoSettings, ServedCasino, serving_casino
from simulator.providers.ledger import Ledger
from simulator.world import load_world
from subgraphs.kit.hub88_signatures import Signer
from subgraphs.lobby.configuration import LobbySettings
from subgraphs.wallet.aggregator.providers import GameProviders

URLS: Final = {"acorn": "http://127.0.0.1:8470", "bramble": "http://127.0.0.1:8471"}
NOWHERE: Final = "http://127.0.0.1:9"
NOW: Final = datetime(2026, 4, 6, 12, tzinfo=UTC)
SPUN: Final = [
    game.code
    for provider in load_catalogue().providers
    for game in provider.games
    if isinstance(game, Slot) and SPINS_TAG in game.tags
]


def test_every_customer_of_the_demos_world_can_play_at_both_providers(tmp_path: Path) -> None:
    """In the currency of each brand; a game is framed from its provider's address alone."""
    write_file(tmp_path, URLS)
    settings = lobby_in(tmp_path)
    assert settings.file == file_in(tmp_path)
    providers = settings.read().by_name
    assert {name: provider.url for name, provider in providers.items()} == URLS
    partners = seamless_in(tmp_path, URLS).brands
    for brand in read_world(WORLD).brands:
        for provider in providers.values():
            assert provider.serves(brand.id)
            assert set(brand.currencies) <= set(provider.currencies)
            assert partners[provider.partner_ids[brand.id]] == brand.id
            assert provider.frame_origins == (provider.url,)


def test_keys_in_the_data_folder_fit_one_another(tmp_path: Path) -> None:
    """What a provider signs is verified by its file of the lobby, and what we sign by the provider."""
    folder = folder_in(tmp_path)
    keys = {name: ProviderKeys.of(folder, name) for name in URLS}
    write_file(tmp_path, URLS)
    settings = seamless_in(tmp_path, URLS)
    assert settings.private_key_file == folder / OPERATOR
    wallets = GameProviders.of(settings.public_key_files, {})
    for name, provider in lobby_in(tmp_path).read().by_name.items():
        assert provider.public_key_file == public_file(folder, name)
        assert wallets.who(b"bet", keys[name].sign(b"bet")) == name
        assert keys[name].verifies(b"list", Signer(provider.private_key_file).sign(b"list"))


def test_the_editors_lobby_passes_the_checks_in_each_brands_languages() -> None:
    """Its group is what the reward of free spins names, and every tag is one of a game."""
    named = {reward.game_group for brand in load_world().brands for reward in brand.rewards if reward.spins}
    assert named == {SPINS_GROUP}
    for brand in read_world(WORLD).brands:
        known = LobbyBrand(brand.id, brand.name, brand.locales, brand.jurisdictions, brand.time_zone)
        state = checked_lobby(lobby_of(brand.locales), known, (), 1)
        assert [group.id for group in state.groups] == [SPINS_GROUP]
        assert all(set(section.names) == set(brand.locales) for section in state.sections)
    shown = [content.eligible_games for brand in read_world(WORLD).brands for content in brand.content]
    names = {game.name for provider in load_catalogue().providers for game in provider.games}
    assert {name for games in shown for name in games} <= names


@pytest.fixture
async def casino(tmp_path: Path) -> AsyncIterator[ServedCasino]:
    """Providers whose wallet nobody answers for."""
    async with serving_casino(tmp_path / "casino", CasinoSettings(wallet=NOWHERE)) as casino:
        yield casino


def credit(awards: Ledger, key: str, spins: int | None, **more: Any) -> None:
    """Credit free spins."""
    body = {"player": "m-2001", "rounds": spins, "currency": "EUR"}
    awards.credit(key, body, NOW, valid_days=7, **more)


def given_in(casino: ServedCasino) -> dict[str, tuple[str, str, int, int]]:
    """Return the free rounds that were given, by their ids."""
    store = casino.rounds["acorn"].store
    return {one.id: (one.user, one.game, one.stake, one.given) for one in store.all_free_rounds()}


async def test_credits_become_free_spins_once(casino: ServedCasino) -> None:
    """Also for who looks at all of them again, as after a restart; a pending one when it is credited."""
    stake = load_catalogue().units(STAKE, "EUR")
    with Ledger(":memory:") as awards:
        credit(awards, "late", 1, pending=True)
        credit(awards, "week", 5)
        credit(awards, "bonus", None)
        spins = FreeSpins(awards, casino)
        for giver in (spins, spins, FreeSpins(awards, casino)):
            giver.give_new()
            assert given_in(casino) == {
                f"week:{SPUN[0]}": ("m-2001", SPUN[0], stake, 3),
                f"week:{SPUN[1]}": ("m-2001", SPUN[1], stake, 2),
            }
        awards.change("late", "credited", NOW)
        spins.give_new()
        assert given_in(casino)[f"late:{SPUN[0]}"] == ("m-2001", SPUN[0], stake, 1)
        assert len(given_in(casino)) == 3


async def test_no_spin_is_lost_or_given_twice_whenever_somebody_looks(casino: ServedCasino) -> None:
    """Pending credits are settled at the end, in any order with others."""
    examples = count()

    @given(
        told=st.lists(
            st.tuples(st.sampled_from(["credited", "pending", "cancelled"]), st.integers(0, 40)), max_size=12
        ),
        looks=st.sets(st.integers(0, 12)),
    )
    def all_are_given(told: list[tuple[str, int]], looks: set[int]) -> None:
        example = f"{next(examples)}-"
        with Ledger(":memory:") as awards:
            spins = FreeSpins(awards, casino)
            for number, (state, spun) in enumerate(told):
                credit(awards, f"{example}{number}", spun, pending=state != "credited")
                if state == "cancelled":
                    awards.cancel(f"{example}{number}", NOW)
                if number in looks:
                    spins.give_new()
            for number, (state, _) in enumerate(told):
                if state == "pending":
                    awards.change(f"{example}{number}", "credited", NOW)
            spins.give_new()
        own = [spun for id_, (*_, spun) in given_in(casino).items() if id_.startswith(example)]
        assert sum(own) == sum(spun for state, spun in told if state != "cancelled")

    all_are_given()


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("cells", "off with --cells: a provider knows one address of the wallet"),
        ("file", "that of FURLONG_LOBBY_FILE"),
    ],
)
async def test_a_demo_that_plays_no_casino_says_why(
    why: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It starts all the same; nothing is written, and the environment has its say."""
    if why == "file":
        monkeypatch.setenv("FURLONG_LOBBY_FILE", "elsewhere.yaml")
    wallets: list[Any] = [None] * (2 if why == "cells" else 1)
    with Ledger(":memory:") as awards:
        async with running_casino(wallets, DatabaseSettings(), tmp_path, awards) as casino:
            assert casino_lines(casino.facts) == [f"    Casino       {words}"]
            assert casino.given.of(LobbySettings) == LobbySettings()
            assert casino.given.of(ServeSettings).game_origins == ()
    assert not folder_in(tmp_path).exists()


def test_the_demo_says_where_its_casino_is() -> None:
    """By a link that can be followed; the file of an older demo says nothing."""
    facts = DemoCasino(providers=URLS, control="http://127.0.0.1:8472", wallet="http://127.0.0.1:8473")
    assert casino_lines(facts) == [
        "    Casino       http://127.0.0.1:8472/state   (simulated: acorn and bramble; their books)"
    ]
    assert casino_lines(None) == []
