"""What a brand's lobby shows: sections by rule and by hand, where games are certified, and groups."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from consumers.messages.global_events.lobby_states import GameRule, GroupState, LobbyState, SectionState
from subgraphs.club_kit.domain.accounts import Account
from subgraphs.kit.domain.keys import Owner
from subgraphs.lobby.game_list import game_id
from tests.support.lobby.block import LOBBY, LobbyBlock, lobby_block, provider_entry
from tests.support.lobby.games_provider import GamesProvider, games_provider, listed
from tests.support.subgraphs.club_samples import NOW, OWNER, good_account

GERMAN = Owner("northbet", "c-de")
FRENCH = Owner("northbet", "c-fr")
ACCOUNTS = {
    OWNER: good_account(),
    GERMAN: Account("DE", "EUR", verified=True),
    FRENCH: Account("FR", "EUR", verified=True),
}
GROUP = """query ($r: [_Any!]!, $n: Int!) { _entities(representations: $r) { ... on GameGroup {
  id name games(first: $n) { name } } } }"""


def own(*codes: str) -> tuple[str, ...]:
    """Return the ids of games."""
    return tuple(game_id("acorn", code) for code in codes)


def section(section_id: str, *codes: str, **members: Any) -> SectionState:
    """Return a section by hand, or by the rule among the members."""
    names = {"en": section_id.title(), "de": f"{section_id.title()} DE"}
    return SectionState(id=section_id, **{"names": names, "games": own(*codes)} | members)


@pytest.fixture
async def provider() -> AsyncIterator[GamesProvider]:
    """Serve a provider."""
    async with games_provider(
        listed("apple", tags=["Fruit"]),
        listed("berlin", certifications=["DE"]),
        listed("cherry", tags=["Fruit"], certifications=["GB", "DE"]),
        listed("dice", category="Dice", product="Bramble", platforms=["GPL_MOBILE"]),
        listed("old_words", certifications=["UKGC", "Moon"]),
        listed("nowhere", certifications=[]),
        listed("switched_off", enabled=False),
    ) as served:
        yield served


@pytest.fixture
async def block(database_url: str, tmp_path: Path, provider: GamesProvider) -> AsyncIterator[LobbyBlock]:
    """Open the block with the provider's games, once on each engine."""
    entry = provider_entry(provider, brands=["northbet"], certifications={"UKGC": ["GB"]})
    certificate = {"provider": "acorn", "jurisdiction": "GB", "games": ["nowhere"], "reference": "C-1"}
    members: dict[str, Any] = {
        "certificates": [certificate | {"since": "2026-03-26", "until": "2026-03-28"}],
        "withdrawals": [{"provider": "acorn", "jurisdiction": "DE", "games": ["cherry"]}],
    }
    async with lobby_block(database_url, tmp_path, [entry], accounts=ACCOUNTS, **members) as opened:
        await opened.listed()
        yield opened


async def test_a_brand_without_sections_shows_games_by_rule(block: LobbyBlock) -> None:
    """New and all; popular ones once somebody plays them. Another brand has none of this provider."""
    assert await block.shown() == {
        "New": ["Apple", "Cherry", "Old Words"],
        "All games": ["Apple", "Cherry", "Old Words"],
    }
    assert await block.shown(None, brand="southbet") == {}
    assert await block.refused(own("cherry")[0]) == ""
    assert await block.refused(own("cherry")[0], demo=True) == ""
    assert await block.refused(own("apple")[0]) == ""
    assert await block.refused(own("cherry")[0]) == ""
    block.later(minutes=2)
    assert (await block.shown())["Popular"] == ["Cherry", "Apple"]
    block.later(days=8)
    assert "Popular" not in await block.shown()
    block.later(days=30)
    assert list(await block.shown()) == ["All games"]


async def test_a_game_is_shown_where_it_is_certified(block: LobbyBlock) -> None:
    """By account; a visitor's by where the request comes from, or at the brand's home."""
    british = ["Apple", "Cherry", "Old Words"]
    assert (await block.shown(territory="DE"))["All games"] == british
    assert (await block.shown(GERMAN))["All games"] == ["Berlin"]
    assert await block.shown(FRENCH) == {}
    assert (await block.shown(None))["All games"] == british
    assert (await block.shown(None, territory="GB"))["All games"] == british
    assert (await block.shown(None, territory="DE"))["All games"] == ["Berlin"]
    assert await block.shown(None, territory="FR") == {}
    assert (await block.shown(device="MOBILE"))["All games"] == ["Apple", "Cherry", "Dice", "Old Words"]


async def test_a_certificate_of_the_file_holds_for_its_days(block: LobbyBlock) -> None:
    """From the first day, and before the last one."""
    seen = []
    for _ in range(4):
        seen.append("Nowhere" in (await block.shown())["All games"])
        block.clock.advance(NOW + timedelta(days=len(seen)) - block.clock.now())
    assert seen == [False, True, True, False]


async def test_editors_sections_replace_the_usual_ones(block: LobbyBlock) -> None:
    """In their order and languages, for whom and until when they are meant; none is shown empty."""
    hour = timedelta(hours=1)
    await block.decide(
        LobbyState(
            revision=1,
            sections=(
                section("hand", "cherry", "unknown", "berlin", "apple"),
                section("german", "berlin", "cherry", jurisdictions=("DE",)),
                section("phones", "dice", devices=("MOBILE",)),
                section("fruit", rule=GameRule(by="tag", value="fruit")),
                section("studio", rule=GameRule(by="provider", value="Bramble")),
                section("later", "apple", since=NOW + 5 * hour, until=NOW + 7 * hour),
            ),
        )
    )
    english = {"Hand": ["Cherry", "Apple"], "Fruit": ["Apple", "Cherry"]}
    assert await block.shown() == english
    assert await block.shown(first=1) == {"Hand": ["Cherry"], "Fruit": ["Apple"]}
    assert list(await block.shown(language="de")) == ["Hand DE", "Fruit DE"]
    assert list(await block.shown(language="ar")) == ["Hand", "Fruit"]
    assert await block.shown(GERMAN) == {"Hand": ["Berlin"], "German": ["Berlin"]}
    assert list(await block.shown(device="MOBILE")) == ["Hand", "Phones", "Fruit", "Studio"]
    block.clock.advance(NOW + 5 * hour - block.clock.now())
    assert list(await block.shown()) == ["Hand", "Fruit", "Later"]
    block.clock.advance(NOW + 7 * hour - block.clock.now())
    assert list(await block.shown()) == ["Hand", "Fruit"]
    await block.decide(LobbyState(revision=2))
    assert await block.shown() == {}


async def test_a_group_has_the_games_that_may_be_played_there(block: LobbyBlock) -> None:
    """Rewards give its id alone; one that the brand does not have has neither a name nor games."""
    groups = (
        GroupState(id="spins", names={"en": "Spins", "de": "Drehs"}, games=own("cherry", "berlin", "dice")),
        GroupState(id="all", names={"en": "All"}, rule=GameRule(by="all")),
    )
    await block.decide(LobbyState(revision=1, groups=groups))
    ids = ("northbet:spins", "northbet:all", "northbet:none", "southbet:spins")
    asked = [{"__typename": "GameGroup", "id": group} for group in ids]
    answer = await block.answer(GROUP, None, {"accept-language": "de"}, r=asked, n=2)
    assert "errors" not in answer, answer
    spins, everything, none, south = answer["data"]["_entities"]
    assert spins == {"id": ids[0], "name": "Drehs", "games": [{"name": "Cherry"}, {"name": "Dice"}]}
    assert [game["name"] for game in everything["games"]] == ["Apple", "Cherry"]
    assert none == {"id": ids[2], "name": None, "games": None}
    assert south == {"id": ids[3], "name": None, "games": None}
    answer = await block.answer(GROUP, GERMAN, r=asked[:1], n=2)
    assert answer["data"]["_entities"][0]["games"] == [{"name": "Berlin"}]


async def test_what_nobody_may_ask_for_is_refused(block: LobbyBlock) -> None:
    """A page has 1 to 100 games, and a brand must be there."""
    for number in (0, -1, 101, 2**31 - 1):
        answer = await block.answer(LOBBY, b="northbet", d="DESKTOP", n=number)
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    answer = await block.answer(LOBBY, None, b="nobody", d="DESKTOP", n=1)
    assert answer["errors"][0]["extensions"]["code"] == "UNKNOWN_BRAND"
