"""`furlong cell plan|move|verify`: move a cell to another MariaDB server."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer

from furlong.cli.json_lists import AsJson, echo_json, echo_table
from furlong.cli.long_work import working
from furlong.cli.options import fail

if TYPE_CHECKING:
    from cells.moving.journal import Step
    from cells.moving.move import Move

R = TypeVar("R")
_SHOWN: Final = ("cell", "source", "target", "tables", "bytes")


def plan(*, as_json: AsJson = False) -> None:
    """Show what a move would do and what prevents it. Nothing is changed; status 1 if anything does."""
    _show(_guarded(_open), as_json=as_json)


def move(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="The same as `furlong cell plan`.")] = False,
    back: Annotated[
        bool, typer.Option("--back", help="Give the move up: the old place has the cell again.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Move this cell from one MariaDB server to another while it serves; a killed move continues.

    The settings FURLONG_CELL_MOVE_… name both servers. It can be undone until the step `open` begins.
    """
    found = _guarded(_open)
    if dry_run:
        _show(found, as_json=as_json)
        return
    already = found.is_over
    _guarded(lambda: _give_up(found) if back else _carry_out(found, quiet=as_json))
    if as_json:
        echo_json([found.journal.facts_of()])
    elif back:
        typer.echo(f"Cell {found.findings.cell.name} stays at {found.source.server}.")
    elif already:
        typer.echo(f"Cell {found.findings.cell.name} is at {found.target.server} already.")
    else:
        typer.echo(f"Cell {found.findings.cell.name} is at {found.target.server}.")
        if found.runtime is None:
            typer.echo("Now change FURLONG_DATABASE_URL of the cell's processes, and restart them.")


def verify(*, as_json: AsJson = False) -> None:
    """Compare both places of a move table by table, as of one moment, before the switch.

    After it, check that one of the places has the cell and the other one takes no writes.
    """
    found = _guarded(_open)
    result = _guarded(lambda: _verified(found))
    if as_json:
        echo_json([result])
    else:
        typer.echo("\n".join(f"{name}: {value}" for name, value in result.items()))
    if not result["sound"]:
        raise typer.Exit(1)


def _open() -> Move:
    from cells.moving.settings import MoveSettings
    from cells.moving.wiring import open_move
    from furlong.subgraph_names import SUBGRAPHS

    return open_move(MoveSettings(), SUBGRAPHS)


def _carry_out(found: Move, *, quiet: bool) -> None:
    from cells.moving.move import only_mover, run

    def report(step: Step, says: str) -> None:
        if not quiet:
            typer.echo(f"{step.value:10} {says}")

    with only_mover(found.folder, found.findings.cell.name):
        run(found, report)


def _give_up(found: Move) -> None:
    from cells.moving.move import go_back, only_mover

    with only_mover(found.folder, found.findings.cell.name):
        go_back(found)


def _verified(found: Move) -> dict[str, Any]:
    from cells.moving import ownership, verification
    from cells.moving.journal import Step

    journal = found.journal
    if Step.REPLICATE in journal.done and Step.FENCE not in journal.begun and journal.has_way_back:
        with working("Comparing the tables of both places"):
            tables = verification.compare(found.source, found.target)
        return {"tables": tables, "differing": 0, "sound": True}
    states = {str(place.server): ownership.states(place) for place in (found.source, found.target)}
    open_places = [server for server, each in states.items() if each == {"open"}]
    sound = len(open_places) == 1 and all(each in ({"open"}, {"fenced"}, set()) for each in states.values())
    shown = {server: ", ".join(sorted(each)) or "no cell" for server, each in states.items()}
    return {**shown, "sound": sound}


def _show(found: Move, *, as_json: bool) -> None:
    from cells.moving.journal import Step

    findings, journal = found.findings, found.journal
    problems = [] if journal.begun else findings.problems
    facts = {
        "cell": str(findings.cell),
        "source": str(found.source.server),
        "target": str(found.target.server),
        "tables": findings.tables,
        "bytes": findings.bytes,
        "moved": findings.is_moved,
        "problems": problems,
    }
    if as_json:
        echo_json([facts | {"begun": [each.value for each in journal.begun]}])
    elif found.is_over:
        typer.echo(f"Cell {findings.cell.name} is at {found.target.server} already.")
    else:
        typer.echo("\n".join(f"{name}: {value}" for name, value in facts.items() if name in _SHOWN))
        echo_table(
            ("step", "state", "seconds"), [_row(journal.done.get(each), each, journal.begun) for each in Step]
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

    from cells.moving.errors import MoveError
    from cells.routing.errors import RouterError

    try:
        return action()
    except (MoveError, RouterError, MySQLError, OSError, ValidationError) as error:
        fail(error)
