"""Sums in one currency: by the rate of the day, in whole minor units, beside the exact sums."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from analytics.rates import Rates, RatesRefused, read_rates
from tests.support.analytics_store import Store
from tests.support.consumers.sample_messages import bet, scheme

HEAD = "day,currency,rate\n"
SUMS = (
    "SELECT toString(day), currency, bets, stake_minor, reported_stake_minor, reporting_currency "
    "FROM turnover_by_day ORDER BY day, currency"
)


def test_a_sum_is_converted_by_the_rate_of_its_day_or_the_last_before(store: Store, tmp_path: Path) -> None:
    """Without a rate there is no sum, and a file that changed is taken anew."""
    days = {"b-1": "2026-03-23", "b-2": "2026-03-24", "b-3": "2026-03-25", "b-4": "2026-03-25"}
    money: dict[str, dict[str, Any]] = {
        "b-4": {"currency": "JPY", "stake_minor": 500},
        "b-3": {"currency": "EUR"},
    }
    store.fill(
        scheme(),
        *(
            bet(bet_id=name, placed_at=f"{day}T12:00:00Z", **money.get(name, {}))
            for name, day in days.items()
        ),
        bet(bet_id="b-5", placed_at="2026-03-25T12:00:00Z", status="void"),
    )
    store.roll_up()
    file = tmp_path / "rates.csv"
    file.write_text(HEAD + "2026-03-24,GBP,1.1501\n2026-03-25,JPY,0.0061\n")
    rates = Rates(store.engine, file, "EUR")
    for _ in range(2):
        rates.refresh()
    assert store.rows(SUMS) == [
        ("2026-03-23", "GBP", 1, 500, None, ""),
        ("2026-03-24", "GBP", 1, 500, 575, "EUR"),
        ("2026-03-25", "EUR", 1, 500, 500, "EUR"),
        ("2026-03-25", "JPY", 1, 500, 305, "EUR"),
    ]
    file.write_text(HEAD + "2026-03-20,GBP,1.2\n")
    rates.refresh()
    file.write_text(HEAD + "2026-03-20,GBP,none\n")
    rates.refresh()
    assert [reported for _, _, _, _, reported, _ in store.rows(SUMS)] == [600, 600, 500, None]


def test_minor_units_are_those_of_both_currencies() -> None:
    """One yen has no minor units, and a dinar of Kuwait a thousand."""
    found = read_rates(f"{HEAD}2026-03-24,JPY,0.0061\n2026-03-24,KWD,3\n".encode(), "EUR")
    assert found == {
        (date(2026, 3, 24), "JPY"): Decimal("0.61"),
        (date(2026, 3, 24), "KWD"): Decimal("0.3"),
        (date(1970, 1, 1), "EUR"): Decimal(1),
    }


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "first line"),
        (b"day,rate\n", "first line"),
        (f"{HEAD}2026-02-31,GBP,1\n".encode(), "line 2 has no day"),
        (f"{HEAD}2026-02-28,GBP\n".encode(), "line 2 has no day"),
        (f"{HEAD}2026-02-28,GBP,0\n".encode(), "line 2: a rate is more than 0"),
        (f"{HEAD}2026-02-28,GBP,inf\n".encode(), "line 2: a rate is more than 0"),
        (f"{HEAD}2026-02-28,pound,1\n".encode(), "'pound' is no currency"),
        (b"\xff", "decode"),
    ],
)
def test_what_is_no_file_of_rates_is_refused(content: bytes, reason: str) -> None:
    """With the line and the reason."""
    with pytest.raises(RatesRefused, match=reason):
        read_rates(content, "EUR")
