"""Fills MariaDB in bulk: a brand's customers, their bets, choices and rewards, over several weeks.

Rows are multiplied inside the database, from a table of numbers, so that ten million bets take minutes.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pymysql
from sqlalchemy import make_url

from subgraphs.club_kit.domain.weeks import Week, week_named

BRAND: Final = "northbet"
ZONE: Final = "Europe/London"
NOW: Final = datetime(2026, 3, 27, 12, tzinfo=UTC)
PRESENT: Final = week_named("2026-W13", ZONE)
BETS_PER_BATCH: Final = 500_000
"""Rows of one statement: more would need more memory than small servers give a transaction."""

CUSTOMER: Final = "CONCAT('c-', LPAD(n, 7, '0'))"
"""Names in the order of their numbers, so that a page's place can be computed."""


def weeks(number: int) -> list[Week]:
    """Return so many weeks up to the present one, the oldest first."""
    found = [PRESENT]
    while len(found) < number:
        middle = found[0].starts_at - timedelta(days=3)
        year, week, _ = middle.isocalendar()
        found.insert(0, week_named(f"{year}-W{week:02}", ZONE))
    return found


class Filling:
    """One connection to the server, which fills the databases of an installation."""

    def __init__(self, url: str, customers: int, bets: int, number_of_weeks: int) -> None:
        parts = make_url(url)
        self.customers, self.bets, self.weeks = customers, bets, weeks(number_of_weeks)
        self.prefix = str(parts.database)
        self.connection = pymysql.connect(
            host=str(parts.host),
            port=parts.port or 3306,
            user=str(parts.username),
            password=str(parts.password),
            autocommit=True,
        )

    def fill(self) -> None:
        """Fill all databases, after `store_world`, which knows no database of fulfilment."""
        for table in ("brand", "scheme"):
            self._run(
                f"INSERT INTO {self.prefix}_fulfilment.{table} "  # noqa: S608 - our own names
                f"SELECT * FROM {self.prefix}_progress.{table}"
            )
        for week in self.weeks:
            self._opened(week)
        self._numbers()
        self._accounts()
        for place, week in enumerate(self.weeks):
            self._totals(week)
            self._choices(week)
            self._rewards(week, closed=week is not self.weeks[-1])
            self._goodwill(week)
            print(f"filled {week.iso} ({place + 1} of {len(self.weeks)})", flush=True)
        self._bets()
        for database in ("progress", "rewards", "fulfilment"):
            for table in TABLES[database]:
                self.analyze(database, table)

    def analyze(self, database: str, table: str) -> None:
        """Let the server know how many rows a table has, as one that has run for a while does."""
        self._run(f"ANALYZE TABLE {self.prefix}_{database}.{table}")

    def _run(self, statement: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement)

    def insert(self, database: str, table: str, values: Mapping[str, str], where: str = "1=1") -> None:
        """Insert one row for each number, by expressions over `n`, the customer's number."""
        columns, expressions = ", ".join(values), ", ".join(values.values())
        self._run(
            f"INSERT INTO {self.prefix}_{database}.{table} ({columns}) "  # noqa: S608 - our own expressions
            f"SELECT {expressions} FROM {self.prefix}_progress.bench_number WHERE {where}"
        )

    def _opened(self, week: Week) -> None:
        """Store what the week opened with, and whether it has closed."""
        times = (
            week.starts_at,
            week.ends_at,
            week.ends_at,
            week.ends_at + timedelta(hours=12),
            week.starts_at,
        )
        shown = ", ".join(f"'{at:%Y-%m-%d %H:%M:%S}'" for at in times)
        for database in ("progress", "rewards", "fulfilment", "club"):
            self._run(
                f"INSERT INTO {self.prefix}_{database}.week_definition VALUES "  # noqa: S608 - our own names
                f"('{BRAND}', '{week.iso}', 'GB', 'GBP', 1, '{ZONE}', {shown})"
            )
        closed = "NULL" if week is self.weeks[-1] else f"'{times[3]:%Y-%m-%d %H:%M:%S}'"
        self._run(
            f"INSERT INTO {self.prefix}_progress.week_closing VALUES "  # noqa: S608 - our own names
            f"('{BRAND}', '{week.iso}', 'GB', 'GBP', '{week.starts_at:%Y-%m-%d %H:%M:%S}', "
            f"{closed}, {closed}, "
            f"{closed}, 1)"
        )

    def _numbers(self) -> None:
        """Make the table of the numbers of customers."""
        table = f"{self.prefix}_progress.bench_number"
        self._run(f"CREATE TABLE {table} (n INT PRIMARY KEY)")
        self._run(
            f"INSERT INTO {table} "  # noqa: S608 - our own names
            "WITH RECURSIVE d AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM d WHERE n < 9) "
            "SELECT a.n + 10 * b.n + 100 * c.n + 1000 * e.n + 10000 * f.n + 100000 * g.n AS number "
            f"FROM d a, d b, d c, d e, d f, d g HAVING number < {self.customers}"
        )

    def _accounts(self) -> None:
        account = {
            "brand_id": f"'{BRAND}'",
            "customer_id": CUSTOMER,
            "revision": "1",
            "status": "'active'",
            "verified": "1",
            "jurisdiction": "'GB'",
            "currency": "'GBP'",
            "rg_state": "IF(n % 500 = 7, 'self_excluded', 'none')",
            "promo_restricted": "0",
            "occurred_at": "'2026-01-05 00:00:00'",
        }
        for database, table in (
            *(("progress", "account"), ("fulfilment", "account"), ("fulfilment", "account_change")),
            *(("club", "account"), ("rewards", "account")),
        ):
            self.insert(database, table, account)
        key = {"brand_id": f"'{BRAND}'", "customer_id": CUSTOMER, "version": "1", "opted_in": "1"}
        change = {**key, "at": "'2026-01-06 00:00:00' + INTERVAL n SECOND"}
        self.insert("progress", "membership_change", change, "n % 10 < 7")

    def _totals(self, week: Week) -> None:
        values = {
            **_key(week),
            "total_minor": "500 * (1 + n % 9)",
            "counted_bets": "1 + n % 9",
            "as_of": _at(week, 60),
        }
        self.insert("progress", "progress", values, "n % 10 < 9")

    def _choices(self, week: Week) -> None:
        reward = "ELT(1 + n % 3, 'fb-5', 'fb-2x3', 'cash-2')"
        chosen = {**_key(week), "reward_id": reward, "config_version": "1"}
        self.insert(
            "rewards", "reward_choice", {**chosen, "version": "1", "chosen_at": _at(week, 50)}, "n % 10 = 1"
        )
        self._run(
            f"INSERT INTO {self.prefix}_rewards.reward_taken (brand_id, iso_week, reward_id, taken) "  # noqa: S608
            f"SELECT brand_id, iso_week, reward_id, COUNT(*) FROM {self.prefix}_rewards.reward_choice "
            f"WHERE iso_week = '{week.iso}' GROUP BY brand_id, iso_week, reward_id"
        )
        source = {"revision": "1", "final": "0", "source": "'chosen'", "occurred_at": _at(week, 50)}
        self.insert("fulfilment", "choice", {**_key(week), **source, **_reward(reward)}, "n % 10 = 1")

    def _rewards(self, week: Week, *, closed: bool) -> None:
        """Three customers of ten qualify; of a closed week most are credited, and many have used it."""
        status = "confirmed" if closed else "provisional"
        result = {
            "total_minor": "2500",
            "target_minor": "2500",
            "currency": "'GBP'",
            "occurred_at": _at(week, 70),
        }
        qualified = {**_key(week), "revision": "1", "status": f"'{status}'", **result}
        self.insert("fulfilment", "qualification", qualified, "n % 10 < 3")
        owner = {**qualified, "jurisdiction": "'GB'", "read_back": "0"}
        self.insert("progress", "qualification", owner, "n % 10 < 3")
        if not closed:
            return
        paid = {
            **_key(week),
            "`key`": f"CONCAT('{week.iso}:', n)",
            "state": "ELT(1 + n % 7, 'USED', 'USED', 'USED', 'EXPIRED', 'CREDITED', 'CREDITED', 'CONFIRMED')",
            "revision": "3",
            **_reward("'fb-5'"),
            "attempts": "1",
            "credited_at": _at(week, 190),
            "lease": "1",
            "created_at": _at(week, 180),
            "changed_at": _at(week, 200),
        }
        self.insert("fulfilment", "fulfilment", paid, "n % 10 < 3")

    def _goodwill(self, week: Week) -> None:
        """One customer of a hundred gets a credit in each week; one of a thousand of these is cash."""
        credit = {
            **_key(week),
            "`key`": f"CONCAT('goodwill:{week.iso}:', n)",
            "credit_id": f"CONCAT('{week.iso}:', n)",
            "state": "'CREDITED'",
            "revision": "3",
            **_reward("'fb-5'"),
            "kind": "IF(n % 100000 = 7, 'cash', 'free_bet')",
            "attempts": "1",
            "credited_at": _at(week, 100),
            "lease": "1",
            "created_at": _at(week, 90),
            "changed_at": _at(week, 100),
            "cause": "'LATE_REWARD'",
            "explanation": "'it came late'",
            "proposed_by": "'Sam'",
            "approved_by": "'Rita'",
        }
        self.insert("fulfilment", "goodwill_credit", credit, "n % 100 = 7")

    def _bets(self) -> None:
        """Insert bets evenly over customers and weeks, in parts."""
        table, each = f"{self.prefix}_progress.contribution", max(1, self.bets // len(self.weeks))
        for week in self.weeks:
            done = 0
            while done < each:
                part = min(BETS_PER_BATCH, each - done, self.customers)
                self._run(
                    f"INSERT INTO {table} (brand_id, bet_id, customer_id, iso_week, revision, status, "  # noqa: S608
                    "bet_type, product, stake_minor, counting_stake_minor, currency, stake_source, "
                    "odds_milli, "
                    "placed_at, occurred_at, counted_minor, reason, kept) "
                    f"SELECT '{BRAND}', CONCAT('b-{week.iso}-', {done} + n), {CUSTOMER}, '{week.iso}', 1, "
                    "'settled', 'single', 'betting', 500, 500, 'GBP', 'cash', 2500, "
                    f"{_at(week, 40)} + INTERVAL {done // max(1, self.customers)} MINUTE, "
                    f"{_at(week, 41)}, 500, "
                    f"'COUNTED', 0 FROM {self.prefix}_progress.bench_number WHERE n < {part}"
                )
                done += part
            print(f"filled {done:,} bets of {week.iso}", flush=True)


TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "progress": ("contribution", "progress", "qualification", "account", "membership_change"),
    "rewards": ("reward_choice", "reward_taken", "account"),
    "fulfilment": ("qualification", "choice", "fulfilment", "goodwill_credit", "account", "account_change"),
}


def _key(week: Week) -> dict[str, str]:
    return {"brand_id": f"'{BRAND}'", "customer_id": CUSTOMER, "iso_week": f"'{week.iso}'"}


def _reward(reward: str) -> dict[str, str]:
    return {
        "reward_id": reward,
        "config_version": "1",
        "kind": "'free_bet'",
        "product": "'betting'",
        "value_minor": "500",
        "currency": "'GBP'",
        "expiry_days": "7",
        "wagering_multiple": "0",
    }


def _at(week: Week, hours: int) -> str:
    at: Any = week.starts_at + timedelta(hours=hours)
    return f"'{at:%Y-%m-%d %H:%M:%S}'"


AT: Final = f"'{NOW:%Y-%m-%d %H:%M:%S}' - INTERVAL n SECOND"
RARELY: Final = "IF(n % 1000 = 7, 'rare', 'usual')"
USUAL_TOPIC: Final = "club.progress.v1"
RARE_TOPIC: Final = "club.scheme.v1"

ROWS: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("backoffice", "audit_log"): {
        "sequence": "1000000 + n",
        "at": AT,
        "user_id": "CONCAT('u-', n % 50)",
        "person": "CONCAT('p-', n % 50)",
        "name": "'Somebody'",
        "session_id": "'s'",
        "address": "'127.0.0.1'",
        "action": RARELY,
        "brand_id": f"'{BRAND}'",
        "subject": f"CONCAT('customer:{BRAND}:c-', n)",
        "previous_hash": "SHA2(n, 256)",
        "hash": "SHA2(n + 1, 256)",
    },
    ("backoffice", "proposal"): {
        "proposal_id": "MD5(n)",
        "kind": RARELY,
        "brand_id": f"'{BRAND}'",
        "subject": f"CONCAT('customer:{BRAND}:c-', n)",
        "content": "'{}'",
        "content_hash": "SHA2(n, 256)",
        "reason": "'a reason'",
        "status": "IF(n % 1000 = 7, 'pending', 'executed')",
        "proposed_at": AT,
        "proposed_by": "CONCAT('u-', n % 50)",
        "proposer_person": "CONCAT('p-', n % 50)",
        "proposer_name": "'Somebody'",
    },
    ("backoffice", "job"): {
        "job_id": "MD5(n)",
        "job_key": "MD5(n)",
        "kind": "'support.export'",
        "brand_id": f"'{BRAND}'",
        "arguments": "'{}'",
        "status": "IF(n % 1000 = 7, 'failed', 'done')",
        "done": "1",
        "attempts": "1",
        "cancel_requested": "0",
        "created_by": "'u-1'",
        "creator": ('\'{"user_id":"u","person":"p","name":"N","session_id":"s","address":"a","roles":{}}\''),
        "created_at": AT,
    },
    ("progress", "dead_letter"): {
        "topic": f"IF(n % 1000 = 7, '{RARE_TOPIC}', '{USUAL_TOPIC}')",
        "`partition`": "n % 4",
        "`offset`": "n",
        "generation": "'g'",
        "reason": "'not JSON'",
        "value": "'{broken'",
        "headers": "'[]'",
        "stored_at": AT,
    },
}
