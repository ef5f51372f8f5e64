"""A move: what it is made of, its steps one after another, and how it is built from its settings."""

import fcntl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from pydantic import SecretStr
from sqlalchemy import make_url

from cells.errors import MoveError, NotCaughtUp
from cells.moving import ownership, replication, verification
from cells.moving.checks import Findings, check, require_together
from cells.moving.journal import Journal, Step
from cells.moving.server import Location, Server
from cells.moving.settings import MoveSettings
from cells.regions import RegionMapError, RegionSettings
from cells.routing.runtime import Runtime
from cells.tables import CellTables
from foundation.storage.settings import DatabaseSettings

Report: TypeAlias = Callable[[Step, str], None]
"""Called with `begins` before each step, and with the seconds that it took after it."""

Facts: TypeAlias = Mapping[str, str]
"""What later steps need of a step."""

Actions: TypeAlias = "Mapping[Step, Callable[[Move], Facts]]"
"""The steps in their order, each with what it does; it can be done again after it was interrupted."""


@dataclass(frozen=True, slots=True)
class Move:
    """A move of a cell from one location to another.

    Attributes:
        findings: What the servers said before the move.
        runtime: The router in front of the databases; None if the processes' settings are changed by hand.
        level_seconds: How long writes may wait for the target.
        actions: The steps.
    """

    source: Location
    target: Location
    findings: Findings
    journal: Journal
    folder: Path
    runtime: Runtime | None
    level_seconds: float
    actions: Actions

    @property
    def is_over(self) -> bool:
        """Return whether the cell is at the target, and nothing is left to do."""
        return self.findings.is_moved and not self.journal.begun

    @property
    def dump(self) -> Path:
        """Return the file with the copy of the databases."""
        return self.folder / f"{self.findings.cell.name}.sql"


def run(move: Move, report: Report) -> None:
    """Take all steps that are not done yet; if the cell is at the target already, do nothing.

    Raises:
        MoveError: A step failed; the same call continues there.
        NotCaughtUp: The target was too slow: the source is open again, and the move can be tried again.
        pymysql.err.MySQLError: A server refused, or went away.
    """
    if move.journal.went_back:
        raise MoveError("this move was given up")
    if move.is_over:
        return
    if Step.FENCE not in move.journal.begun:
        move.journal.done.pop(Step.CATCH_UP, None)  # it may have been long ago
    for step, act in move.actions.items():
        if step in move.journal.done:
            continue
        move.journal.begin(step)
        report(step, "begins")
        began = time.monotonic()
        try:
            facts = act(move)
        except NotCaughtUp:
            go_back(move)
            raise
        seconds = time.monotonic() - began
        move.journal.finish(step, seconds, **facts)
        report(step, f"{seconds:.2f} s")


def go_back(move: Move) -> None:
    """Abort a move: the source has the cell again, and the copy is dropped.

    Raises:
        MoveError: There is no move to abort, or the target may have taken writes already.
    """
    if not move.journal.begun:
        raise MoveError(
            f"there is no move of cell {move.findings.cell.name} to give up: a finished one is undone by "
            "moving the cell the other way"
        )
    if not move.journal.has_way_back:
        raise MoveError("the target may have taken writes: finish this move, then move the cell back")
    ownership.reopen(move.source)  # first, because the cell's processes wait for it
    if Step.FENCE_TARGET in move.journal.begun:
        ownership.reopen(move.target)
    replication.stop(move.target.server)
    if Step.LOAD in move.journal.begun:
        replication.drop_databases(move.target)
    replication.forget_dump(move.dump)
    move.journal.go_back()


@contextmanager
def moving_lock(folder: Path, cell: str) -> Iterator[None]:
    """Keep a second mover of the same cell away for the duration of the block.

    Raises:
        MoveError: There is one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{cell}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise MoveError(f"another process is moving cell {cell}") from error
        yield


def _check(move: Move) -> Facts:
    check(move.source, move.target).require()
    return {"epoch": str(move.findings.epoch)}


def _dump(move: Move) -> Facts:
    return {"gtid": replication.dump_databases(move.source, move.dump)}


def _load(move: Move) -> Facts:
    replication.stop(move.target.server)
    ownership.lock_account(move.target)
    replication.load_dump(move.dump, move.target)
    return {}


def _replicate(move: Move) -> Facts:
    replication.start(move.source, move.target, move.journal.facts["gtid"])
    return {}


def _catch_up(move: Move) -> Facts:
    replication.resume(move.target.server)
    replication.catch_up(move.source.server, move.target.server)
    return {}


def _verify(move: Move) -> Facts:
    tables = verification.compare(move.source, move.target)
    replication.catch_up(move.source.server, move.target.server)
    return {"tables": str(tables)}


def fence_source(move: Move) -> Facts:
    """End all writes at the source."""
    ownership.fence(move.source, int(move.journal.facts["epoch"]))
    return {"fenced_at": replication.position(move.source.server)}


def _final_catch_up(move: Move) -> Facts:
    replication.resume(move.target.server)
    replication.wait_for(move.target.server, move.journal.facts["fenced_at"], move.level_seconds)
    return {}


def _open(move: Move) -> Facts:
    replication.stop(move.target.server)
    ownership.open_at(move.target, int(move.journal.facts["epoch"]) + 1)
    return {}


def _switch(move: Move) -> Facts:
    if move.runtime is not None:
        server = move.target.server
        move.runtime.switch_database(move.findings.cell.name, server.host, server.port)
    ownership.lock_account(move.source)  # only now: until here it served reads
    return {}


def _clean_up(move: Move) -> Facts:
    replication.forget_dump(move.dump)
    return {}


CATCHING_UP: Final[Actions] = {
    Step.CHECK: _check,
    Step.DUMP: _dump,
    Step.LOAD: _load,
    Step.REPLICATE: _replicate,
    Step.CATCH_UP: _catch_up,
    Step.VERIFY: _verify,
    Step.FENCE: fence_source,
    Step.FINAL_CATCH_UP: _final_catch_up,
}
"""The steps until source and target are equal, and neither is written."""

CLOSING: Final[Actions] = {Step.CLEAN_UP: _clean_up}

MOVING: Final[Actions] = {**CATCHING_UP, Step.OPEN: _open, Step.SWITCH: _switch, **CLOSING}
"""The steps of moving a whole cell."""


def locations_of(settings: MoveSettings, tables: CellTables) -> tuple[Location, Location]:
    """Return the source and the target.

    Raises:
        MoveError: A setting is missing, or no URL of MariaDB, or the cell's databases are on several servers.
        pymysql.err.MySQLError: The source cannot be reached.
    """
    source = _server("FURLONG_CELL_MOVE_SOURCE_URL", settings.source_url)
    target = _server("FURLONG_CELL_MOVE_TARGET_URL", settings.target_url)
    account = settings.target_account or settings.account
    regions = RegionSettings()
    try:
        new = regions.own(settings.target_region)
        old = None if regions.region is None else regions.own()
    except RegionMapError as error:
        raise MoveError(str(error)) from error
    location = Location.of(source, tables, settings.account, old)
    require_together(location, DatabaseSettings(), tables.databases)
    return location, Location.of(target, tables, account, new)


def open_move(settings: MoveSettings, tables: CellTables) -> Move:
    """Return a move that has begun, or a new one. Nothing is changed.

    Raises:
        MoveError: It cannot be moved, or another move of the cell is not over.
        pymysql.err.MySQLError: A server cannot be reached.
    """
    source, target = locations_of(settings, tables)
    findings: Findings = check(source, target)
    journal = Journal.open(settings.folder, findings.cell.name, str(source.server), str(target.server))
    runtime = None if settings.router_socket is None else Runtime(settings.router_socket)
    return Move(source, target, findings, journal, settings.folder, runtime, settings.level_seconds, MOVING)


def _server(variable: str, url: SecretStr | None) -> Server:
    if url is None:
        raise MoveError(f"set {variable}")
    found = make_url(url.get_secret_value())
    if found.get_backend_name() not in {"mysql", "mariadb"} or not found.database:
        raise MoveError(f"{variable} must be mysql+aiomysql://ADMIN:PASSWORD@HOST:PORT/PREFIX")
    return Server(found)
