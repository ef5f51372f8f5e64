"""MariaDB with the same contributions, as the tracker's ledger has them, asked the same questions."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pymysql

from analytics.engine import Engine, quoted
from bench.harness.servers import start_mariadb

_TABLE: Final = """
CREATE TABLE contribution (
    brand_id VARCHAR(64) CHARACTER SET ascii NOT NULL, bet_id BIGINT UNSIGNED NOT NULL,
    customer_id BIGINT UNSIGNED NOT NULL, iso_week CHAR(8) CHARACTER SET ascii NOT NULL,
    jurisdiction CHAR(2) CHARACTER SET ascii NOT NULL, currency CHAR(3) CHARACTER SET ascii NOT NULL,
    reason VARCHAR(24) CHARACTER SET ascii NOT NULL, stake_minor INT NOT NULL, counted_minor INT NOT NULL,
    placed_at DATETIME(6) NOT NULL,
    PRIMARY KEY (brand_id, customer_id, bet_id), KEY by_week (brand_id, iso_week, reason)
)
"""
_COPY: Final = """
SELECT brand, bet, customer, iso_week, jurisdiction, currency, reason, stake_minor, counted_minor, placed_at
FROM contributions WHERE iso_week IN ({weeks}) ORDER BY customer, bet
INTO OUTFILE {file} FORMAT TabSeparated
"""


@dataclass(frozen=True, slots=True)
class Compared:
    """A question, as each of both is asked; `{weeks}` stands for the weeks that both have.

    Attributes:
        ours: Of the store: a report, which reads roll-ups, or a table with a row for each bet.
        theirs: Of MariaDB.
    """

    name: str
    ours: str
    theirs: str


QUESTIONS: Final = (
    Compared(
        "reasons",
        "SELECT iso_week, reason, sum(bets), sum(counted_minor) FROM report_reasons "
        "WHERE iso_week IN ({weeks}) GROUP BY iso_week, reason ORDER BY iso_week, reason",
        "SELECT iso_week, reason, COUNT(*), SUM(counted_minor) FROM contribution "
        "WHERE iso_week IN ({weeks}) GROUP BY iso_week, reason ORDER BY iso_week, reason",
    ),
    Compared(
        "bettors",
        "SELECT iso_week, sum(bettors) FROM report_funnel WHERE iso_week IN ({weeks}) GROUP BY iso_week "
        "ORDER BY iso_week",
        "SELECT iso_week, COUNT(DISTINCT customer_id) FROM contribution WHERE iso_week IN ({weeks}) "
        "GROUP BY iso_week ORDER BY iso_week",
    ),
    Compared(
        "turnover_by_day",
        "SELECT toString(toDate(placed_at)) AS day, uniqExact(customer), sum(stake_minor) FROM contributions "
        "WHERE iso_week IN ({weeks}) GROUP BY day ORDER BY day",
        "SELECT CAST(DATE(placed_at) AS CHAR) AS day, COUNT(DISTINCT customer_id), SUM(stake_minor) "
        "FROM contribution WHERE iso_week IN ({weeks}) GROUP BY day ORDER BY day",
    ),
)
"""Two that reports answer, and one that nobody has counted ahead."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The server, with the contributions of some weeks."""

    connection: pymysql.Connection

    def ask(self, sql: str) -> tuple[list[tuple[Any, ...]], float]:
        """Return the rows of a question, and the seconds that it took."""
        began = time.perf_counter()
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            rows = list(cursor.fetchall())
        return rows, time.perf_counter() - began

    def fill(self, engine: Engine, weeks: Sequence[str], folder: Path) -> int:
        """Copy the contributions of weeks out of the store; return how many these are."""
        file = folder / "contributions.tsv"
        engine.execute(_COPY.format(weeks=named(weeks), file=quoted(str(file))))
        with self.connection.cursor() as cursor:
            cursor.execute(_TABLE)
            rows = int(cursor.execute(f"LOAD DATA LOCAL INFILE {quoted(str(file))} INTO TABLE contribution"))
            cursor.execute("ANALYZE TABLE contribution")
        self.connection.commit()
        file.unlink()
        return rows


@contextlib.contextmanager
def running_peer(folder: Path, megabytes: int) -> Iterator[Peer]:
    """Run a server of its own in a folder for the block, with so much memory."""
    sizes = (f"--innodb-buffer-pool-size={megabytes}M", f"--innodb-log-file-size={megabytes // 4}M")
    server = start_mariadb(folder, options=(*sizes, "--local-infile=1"))
    try:
        connection = pymysql.connect(
            host="127.0.0.1",
            port=server.port,
            user="furlong",
            password=server.password,
            database="furlong",
            local_infile=True,
        )
        with contextlib.closing(connection):
            yield Peer(connection)
    finally:
        server.stop()


def named(weeks: Sequence[str]) -> str:
    """Return weeks as SQL lists them."""
    return ", ".join(map(quoted, weeks))
