"""Cases that wait for a person: counted and listed by brand, in pages, with their money."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert

from foundation.storage.database import Database
from furlong.databases import METADATA
from subgraphs.fulfilment.models import FULFILMENT, GOODWILL_CREDIT
from subgraphs.progress.models import LATE_REVISION
from subgraphs.progress.models import STREAM as PROGRESS_STREAM
from tests.backoffice.foreign_rows import row
from tests.backoffice.proposal_kinds import BRAND, PAULA, ProposalFixture, proposal_fixture
from tests.support.office.backoffice_fixture import NOW
from tests.support.office.permission_rules import ask

OTHER = "otherbrand"


@pytest.fixture
async def all_areas(tmp_path: Path) -> AsyncIterator[ProposalFixture]:
    """The graph over databases with cases of two brands."""
    async with proposal_fixture(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        settings = opened.base.settings
        late: dict[str, Any] = {"iso_week": "2026-W12", "counted_minor": 500, "would_count_minor": 0}
        at = {"changed_at": NOW - timedelta(hours=3), "state": "REVIEW", "kind": "cash"}
        paid = {"reward_id": "fb-5", "value_minor": 500, "currency": "GBP", "config_version": 1}
        stored = {
            "progress": [
                *(
                    (LATE_REVISION, row(LATE_REVISION, brand_id=BRAND, bet_id=f"b-{number}", **late))
                    for number in range(3)
                ),
                (LATE_REVISION, row(LATE_REVISION, brand_id=OTHER, bet_id="b-9", **late)),
                (PROGRESS_STREAM.dead_letter, row(PROGRESS_STREAM.dead_letter, id=7, headers=[])),
            ],
            "fulfilment": [
                (
                    FULFILMENT,
                    row(FULFILMENT, brand_id=BRAND, key="k-2", **(at | {"changed_at": NOW}), **paid),
                ),
                (GOODWILL_CREDIT, row(GOODWILL_CREDIT, brand_id=BRAND, key="k-1", **at, **paid)),
                (
                    FULFILMENT,
                    row(
                        FULFILMENT, brand_id=BRAND, customer_id="y", key="k-3", **(at | {"state": "CREDITED"})
                    ),
                ),
                (FULFILMENT, row(FULFILMENT, brand_id=OTHER, key="k-4", **at)),
            ],
        }
        for name, rows in stored.items():
            assert name in METADATA
            database = Database.open(settings, name)
            async with database.write() as connection:
                for table in {table for table, _ in rows}:
                    await connection.execute(delete(table))
                for table, values in rows:
                    generated = {column.name for column in table.columns if column.computed is not None}
                    kept = {key: value for key, value in values.items() if key not in generated}
                    await connection.execute(insert(table).values(kept))
            await database.close()
        yield opened


async def test_cases_are_counted_by_brand(all_areas: ProposalFixture) -> None:
    """What is credited does not wait, and another brand's cases are not counted."""
    query = (
        f'{{ waitingCases(brand: "{BRAND}") {{ lateBets heldRewards }} deadLetterCounts {{ app letters }} }}'
    )
    found = (await ask(all_areas.graph, PAULA, query))["data"]
    assert found["waitingCases"] == {"lateBets": 3, "heldRewards": 2}
    assert {one["app"]: one["letters"] for one in found["deadLetterCounts"]}["progress"] == 1


async def test_late_bets_are_listed_in_pages_with_their_money(all_areas: ProposalFixture) -> None:
    """A page goes on after the last bet of the one before; amounts have the brand's currency."""
    query = (
        "query L($after: String) { lateBets(brand: "
        f'"{BRAND}", first: 2, after: $after) {{ nodes {{ bet countedMinor currency }} '
        "endCursor hasNextPage } }"
    )
    first = (await ask(all_areas.graph, PAULA, query, {"after": None}))["data"]["lateBets"]
    assert [one["bet"] for one in first["nodes"]] == ["b-0", "b-1"]
    assert first["nodes"][0]["currency"] == "GBP"
    rest = (await ask(all_areas.graph, PAULA, query, {"after": first["endCursor"]}))["data"]["lateBets"]
    assert ([one["bet"] for one in rest["nodes"]], rest["hasNextPage"]) == (["b-2"], False)


async def test_held_rewards_of_weeks_and_goodwill_are_one_list(all_areas: ProposalFixture) -> None:
    """The one that has waited for longest is the first, whatever it is for."""
    query = (
        "query H($after: String) { heldRewards(brand: "
        f'"{BRAND}", first: 1, after: $after) {{ nodes {{ id origin valueMinor }} '
        "endCursor hasNextPage } }"
    )
    first = (await ask(all_areas.graph, PAULA, query, {"after": None}))["data"]["heldRewards"]
    assert first["nodes"] == [{"id": "k-1", "origin": "goodwill", "valueMinor": 500}]
    rest = (await ask(all_areas.graph, PAULA, query, {"after": first["endCursor"]}))["data"]["heldRewards"]
    assert [one["id"] for one in rest["nodes"]] == ["k-2"]
    assert rest["hasNextPage"] is False
