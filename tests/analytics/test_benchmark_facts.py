"""What the benchmark makes is what it says, and as the store would have read it."""

from analytics.questions.reports import reports
from analytics.rows.bet_columns import plain_bets
from bench.analytics.made_facts import MadeFacts
from tests.support.analytics_store import Store


def test_made_facts_are_facts_that_reports_count(store: Store) -> None:
    """So many bets of so many customers, in each report that two weeks can fill; records are plain ones."""
    made = MadeFacts(bets=3000, customers=100, weeks=2)
    store.fill(made.scheme())
    assert sum(count for _, count in made.statements()) == made.bets
    for statement, _ in made.statements():
        store.engine.execute(statement)
    store.roll_up()
    assert store.rows("SELECT count(), uniqExact(customer), uniqExact(iso_week) FROM contributions") == [
        (made.bets, made.customers, made.weeks)
    ]
    assert store.rows("SELECT count() FROM bet_records") == [(made.bets * 11 // 10,)]
    filled = {name for name, view in reports().items() if store.rows(f"SELECT 1 FROM {view.name} LIMIT 1")}
    assert filled >= {
        *("funnel", "liability", "cost", "uplift", "retention"),
        *("latency", "reasons", "providers"),
    }
    assert plain_bets(made.records(0, 10), store.pseudonyms) is not None
