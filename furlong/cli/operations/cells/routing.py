"""`furlong cell route`: write HAProxy's configuration, map and Lua."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from furlong.cli.json_lists import AsJson, echo_json
from furlong.cli.options import fail

FOLDER: Final = Path("/etc/haproxy/furlong")


def route(
    *,
    cell_map: Annotated[Path, typer.Argument(metavar="MAP", help="The map of the cells, in YAML.")],
    folder: Annotated[Path, typer.Option(help="The folder that HAProxy reads.")] = Path(
        "/etc/haproxy/furlong"
    ),
    running: Annotated[
        bool, typer.Option("--running", help="Also change the map of the running HAProxy, without a reload.")
    ] = False,
    check: Annotated[
        bool, typer.Option(help="Let HAProxy check the configuration before it is written.")
    ] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show which files would change.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write HAProxy's configuration, map of partitions and Lua code, which route customers to their cells."""
    from cells.routing import writing
    from cells.routing.cell_map import read_map
    from cells.routing.errors import MapError, RouterError

    try:
        cells = read_map(cell_map)
        folder = folder.resolve()
        complaint = writing.check_files(cells) if check else None
        if complaint:
            fail(f"HAProxy refuses the configuration: {complaint}")
        changes = sorted(writing.changes_in(cells, folder))
        partitions = None
        if not dry_run:
            writing.write_files(cells, folder)
            partitions = writing.change_running(cells, folder) if running else None
    except (MapError, RouterError, OSError) as error:
        fail(error)
    if as_json:
        echo_json([{"file": str(folder / name), "written": not dry_run} for name in changes])
        return
    typer.echo("\n".join(f"~ {folder / name}" for name in changes) or "= no file changes.")
    if partitions is not None:
        typer.echo(f"The running HAProxy now routes {partitions} partitions differently.")
