"""Writes HAProxy's files for a map of cells, and changes a running HAProxy's map."""

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cells.routing.cell_map import CellMap
from cells.routing.errors import RouterError
from cells.routing.haproxy import CONFIGURATION, MAP, files_of
from cells.routing.runtime import Runtime
from foundation.storage.client_programs import find_program


def changes_in(cells: CellMap, folder: Path) -> Mapping[str, str]:
    """Return the files whose contents would change, by name."""
    return {
        name: text
        for name, text in files_of(cells, folder).items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    }


def check_files(cells: CellMap) -> str | None:
    """Have HAProxy itself check the configuration; return its complaint, or None if it has none.

    Raises:
        RouterError: HAProxy is not installed here.
    """
    program = find_program(("haproxy",))
    if program is None:
        raise RouterError("haproxy is not installed here, so nothing checks the configuration")
    with tempfile.TemporaryDirectory(prefix="furlong-route-") as name:
        folder = Path(name)
        for file, text in files_of(cells, folder).items():
            (folder / file).write_text(text, encoding="utf-8")
        ended = subprocess.run(  # noqa: S603 - the program itself
            [program, "-c", "-f", str(folder / CONFIGURATION)], capture_output=True, text=True, check=False
        )
    return None if ended.returncode == 0 else (ended.stdout + ended.stderr).strip()


def write_files(cells: CellMap, folder: Path) -> None:
    """Write all files, each of them at once."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files_of(cells, folder).items():
        fresh = folder / f"{name}.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(folder / name)


def change_running(cells: CellMap, folder: Path) -> int:
    """Change the map of the running HAProxy, without a reload; return how many partitions changed.

    Raises:
        RouterError: It cannot be reached, or was started with other files.
    """
    runtime, file = Runtime(cells.admin_socket), folder / MAP
    known = runtime.map_entries(str(file))
    if not known:
        raise RouterError(
            f"the HAProxy at {cells.admin_socket} has no map {file}: restart it with the new files"
        )
    changed = {str(number): name for number, name in cells.owners().items() if known.get(str(number)) != name}
    for number, name in changed.items():
        runtime.set_map(str(file), number, name)
    return len(changed)
