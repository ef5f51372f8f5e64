"""What providers must not forget, in one SQLite file: sessions, rounds, what the wallet has to be told."""

import json
from pathlib import Path
from typing import Any, Final

from simulator.casino.records import FreeRounds, Message, Round, Session, State
from simulator.sqlite_file import SqliteStore

FILE: Final = "casino.sqlite"
TABLES: Final = """
CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, provider TEXT NOT NULL, game TEXT NOT NULL, user TEXT NOT NULL, token TEXT NOT NULL,
    currency TEXT NOT NULL, lang TEXT NOT NULL, country TEXT NOT NULL, partner TEXT NOT NULL,
    lobby TEXT NOT NULL, opened REAL NOT NULL, balance INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS round (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, session TEXT NOT NULL, key TEXT NOT NULL,
    provider TEXT NOT NULL, game TEXT NOT NULL, user TEXT NOT NULL, bet TEXT NOT NULL UNIQUE,
    reward TEXT NOT NULL, state TEXT NOT NULL, stake INTEGER NOT NULL, choice TEXT NOT NULL,
    shown TEXT NOT NULL, win INTEGER NOT NULL, doubled INTEGER NOT NULL, begun REAL NOT NULL,
    due REAL NOT NULL, status TEXT NOT NULL, UNIQUE (session, key)
) STRICT;
CREATE INDEX IF NOT EXISTS round_of_player ON round (provider, user, game, seq);
CREATE INDEX IF NOT EXISTS round_in_state ON round (state, due);
CREATE TABLE IF NOT EXISTS message (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, provider TEXT NOT NULL,
    path TEXT NOT NULL, round TEXT NOT NULL, body TEXT NOT NULL, attempts INTEGER NOT NULL,
    due REAL, status TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS message_once ON message (round, path);
CREATE INDEX IF NOT EXISTS message_due ON message (provider, due);
CREATE TABLE IF NOT EXISTS free_rounds (
    id TEXT PRIMARY KEY, provider TEXT NOT NULL, game TEXT NOT NULL, user TEXT NOT NULL,
    currency TEXT NOT NULL, stake INTEGER NOT NULL, given INTEGER NOT NULL, left INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS free_rounds_of ON free_rounds (provider, user, game);
CREATE TABLE IF NOT EXISTS switched_off (
    provider TEXT NOT NULL, game TEXT NOT NULL, PRIMARY KEY (provider, game)
) STRICT;
"""


class Store(SqliteStore):
    """The file; its calls have effects together inside of `transaction`."""

    def __init__(self, folder: Path) -> None:
        """Open the file in a folder; both are made if they are missing."""
        super().__init__(folder, FILE, TABLES)

    def add_session(self, session: Session) -> None:
        """Add a session."""
        self._insert("session", {name: getattr(session, name) for name in Session.__slots__})

    def session(self, id_: str) -> Session | None:
        """Return a session."""
        row = self._file.execute("SELECT * FROM session WHERE id = ?", (id_,)).fetchone()
        return None if row is None else Session(**dict(row))

    def newest_session(self, provider: str, game: str, user: str) -> Session | None:
        """Return the session in which somebody has opened a game last."""
        query = (
            "SELECT * FROM session WHERE provider = ? AND game = ? AND user = ? ORDER BY rowid DESC LIMIT 1"
        )
        row = self._file.execute(query, (provider, game, user)).fetchone()
        return None if row is None else Session(**dict(row))

    def set_balance(self, session: str, balance: int) -> None:
        """Set what somebody has who plays without money."""
        self._file.execute("UPDATE session SET balance = ? WHERE id = ?", (balance, session))

    def add_round(self, begun: Round) -> None:
        """Add a round."""
        self._insert("round", _columns(begun))

    def put_round(self, changed: Round) -> None:
        """Replace what changes of a round."""
        self._file.execute(
            "UPDATE round SET state = ?, shown = ?, win = ?, doubled = ?, due = ?, status = ? WHERE id = ?",
            (
                *(changed.state.value, json.dumps(changed.shown), changed.win),
                *(changed.doubled, changed.due, changed.status, changed.id),
            ),
        )

    def round(self, id_: str) -> Round | None:
        """Return a round."""
        return next(iter(self._rounds("id = ?", id_)), None)

    def round_under(self, session: str, key: str) -> Round | None:
        """Return the round that a page has begun under a key."""
        return next(iter(self._rounds("session = ? AND key = ?", session, key)), None)

    def newest_round(self, session: Session) -> Round | None:
        """Return the newest round of a player in a game."""
        rounds = self._rounds(
            "provider = ? AND user = ? AND game = ? ORDER BY seq DESC LIMIT 1",
            *(session.provider, session.player, session.game),
        )
        return next(iter(rounds), None)

    def rounds_in(self, state: State, provider: str, due: float | None = None) -> list[Round]:
        """Return the rounds that stand so at a provider, and are due."""
        return self._rounds("state = ? AND provider = ? AND due <= ?", state.value, provider, due or 0.0)

    def rounds(self) -> list[Round]:
        """Return all rounds, the oldest first."""
        return self._rounds("1 ORDER BY seq")

    def totals(self, session: str) -> tuple[int, int]:
        """Return what was staked and what was won in a session."""
        row = self._file.execute(
            "SELECT COALESCE(SUM(CASE WHEN reward = '' THEN stake END), 0) AS staked, "
            "COALESCE(SUM(CASE WHEN state = 'closed' THEN win END), 0) AS won "
            "FROM round WHERE session = ? AND state IN ('open', 'closed')",
            (session,),
        ).fetchone()
        return row["staked"], row["won"]

    def add_message(self, message: Message) -> None:
        """Note what the wallet has to be told."""
        columns = {name: getattr(message, name) for name in Message.__slots__}
        self._insert("message", columns | {"body": json.dumps(message.body)})

    def message(self, id_: str) -> Message | None:
        """Return what the wallet has to be told, or was."""
        return next(iter(self._messages("id = ?", id_)), None)

    def due_messages(self, provider: str, now: float) -> list[Message]:
        """Return what a provider has to send now: of a round, only what comes first."""
        is_first = "NOT EXISTS (SELECT 1 FROM message first WHERE first.round = message.round "
        is_first += "AND first.seq < message.seq AND first.due IS NOT NULL)"
        return self._messages(f"provider = ? AND due <= ? AND {is_first} ORDER BY seq", provider, now)

    def messages(self) -> list[Message]:
        """Return all that the wallet had to be told, the oldest first."""
        return self._messages("1 ORDER BY seq")

    def message_of(self, round_: str) -> Message | None:
        """Return the newest that the wallet has to be told of a round."""
        return next(iter(self._messages("round = ? ORDER BY seq DESC LIMIT 1", round_)), None)

    def attempted(self, message: Message, due: float | None, status: str) -> None:
        """Note that something was sent, and when it is sent again."""
        self._file.execute(
            "UPDATE message SET attempts = attempts + 1, due = ?, status = ? WHERE id = ?",
            (due, status, message.id),
        )

    def give(self, given: FreeRounds) -> None:
        """Give free rounds."""
        self._insert("free_rounds", {name: getattr(given, name) for name in FreeRounds.__slots__})

    def free_rounds(self, session: Session) -> FreeRounds | None:
        """Return the oldest free rounds of which somebody has some left in a session's game."""
        row = self._file.execute(
            "SELECT * FROM free_rounds WHERE provider = ? AND game = ? AND user = ? AND currency = ? "
            "AND left > 0 ORDER BY rowid LIMIT 1",
            (session.provider, session.game, session.user, session.currency),
        ).fetchone()
        return None if row is None else FreeRounds(**dict(row))

    def all_free_rounds(self) -> list[FreeRounds]:
        """Return all free rounds that were given, the oldest first."""
        return [FreeRounds(**dict(row)) for row in self._file.execute("SELECT * FROM free_rounds")]

    def use(self, reward: str, times: int) -> None:
        """Use free rounds up, or give them back if it is negative."""
        self._file.execute("UPDATE free_rounds SET left = left - ? WHERE id = ?", (times, reward))

    def switch(self, provider: str, game: str, *, on: bool) -> None:
        """Switch a game on or off."""
        deed = "DELETE FROM switched_off WHERE provider = ? AND game = ?"
        self._file.execute(
            deed if on else "INSERT OR IGNORE INTO switched_off VALUES (?, ?)", (provider, game)
        )

    def is_on(self, provider: str, game: str) -> bool:
        """Tell whether a game is switched on."""
        query = "SELECT 1 FROM switched_off WHERE provider = ? AND game = ?"
        return self._file.execute(query, (provider, game)).fetchone() is None

    def _insert(self, table: str, columns: dict[str, Any]) -> None:
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own names
        self._file.execute(statement, tuple(columns.values()))

    def _rounds(self, where: str, *values: Any) -> list[Round]:
        rows = self._file.execute(f"SELECT * FROM round WHERE {where}", values)  # noqa: S608 - our own words
        return [
            Round(
                **{name: row[name] for name in Round.__slots__ if name not in {"state", "shown"}},
                state=State(row["state"]),
                shown=tuple(json.loads(row["shown"])),
            )
            for row in rows
        ]

    def _messages(self, where: str, *values: Any) -> list[Message]:
        rows = self._file.execute(f"SELECT * FROM message WHERE {where}", values)  # noqa: S608 - our own words
        return [
            Message(
                **{name: row[name] for name in Message.__slots__ if name != "body"},
                body=json.loads(row["body"]),
            )
            for row in rows
        ]


def _columns(begun: Round) -> dict[str, Any]:
    columns = {name: getattr(begun, name) for name in Round.__slots__}
    return columns | {"state": begun.state.value, "shown": json.dumps(begun.shown)}
