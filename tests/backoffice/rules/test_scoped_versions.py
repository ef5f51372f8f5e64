"""A version that counts one festival alone, by the graph: found by name, checked, proposed and approved."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import delete, insert, select

from backoffice.approvals.repository import PROPOSAL
from backoffice.global_events.models import OUTBOX
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.club_kit.domain.event_scopes import EventScope
from subgraphs.club_kit.topics import SCHEME_TOPIC
from subgraphs.events.matching.names import normal
from subgraphs.events.models import OFFER
from subgraphs.events.own_ids import competition_id
from subgraphs.rewards.models import REFERENCE
from tests.backoffice.board_fixture import offer, tell
from tests.backoffice.proposal_kinds import OTTO, PAULA, ProposalFixture, proposal_fixture, scheme
from tests.support.office.backoffice_fixture import NOW
from tests.support.office.permission_rules import ask
from tests.support.subgraphs.club_samples import make_scheme, scheme_row

FESTIVAL: Final = competition_id("horse-racing", normal("Cheltenham Festival"))
RACE: Final[dict[str, Any]] = {"sport": "horse-racing", "competition": "Cheltenham Festival"}
NEXT_WEEK: Final = NOW + timedelta(days=8)
FIND: Final = """query F($text: String!, $kind: SchemeScopeKind!, $first: Int! = 25) {
  schemeScopeItems(brand: "northbet", kind: $kind, text: $text, first: $first) {
    kind id name sport competition startsAt } }"""
CHECK: Final = """query C($scheme: SchemeInput!) { checkScheme(brand: "northbet", scheme: $scheme) {
  lawful problems { rule severity path message } } }"""
VERSIONS: Final = """{ schemeVersions(brand: "northbet") { version events {
  legs items { kind id name sport competition } } } }"""
ITEM: Final = {
    "kind": "competition",
    "id": FESTIVAL,
    "name": "Cheltenham Festival",
    "sport": "Horse Racing",
    "competition": "",
    "starts_at": None,
}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[ProposalFixture]:
    """The areas of the back office, with races of next week."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    async with proposal_fixture(url) as opened, database(url, "events") as events:
        await tell(
            events,
            offer("gold-cup", "Gold Cup", **RACE) | {"starts_at": NEXT_WEEK},
            offer("arkle", "Arkle Trophy", **RACE) | {"starts_at": NEXT_WEEK - timedelta(hours=1)},
            offer("derby", "Everton v Leeds"),
        )
        yield opened


@asynccontextmanager
async def database(url: str, name: str) -> AsyncIterator[Database]:
    """Open the database of a subgraph."""
    opened = Database.open(DatabaseSettings(url=url), name)
    try:
        yield opened
    finally:
        await opened.close()


async def read(office: ProposalFixture, document: str, **variables: Any) -> Any:
    """Return what a query reads, which has no errors."""
    answer = await ask(office.graph, PAULA, document, variables)
    assert "errors" not in answer, answer
    return next(iter(answer["data"].values()))


async def found(office: ProposalFixture, kind: str, text: str, **page: int) -> list[str]:
    """Return the names of what is found."""
    return [item["name"] for item in await read(office, FIND, kind=kind, text=text, **page)]


def scoped(summary: str = "Stake £25 on the Cheltenham Festival. 18+.") -> dict[str, Any]:
    """Return a version that counts the festival alone."""
    version = scheme(0)
    terms = {**version["terms"], "summary": summary}
    return {**version, "terms": terms, "events": {"competitions": [FESTIVAL], "legs": "qualifying"}}


async def proposed(office: ProposalFixture) -> Any:
    """Let an editor propose the version; return the stored proposal."""
    answer = await office.ask(
        PAULA, "proposeScheme", input={"brand": "northbet", "scheme": scoped(), "reason": "the festival"}
    )
    assert "errors" not in answer, answer
    async with office.base.database.read() as connection:
        return (await connection.execute(select(PROPOSAL).where(PROPOSAL.c.kind == "rules.scheme"))).one()


async def test_what_can_count_is_found_by_its_name(office: ProposalFixture) -> None:
    """Sports also without any event; events by those who take part or by their competition, by time."""
    assert await found(office, "SPORT", "racing") == ["Horse Racing"]
    assert await found(office, "SPORT", "golf") == ["Golf"]
    assert await found(office, "COMPETITION", "CHELT fest") == ["Cheltenham Festival"]
    assert await found(office, "EVENT", "cheltenham") == ["Arkle Trophy", "Gold Cup"]
    assert await found(office, "EVENT", "cheltenham", first=1) == ["Arkle Trophy"]
    assert await found(office, "EVENT", "Leeds") == ["Everton v Leeds"]
    (race,) = await read(office, FIND, kind="EVENT", text="gold")
    assert race == {
        "kind": "EVENT",
        "id": "gold-cup",
        "name": "Gold Cup",
        "sport": "Horse Racing",
        "competition": "Cheltenham Festival",
        "startsAt": "2026-04-02T12:00:00+00:00",
    }


async def test_a_search_has_bounds(office: ProposalFixture) -> None:
    """Of its text, and of how much it returns."""
    for wrong in ({"text": "a" * 101}, {"text": "", "first": 101}):
        answer = await ask(office.graph, PAULA, FIND, {"kind": "EVENT", **wrong})
        assert answer["errors"][0]["extensions"]["code"] == "INVALID"


async def test_the_check_knows_the_events_of_the_first_week(office: ProposalFixture) -> None:
    """The festival is next week; a football match of this week is not what the version applies to."""
    assert await read(office, CHECK, scheme=scoped()) == {"lawful": True, "problems": []}
    summary = "Stake £25 on Everton v Leeds. 18+."
    derby = {**scoped(summary), "events": {"events": ["derby"]}}
    checked = await read(office, CHECK, scheme=derby)
    assert (checked["lawful"], [problem["rule"] for problem in checked["problems"]]) == (True, ["NO_EVENT"])
    empty = await read(office, CHECK, scheme={**scoped(), "events": {"legs": "all"}})
    assert [(problem["rule"], problem["path"]) for problem in empty["problems"]] == [("FORM", "events")]


async def test_an_approver_reads_names_and_customers_get_ids(office: ProposalFixture) -> None:
    """The proposal keeps the names; the message has what its contract says, and no more."""
    proposal = await proposed(office)
    content = json.loads(proposal.content)
    expected = EventScope.of(competitions=[FESTIVAL], legs="qualifying").facts()
    assert (content["events"], content["counted"]) == (expected, [ITEM])
    approval = {"proposalId": proposal.proposal_id, "contentHash": proposal.content_hash}
    assert await office.outcome(OTTO, "approve", input=approval) == "approve"
    async with office.base.database.read() as connection:
        c = OUTBOX.outbox.c
        (body,) = (await connection.execute(select(c.value).where(c.topic == SCHEME_TOPIC))).scalars()
    message = json.loads(body)
    assert message["events"] == expected
    assert "counted" not in message


async def test_published_versions_have_names_also_when_providers_forget_them(
    office: ProposalFixture, tmp_path: Path
) -> None:
    """From the events while there are any, and later from the proposal."""
    proposal = await proposed(office)
    approval = {"proposalId": proposal.proposal_id, "contentHash": proposal.content_hash}
    assert await office.outcome(OTTO, "approve", input=approval) == "approve"
    url = f"sqlite+aiosqlite:///{tmp_path}"
    scope = EventScope.of(sports=["golf"], competitions=[FESTIVAL, "c-9"], legs="qualifying")
    async with database(url, "rewards") as rewards, rewards.write() as connection:
        await connection.execute(insert(REFERENCE.scheme), [scheme_row(make_scheme(version=2, events=scope))])
    shown = await read(office, VERSIONS)
    assert [version["events"] for version in shown] == [
        None,
        {
            "legs": "qualifying",
            "items": [
                _item("SPORT", "golf", "Golf"),
                _item("COMPETITION", "c-9", None),
                _item("COMPETITION", FESTIVAL, "Cheltenham Festival", "Horse Racing"),
            ],
        },
    ]
    async with database(url, "events") as events, events.write() as connection:
        await connection.execute(delete(OFFER))
    assert await read(office, VERSIONS) == shown


def _item(kind: str, own_id: str, name: str | None, sport: str = "") -> dict[str, Any]:
    return {"kind": kind, "id": own_id, "name": name, "sport": sport, "competition": ""}
