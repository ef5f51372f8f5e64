"""Transactions and sessions of games are kept for four months, and then forgotten."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from foundation.storage.clock import ManualClock
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.aggregator.retention import KEPT, OldGames
from subgraphs.wallet.aggregator.sessions import GameSessions
from subgraphs.wallet.aggregator.transactions import GameTransaction, GameTransactions, Kind
from subgraphs.wallet.models import SEAMLESS
from tests.support.wallet.ledgers import opened_database

NOW = datetime(2026, 11, 29, tzinfo=UTC)


async def test_what_is_older_than_four_months_is_forgotten(tmp_path: Path) -> None:
    """A transaction goes by its age, and a session by its end; not an instant earlier."""
    clock = ManualClock(NOW)
    async with opened_database(f"sqlite+aiosqlite:///{tmp_path}") as database:
        sessions = GameSessions(database, SEAMLESS.session, clock)
        await sessions.open_session(Owner("northbet", "ann1"), "GBP", None, timedelta(seconds=1))
        bet = GameTransaction(
            brand_id="northbet",
            transaction_uuid="b",
            customer_id="ann1",
            kind=Kind.BET,
            created_at=NOW,
            session_id="s",
        )
        async with database.write() as connection:
            await GameTransactions(SEAMLESS.transaction).add(connection, bet)
        left = []
        for later in (KEPT, KEPT + timedelta(seconds=1), KEPT + timedelta(seconds=2)):
            clock.instant = NOW + later
            assert not await OldGames(database, SEAMLESS, clock).forget()
            async with database.read() as connection:
                counts = [
                    await connection.scalar(select(func.count()).select_from(table))
                    for table in (SEAMLESS.transaction, SEAMLESS.session)
                ]
            left.append(counts)
    assert left == [[1, 1], [0, 1], [0, 0]]
