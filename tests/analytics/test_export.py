"""The files of a lake: what happened on a day, written again only if it has changed."""

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from analytics.errors import QuestionRefused
from analytics.questions.export import Exported, export
from analytics.questions.snapshot import publish
from analytics.settings import AnalyticsSettings
from tests.support.analytics_store import Store
from tests.support.consumers.sample_messages import account, bet, scheme

TABLES = ("bet_records", "account_records")
MONDAY, TUESDAY = "2026-03-23T12:00:00Z", "2026-03-24T12:00:00Z"


@pytest.fixture
def settings(processes: None, store: Store) -> AnalyticsSettings:
    """Provide the settings of a store with bets of two days, two of them the same, one not understood."""
    store.fill(
        scheme(),
        account(),
        *(bet(bet_id=f"b-{number}", placed_at=MONDAY, occurred_at=MONDAY) for number in (1, 2, 2)),
        bet(bet_id="b-3", placed_at=TUESDAY, occurred_at=TUESDAY),
        bet(bet_id="b-4", placed_at=TUESDAY, occurred_at=TUESDAY, stake_minor=-1),
    )
    publish(store.folder, store.engine)
    return AnalyticsSettings(folder=store.folder)


def exported(folder: Path, settings: AnalyticsSettings, *names: str) -> list[tuple[str, str, int, bool]]:
    """Export, and return table, day, rows, and whether it was written now."""
    return [(file.table, file.day, file.rows, file.is_new) for file in export(folder, settings, names)]


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_file_has_the_records_of_a_day_and_is_written_once(
    settings: AnalyticsSettings, store: Store, tmp_path: Path
) -> None:
    """Again, nothing is written; elsewhere the bytes are the same; late records change their day alone."""
    days = [("bet_records", "2026-03-23", 3), ("bet_records", "2026-03-24", 1)]
    lake, other = tmp_path / "lake", tmp_path / "other"
    assert exported(lake, settings, "bet_records") == [(*day, True) for day in days]
    first = contents(lake)
    assert exported(lake, settings, "bet_records") == [(*day, False) for day in days]
    assert exported(other, settings, "bet_records") == [(*day, True) for day in days]
    assert first == contents(lake) == contents(other)
    (monday,) = lake.glob("bet_records/day=2026-03-23/*.parquet")
    rows = pq.read_table(monday, partitioning=None).to_pylist()
    assert [row["topic_offset"] for row in rows] == [0, 1, 2]
    assert {row["stake_minor"] for row in rows} == {500}
    assert {row["customer"] for row in rows} == {store.pseudonym("c-1")}

    store.fill(bet(bet_id="b-9", placed_at=TUESDAY, occurred_at=TUESDAY))
    publish(store.folder, store.engine)
    assert exported(lake, settings, "bet_records") == [(*days[0], False), (*days[1][:2], 2, True)]
    later = contents(lake)
    assert {name for name in later if "03-23" in name} == {name for name in first if "03-23" in name}
    assert len(later) == len(first)


def test_only_what_is_asked_for_is_written(settings: AnalyticsSettings, tmp_path: Path) -> None:
    """Tables and days; facts are views over records, and no tables of a lake."""
    files: list[Exported] = list(export(tmp_path, settings, TABLES, date(2026, 3, 24), date(2026, 3, 24)))
    assert [(file.table, file.day) for file in files] == [("bet_records", "2026-03-24")]
    assert len(contents(tmp_path)) == 1
    with pytest.raises(QuestionRefused, match="no table bets of records"):
        list(export(tmp_path, settings, ("bets",)))
