"""A move: what it is made of, its steps one after another, and how it is built from its settings."""

import fcntl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from pymysql.err import OperationalError

from cells.errors import MoveError, NotCaughtUp
from cells.moving import ownership, replication, verification
from cells.moving.checks import Findings, check
from cells.moving.journal import Journal, Step
from cells.moving.locations import locations_of
from cells.moving.server import Location, Place, Server, by_key, pairs
from cells.moving.settings import MoveSettings
from cells.routing.runtime import Runtime
from cells.tables import CellTables

Report: TypeAlias = Callable[[Step, str], None]
"""Called with `begins` before each step, and with the seconds that it took after it."""

Facts: TypeAlias = Mapping[str, str]
"""What later steps need of a step."""

Actions: TypeAlias = "Mapping[Step, Callable[[Move], Facts]]"
"""The steps in their order, each with what it does; it can be done again after it was interrupted."""


@dataclass(frozen=True, slots=True)
class Replica:
    """Databases of one server that another one gets.

    Attributes:
        dump: The file that they are copied by.
    """

    source: Place
    target: Place
    dump: Path


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
    def replicas(self) -> "list[Replica]":
        """Return what each server of the target gets, and from where."""
        name = self.findings.cell.name
        return [
            Replica(ours, theirs, self.folder / (f"{name}.{number}.sql" if number else f"{name}.sql"))
            for number, (ours, theirs) in enumerate(pairs(self.source, self.target))
        ]

    @property
    def switches(self) -> dict[str, tuple[Server, ...]]:
        """Return the server to which each of HAProxy's listeners is to lead; several are an error."""
        if self.runtime is None:
            return {}
        servers = {database.name: database.server for database in self.target.databases}
        listeners = self.runtime.database_listeners(self.findings.cell.name, servers)
        return by_key(dict.fromkeys((listeners[name], server) for name, server in servers.items()))


def run(move: Move, report: Report) -> None:
    """Take all steps that are not done yet; if the cell is at the target already, do nothing.

    Raises:
        MoveError: A step failed; the same call continues there.
        NotCaughtUp: The target was too slow: the source is open again, and the move can be tried again.
        pymysql.err.MySQLError: A server refused, or went away.
    """
    if move.journal.goes_back:
        raise MoveError("this move is being given up: finish that with --back")
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
        except NotCaughtUp as fault:
            try:
                go_back(move)
            except OperationalError as away:
                raise MoveError(
                    f"{fault}; the source is open again, and what is at the target stays until it answers: "
                    "then --back removes it"
                ) from away
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
    move.journal.begin_back()
    if Step.FENCE in move.journal.begun:  # first, because the cell's processes wait for it
        ownership.reopen(move.source, int(move.journal.facts["epoch"]))
    if Step.FENCE_TARGET in move.journal.begun:
        ownership.reopen(move.target, int(move.journal.facts["target_epoch"]))
    stop_replication(move)
    for replica in move.replicas:
        if Step.LOAD in move.journal.begun:
            replication.drop_databases(replica.target)
        replication.forget_dump(replica.dump)
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


def stop_replication(move: Move) -> None:
    """End the replication to each server of the target."""
    for place in move.target.places:
        replication.stop(place.server)


def _check(move: Move) -> Facts:
    obstacles = check(move.source, move.target)
    obstacles.problems.extend(_problems_of_router(move))
    obstacles.require()
    return {"epoch": str(move.findings.epoch)}


def _dump(move: Move) -> Facts:
    gtids = [replication.dump_databases(replica.source, replica.dump) for replica in move.replicas]
    return {"gtid": _joined(gtids)}


def _load(move: Move) -> Facts:
    stop_replication(move)
    ownership.lock_account(move.target)
    for replica in move.replicas:
        replication.load_dump(replica.dump, replica.target)
    return {}


def _replicate(move: Move) -> Facts:
    for replica, gtid in _with(move, "gtid"):
        replication.start(replica.source, replica.target, gtid)
    return {}


def _catch_up(move: Move) -> Facts:
    _resume(move)
    for replica in move.replicas:
        replication.catch_up(replica.source.server, replica.target.server)
    return {}


def _verify(move: Move) -> Facts:
    tables = sum(verification.compare(replica.source, replica.target) for replica in move.replicas)
    _catch_up(move)
    return {"tables": str(tables)}


def fence_source(move: Move) -> Facts:
    """End all writes at the source, and then note where each of its servers ended them."""
    ownership.fence(move.source, int(move.journal.facts["epoch"]))
    gtids = [replication.position(replica.source.server) for replica in move.replicas]
    return {"fenced_at": _joined(gtids)}


def _final_catch_up(move: Move) -> Facts:
    deadline = time.monotonic() + move.level_seconds
    try:
        _resume(move)
        for replica, gtid in _with(move, "fenced_at"):
            replication.wait_for(replica.target.server, gtid, max(0.0, deadline - time.monotonic()))
    except OperationalError as fault:
        raise NotCaughtUp(f"a server of the target went away: {fault.args[-1]}") from fault
    return {}


def _open(move: Move) -> Facts:
    stop_replication(move)
    ownership.open_at(move.target, int(move.journal.facts["epoch"]) + 1)
    return {}


def _switch(move: Move) -> Facts:
    if move.runtime is not None:
        for listener, (server, *_) in move.switches.items():
            move.runtime.switch_database(listener, server.host, server.port)
    ownership.lock_account(move.source)  # only now: until here it served reads
    return {}


def _clean_up(move: Move) -> Facts:
    for replica in move.replicas:
        replication.forget_dump(replica.dump)
    return {}


def _resume(move: Move) -> None:
    for place in move.target.places:
        replication.resume(place.server)


def _joined(positions: Iterable[str]) -> str:
    """Return a fact of the journal that is a position of each replica."""
    return ";".join(positions)


def _with(move: Move, fact: str) -> Iterator[tuple[Replica, str]]:
    """Return each replica with its position in such a fact."""
    return zip(move.replicas, move.journal.facts[fact].split(";"), strict=True)


def _problems_of_router(move: Move) -> list[str]:
    return [
        f"{' and '.join(map(str, servers))} would both be behind HAProxy's {listener}: give databases that "
        "are on servers of their own a listener (`databases` in the map of the cells)"
        for listener, servers in move.switches.items()
        if len(servers) > 1
    ]


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


def open_move(settings: MoveSettings, tables: CellTables) -> Move:
    """Return a move that has begun, or a new one. Nothing is changed.

    Raises:
        MoveError: It cannot be moved, or another move of the cell is not over.
        RouterError: HAProxy does not answer.
        pymysql.err.MySQLError: A server cannot be reached.
    """
    source, target = locations_of(settings, tables)
    findings: Findings = check(source, target)
    journal = Journal.open(settings.folder, findings.cell.name, str(source), str(target))
    runtime = None if settings.router_socket is None else Runtime(settings.router_socket)
    move = Move(source, target, findings, journal, settings.folder, runtime, settings.level_seconds, MOVING)
    if not (journal.begun or findings.is_moved):
        findings.problems.extend(_problems_of_router(move))
    return move
