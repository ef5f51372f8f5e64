"""What a brand has earned, with the club's cost beside it: in the store, and in the back office."""

from typing import Any, Final

import pytest

from analytics.errors import QuestionRefused
from analytics.questions.reports import report_question
from tests.analytics.test_reports import outcome
from tests.support.analytics_store import Store
from tests.support.consumers.sample_messages import LEG, bet, bet_state, goodwill, scheme

CREDITED: Final = "2026-01-20T08:00:00Z"
SUM: Final = ("turnover_minor", "settled_minor", "returns_minor", "gross_minor", "free_gross_minor")


def credited(customer: str, state: str = "CREDITED", revision: int = 1, **more: Any) -> Any:
    """Return the stage of a reward of five pounds that was credited."""
    return outcome(customer, 0, state, revision, **({"occurred_at": CREDITED} | more), credited_at=CREDITED)


@pytest.fixture
def filled(store: Store) -> Store:
    """Provide a store with bets of two days, and rewards of which one was used and one has expired."""
    placed = {"placed_at": "2026-01-19T10:00:00Z", "occurred_at": "2026-01-19T10:00:05Z"}
    won = {"bet_revision": 2, "status": "WON", "returns_minor": 3000, "occurred_at": "2026-01-20T10:00:00Z"}
    lost = {"bet_revision": 2, "status": "LOST", "returns_minor": 0, "occurred_at": "2026-01-20T11:00:00Z"}
    free = {"bet_id": "b-3", "stake_source": "free_bet", "stake_minor": 500, "counting_stake_minor": 500}
    spin = {"bet_id": "b-4", "product": "casino", "legs": []}
    double = {"bet_id": "b-5", "legs": [LEG, LEG | {"sports_event_id": "event2"}]}
    records = [bet_state(**placed), bet_state(**placed | won)]
    for facts in ({"bet_id": "b-2"}, free, spin, double):
        records += [bet_state(**placed | facts), bet_state(**placed | facts | lost)]
    store.fill(
        scheme(),
        bet(placed_at="2026-01-13T10:00:00Z", occurred_at="2026-01-13T10:00:00Z"),
        *records,
        credited("c-1"),
        credited("c-1", "USED", 2, occurred_at="2026-01-21T09:00:00Z"),
        credited("c-2"),
        credited("c-2", "EXPIRED", 2, occurred_at="2026-01-27T00:00:00Z"),
        goodwill(iso_week="2026-W03", decided_at="2026-01-20T12:00:00Z"),
    )
    store.roll_up()
    return store


def shown(store: Store, name: str) -> list[dict[str, Any]]:
    """Return the rows of a report."""
    return store.engine.read(report_question(name, "json").sql)


def test_revenue_has_the_clubs_cost_beside_it(filled: Store) -> None:
    """By day and product; what has expired costs nothing any more, from that day on."""
    rows = {(str(row["day"]), row["product"]): row for row in shown(filled, "revenue")}
    placed = rows["2026-01-19", "betting"]
    assert [placed[name] for name in ("bets", *SUM)] == [4, 3000, 0, 0, 0, 0]
    assert placed["margin"] is None
    assert placed["free_turnover_minor"] == 500
    settled = rows["2026-01-20", "betting"]
    assert [settled[name] for name in ("settled_bets", *SUM)] == [4, 0, 3000, 3000, 0, 500]
    assert settled["margin"] == 0.0
    assert settled["club_cost_minor"] == 1500
    assert settled["net_minor"] == 500 - 1500
    assert rows["2026-01-20", "casino"]["gross_minor"] == 1000
    assert rows["2026-01-20", "casino"]["margin"] == 100.0
    assert rows["2026-01-27", "betting"]["net_minor"] == 500
    assert sum(row["club_cost_minor"] for row in rows.values()) == 1000
    assert sum(row["cost_minor"] for row in shown(filled, "cost")) == 1000


def test_events_have_what_was_bet_on_them_alone(filled: Store) -> None:
    """A double is of no event, and neither is a game, so that all rows add up to the brand's."""
    rows = shown(filled, "events")
    figures = [(row["sports_event_id"], row["product"], row["gross_minor"], row["margin"]) for row in rows]
    assert figures == [
        ("", "betting", 1000, 100.0),
        ("", "casino", 1000, 100.0),
        ("event1", "betting", -1000, -50.0),
    ]
    assert rows[2]["event_name"] == "14:30 Ascot"
    assert sum(row["gross_minor"] for row in rows) == sum(
        row["gross_minor"] for row in shown(filled, "revenue")
    )


@pytest.mark.parametrize("name", ["revenue", "events", "exposure"])
def test_reports_of_bets_are_of_no_week_of_the_club(name: str) -> None:
    """They are by day, or as of now."""
    with pytest.raises(QuestionRefused, match="not by week"):
        report_question(name, "json", week="2026-W04")
