"""Lists of games, as providers send them: long, broken, contradictory, slow, or not signed by them."""

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.lobby.configuration import ProviderConfig
from subgraphs.lobby.game_list import MAX_GAMES, game_id, read_list
from subgraphs.lobby.models import GAME, PROVIDER
from tests.support.lobby.block import LobbyBlock, lobby_block, provider_entry
from tests.support.lobby.games_provider import GamesProvider, games_provider, listed

CONFIG = ProviderConfig(
    name="acorn",
    url="https://games.example",
    private_key_file=Path("ours.pem"),
    operator_id=1,
    currencies=("GBP",),
    frame_origins=("https://games.example",),
    certifications={"UKGC": ("GB",), "Malta": ("MT", "IE"), "XX": ()},
)


@pytest.fixture
async def provider() -> AsyncIterator[GamesProvider]:
    """Serve a provider of two games."""
    async with games_provider(listed("apple"), listed("cherry")) as served:
        yield served


@pytest.fixture
async def block(database_url: str, tmp_path: Path, provider: GamesProvider) -> AsyncIterator[LobbyBlock]:
    """Open the block with two providers of one address, the second of which is never there."""
    away = provider_entry(provider, name="away", url="http://127.0.0.1:9")
    async with lobby_block(database_url, tmp_path, [provider_entry(provider), away]) as opened:
        yield opened


async def names(block: LobbyBlock) -> list[str]:
    """Return the names of all games that are shown."""
    return (await block.shown()).get("All games", [])


async def health(block: LobbyBlock) -> Mapping[str, Any]:
    """Return how the first provider is."""
    return next(row for row in await block.rows(PROVIDER) if row["provider"] == "acorn")


async def test_games_come_go_and_return(block: LobbyBlock, provider: GamesProvider) -> None:
    """One that is gone is not shown or opened; once it is back it is as old as it was."""
    await block.listed()
    assert await names(block) == ["Apple", "Cherry"]
    seen = {row["code"]: row["first_seen"] for row in await block.rows(GAME)}
    provider.games = [listed("cherry", name="Cherries")]
    await block.listed()
    assert await names(block) == ["Cherries"]
    assert await block.refused(game_id("acorn", "apple")) == "NOT_ALLOWED_HERE"
    provider.games = [listed("apple"), listed("banana")]
    await block.listed()
    assert await names(block) == ["Apple", "Banana"]
    now = {row["code"]: row["first_seen"] for row in await block.rows(GAME)}
    assert now["apple"] == seen["apple"]
    assert now["banana"] > seen["apple"]


async def test_a_list_that_cannot_be_used_leaves_the_last_one(
    block: LobbyBlock, provider: GamesProvider
) -> None:
    """It is noted since when and why, and its games can still be opened; the other one has no part in it."""
    await block.listed()
    good = provider.games
    for number, (fault, games) in enumerate(
        {
            "redirect": good,
            "unsigned": good,
            "forged": good,
            "500": good,
            "no list": '{"games": []}',
            "broken": "[{]",
            "deep": "[" * 100_000,
            "long": json.dumps([{}] * (MAX_GAMES + 1)),
        }.items()
    ):
        provider.fault, provider.games = fault, games
        await block.listed()
        assert await names(block) == ["Apple", "Cherry"], fault
        told = await health(block)
        assert told["reason"], fault
        assert told["away_since"] is not None
        assert provider.lists == number + 2
    provider.fault, provider.games = "", good
    await block.listed()
    assert (await health(block))["away_since"] is None
    assert {row["provider"]: row["reason"] for row in await block.rows(PROVIDER)}["away"] == "ConnectError"
    assert await block.refused(game_id("acorn", "apple")) == ""


async def test_a_provider_is_asked_when_it_is_due(block: LobbyBlock, provider: GamesProvider) -> None:
    """Every five minutes, and every half if its list could not be used."""
    await block.upkeep.round()
    await block.upkeep.round()
    block.later(minutes=4)
    await block.upkeep.round()
    assert provider.lists == 1
    provider.fault = "500"
    block.later(minutes=1)
    await block.upkeep.round()
    assert provider.lists == 2
    block.later(seconds=29)
    await block.upkeep.round()
    block.later(seconds=1)
    await block.upkeep.round()
    assert provider.lists == 3


async def test_what_does_not_answer_is_counted(block: LobbyBlock, provider: GamesProvider) -> None:
    """For as long as it does not, also between two requests; beside the one that is never there."""
    assert (await block.upkeep.round())["providers"] == 1
    provider.fault = "500"
    block.later(minutes=10)
    for _ in range(2):
        assert (await block.upkeep.round())["providers"] == 2
        block.later(minutes=1)
    provider.fault = ""
    block.later(minutes=1)
    assert (await block.upkeep.round())["providers"] == 1


async def test_a_list_that_is_the_same_changes_nothing(block: LobbyBlock) -> None:
    """No row is written, so that no reader reads anything again."""
    await block.listed()
    before = await block.rows(GAME)
    await block.listed()
    assert await block.rows(GAME) == before


def test_what_cannot_be_read_is_left_out() -> None:
    """So is a game that is there twice and differently: nobody knows where it is certified."""
    entries: list[Any] = [
        listed("fine"),
        listed("fine"),
        listed("twice", certifications=["GB"]),
        listed("twice", certifications=["DE"]),
        listed("off_and_on", enabled=False),
        listed("off_and_on"),
        listed("blank code"),
        listed("", name="No Code"),
        listed("long", name="x" * 201),
        listed("turned", name="evil\u202egame"),
        {"name": "No Code"},
        [],
        None,
        "game",
        listed("off", enabled=False),
        listed("kept", url_thumb="javascript:alert(1)", unknown={"member": 1}),
    ]
    read = read_list(CONFIG, json.dumps(entries).encode())
    assert sorted(game.code for game in read.games.values()) == ["fine", "kept"]
    assert read.left_out == 10
    assert read.games[game_id("acorn", "kept")].image_url is None


def test_words_of_certificates_are_those_of_the_file_or_codes() -> None:
    """A word that the file does not know stands for nothing, unless it is the code of a jurisdiction."""
    certified = CONFIG.certified_by
    assert certified(("UKGC", "Malta", "Curacao", "gb", "CA-ON", "GBR", "")) == ("CA-ON", "GB", "IE", "MT")
    assert certified(("XX",)) == ()


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
_listed = st.fixed_dictionaries(
    {"game_code": st.sampled_from(["a", "b"]), "name": st.sampled_from(["A", "B"])},
    optional={
        "enabled": st.booleans(),
        "certifications": st.lists(st.sampled_from(["GB", "DE", "UKGC", "?"]), max_size=3),
        "blocked_countries": st.lists(st.sampled_from(["GB", "DE"]), max_size=2),
        "platforms": st.lists(st.sampled_from(["GPL_MOBILE", "GPL_WATCH"]), max_size=2),
    },
)


@given(st.lists(_listed, max_size=6))
def test_no_list_allows_more_than_each_of_its_entries(entries: list[dict[str, Any]]) -> None:
    """A game that is read is on, certified and not blocked by every entry of its code."""
    read = read_list(CONFIG, json.dumps(entries).encode())
    for game in read.games.values():
        for entry in (one for one in entries if one["game_code"] == game.code):
            assert entry.get("enabled", True)
            assert set(game.jurisdictions) <= set(CONFIG.certified_by(tuple(entry.get("certifications", ()))))
            assert set(game.blocked) >= set(entry.get("blocked_countries", ()))


@given(st.lists(_listed | st.dictionaries(st.sampled_from(list(listed("x"))), _json, max_size=12) | _json))
def test_whatever_is_listed_is_read_or_left_out(entries: list[Any]) -> None:
    """Nothing in a list stops the others."""
    fine = listed("fine_one")
    read = read_list(CONFIG, json.dumps([*entries, fine]).encode())
    assert game_id("acorn", "fine_one") in read.games
    assert len(read.games) + read.left_out <= len(entries) + 1
