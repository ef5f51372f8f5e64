"""The journal of what operators' wallets are asked: each request is committed before it is sent.

Several processes may use it at the same time. A request is one process's while its answer may come;
if that process dies, another one sends it again afterwards, and operators do nothing twice.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final, TypeVar

from msgspec import Struct, structs
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.same_fields import with_fields_of
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.errors import is_conflict
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import DONE, Outcome, Reservation, Settlement, Why, refused
from subgraphs.wallet.seamless.bets import GRACE, REUSED, Bet, BetState, Win, WinState, pause_after
from subgraphs.wallet.seamless.tables import OperatorTables
from subgraphs.wallet.seamless.transitions import (
    Answer,
    Step,
    after_bet,
    after_rollback,
    never_made,
    new_bet,
    new_win,
    renewed,
    unsettled,
)

MAX_ATTEMPTS: Final = 5
"""How often a transaction is tried that another one of the same row got in the way of."""

MANY_ATTEMPTS: Final = 10
"""After how many attempts an operator's silence is a case for a person."""

MAX_ANSWER_LENGTH: Final = 64
T = TypeVar("T")


class Due(Struct, frozen=True):
    """A reservation of which something is to be sent now."""

    reservation_id: str
    owner: Owner


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal in the wallet's database.

    Attributes:
        clock: By its machine's time, which is the database's, reservations end.
    """

    database: Database
    tables: OperatorTables
    clock: Clock

    async def reserve(
        self, reservation: Reservation, token: str, refusal: Why | None, lease: timedelta
    ) -> tuple[Bet, bool]:
        """Note that a reservation was asked for, unless it was before.

        Args:
            reservation: What is asked for.
            token: Of the customer's session.
            refusal: Why the operator is not asked; None if it is.
            lease: For how long the answer may be waited for.

        Returns:
            How it stands, and whether the bet is this process's to send.
        """

        async def note(connection: AsyncConnection, now: datetime) -> tuple[Bet, bool]:
            bet = await self._locked(connection, reservation.id, now)
            if bet is not None:
                return bet, False
            new = new_bet(reservation, now, token, refusal)
            if refusal is None:
                busy = now + lease
                new = structs.replace(new, attempts=1, busy_until=busy, next_at=busy + GRACE)
            await connection.execute(insert(self.tables.bet).values(_columns(new)))
            return new, refusal is None

        return await self._written(note)

    async def settle(self, settlement: Settlement) -> Outcome | None:
        """Note a settlement, unless it was before; return its outcome, or None if something is to be paid."""

        async def note(connection: AsyncConnection, now: datetime) -> Outcome | None:
            asked = settlement.reservation
            bet = await self._locked(connection, asked.id, now)
            before = await self._win(connection, settlement.id)
            if before is not None:
                is_same = (before.reservation_id, before.returns_minor) == (asked.id, settlement.returns)
                if bet is None or not (is_same and bet.is_of(asked)):
                    return REUSED
                return None if before.state is WinState.DUE else DONE
            if bet is None:
                return refused(Why.UNKNOWN_RESERVATION)
            if (outcome := unsettled(bet, asked)) is not None:
                return outcome
            await self._save(connection, bet, state=BetState.SETTLED, next_at=None)
            win = new_win(settlement, now)
            await connection.execute(insert(self.tables.win).values(_columns(win)))
            return None if win.state is WinState.DUE else DONE

        return await self._written(note)

    async def release(self, reservation: Reservation) -> Bet:
        """Note that a reservation is released, and never made if it has not come; return how it stands."""

        async def note(connection: AsyncConnection, now: datetime) -> Bet:
            bet = await self._locked(connection, reservation.id, now)
            if bet is None:
                new = never_made(reservation, now)
                await connection.execute(insert(self.tables.bet).values(_columns(new)))
                return new
            is_open = bet.state in {BetState.ASKED, BetState.RESERVED, BetState.SETTLED}
            if not is_open or not bet.is_of(reservation):
                return bet
            return await self._save(connection, bet, state=BetState.RELEASING, attempts=0, next_at=now)

        return await self._written(note)

    async def read(self, reservation: str) -> tuple[Bet | None, bool]:
        """Return how a reservation stands, and whether something that it returns is still due."""
        async with self.database.read() as connection:
            now = await self.clock.machine.at(connection)
            rows = await connection.execute(self._bet_query(reservation))
            if (row := rows.first()) is None:
                return None, False
            wins = await connection.execute(self._due_wins(reservation).limit(1))
            return renewed(_bet(row), now), wins.first() is not None

    async def paid(self, settlement: str) -> bool:
        """Tell whether what a settlement returns has been paid."""
        async with self.database.read() as connection:
            win = await self._win(connection, settlement)
        return win is not None and win.state is not WinState.DUE

    async def give_up(self, reservation: str) -> None:
        """Have a bet rolled back that nobody has repeated for long, or whose time has passed."""

        async def note(connection: AsyncConnection, now: datetime) -> None:
            bet = await self._locked(connection, reservation, now)
            if bet is not None and bet.state is BetState.ASKED and not bet.is_busy(now):
                await self._save(connection, bet, state=BetState.RELEASING, attempts=0, next_at=now)

        await self._written(note)

    async def due(self, limit: int) -> list[Due]:
        """Return some reservations of which something is to be sent now, the longest due first."""
        found: dict[str, Due] = {}
        async with self.database.read() as connection:
            now = await self.clock.machine.at(connection)
            for table in (self.tables.bet, self.tables.win):
                c = table.c
                query = (
                    select(c.reservation_id, c.brand_id, c.customer_id)
                    .where(c.next_at <= now)
                    .order_by(c.next_at, *table.primary_key)
                    .limit(limit)
                )
                for id_, *owner in await connection.execute(query):
                    found.setdefault(id_, Due(id_, Owner(*owner)))
        return list(found.values())

    async def put_off(self, reservation: str, until: datetime) -> None:
        """Send nothing of a reservation before an instant, whatever is written of it."""
        async with self.database.write() as connection:
            for table in (self.tables.bet, self.tables.win):
                later = (table.c.reservation_id == reservation, table.c.next_at < until)
                await connection.execute(update(table).where(*later).values(next_at=until))

    async def waiting(self) -> tuple[int, int]:
        """Return how many requests have no answer yet, and how many of them after many attempts."""
        async with self.database.read() as connection:
            counts = [await self._unanswered(connection, attempts) for attempts in (1, MANY_ATTEMPTS)]
        return counts[0], counts[1]

    async def _unanswered(self, connection: AsyncConnection, attempts: int) -> int:
        total = 0
        for table in (self.tables.bet, self.tables.win):
            waits = (table.c.next_at.is_not(None), table.c.attempts >= attempts)
            total += await connection.scalar(select(func.count()).select_from(table).where(*waits)) or 0
        return total

    async def claim(self, reservation: str, lease: timedelta, settlement: str = "") -> Step | None:
        """Take the next request of a reservation for this process; None if there is none to send now.

        Args:
            reservation: Whose requests.
            lease: For how long the answer may be waited for.
            settlement: The settlement whose win is wanted first, if it is due.
        """

        async def take(connection: AsyncConnection, now: datetime) -> Step | None:
            bet = await self._locked(connection, reservation, now)
            if bet is None or bet.is_busy(now):
                return None
            query = self._due_wins(reservation)
            wins = [_win(row) for row in await connection.execute(query)]
            if wins:  # before a rollback: an operator pays nothing for a bet that was rolled back
                wins = [win for win in wins if not win.is_busy(now)]
                wins.sort(key=lambda win: (win.settlement_id != settlement, win.made_at, win.settlement_id))
                return await self._claimed_win(connection, bet, wins[0], now, lease) if wins else None
            if bet.state is not BetState.ASKED and not bet.is_rolled_back:
                return None
            busy, attempts = now + lease, bet.attempts + 1
            pause = GRACE if bet.state is BetState.ASKED else pause_after(attempts)
            changes = {"attempts": attempts, "busy_until": busy, "next_at": busy + pause}
            return Step(await self._save(connection, bet, **changes))

        return await self._written(take)

    async def _claimed_win(
        self, connection: AsyncConnection, bet: Bet, win: Win, now: datetime, lease: timedelta
    ) -> Step:
        busy, attempts = now + lease, win.attempts + 1
        later = busy + pause_after(attempts)
        if bet.is_rolled_back:
            bet = await self._save(connection, bet, next_at=later)
        changes = {"attempts": attempts, "busy_until": busy, "next_at": later}
        return Step(bet, await self._save_win(connection, win, **changes))

    async def record(self, step: Step, answer: Answer) -> Bet:
        """Note what a request was answered, and return how its reservation stands."""

        async def note(connection: AsyncConnection, now: datetime) -> Bet:
            bet = await self._locked(connection, step.bet.reservation_id, now)
            if bet is None:
                raise LookupError("the journal has lost a reservation")
            if step.win is not None:
                await self._record_win(connection, step.win, answer, now)
                return bet
            changes: dict[str, Any] = {"answer": answer.said[:MAX_ANSWER_LENGTH]}
            if bet.busy_until == step.bet.busy_until:
                changes["busy_until"] = None
            after = after_bet if step.is_bet else after_rollback
            return await self._save(connection, bet, **changes, **after(bet, answer, now))

        return await self._written(note)

    async def _record_win(
        self, connection: AsyncConnection, claimed: Win, answer: Answer, now: datetime
    ) -> None:
        win = await self._win(connection, claimed.settlement_id)
        if win is None or win.state is not WinState.DUE:
            return
        changes: dict[str, Any] = {"answer": answer.said[:MAX_ANSWER_LENGTH]}
        if answer.is_done:
            changes |= {"state": WinState.PAID, "busy_until": None, "next_at": None}
        elif win.busy_until == claimed.busy_until:
            changes |= {"busy_until": None, "next_at": now + pause_after(win.attempts)}
        await self._save_win(connection, win, **changes)

    async def _written(self, note: Callable[[AsyncConnection, datetime], Awaitable[T]]) -> T:
        """Do something in a transaction; again, if another one of the same row got in the way."""
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                async with self.database.write() as connection:
                    return await note(connection, await self.clock.machine.at(connection))
            except DBAPIError as fault:
                if attempt == MAX_ATTEMPTS or not is_conflict(fault):
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _locked(self, connection: AsyncConnection, reservation: str, now: datetime) -> Bet | None:
        """Lock a reservation's row, and end it if its time has passed."""
        rows = await connection.execute(self._bet_query(reservation).with_for_update())
        if (row := rows.first()) is None:
            return None
        bet = _bet(row)
        if (ended := renewed(bet, now)) is bet:
            return bet
        return await self._save(connection, bet, state=ended.state, attempts=0, next_at=now)

    def _bet_query(self, reservation: str) -> Any:
        return select(self.tables.bet).where(self.tables.bet.c.reservation_id == reservation)

    def _due_wins(self, reservation: str) -> Any:
        c = self.tables.win.c
        return select(self.tables.win).where(c.reservation_id == reservation, c.state == WinState.DUE.value)

    async def _win(self, connection: AsyncConnection, settlement: str) -> Win | None:
        query = select(self.tables.win).where(self.tables.win.c.settlement_id == settlement)
        row = (await connection.execute(query)).first()
        return None if row is None else _win(row)

    async def _save(self, connection: AsyncConnection, bet: Bet, **changes: Any) -> Bet:
        if changes:
            mine = self.tables.bet.c.reservation_id == bet.reservation_id
            await connection.execute(update(self.tables.bet).where(mine).values(_stored(changes)))
        return structs.replace(bet, **changes)

    async def _save_win(self, connection: AsyncConnection, win: Win, **changes: Any) -> Win:
        mine = self.tables.win.c.settlement_id == win.settlement_id
        await connection.execute(update(self.tables.win).where(mine).values(_stored(changes)))
        return structs.replace(win, **changes)


def _columns(row: Bet | Win) -> dict[str, Any]:
    return _stored(structs.asdict(row))


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    """Return values as drivers take them: not every one knows the members of an enum for texts."""
    return {name: value.value if isinstance(value, Enum) else value for name, value in values.items()}


def _bet(row: Any) -> Bet:
    why = None if row.why is None else Why(row.why)
    return with_fields_of(Bet, row, state=BetState(row.state), why=why)


def _win(row: Any) -> Win:
    return with_fields_of(Win, row, state=WinState(row.state))
