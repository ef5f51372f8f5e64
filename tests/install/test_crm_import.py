"""The CRM's export is read strictly, compared first, imported row by row, and can be imported again."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.rewards.messages import RewardConfigured, decode_reward_config
from foundation.storage.database import Database
from furlong.install.crm_import import CrmError, CrmPlan, Rejected, apply_import, plan_import, read_rows
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.progress.models import CRM_QUALIFIER
from subgraphs.progress.qualification.earlier_qualifications import CrmQualifier
from subgraphs.rewards.catalogue.config_repository import ConfigWriter
from subgraphs.rewards.models import METADATA, REWARD_CONFIG
from tests.support.consumers.progress_reducer import Reducer, opened_reducer
from tests.support.consumers.sample_messages import bet, reward
from tests.support.database_probe import contents, migrated

Plan = Callable[[Path], Awaitable[CrmPlan]]

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
HEADER = "brand,customer,week,staked,currency,reward"
GOOD = "northbet,c-1,2026-W13,32.50,GBP,fb-5"


@pytest.fixture
async def reducer(database_url: str) -> AsyncIterator[Reducer]:
    """Provide a progress database with the brand, and £5 of c-1's bets in week 13."""
    async with opened_reducer(database_url) as reducer:
        await reducer.bets(bet())
        yield reducer


@pytest.fixture
async def rewards(database_url: str, reducer: Reducer) -> AsyncIterator[Database]:
    """Provide a rewards database with a free bet in pounds, and one of another brand."""
    async with migrated(database_url, "rewards", METADATA) as database:
        writer = ConfigWriter(REWARD_CONFIG, database.dialect)
        rows = [
            decode_reward_config(record) for record in (reward(), reward(brand_id="other", reward_id="x"))
        ]
        async with database.write() as connection:
            await writer.store(
                connection, [row.row() for row in rows if isinstance(row, RewardConfigured)], []
            )
        yield database


@pytest.fixture
def plan(reducer: Reducer, rewards: Database) -> Plan:
    """Return what importing a file would do."""

    async def planned(file: Path) -> CrmPlan:
        return await plan_import(file, reducer.database, rewards, NOW)

    return planned


def written(folder: Path, *lines: str, header: str = HEADER, end: str = "\r\n") -> Path:
    """Write an export."""
    file = folder / "qualifiers.csv"
    file.write_bytes((end.join([header, *lines]) + end).encode())
    return file


async def stored(reducer: Reducer) -> list[tuple[object, ...]]:
    """Return what was imported, without the time."""
    return [row[:-1] for row in (await contents(reducer.database, CRM_QUALIFIER))["crm_qualifier"]]


async def test_a_plan_tells_what_is_new_and_what_the_ledger_says(
    reducer: Reducer, plan: Plan, tmp_path: Path
) -> None:
    """A plan compares rows with the ledger and stores nothing."""
    found = await plan(written(tmp_path, GOOD, "northbet,c-2,2026-W13,25,GBP,"))
    assert list(found.lines()) == [
        "+ northbet 2026-W13 c-1: 3250 GBP, fb-5; 500 counted here",
        "+ northbet 2026-W13 c-2: 2500 GBP, default reward; no bets here",
        "2 new, 0 changed, 0 as before, 0 rejected",
    ]
    assert await stored(reducer) == []


async def test_importing_again_changes_nothing(reducer: Reducer, plan: Plan, tmp_path: Path) -> None:
    """The second time, every row is unchanged and keeps the time of its import."""
    file = written(tmp_path, GOOD)
    await apply_import(await plan(file), reducer.database, NOW)
    before = await contents(reducer.database, CRM_QUALIFIER)
    again = await plan(file)
    await apply_import(again, reducer.database, datetime(2026, 4, 2, tzinfo=UTC))
    assert [row.mark for row in again.rows] == ["="]
    assert await contents(reducer.database, CRM_QUALIFIER) == before
    assert await stored(reducer) == [("northbet", "c-1", "2026-W13", 3250, "GBP", "fb-5", "qualifiers.csv")]


async def test_a_corrected_export_replaces_what_it_says_otherwise(
    reducer: Reducer, plan: Plan, tmp_path: Path
) -> None:
    """Rows that it no longer contains stay, because an export may cover one week or brand only."""
    other = "northbet,c-2,2026-W13,25.00,GBP,"
    await apply_import(await plan(written(tmp_path, GOOD, other)), reducer.database, NOW)
    corrected = await plan(written(tmp_path, GOOD.replace("32.50", "30.00")))
    assert [row.mark for row in corrected.rows] == ["~"]
    await apply_import(corrected, reducer.database, NOW)
    assert [row[3] for row in await stored(reducer)] == [3000, 2500]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("northbet,c-1,2026-W13,32.50,GBP", "5 fields where the header has 6"),
        ("northbet,c-1,2026-W13,32.50,GBP,fb-5,more", "7 fields where the header has 6"),
        ("southbet,c-1,2026-W13,32.50,GBP,", "unknown brand 'southbet'"),
        ("northbet,,2026-W13,32.50,GBP,", "'' is not a customer id"),
        ("northbet,c 1,2026-W13,32.50,GBP,", "'c 1' is not a customer id"),
        (f"northbet,{'c' * 65},2026-W13,32.50,GBP,", "is not a customer id"),
        ("northbet,c-1,2026-13,32.50,GBP,", "no such week: '2026-13'"),
        ("northbet,c-1,2026-W54,32.50,GBP,", "has no week 54"),
        ("northbet,c-1,2026-W14,32.50,GBP,", "week 2026-W14 is not over"),
        ("northbet,c-1,2026-W13,32.50,USD,", "not a currency of the brand"),
        ('northbet,c-1,2026-W13,"32,50",GBP,', "is not an amount such as 25.00"),
        ("northbet,c-1,2026-W13,-1,GBP,", "is not an amount"),
        ("northbet,c-1,2026-W13,£32.50,GBP,", "is not an amount"),
        ("northbet,c-1,2026-W13,NaN,GBP,", "is not an amount"),
        ("northbet,c-1,2026-W13,1e3,GBP,", "is not an amount"),
        ("northbet,c-1,2026-W13,32.505,GBP,", "more decimals than GBP"),
        ("northbet,c-1,2026-W13,9999999999,GBP,", "is too much"),
        ("northbet,c-1,2026-W13,32.50,GBP,fb:5", "is not a reward id"),
        ("northbet,c-1,2026-W13,32.50,GBP,fb-50", "unknown reward 'fb-50': `furlong reward list northbet`"),
        ("northbet,c-1,2026-W13,32.50,GBP,x", "unknown reward 'x'"),
        ("northbet,c-1,2026-W13,32.50,EUR,fb-5", "reward 'fb-5' is not in EUR, but in GBP"),
        ("northbet,1.23457E+11,2026-W13,32.50,GBP,", "shortened a long number, whose digits are lost"),
        ("northbet,c-1,2026-W13,3.25E+03,GBP,", "shortened a long number"),
        ('northbet,"=""00123""",2026-W13,32.50,GBP,', "it is a spreadsheet's formula"),
        ("northbet,'00123,2026-W13,32.50,GBP,", "apostrophe for text is part of the value: remove it"),
        ("northbet,#N/A,2026-W13,32.50,GBP,", "formula has failed here"),
        ("northbet,c-1,2026-W13,#####,GBP,", "too narrow to show the value"),
        ("northbet,\u200bc-1001,2026-W13,32.50,GBP,", "cannot be seen (U+200B): remove them"),
        ("northbet,c-\x9b31m,2026-W13,32.50,GBP,", "cannot be seen (U+009B)"),
        ("northbet,c-1,2026-W13,32.50,GBP,\u202efb-5", "cannot be seen (U+202E)"),
    ],
)
async def test_a_row_that_is_wrong_is_rejected_with_its_reason_and_the_others_stand(
    plan: Plan, tmp_path: Path, row: str, reason: str
) -> None:
    """The reason says what is wrong, and in which line."""
    good = "northbet,c-9,2026-W12,25.00,GBP,"
    found = await plan(written(tmp_path, good, row))
    ((rejected),) = found.rejected
    assert (rejected.line, [one.qualifier.club.customer for one in found.rows]) == (3, ["c-9"])
    assert reason in rejected.reason


async def test_the_second_row_about_one_customer_and_week_is_rejected(plan: Plan, tmp_path: Path) -> None:
    """Even an equal duplicate is rejected: the export has a fault that a person should see."""
    found = await plan(written(tmp_path, GOOD, GOOD))
    assert found.rejected == [Rejected(3, "line 2 has the same customer and week")]
    assert len(found.rows) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"brand,customer,week,staked\r\n", "line 1: currency is missing"),
        (b"brand,customer,week,staked,currency,euro\r\n", "line 1: 'euro' is unknown"),
        (b"brand,brand,customer,week,staked,currency\r\n", "line 1: brand appears twice"),
        (b"brand;customer;week;staked;currency\r\n", "separated by semicolons"),
        (HEADER.encode() + b"\r\nnorthbet,c-1,2026-W13,\xa332.50,GBP,\r\n", "line 2: not UTF-8"),
        (HEADER.encode("utf-16"), "not UTF-8"),
        (HEADER.encode() + b"\r\nnorthbet,c\x00,2026-W13,3,GBP,\r\n", "NUL characters"),
        (HEADER.encode() + b'\r\nnorthbet,"c-1,2026-W13,3,GBP,\r\n', "a quote is not closed"),
        (HEADER.encode() + b'\r\nnorthbet,"c"-1,2026-W13,3,GBP,\r\n', "line 2"),
    ],
)
async def test_a_file_that_is_no_such_csv_is_refused_as_a_whole(
    plan: Plan, tmp_path: Path, content: bytes, said: str
) -> None:
    """The error names the line and says what to do."""
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    with pytest.raises(CrmError) as refused:
        await plan(file)
    assert said in str(refused.value)


async def test_a_file_that_is_not_there_is_refused(plan: Plan, tmp_path: Path) -> None:
    """The error names the missing file."""
    with pytest.raises(CrmError, match=r"cannot read .*none\.csv"):
        await plan(tmp_path / "none.csv")


async def test_what_programs_make_of_a_csv_is_read(plan: Plan, tmp_path: Path) -> None:
    """Byte order marks, other line ends, order and case of columns, quotes, empty lines are accepted."""
    file = tmp_path / "excel.csv"
    file.write_bytes(
        b'\xef\xbb\xbfWeek,"Customer",BRAND,currency,Staked\n\n2026-W13,"c-""1""",northbet,GBP,"25.00"\n\n'
    )
    ((row),) = (await plan(file)).rows
    assert row.qualifier == CrmQualifier(ClubKey("northbet", "2026-W13", 'c-"1"'), 2500, "GBP", None)


@pytest.mark.parametrize("header", [HEADER, HEADER + ",,"], ids=["as written", "wider"])
async def test_empty_rows_and_columns_of_a_spreadsheet_are_nothing(
    plan: Plan, tmp_path: Path, header: str
) -> None:
    """Rows of commas alone, and columns behind the last one that has a name; a value there is a fault."""
    good = GOOD + header.removeprefix(HEADER)
    found = await plan(written(tmp_path, ",,,,,", good, ",,,,,,,", good + ",more", header=header))
    assert [row.qualifier.club.customer for row in found.rows] == ["c-1"]
    ((rejected),) = found.rejected
    assert (rejected.line, "fields where the header has 6" in rejected.reason) == (5, True)


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=8), min_size=6, max_size=6)))
def test_whatever_a_field_holds_it_comes_back_from_rfc_4180(rows: list[list[str]]) -> None:
    """Commas, quotes and line breaks in quoted fields are part of the field; only empty rows are left out."""
    quoted = [",".join('"' + field.replace('"', '""') + '"' for field in row) for row in rows]
    text = "\r\n".join([HEADER, *quoted, ""])
    found = [fields for _, fields in read_rows(text)]
    assert [list(fields.values()) for fields in found if isinstance(fields, dict)] == [
        values for row in rows if any(values := [field.strip() for field in row])
    ]
