"""The made history of the demo: understood like any other facts, and something in every report."""

from pathlib import Path

import msgspec

from analytics.filling import FillingFile, filling_of
from analytics.questions.reports import reports
from analytics.rollups import Rollups
from furlong.demo.analytics.history import write_history
from simulator.world import load_world
from tests.support.analytics_store import Store
from tests.support.consumers.sample_messages import scheme


def test_no_report_is_empty_and_each_is_what_its_records_say(store: Store, tmp_path: Path) -> None:
    """No record is refused, it is told how far the work is, and writing it again adds nothing."""
    world = load_world()
    northbet = msgspec.structs.replace(world, brands=world.brands[:1])
    store.fill(scheme(effective_from="2020-01-06T00:00:00Z", issued_at="2020-01-06T00:00:00Z"))
    filling = FillingFile(tmp_path / "filled")
    write_history(store.ingestion(), filling, northbet, weeks=5)
    said = filling_of(filling.folder)
    assert said is not None
    assert 20 < said.percent < 50
    assert "facts are stored" in said.says()
    records = store.rows("SELECT count() FROM bet_records")
    write_history(store.ingestion(), filling, northbet, weeks=5)
    assert store.rows("SELECT count() FROM bet_records") == records
    assert store.rows("SELECT * FROM refused_records") == []
    told: list[tuple[int, int]] = []
    Rollups(store.engine, progress=lambda done, weeks: told.append((done, weeks))).refresh()
    assert told == [(done, len(told)) for done in range(len(told))]
    assert len(told) >= 5
    rows = {name: store.rows(f"SELECT count() FROM {view.name}")[0][0] for name, view in reports().items()}
    assert all(rows.values()), rows
    rollups = Rollups(store.engine)
    assert [*rollups.differences(), *rollups.placed_weeks.differences()] == []
    [(margin,)] = store.rows("SELECT sum(gross_minor) / sum(settled_minor) FROM betting_results")
    assert -0.05 < margin < 0.2
