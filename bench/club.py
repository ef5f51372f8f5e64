"""A club to be measured: MariaDB with the product's own tables and world, and many customers."""

import asyncio
import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from bench.cores import go_ahead
from bench.customers import BRAND, customer_id, seed_customers
from bench.servers import start_mariadb
from bench.world import store_world
from furlong.databases import upgrade_databases
from furlong.demo.tokens import make_token
from storage.settings import DatabaseSettings
from subgraphs.kit.settings import SessionSettings

DRIVER = "aiomysql"
FAST_DRIVER = "asyncmy"
MARIADB_OPTIONS = ("--innodb-buffer-pool-size=512M", "--innodb-log-file-size=128M", "--max-connections=500")


@dataclass(frozen=True, slots=True)
class Club:
    """A database with customers, and the secret of their sessions."""

    database: DatabaseSettings
    sessions: SessionSettings
    customers: int

    def settings(self, driver: str = DRIVER) -> dict[str, str]:
        """The environment variables by which the product's programs serve it.

        Args:
            driver: which of the drivers for MariaDB.
        """
        secret = self.sessions.secret
        return {
            "FURLONG_DATABASE_URL": self.database.url.replace(f"+{DRIVER}:", f"+{driver}:"),
            "FURLONG_JWT_SECRET": secret.get_secret_value() if secret else "",
            "FURLONG_JWT_ISSUER": self.sessions.issuer or "",
            "FURLONG_JWT_AUDIENCE": self.sessions.audience or "",
        }

    def tokens(self, active: int) -> list[str]:
        """Tokens of so many customers, the same each time, drawn from all of them."""
        drawn = random.Random(1).sample(range(self.customers), active)  # noqa: S311 - no secret
        return [self.token(number) for number in drawn]

    def token(self, number: int) -> str:
        """The token of a customer by number."""
        return make_token(self.sessions, BRAND, customer_id(number), datetime.now(UTC))


@contextmanager
def open_club(folder: Path, customers: int) -> Iterator[Club]:
    """A club in a fresh MariaDB, while the block lasts."""
    print(f"filling MariaDB with {customers:,} customers", flush=True)
    mariadb = start_mariadb(folder / "mariadb", options=MARIADB_OPTIONS)
    go_ahead(mariadb.process.pid)
    try:
        database = DatabaseSettings(url=mariadb.url)
        asyncio.run(fill(database, customers))
        yield Club(database, new_sessions(), customers)
    finally:
        mariadb.stop()


async def fill(database: DatabaseSettings, customers: int) -> None:
    """Makes the tables, and puts the world and so many customers into them."""
    await upgrade_databases(database)
    await store_world(database)
    await seed_customers(database, customers)


def new_sessions() -> SessionSettings:
    """Settings with a secret of their own."""
    return SessionSettings(
        secret=SecretStr(secrets.token_urlsafe(48)), issuer="furlong-bench", audience="furlong"
    )
