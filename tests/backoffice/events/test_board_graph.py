"""Boards by the graph: what a form reads is what it sends back, and pictures are found on the screens."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.backoffice.proposal_kinds import OTTO, PAULA, ProposalFixture, proposal_fixture
from tests.support.office.permission_rules import ask

KEY: Final = 'brand: "northbet", scope: SPORT, entry: "football"'
ENTRY: Final = f"""{{
  boardEntry({KEY}) {{
    revision
    item {{ name shownName position hidden onBoard imageAddress pending {{ proposedBy reason }} }}
    placements {{
      territories since sinceLocal sinceOccurrence until untilLocal untilOccurrence hidden position
      names {{ locale name }} imageUrl imageAddress
    }}
  }}
}}"""
REVISIONS: Final = (
    f"{{ boardRevisions({KEY}) {{ nodes {{ revision placements {{ position }} approvedBy }} }} }}"
)
BRAND: Final = '{ boardBrand(brand: "northbet") { id name locales timeZone jurisdictions sports { id } } }'
PROPOSE: Final = "mutation P($input: ProposeBoardEntryInput!) { proposeBoardEntry(input: $input) }"
TRY: Final = """query T($input: TryBoardEntryInput!) {
  tryBoardEntry(input: $input) { problems { path message } warnings { path } after { place total } }
}"""
PLACEMENT: Final[dict[str, Any]] = {
    "territories": ["GB"],
    "since": "2026-06-05T18:00",
    "until": "2026-10-25T01:30",
    "untilOccurrence": "LATER",
    "position": 1,
    "names": [{"locale": "en-GB", "name": "Soccer"}],
    "imageUrl": "/football.png",
}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[ProposalFixture]:
    """The areas of the back office."""
    async with proposal_fixture(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        yield opened


async def read(office: ProposalFixture, document: str, **variables: Any) -> Any:
    """Return what a query reads, which has no errors."""
    answer = await ask(office.graph, PAULA, document, variables)
    assert "errors" not in answer, answer
    return answer["data"]


def proposed(*placements: dict[str, Any], revision: int = 0) -> dict[str, Any]:
    """Return an input about football."""
    key = {"brand": "northbet", "scope": "SPORT", "entry": "football", "reason": "for the summer"}
    return {**key, "revision": revision, "placements": list(placements)}


async def test_a_form_sends_back_what_it_has_read(office: ProposalFixture) -> None:
    """Also a time that exists twice: sent again, nothing would change."""
    answer = await ask(office.graph, PAULA, PROPOSE, {"input": proposed(PLACEMENT)})
    waiting = (await read(office, ENTRY))["boardEntry"]
    assert (waiting["revision"], waiting["item"]["onBoard"], waiting["item"]["pending"]) == (
        *(0, False),
        [{"proposedBy": "Paula", "reason": "for the summer"}],
    )
    shown = await ask(
        office.graph,
        OTTO,
        f'{{ approval(id: "{answer["data"]["proposeBoardEntry"]}") {{ id contentHash }} }}',
    )
    given = shown["data"]["approval"]
    approval = {"proposalId": given["id"], "contentHash": given["contentHash"]}
    assert await office.outcome(OTTO, "approve", input=approval) == "approve"
    entry = (await read(office, ENTRY))["boardEntry"]
    (placement,) = entry["placements"]
    assert (entry["revision"], entry["item"]["onBoard"], placement["until"]) == (
        *(1, True),
        "2026-10-25T01:30:00+00:00",
    )
    sent = {
        "territories": placement["territories"],
        "since": placement["sinceLocal"],
        "sinceOccurrence": placement["sinceOccurrence"],
        "until": placement["untilLocal"],
        "untilOccurrence": placement["untilOccurrence"],
        **{name: placement[name] for name in ("hidden", "position", "names", "imageUrl")},
    }
    assert sent == {**PLACEMENT, "sinceOccurrence": None, "hidden": False}
    again = await ask(office.graph, PAULA, PROPOSE, {"input": proposed(sent, revision=1)})
    assert again["errors"][0]["extensions"]["problems"] == [
        {"path": "placements", "message": "It is shown so already: nothing would change."}
    ]
    assert (await read(office, REVISIONS))["boardRevisions"]["nodes"] == [
        {"revision": 1, "placements": [{"position": 1}], "approvedBy": "Otto"}
    ]


async def test_problems_are_told_while_somebody_types(office: ProposalFixture) -> None:
    """With the path of the field; a sport of which there is no event is in no list."""
    key = {"brand": "northbet", "scope": "SPORT", "entry": "football"}
    wrong = {**PLACEMENT, "imageUrl": "http://elsewhere.example", "names": [{"locale": "en-GB", "name": " "}]}
    tried = (await read(office, TRY, input={**key, "placements": [wrong]}))["tryBoardEntry"]
    paths = [problem["path"] for problem in tried["problems"]]
    assert paths == ["placements.0.names.en-GB", "placements.0.imageUrl"]
    assert tried["after"] == {"place": None, "total": 0}


async def test_a_brand_says_what_its_board_can_say(office: ProposalFixture) -> None:
    """Its languages and zone, and the sports of which there are events: none, as nobody has told of any."""
    assert (await read(office, BRAND))["boardBrand"] == {
        "id": "northbet",
        "name": "Northbet",
        "locales": ["en-GB"],
        "timeZone": "Europe/London",
        "jurisdictions": ["GB"],
        "sports": [],
    }
