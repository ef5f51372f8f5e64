"""The made history of the demo: understood like any other facts, and something in every report."""

import msgspec

from analytics.questions.reports import reports
from analytics.rollups import Rollups
from furlong.demo.analytics.history import write_history
from simulator.world import load_world
from tests.support.analytics_store import Store
from tests.support.consumers.sample_messages import scheme


def test_no_report_is_empty_and_each_is_what_its_records_say(store: Store) -> None:
    """No record is refused, and writing it again adds nothing."""
    world = load_world()
    northbet = msgspec.structs.replace(world, brands=world.brands[:1])
    store.fill(scheme(effective_from="2020-01-06T00:00:00Z", issued_at="2020-01-06T00:00:00Z"))
    write_history(store.ingestion(), northbet, weeks=5)
    records = store.rows("SELECT count() FROM bet_records")
    write_history(store.ingestion(), northbet, weeks=5)
    assert store.rows("SELECT count() FROM bet_records") == records
    assert store.rows("SELECT * FROM refused_records") == []
    store.roll_up()
    rows = {name: store.rows(f"SELECT count() FROM {view.name}")[0][0] for name, view in reports().items()}
    assert all(rows.values()), rows
    rollups = Rollups(store.engine)
    assert [*rollups.differences(), *rollups.placed_weeks.differences()] == []
    [(margin,)] = store.rows("SELECT sum(gross_minor) / sum(settled_minor) FROM betting_results")
    assert -0.05 < margin < 0.2
