"""Each report on made facts, whose answer is known: counted while they are made, or by hand."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from analytics.questions.reports import report_question, reports
from consumers.stream.records import Record
from tests.support.analytics_store import Store, tables_of
from tests.support.consumers.sample_messages import (
    account,
    bet,
    event_market,
    event_offer,
    goodwill,
    membership,
    not_kept,
    scheme,
)

BRAND = "northbet"
MONDAY = datetime(2026, 1, 12, tzinfo=UTC)
REWARD = {
    "reward_id": "fb-5",
    "config_version": 1,
    "kind": "free_bet",
    "product": "betting",
    "value_minor": 500,
    "spins": None,
    "currency": "GBP",
    "expiry_days": 7,
    "wagering_multiple": 0,
}


def text(at: datetime) -> str:
    """Return an instant as messages write it."""
    return at.isoformat().replace("+00:00", "Z")


def iso_week(number: int) -> str:
    """Return the name of a week after the first."""
    return f"2026-W{3 + number:02}"


def of_topic(topic: str, customer: str, **body: Any) -> Record:
    """Return a record of one of our own topics."""
    whole = {"schema": topic.removesuffix(".v1") + "/1", "brand_id": BRAND, "customer_id": customer} | body
    whole["event_id"] = "6f0b6f0e-3d0c-4f7e-9d53-0d9d0d9a2c11"
    return Record(topic, 0, 0, f"{BRAND}:{customer}".encode(), json.dumps(whole).encode())


def qualification(
    customer: str, week: int, at: datetime, status: str = "provisional", revision: int = 1
) -> Record:
    """Return a qualification of a customer's week."""
    body = {"iso_week": iso_week(week), "revision": revision, "status": status, "total_minor": 2500}
    record = of_topic(
        "club.qualification.v1", customer, **body, target_minor=2500, currency="GBP", occurred_at=text(at)
    )
    return replace(record, timestamp=at + timedelta(milliseconds=40))


def choice(customer: str, week: int, source: str) -> Record:
    """Return the choice of a customer's week."""
    at = text(MONDAY + timedelta(weeks=week, days=2))
    body = {"iso_week": iso_week(week), "revision": 1, "final": True, "source": source}
    return of_topic("club.choice.v1", customer, **body, reward=REWARD, occurred_at=at)


def outcome(customer: str, week: int, state: str, revision: int, **more: Any) -> Record:
    """Return a stage of the reward of a customer's week."""
    at = MONDAY + timedelta(weeks=week + 1, hours=revision)
    body = {
        "iso_week": iso_week(week),
        "revision": revision,
        "state": state,
        "fulfilment_status": None,
        "fulfilment_state": state,
        "reason": None,
        "flag": None,
        "provider": "wallet",
        "reward": REWARD,
        "reward_id": "fb-5",
        "config_version": 1,
        "credited_at": None,
        "expires_at": None,
        "reference": None,
        "occurred_at": text(at),
    }
    return of_topic("club.outcomes.v1", customer, **(body | more))


def placed(customer: str, at: datetime, number: int = 0, **more: Any) -> Record:
    """Return a bet of a customer, produced 20 ms later."""
    record = bet(
        customer_id=customer,
        bet_id=f"b-{customer}-{at:%m%d%H}-{number}",
        placed_at=text(at),
        occurred_at=text(at),
        **more,
    )
    return replace(record, timestamp=at + timedelta(milliseconds=20))


def joined(customer: str, at: datetime) -> Record:
    """Return the opt-in of a customer."""
    return membership(
        customer_id=customer, since=text(at), first_opted_in_at=text(at), occurred_at=text(at), version=1
    )


def report(store: Store, name: str, **wanted: Any) -> list[dict[str, Any]]:
    """Return the rows of a report, for which only what it reads is counted."""
    store.roll_up(tables=tables_of(name))
    return store.engine.read(report_question(name, "json", **wanted).sql)


@pytest.fixture
def club(store: Store) -> Store:
    """Provide a store with a brand whose scheme is older than all facts."""
    store.fill(scheme(effective_from="2025-01-06T00:00:00Z", issued_at="2025-01-01T00:00:00Z"))
    return store


def test_the_funnel_counts_each_step_among_those_of_the_step_before(club: Store) -> None:
    """Ten bettors lose some at each step; one who qualified without being a member is not counted."""
    at = MONDAY + timedelta(days=1)
    names = [f"c-{number}" for number in range(10)]
    facts = [placed(name, at, stake_minor=50 if name == "c-8" else 500) for name in names]
    facts += [joined(name, MONDAY - timedelta(days=3)) for name in names[:9]]
    facts += [qualification(name, 0, at) for name in (*names[:6], "c-9")]
    facts += [choice(name, 0, "chosen" if name in names[:4] else "default") for name in names[:6]]
    facts += [outcome(name, 0, "CREDITED", 1, credited_at=text(at)) for name in names[:3]]
    facts += [outcome("c-0", 0, "USED", 2, credited_at=text(at))]
    club.fill(*facts)
    (row,) = report(club, "funnel", brand=BRAND, week=iso_week(0))
    steps = ("bettors", "members", "counting", "qualified", "chose", "credited", "used")
    assert tuple(row[step] for step in steps) == (10, 9, 8, 6, 4, 3, 1)


def test_liability_is_by_stage_and_its_forecast_by_the_growth_of_earlier_weeks(club: Store) -> None:
    """Two customers by Tuesday became 2, 4, 4 and 6 by the week's end: one may become 1, 2 or 3."""
    facts = [placed("c-0", MONDAY + timedelta(weeks=week)) for week in range(5)]
    for week, late in enumerate((0, 2, 2, 4)):
        early = [(f"e-{n}", timedelta(days=1)) for n in range(2)]
        later = [(f"l-{n}", timedelta(days=4)) for n in range(late)]
        facts += [
            qualification(name, week, MONDAY + timedelta(weeks=week) + after) for name, after in early + later
        ]
    facts += [qualification("e-0", 4, MONDAY + timedelta(weeks=4, days=2)), choice("e-0", 4, "chosen")]
    facts += [choice(f"e-{n}", 3, "default") for n in range(2)]
    facts += [qualification(f"e-{n}", 3, MONDAY + timedelta(weeks=4), "confirmed", 2) for n in range(2)]
    facts += [outcome("e-0", 3, "CONFIRMED", 1), outcome("e-1", 3, "CREDITED", 1, credited_at=text(MONDAY))]
    club.fill(*facts)
    (running,) = report(club, "liability", week=iso_week(4))
    forecast = [running[name] for name in ("provisional", "forecast_low", "forecast", "forecast_high")]
    assert forecast == [500, 500, 1000, 1500]
    (past,) = report(club, "liability", week=iso_week(3))
    assert [past[name] for name in ("customers", "owed", "credited", "forecast")] == [6, 500, 500, None]


def test_costs_are_those_of_credits_that_did_not_expire(club: Store) -> None:
    """Three credited, of which one expired; goodwill is a row of its own."""
    at = text(MONDAY + timedelta(weeks=1))
    states = ("CREDITED", "USED", "EXPIRED")
    club.fill(
        *(outcome(f"c-{number}", 0, state, 1, credited_at=at) for number, state in enumerate(states)),
        outcome("c-9", 0, "FULFILLING", 1),
        goodwill(iso_week=iso_week(0)),
    )
    rows = {row["kind"]: row for row in report(club, "cost")}
    names = ("credited", "used", "expired", "cost_minor")
    assert [rows["free_bet"][name] for name in names] == [3, 1, 1, 1000]
    assert [rows["goodwill"][name] for name in names] == [1, 0, 0, 500]


def test_retention_is_the_share_of_a_cohort_that_is_active_later(club: Store) -> None:
    """Four who joined in one week: all bet at once, two a week later, one after three weeks."""
    names = [f"c-{number}" for number in range(4)]
    facts = [joined(name, MONDAY + timedelta(days=1)) for name in names]
    for week, active in ((0, 4), (1, 2), (3, 1)):
        facts += [placed(name, MONDAY + timedelta(weeks=week, days=2)) for name in names[:active]]
    club.fill(*facts)
    rows = report(club, "retention")
    found = [(row["cohort"], row["size"], row["weeks_later"], row["active"], row["percent"]) for row in rows]
    assert found == [
        (iso_week(0), 4, 0, 4, 100.0),
        (iso_week(0), 4, 1, 2, 50.0),
        (iso_week(0), 4, 3, 1, 25.0),
    ]


def test_latency_is_from_bets_to_the_stream_and_to_the_tracker(club: Store) -> None:
    """Bets are produced after 20 ms; the week was published 20 ms after the last of them was."""
    first, last = MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=2)
    club.fill(placed("c-0", first), placed("c-0", last), qualification("c-0", 0, last))
    rows = {row["stage"]: row for row in report(club, "latency")}
    assert (rows["bet to stream"]["measured"], rows["bet to stream"]["p99"]) == (2, 20)
    assert (rows["bet to tracker"]["measured"], rows["bet to tracker"]["p50"]) == (1, 20)


def test_reasons_are_those_of_the_rules(club: Store) -> None:
    """One bet for each of some reasons, and two that count."""
    at, kinds = MONDAY + timedelta(days=1), Counter[str]()
    cases: list[tuple[str, dict[str, Any]]] = [
        ("COUNTED", {}),
        ("COUNTED", {"stake_minor": 700, "counting_stake_minor": 700}),
        ("BELOW_MIN_STAKE", {"stake_minor": 99, "counting_stake_minor": 99}),
        ("BELOW_MIN_ODDS", {"odds_milli": 1499}),
        ("VOID", {"status": "void"}),
        ("FREE_BET_STAKE", {"stake_source": "free_bet"}),
    ]
    facts = [placed("c-0", at, number, **more) for number, (_, more) in enumerate(cases)]
    kinds.update(reason for reason, _ in cases)
    club.fill(*facts, account(customer_id="c-0"))
    rows = report(club, "reasons", brand=BRAND)
    assert {row["reason"]: row["bets"] for row in rows} == kinds
    assert {row["reason"]: row["counted_minor"] for row in rows}["COUNTED"] == 1200


def test_where_some_events_count_bets_are_judged_by_their_legs(store: Store) -> None:
    """By what their messages say, else by what the block of events tells, also if that comes later."""
    at = MONDAY + timedelta(days=1)
    long_ago = {"effective_from": "2025-01-06T00:00:00Z", "issued_at": "2025-01-01T00:00:00Z"}
    store.fill(
        scheme(events={"sports": ["football"]}, **long_ago),
        placed("c-0", at, 0, legs=[leg("market1", sport="football")]),
        placed("c-0", at, 1, stake_source="free_bet"),
        placed("c-0", at, 2, legs=[leg("market1")]),
        placed("c-0", at, 3, legs=[leg("market1"), leg("market2", sport="football")]),
        placed("c-0", at, 4, legs=[leg("market2")]),
        placed("c-0", at, 5),
        account(customer_id="c-0"),
    )
    others = {"FREE_BET_STAKE": (1, 0)}
    assert reasons(store) == others | {
        "COUNTED": (1, 500),
        "EVENT_PENDING": (3, 0),
        "EXCLUDED_EVENT": (1, 0),
    }
    store.fill(event_market(), event_offer(sports=["football"]), event_market(market_id="market2"))
    assert reasons(store) == others | {"COUNTED": (4, 2000), "EXCLUDED_EVENT": (1, 0)}
    store.fill(event_market(market_id="market2", offer_id="offer2"))
    assert reasons(store) == others | {
        "COUNTED": (3, 1500),
        "EVENT_PENDING": (1, 0),
        "EXCLUDED_EVENT": (1, 0),
    }
    store.fill(event_offer(offer_id="offer2", sports=["tennis"]))
    assert reasons(store) == others | {"COUNTED": (3, 1500), "EXCLUDED_EVENT": (2, 0)}
    store.fill(event_offer(sports=["darts"]), not_kept("event.offer.v1", "offer2"))
    assert reasons(store) == others | {"COUNTED": (1, 500), "EXCLUDED_EVENT": (4, 0)}
    assert store.rows("SELECT count() FROM refused_records") == [(0,)]


def leg(market: str, **more: Any) -> dict[str, Any]:
    """Return a leg of a bet."""
    return {"selection_id": f"{market}-a", "odds_milli": 2000, **more}


def reasons(store: Store) -> dict[str, tuple[int, int]]:
    """Return how many bets have each reason, and what they count."""
    rows = report(store, "reasons", brand=BRAND)
    return {row["reason"]: (row["bets"], row["counted_minor"]) for row in rows}


def test_providers_are_measured_by_the_stages_of_rewards(club: Store) -> None:
    """Three sent: two credited, after 10 and 30 seconds, one of them reviewed; one is still in review."""
    sent = MONDAY + timedelta(weeks=1)

    def credited(after: int) -> dict[str, str]:
        return {"sent_at": text(sent), "credited_at": text(sent + timedelta(seconds=after))}

    club.fill(
        outcome("c-0", 0, "CREDITED", 1, **credited(10)),
        outcome("c-1", 0, "FULFILLING", 1, fulfilment_state="REVIEW", sent_at=text(sent)),
        outcome("c-1", 0, "CREDITED", 2, **credited(30)),
        outcome("c-2", 0, "FULFILLING", 1, fulfilment_state="REVIEW", sent_at=text(sent)),
    )
    (row,) = report(club, "providers")
    names = ("sent", "credited", "reviewed", "in_review", "percent_credited", "p95_seconds")
    assert [row[name] for name in names] == [3, 2, 2, 1, 66.7, 30]


def test_anomalies_name_what_differs_and_why(club: Store) -> None:
    """After six even weeks a customer stakes forty times as much, and the brand differs too."""
    facts = [
        placed(f"c-{number}", MONDAY + timedelta(weeks=week, days=1))
        for week in range(6)
        for number in range(5)
    ]
    facts += [placed("c-0", MONDAY + timedelta(weeks=6, days=1), stake_minor=20_000)]
    facts += [placed(f"c-{number}", MONDAY + timedelta(weeks=6, days=1)) for number in range(1, 5)]
    twice = placed("c-1", MONDAY + timedelta(weeks=6, days=2))
    claimed = replace(
        twice, value=(twice.value or b"").replace(b'"customer_id": "c-1"', b'"customer_id": "c-2"')
    )
    facts += [twice, replace(claimed, key=b"northbet:c-2")]
    club.fill(*facts)
    rows = report(club, "anomalies")
    assert {row["iso_week"] for row in rows} == {iso_week(6)}
    found = {(row["kind"], row["subject"]): row["reason"] for row in rows}
    assert found["brand", BRAND] == "stakes 22500, usually 2500"
    assert found["customer", str(club.pseudonym("c-0"))] == "stakes 20000, usually 500"
    assert Counter(kind for kind, _ in found) == {"brand": 1, "customer": 1, "bet": 1}


def test_every_report_is_documented() -> None:
    """A report is a view with a sentence, and its name is one that the command takes."""
    known = reports()
    assert list(known) == [
        "funnel",
        "liability",
        "cost",
        "revenue",
        "events",
        "exposure",
        "uplift",
        "retention",
        "latency",
        "reasons",
        "providers",
        "anomalies",
    ]
    assert all(view.says.endswith(".") for view in known.values())
