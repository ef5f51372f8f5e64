"""What the club changes against a control group, on customers whose answer is computed another way."""

import math
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import fmean, variance
from typing import Any

import pytest

from consumers.stream.records import Record
from tests.analytics.test_reports import MONDAY, iso_week, joined, of_topic, outcome, placed, report, text
from tests.support.analytics_store import Store
from tests.support.consumers.sample_messages import account, scheme

ISSUED = {"effective_from": "2025-01-06T00:00:00Z", "issued_at": "2025-01-01T00:00:00Z"}
SHARE = 400
STAKES, ACTIVE = "stakes of a customer", "active of 100 customers"


def control_draw(customer: str, draw: int, at: datetime = MONDAY, **more: Any) -> Record:
    """Return the draw of a customer."""
    body = {"jurisdiction": "GB", "currency": "GBP", "draw": draw, "control_per_mille": SHARE}
    return of_topic("club.control.v1", customer, **(body | more), occurred_at=text(at))


def crowd(
    chance: random.Random, people: int, *, is_control: bool, active: float, mean: float
) -> dict[str, int]:
    """Return what each customer of a group stakes in a week; some nothing."""
    kind = "k" if is_control else "m"
    return {
        f"{kind}-{number}": 100 + round(chance.expovariate(1 / mean)) if chance.random() < active else 0
        for number in range(people)
    }


def facts_of(staked: dict[str, int], week: int = 0) -> list[Record]:
    """Return draws and bets of customers, whose names say in which group they are."""
    at = MONDAY + timedelta(weeks=week, days=2)
    facts = [
        control_draw(name, (7 * number) % SHARE if name.startswith("k") else SHARE + number % (1000 - SHARE))
        for number, name in enumerate(staked)
    ]
    facts += [
        placed(name, at, week, stake_minor=stake, counting_stake_minor=stake)
        for name, stake in staked.items()
        if stake
    ]
    return facts


def student_quantile(df: float) -> float:
    """Return the 97.5 % quantile of Student's t, by integrating its density."""
    scale = math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2)) / math.sqrt(df * math.pi)
    total, x, step = 0.0, 0.0, 1e-4
    while total < 0.475:
        middle = x + step / 2
        total += step * scale * (1 + middle * middle / df) ** (-(df + 1) / 2)
        x += step
    return x


def welch(club: Sequence[int], control: Sequence[int]) -> tuple[float, float, float]:
    """Return the difference of means with Welch's interval."""
    parts = [variance(group) / len(group) for group in (club, control)]
    error = math.sqrt(sum(parts))
    df = sum(parts) ** 2 / sum(
        part**2 / (len(group) - 1) for part, group in zip(parts, (club, control), strict=True)
    )
    effect, half = fmean(club) - fmean(control), student_quantile(df) * error
    return effect, effect - half, effect + half


def wilson_bound(active: int, people: int, limit: float) -> float:
    """Return the share towards a limit at which the score test just rejects, found by halving."""
    share = inner = active / people
    for _ in range(60):
        middle = (inner + limit) / 2
        if abs(share - middle) <= 1.959964 * math.sqrt(middle * (1 - middle) / people):
            inner = middle
        else:
            limit = middle
    return inner


def newcombe(club: Sequence[int], control: Sequence[int]) -> tuple[float, float, float]:
    """Return the difference of the shares of active customers, of a hundred, with Newcombe's interval."""
    (a, n), (b, m) = ((sum(stake > 0 for stake in group), len(group)) for group in (club, control))
    p, q = a / n, b / m
    low = math.hypot(p - wilson_bound(a, n, 0), wilson_bound(b, m, 1) - q)
    high = math.hypot(wilson_bound(a, n, 1) - p, q - wilson_bound(b, m, 0))
    return 100 * (p - q), 100 * (p - q - low), 100 * (p - q + high)


def by_measure(rows: list[dict[str, Any]], week: str) -> dict[str, dict[str, Any]]:
    """Return the rows of a week by what they measure."""
    return {row["measure"]: row for row in rows if row["iso_week"] == week}


def said(row: dict[str, Any]) -> list[Any]:
    """Return effect and interval of a row."""
    return [row[name] for name in ("effect", "low", "high")]


@pytest.fixture
def club(store: Store) -> Store:
    """Provide a store with a scheme that has had a control group since before all facts."""
    store.fill(scheme(control_per_mille=SHARE, **ISSUED))
    return store


@pytest.fixture
def chance() -> random.Random:
    """Provide the same numbers each time."""
    return random.Random(20261125)  # noqa: S311 - test data, not a secret


def test_effect_and_interval_are_those_of_the_formulas(club: Store, chance: random.Random) -> None:
    """Welch's and Newcombe's, computed from the single customers; rewards are costs of a customer."""
    members = crowd(chance, 420, is_control=False, active=0.7, mean=900)
    kept_out = crowd(chance, 280, is_control=True, active=0.5, mean=600)
    credited = [outcome(f"m-{number}", 0, "CREDITED", 1, credited_at=text(MONDAY)) for number in range(42)]
    club.fill(*facts_of(members | kept_out), *credited)
    rows = by_measure(report(club, "uplift", brand="northbet"), iso_week(0))
    groups = list(members.values()), list(kept_out.values())
    assert said(rows[STAKES]) == pytest.approx(welch(*groups), abs=0.02)
    assert said(rows[ACTIVE]) == pytest.approx(newcombe(*groups), abs=0.006)
    assert {row["verdict"] for row in rows.values()} == {"more"}
    sizes = ("club_customers", "control_customers", "reward_id", "against", "credited_minor")
    assert [rows[STAKES][name] for name in sizes] == [420, 280, "fb-5", "control group", 50.0]


def test_groups_that_do_the_same_show_no_difference(club: Store, chance: random.Random) -> None:
    """The interval holds zero, in each of two weeks and on their average."""
    for week in (0, 1):
        members = crowd(chance, 360, is_control=False, active=0.6, mean=800)
        club.fill(*facts_of(members | crowd(chance, 240, is_control=True, active=0.6, mean=800), week))
    rows = report(club, "uplift")
    assert [row["iso_week"] for row in rows if row["measure"] == STAKES] == ["*", iso_week(0), iso_week(1)]
    assert {row["verdict"] for row in rows} == {"no difference shown"}
    average, *weeks = [said(row) for row in rows if row["measure"] == STAKES]
    assert average == pytest.approx([fmean(values) for values in zip(*weeks, strict=True)], abs=0.02)


@pytest.mark.parametrize(
    ("members", "kept_out", "active", "verdict"),
    [
        (300, 199, 1.0, "too few customers"),
        (199, 200, 1.0, "too few customers"),
        (300, 200, 0.05, "too few customers"),
        (2000, 200, 1.0, "groups do not fit the draw"),
    ],
)
def test_nothing_is_said_where_it_would_mean_nothing(
    club: Store, chance: random.Random, *, members: int, kept_out: int, active: float, verdict: str
) -> None:
    """Sizes are given, and neither an effect nor an interval."""
    everybody = crowd(chance, members, is_control=False, active=active, mean=900)
    everybody |= crowd(chance, kept_out, is_control=True, active=active, mean=900)
    club.fill(*facts_of(everybody))
    rows = report(club, "uplift")
    assert [(row["verdict"], *said(row)) for row in rows] == [(verdict, None, None, None)] * 2
    assert (rows[0]["club_customers"], rows[0]["control_customers"]) == (members, kept_out)


def test_whoever_joined_before_is_in_neither_group(store: Store) -> None:
    """Two joined before there was a control group; one joined later, and one was drawn after the week."""
    begins = MONDAY + timedelta(weeks=1)
    later = {"effective_from": text(begins), "issued_at": text(MONDAY)}
    store.fill(scheme(**ISSUED), scheme(version=2, control_per_mille=SHARE, **later))
    names = {"m-old": 900, "k-old": 100, "m-new": 900, "m-none": 950, "k-none": 10}
    store.fill(*(control_draw(name, draw, begins) for name, draw in names.items()))
    store.fill(control_draw("m-late", 900, begins + timedelta(weeks=1)))
    early = [joined(name, MONDAY) for name in ("m-old", "k-old")]
    store.fill(*early, joined("m-new", begins + timedelta(days=1)))
    store.fill(placed("k-none", MONDAY), placed("k-none", begins), account(customer_id="k-none"))
    rows = report(store, "uplift")
    assert {row["iso_week"] for row in rows} == {iso_week(1)}
    assert {(row["club_customers"], row["control_customers"]) for row in rows} == {(2, 1)}


def test_whoever_changed_sides_with_the_share_is_in_neither_group(store: Store) -> None:
    """A share that grew from 100 to 400 leaves those below 100 and from 400 on."""
    second = MONDAY + timedelta(weeks=1)
    store.fill(
        scheme(control_per_mille=100, **ISSUED),
        scheme(
            version=2,
            control_per_mille=400,
            default_reward_id="fb-9",
            effective_from=text(second),
            issued_at=text(MONDAY),
        ),
        *(control_draw(f"c-{draw}", draw, MONDAY) for draw in (0, 99, 100, 399, 400, 999)),
        *(placed("c-0", MONDAY + timedelta(weeks=week)) for week in (0, 1)),
    )
    rows = {row["iso_week"]: row for row in report(store, "uplift") if row["measure"] == STAKES}
    sizes = {week: (row["club_customers"], row["control_customers"]) for week, row in rows.items()}
    assert sizes == {iso_week(0): (4, 2), iso_week(1): (2, 2)}
    assert [rows[iso_week(week)]["reward_id"] for week in (0, 1)] == ["fb-5", "fb-9"]


def test_void_bets_and_free_bets_are_no_turnover(club: Store, chance: random.Random) -> None:
    """The stakes of a customer are in cash, and stand."""
    everybody = crowd(chance, 240, is_control=False, active=1, mean=900)
    everybody |= crowd(chance, 210, is_control=True, active=1, mean=900)
    club.fill(*facts_of(everybody))
    before = [said(row) for row in report(club, "uplift")]
    at = MONDAY + timedelta(days=1)
    club.fill(
        *(placed(f"m-{number}", at, 7, status="void") for number in range(100)),
        *(placed(f"m-{number}", at, 8, stake_source="free_bet") for number in range(100)),
    )
    assert [said(row) for row in report(club, "uplift")] == before


TRIAL = {"trial_reward_id": "fb-9", "trial_per_mille": 400}


def trial_draw(customer: str, draw: int, at: datetime = MONDAY, **more: Any) -> Record:
    """Return the draw of a customer for the trial of fb-9, by default without a control group."""
    trial = {"reward_id": "fb-9", "draw": draw, "per_mille": 400, "at": text(at)}
    return control_draw(customer, 999, at, **({"control_per_mille": 0} | more), trial=trial)


def test_the_two_sides_of_a_trial_are_compared(store: Store, chance: random.Random) -> None:
    """By the same formulas, with members of old; `against` is the default reward, the cost a difference."""
    store.fill(scheme(**TRIAL, **ISSUED))
    tried = crowd(chance, 320, is_control=False, active=0.7, mean=900)
    others = crowd(chance, 480, is_control=True, active=0.5, mean=600)
    store.fill(
        *(trial_draw(name, number % 400) for number, name in enumerate(tried)),
        *(trial_draw(name, 400 + number % 600) for number, name in enumerate(others)),
        *(joined(name, MONDAY - timedelta(weeks=30)) for name in ("m-1", "k-1")),
        *(
            placed(name, MONDAY + timedelta(days=2), stake_minor=stake, counting_stake_minor=stake)
            for name, stake in (tried | others).items()
            if stake
        ),
        *(outcome(f"m-{number}", 0, "CREDITED", 1, credited_at=text(MONDAY)) for number in range(32)),
        *(outcome(f"k-{number}", 0, "CREDITED", 1, credited_at=text(MONDAY)) for number in range(24)),
    )
    rows = by_measure(report(store, "uplift", brand="northbet"), iso_week(0))
    groups = list(tried.values()), list(others.values())
    assert said(rows[STAKES]) == pytest.approx(welch(*groups), abs=0.02)
    assert said(rows[ACTIVE]) == pytest.approx(newcombe(*groups), abs=0.006)
    sizes = ("club_customers", "control_customers", "reward_id", "against", "credited_minor", "verdict")
    assert [rows[STAKES][name] for name in sizes] == [320, 480, "fb-9", "fb-5", 25.0, "more"]
    assert len(rows) == 2


def test_a_trial_and_a_control_group_are_compared_apart(store: Store) -> None:
    """One message says both draws; whoever was only drawn for the trial is in no control comparison."""
    store.fill(
        scheme(control_per_mille=SHARE, **TRIAL, **ISSUED),
        control_draw("c-kept-out", 0),
        trial_draw("c-both", 0, control_per_mille=SHARE),
        trial_draw("c-default", 400, control_per_mille=SHARE),
        trial_draw("c-trial-only", 999),
        placed("c-both", MONDAY),
    )
    rows = report(store, "uplift")
    sizes = {
        (row["reward_id"], row["against"], row["club_customers"], row["control_customers"]) for row in rows
    }
    assert sizes == {("fb-5", "control group", 2, 1), ("fb-9", "fb-5", 1, 2)}


def test_a_trial_that_begins_anew_begins_with_other_sides(store: Store) -> None:
    """Only a share that changes without a break leaves out whoever changed sides."""
    starts = [MONDAY + timedelta(weeks=week) for week in range(3)]
    shares = [200, 0, 400]
    for version, (share, start) in enumerate(zip(shares, starts, strict=True), 1):
        since = ISSUED if version == 1 else {"effective_from": text(start), "issued_at": text(MONDAY)}
        trial = {"trial_reward_id": "fb-9" if share else None, "trial_per_mille": share}
        store.fill(scheme(version=version, **trial, **since))
    store.fill(
        *(trial_draw(f"c-{draw}", draw) for draw in (0, 199, 200, 399, 400)),
        *(placed("c-0", start, week) for week, start in enumerate(starts)),
    )
    rows = {row["iso_week"]: row for row in report(store, "uplift") if row["measure"] == STAKES}
    sizes = {week: (row["club_customers"], row["control_customers"]) for week, row in rows.items()}
    assert sizes == {iso_week(0): (2, 3), iso_week(2): (4, 1)}


@pytest.mark.parametrize(
    ("tried", "others", "verdict"),
    [(199, 300, "too few customers"), (600, 300, "groups do not fit the draw")],
)
def test_nothing_is_said_of_a_trial_that_says_nothing(
    store: Store, *, tried: int, others: int, verdict: str
) -> None:
    """By the same rules as of a control group."""
    store.fill(scheme(**TRIAL, **ISSUED))
    names = {f"m-{number}": number % 400 for number in range(tried)}
    names |= {f"k-{number}": 400 + number % 600 for number in range(others)}
    store.fill(
        *(trial_draw(name, draw) for name, draw in names.items()), *(placed(name, MONDAY) for name in names)
    )
    rows = report(store, "uplift")
    assert [(row["verdict"], *said(row)) for row in rows] == [(verdict, None, None, None)] * 2
