"""Lobbies are proposed by one person and approved by another; then all nodes show them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import SecretStr
from sqlalchemy import insert, select

from backoffice.access import Actor, Role
from backoffice.approvals import repository as proposals
from backoffice.areas import create_schema
from backoffice.base import Base, create_base
from backoffice.errors import Conflict, FourEyes, Stale
from backoffice.global_events.models import OUTBOX
from backoffice.graph.execution import OfficeGraph
from backoffice.lobby.area import LobbyArea
from backoffice.metadata import NAME
from backoffice.models import METADATA
from backoffice.settings import BackofficeSettings
from consumers.stream.records import Record
from foundation.storage.database import Database
from subgraphs.lobby.game_list import game_id
from subgraphs.rewards.models import METADATA as REWARDS
from subgraphs.rewards.models import REFERENCE
from tests.support.database_probe import migrate
from tests.support.lobby.block import LobbyBlock, lobby_block, provider_entry
from tests.support.lobby.games_provider import games_provider, listed
from tests.support.office.backoffice_fixture import actor, employ
from tests.support.office.permission_rules import ask
from tests.support.subgraphs.club_samples import brand_row, make_brand, make_scheme, scheme_row

EDITH, EMIL = actor("edith", Role.EDITOR), actor("emil", Role.EDITOR)
EDITH_TWICE = actor("edith2", Role.EDITOR, Role.APPROVER, person="edith")
ADA = actor("ada", Role.APPROVER)
VIC = actor("vic", Role.VIEWER)
SUE = actor("sue", *Role, brand="southbet")

CONTENT: Final = """{ lobbyContent(brand: "northbet") { revision locales jurisdictions timeZone
  sections { id names { locale name } games { id name exists } rule { by days value }
    jurisdictions devices since until } groups { id games { name } } } }"""
GAMES: Final = """query G($s: String!, $j: String!, $n: Int!, $a: String) { lobbyGames(
  brand: "northbet", search: $s, jurisdiction: $j, first: $n, after: $a) {
  nodes { id name certified } endCursor hasNextPage } }"""
PROVIDERS: Final = '{ lobbyProviders(brand: "northbet") { provider games leftOut awaySince reason } }'
PROPOSE: Final = "mutation P($input: ProposeLobbyInput!) { proposeLobby(input: $input) }"
TRY: Final = """query T($input: TryLobbyInput!) { tryLobby(input: $input) {
  before { name games { name } } after { name games { name } } problems { path message } } }"""
APPLE, BERLIN = game_id("acorn", "apple"), game_id("acorn", "berlin")


@dataclass
class LobbyOffice:
    """The graph of the back office, and the block whose database it reads."""

    block: LobbyBlock
    base: Base
    graph: OfficeGraph
    sent: int = 0

    async def answer(self, who: Actor, document: str, **variables: Any) -> dict[str, Any]:
        """Return the graph's answer to somebody."""
        return await ask(self.graph, who, document, variables)

    async def data(self, who: Actor, document: str, **variables: Any) -> Any:
        """Return the data of an answer, which must have no errors."""
        answer = await self.answer(who, document, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def propose(self, who: Actor = EDITH, revision: int = 0, **members: Any) -> str:
        """Propose a lobby of one section by hand."""
        return str((await self.data(who, PROPOSE, input=typed(revision=revision, **members)))["proposeLobby"])

    async def refused(self, who: Actor = EDITH, revision: int = 0, **members: Any) -> list[str]:
        """Return the code of a refused proposal, and the fields that are wrong."""
        answer = await self.answer(who, PROPOSE, input=typed(revision=revision, **members))
        extensions = answer["errors"][0]["extensions"]
        return [extensions["code"], *(problem["path"] for problem in extensions.get("problems", ()))]

    async def approve(self, proposal_id: str, who: Actor = ADA) -> str:
        """Approve a proposal as it is stored, and let the block apply it; return what came of it."""
        async with self.base.database.read() as connection:
            found = await proposals.find(connection, proposal_id)
        assert found is not None
        try:
            await self.base.approvals.approve(who, proposal_id, found.content_hash, self.block.clock.now())
        except (Conflict, FourEyes, Stale) as refusal:
            return refusal.code
        table = OUTBOX.outbox
        async with self.base.database.read() as connection:
            rows = (await connection.execute(select(table).where(table.c.id > self.sent))).all()
        for row in rows:
            self.sent = row.id
            headers = (("schema", b"club.global/1"),)
            await self.block.apply(Record(row.topic, 0, 0, row.key.encode(), row.value.encode(), headers))
        return "approved"


def typed(**members: Any) -> dict[str, Any]:
    """Return an input of one section by hand."""
    section = {"id": "hand", "names": [{"locale": "en-GB", "name": "By hand"}], "games": [APPLE, BERLIN]}
    return {"brand": "northbet", "sections": [section], "reason": "the summer is here"} | members


def named(section_id: str, **members: Any) -> dict[str, Any]:
    """Return a section with a name."""
    return {"id": section_id, "names": [{"locale": "en-GB", "name": section_id.title()}]} | members


@pytest.fixture
async def office(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[LobbyOffice]:
    """Open the back office and the block over new databases, with three games."""
    async with (
        games_provider(
            listed("apple", tags=["fruit"]), listed("berlin", certifications=["DE"]), listed("cherry")
        ) as provider,
        lobby_block(database_url, tmp_path, [provider_entry(provider)]) as block,
    ):
        await block.listed()
        await migrate(block.settings, NAME, METADATA)
        await migrate(block.settings, "rewards", REWARDS)
        rewards = Database.open(block.settings, "rewards")
        async with rewards.write() as connection:
            brand = make_brand(jurisdictions=("GB", "DE"), locales=("en-GB", "de-DE"))
            await connection.execute(insert(REFERENCE.brand).values(brand_row(brand)))
            await connection.execute(insert(REFERENCE.scheme).values(scheme_row(make_scheme())))
        await rewards.close()
        monkeypatch.setenv("FURLONG_LOBBY_FILE", str(tmp_path / "lobby.yaml"))
        own = BackofficeSettings(key=SecretStr("k" * 32), _env_file=None)
        base = create_base(block.settings, own, block.clock)
        area = LobbyArea(base)
        await employ(base.database, EDITH, EDITH_TWICE, EMIL, ADA)
        yield LobbyOffice(block, base, OfficeGraph.over(create_schema(), [area]))
        await area.close()
        await base.database.close()


async def test_what_two_people_decide_is_shown(office: LobbyOffice) -> None:
    """Nothing before the approval, and nobody approves their own."""
    before = await office.block.shown()
    proposal = await office.propose()
    assert await office.block.shown() == before
    assert await office.approve(proposal, EDITH_TWICE) == "FOUR_EYES"
    assert await office.approve(proposal) == "approved"
    assert await office.block.shown() == {"By hand": ["Apple"]}
    content = (await office.data(VIC, CONTENT))["lobbyContent"]
    assert content["revision"] == 1
    assert content["sections"][0]["games"] == [
        {"id": APPLE, "name": "Apple", "exists": True},
        {"id": BERLIN, "name": "Berlin", "exists": True},
    ]


async def test_the_usual_lobby_can_be_proposed_as_it_is_seen(office: LobbyOffice) -> None:
    """Under names in the brand's languages; with a group and a time of the brand's zone."""
    content = (await office.data(VIC, CONTENT))["lobbyContent"]
    assert content["revision"] == 0
    assert [one["rule"]["by"] for one in content["sections"]] == ["popular", "new", "all"]
    assert content["sections"][1]["names"] == [
        {"locale": "en-GB", "name": "New"},
        {"locale": "de-DE", "name": "Neu"},
    ]
    sections = [{name: one[name] for name in ("id", "names", "rule")} for one in content["sections"]]
    later = named("later", rule={"by": "all"}, since="2026-03-30T09:00")
    proposal = await office.propose(sections=[*sections, later], groups=[named("spins", games=[APPLE])])
    assert await office.approve(proposal) == "approved"
    assert list(await office.block.shown()) == ["New", "All games"]
    content = (await office.data(VIC, CONTENT))["lobbyContent"]
    assert content["sections"][3]["since"] == "2026-03-30T09:00"
    assert content["groups"] == [{"id": "spins", "games": [{"name": "Apple"}]}]


async def test_two_proposals_do_not_overwrite_one_another(office: LobbyOffice) -> None:
    """The second one was made from what is no longer there."""
    first, second = await office.propose(), await office.propose(EMIL, sections=[])
    assert await office.approve(first) == "approved"
    assert await office.approve(second) != "approved"
    assert await office.refused(sections=[]) == ["STALE"]
    assert await office.refused(revision=1) == ["INVALID", "sections"]


async def test_what_is_wrong_is_said_at_its_field(office: LobbyOffice) -> None:
    """All of it at once, and nothing is proposed."""
    wrong = [
        named("Bad Id", games=[APPLE]),
        named("none"),
        named("both", games=[APPLE], rule={"by": "all"}),
        named("twice", games=[APPLE, APPLE, "unknown"]),
        named("twice", rule={"by": "tag"}),
        named("rule", rule={"by": "magic", "days": 91}),
        {"id": "names", "names": [], "games": [APPLE]},
        {"id": "languages", "names": [{"locale": "fr", "name": "\u202e"}], "games": [APPLE]},
        named("where", games=[APPLE], jurisdictions=["FR"], devices=["WATCH"]),
    ]
    assert await office.refused(sections=wrong) == [
        "INVALID",
        "sections.0.id",
        "sections.1.games",
        "sections.2.games",
        "sections.3.games",
        "sections.3.games.2",
        "sections.4.id",
        "sections.4.rule.value",
        "sections.5.rule.by",
        "sections.5.rule.days",
        "sections.6.names",
        "sections.7.names.fr",
        "sections.7.names.fr",
        "sections.8.jurisdictions",
        "sections.8.devices",
    ]
    times = [
        named("gap", games=[APPLE], since="2026-03-29T01:30"),
        named("words", games=[APPLE], until="tomorrow"),
        named("order", games=[APPLE], since="2026-03-30T09:00", until="2026-03-30T09:00"),
    ]
    assert await office.refused(sections=times) == [
        "INVALID",
        "sections.0.since",
        "sections.1.until",
        "sections.2.until",
    ]
    many = [named(f"s{number}", games=[APPLE]) for number in range(51)]
    assert await office.refused(sections=many) == ["INVALID", "sections"]
    assert await office.refused(reason=" ") == ["INVALID", "reason"]


async def test_a_preview_shows_what_customers_would_see(office: LobbyOffice) -> None:
    """Somewhere, on a device, at a time; of what is typed, and of a proposal."""
    looked = {"jurisdiction": "DE", "locale": "en-GB"}
    asked = {name: value for name, value in typed().items() if name != "reason"} | looked
    tried = (await office.data(VIC, TRY, input=asked))["tryLobby"]
    assert [one["name"] for one in tried["before"]] == ["New", "All games"]
    assert tried["after"] == [{"name": "By hand", "games": [{"name": "Berlin"}]}]
    wrong = (await office.data(VIC, TRY, input=asked | {"sections": [named("none")]}))["tryLobby"]
    assert [problem["path"] for problem in wrong["problems"]] == ["sections.0.games"]
    assert wrong["after"] == wrong["before"]
    proposal = await office.propose(sections=[named("later", games=[APPLE], since="2026-03-30T09:00")])
    asked = {"brand": "northbet", "proposal": proposal, "jurisdiction": "GB"}
    seen = [
        [one["name"] for one in (await office.data(ADA, TRY, input=asked | at))["tryLobby"]["after"]]
        for at in ({}, {"at": "2026-03-30T09:00"})
    ]
    assert seen == [[], ["Later"]]


async def test_editors_find_games_and_see_how_providers_are(office: LobbyOffice) -> None:
    """Only games that the brand may show somewhere."""
    page = (await office.data(VIC, GAMES, s="", j="", n=2))["lobbyGames"]
    assert [node["name"] for node in page["nodes"]] == ["Apple", "Berlin"]
    rest = (await office.data(VIC, GAMES, s="", j="", n=2, a=page["endCursor"]))["lobbyGames"]
    assert [node["name"] for node in rest["nodes"]] == ["Cherry"]
    assert (page["hasNextPage"], rest["hasNextPage"]) == (True, False)
    found = (await office.data(VIC, GAMES, s="cHe", j="", n=2))["lobbyGames"]["nodes"]
    assert [node["name"] for node in found] == ["Cherry"]
    german = (await office.data(VIC, GAMES, s="", j="DE", n=9))["lobbyGames"]["nodes"]
    assert [(node["name"], node["certified"]) for node in german] == [("Berlin", ["DE"])]
    assert (await office.data(VIC, PROVIDERS))["lobbyProviders"] == [
        {"provider": "acorn", "games": 3, "leftOut": 0, "awaySince": None, "reason": ""}
    ]


async def test_whom_it_does_not_concern_sees_and_changes_nothing(office: LobbyOffice) -> None:
    """Viewers see, editors propose; another brand's people do neither."""
    assert await office.refused(VIC) == ["FORBIDDEN"]
    assert await office.refused(ADA) == ["FORBIDDEN"]
    for document in (CONTENT, PROVIDERS):
        answer = await office.answer(SUE, document)
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
