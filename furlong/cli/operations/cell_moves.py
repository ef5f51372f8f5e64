"""`furlong cell plan|move|split|merge|verify`: move a cell to other MariaDB servers, or divide it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from furlong.cli.json_lists import AsJson, echo_json, echo_table
from furlong.cli.long_work import working
from furlong.cli.options import fail

if TYPE_CHECKING:
    from cells.moving.journal import Step
    from cells.moving.move import Move
    from cells.verify import Verified

R = TypeVar("R")
_SHOWN: Final = ("cell", "source", "target", "tables", "bytes")


def plan(*, as_json: AsJson = False) -> None:
    """Show what a move would do and what prevents it. Nothing is changed; exits with 1 if anything does."""
    _show(_guarded(_open), as_json=as_json)


def move(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="The same as `furlong cell plan`.")] = False,
    back: Annotated[
        bool, typer.Option("--back", help="Abort the move: the cell stays at the source.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Move this cell to other MariaDB servers while it serves; a killed move continues.

    The settings FURLONG_CELL_MOVE_… name the servers. It can be undone until the step `open` begins.
    """
    moving = _guarded(_open)
    if dry_run:
        _show(moving, as_json=as_json)
    elif _did(moving, back=back, as_json=as_json) and moving.runtime is None:
        typer.echo("Now change FURLONG_DATABASE_URL(S) of the cell's processes, and restart them.")


def split(
    *,
    name: Annotated[str, typer.Argument(help="The new cell.")],
    first: Annotated[int, typer.Argument(help="Its first partition; it gets all partitions from there on.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    back: Annotated[
        bool, typer.Option("--back", help="Abort the split: the cell keeps all its partitions.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Split this cell: its upper partitions become a new cell on another server; a killed split continues.

    The settings FURLONG_CELL_MOVE_… name the servers. It can be undone until the step `trim-source` begins.
    """
    moving = _guarded(lambda: _open_split(name, first))
    if dry_run:
        _show(moving, as_json=as_json)
    elif _did(moving, back=back, as_json=as_json):
        typer.echo(
            f"Now restart the processes of {moving.findings.cell.name} with FURLONG_CELL_PARTITIONS up to "
            f"{first - 1}, start those of {name}, and route its partitions there."
        )


def merge(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    back: Annotated[
        bool, typer.Option("--back", help="Abort the merge: both cells stay as they are.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Merge this cell into its neighbour, which gets its partitions and customers; a killed merge continues.

    FURLONG_CELL_MOVE_SOURCE_URL names the cell that ends, FURLONG_CELL_MOVE_TARGET_URL the one that gets its
    customers. It can be undone until the step `join` begins.
    """
    moving = _guarded(_open_merge)
    if dry_run:
        _show(moving, as_json=as_json)
    elif _did(moving, back=back, as_json=as_json):
        typer.echo(
            f"Now restart the processes of the cell at {moving.target} with all of its partitions, "
            f"stop those of {moving.findings.cell.name}, and route its partitions there."
        )


def _did(moving: Move, *, back: bool, as_json: bool) -> bool:
    """Carry out or abort a move, and print where the cell is; return whether the operator acts next."""
    from cells.dividing.erased import renamed_by

    already = moving.is_over
    _guarded(lambda: _give_up(moving) if back else _carry_out(moving, quiet=as_json))
    if as_json:
        echo_json([moving.journal.facts_of()])
    elif back:
        typer.echo(f"Cell {moving.findings.cell.name} stays at {moving.source}.")
    else:
        typer.echo("\n".join([_outcome(moving, "already" if already else ""), *renamed_by(moving)]))
    return not (as_json or back)  # again if it is called again: a killed command may not have printed it


def _outcome(moving: Move, already: str) -> str:
    match moving.journal.kind.value:
        case "split":
            said = f"Cell {moving.findings.cell.name} is split between {moving.source} and"
        case "merge":
            said = f"The customers of cell {moving.findings.cell.name} are at"
        case _:
            said = f"Cell {moving.findings.cell.name} is at"
    return f"{said} {moving.target} {already}".rstrip() + "."


def verify(*, as_json: AsJson = False) -> None:
    """Check that each of the cell's partitions is open in one location, and each customer in the right one.

    With FURLONG_REGION, also check that each location may have the customers there. While a move or split
    replicates the cell, compare both locations table by table, as of one moment. Exits with 1 if anything is
    wrong; pseudonyms of erased customers in partitions of other cells are counted, but not wrong.
    """
    verified = _guarded(_verified)
    facts = verified.facts()
    if as_json:
        echo_json([facts | {"problems": verified.problems}])
    else:
        typer.echo("\n".join(f"{name}: {value}" for name, value in facts.items()))
    for problem in verified.problems:
        typer.echo(f"furlong: {problem}", err=True)
    if verified.problems:
        raise typer.Exit(1)


def _open() -> Move:
    from cells.moving.move import open_move
    from cells.moving.settings import MoveSettings
    from furlong.install.cell_tables import CELL_TABLES

    return open_move(MoveSettings(), CELL_TABLES)


def _open_split(name: str, first: int) -> Move:
    from cells.dividing.split import open_split
    from cells.moving.settings import MoveSettings
    from furlong.install.cell_tables import CELL_TABLES

    return open_split(MoveSettings(), CELL_TABLES, name, first)


def _open_merge() -> Move:
    from cells.dividing.merge import open_merge
    from cells.moving.settings import MoveSettings
    from furlong.install.cell_tables import CELL_TABLES

    return open_merge(MoveSettings(), CELL_TABLES)


def _carry_out(moving: Move, *, quiet: bool) -> None:
    from cells.moving.move import moving_lock, run

    def report(step: Step, says: str) -> None:
        if not quiet:
            typer.echo(f"{step.value:14} {says}")

    with moving_lock(moving.folder, moving.findings.cell.name):
        run(moving, report)


def _give_up(moving: Move) -> None:
    from cells.moving.move import go_back, moving_lock

    with moving_lock(moving.folder, moving.findings.cell.name):
        go_back(moving)


def _verified() -> Verified:
    from cells.moving.locations import locations_of
    from cells.moving.settings import MoveSettings
    from cells.verify import verify as verify_locations
    from furlong.install.cell_tables import CELL_TABLES

    settings = MoveSettings()
    source, target = locations_of(settings, CELL_TABLES)
    with working("Comparing both locations"):
        return verify_locations(source, target, settings.folder)


def _show(moving: Move, *, as_json: bool) -> None:
    findings, journal = moving.findings, moving.journal
    problems = [] if journal.begun else findings.problems
    facts = {
        "cell": str(findings.cell),
        "source": str(moving.source),
        "target": str(moving.target),
        "tables": findings.tables,
        "bytes": findings.bytes,
        "moved": findings.is_moved,
        "problems": problems,
    }
    if as_json:
        echo_json([facts | {"begun": [step.value for step in journal.begun]}])
    elif moving.is_over:
        typer.echo(_outcome(moving, "already"))
    else:
        typer.echo("\n".join(f"{name}: {value}" for name, value in facts.items() if name in _SHOWN))
        echo_table(
            ("step", "state", "seconds"),
            [_row(journal.done.get(action), action, journal.begun) for action in moving.actions],
        )
    for problem in problems:
        typer.echo(f"furlong: {problem}", err=True)
    if problems:
        raise typer.Exit(1)


def _row(seconds: float | None, step: Step, begun: list[Step]) -> tuple[str, str, object]:
    state = "done" if seconds is not None else "begun" if step in begun else "to do"
    return step.value, state, seconds


def _guarded(action: Callable[[], R]) -> R:
    """Return what an action returns; a refusal ends the command with its reason."""
    from pydantic import ValidationError
    from pymysql.err import MySQLError

    from cells.errors import MoveError, RouterError

    try:
        return action()
    except (MoveError, RouterError, MySQLError, OSError, ValidationError) as error:
        fail(error)
