"""A reward of free spins in the bet-slip names its games: rewards knows the group, the lobby its games."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from consumers.messages.global_events.lobby_states import GroupState, LobbyState
from gateway import GatewaySettings, MemoryTransport, create_gateway
from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind
from subgraphs.kit.domain.products import Product
from subgraphs.lobby.game_list import game_id
from tests.support.lobby.block import LobbyBlock, lobby_block, provider_entry
from tests.support.lobby.games_provider import games_provider, listed
from tests.support.repository_files import ROOT
from tests.support.subgraphs.club_fixture import ClubFixture, session
from tests.support.subgraphs.club_samples import OWNER, good_account, make_brand, make_config, make_scheme

MENU = """{ club(brand: "northbet") { options {
  id spins gameGroup { id name games(first: 5) { name } } } } }"""
CASINO = {"product": Product.CASINO, "qualifying_product": Product.CASINO}
SPINS: dict[str, Any] = {**CASINO, "kind": RewardKind.FREE_SPINS, "value_minor": None, "spins": 30}


@pytest.fixture
async def block(tmp_path: Path) -> AsyncIterator[LobbyBlock]:
    """Open a lobby with a group of two games, one of which is not certified in Great Britain."""
    codes = ("apple", "berlin")
    async with games_provider(listed("apple"), listed("berlin", certifications=["DE"])) as provider:
        url = f"sqlite+aiosqlite:///{tmp_path}"
        async with lobby_block(url, tmp_path, [provider_entry(provider)]) as opened:
            await opened.listed()
            games = tuple(game_id("acorn", code) for code in codes)
            group = GroupState(id="slots", names={"en": "Our slots"}, games=games)
            await opened.decide(LobbyState(revision=1, groups=(group,)))
            opened.later(seconds=10)
            yield opened


async def test_options_show_the_games_of_their_spins(club_fixture: ClubFixture, block: LobbyBlock) -> None:
    """Those that may be played where the customer is; a group that the lobby does not have is only its id."""
    scheme = make_scheme(qualifying_product="casino")
    await club_fixture.add_brand(make_brand(), scheme)
    await club_fixture.add_accounts({OWNER: good_account()})
    rewards = [
        make_config("spins", **SPINS, game_group="slots"),
        make_config("others", **SPINS, game_group="gone"),
        make_config("bonus", **CASINO, kind=RewardKind.CASINO_BONUS),
    ]
    await club_fixture.add_rewards(rewards)
    subgraphs = (club_fixture.club, club_fixture.rewards, club_fixture.progress, block.subgraph)
    transports = {subgraph.name: MemoryTransport(subgraph.prepare, trusted=True) for subgraph in subgraphs}
    graph = (ROOT / "schema.public.graphql").read_text(encoding="utf-8")
    app = create_gateway(graph, transports, GatewaySettings())
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway.test"
    ) as client:
        answer = (await client.post("/graphql", json={"query": MENU}, headers=session())).json()
    assert "errors" not in answer, answer
    groups = {option["id"].split(":")[1]: option["gameGroup"] for option in answer["data"]["club"]["options"]}
    assert groups == {
        "spins": {"id": "northbet:slots", "name": "Our slots", "games": [{"name": "Apple"}]},
        "others": {"id": "northbet:gone", "name": None, "games": None},
        "bonus": None,
    }
