"""Write the schemas of all subgraphs and of the back office in one process.

`python tools/subgraph_schemas.py FOLDER` writes `FOLDER/NAME.graphql`, which composition needs, and
`FOLDER/admin.graphql`: what `furlong subgraph NAME sdl` and `furlong backoffice sdl` print. The files of the
subgraphs, in their order, are listed in `FOLDER/subgraphs.txt`.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from backoffice.areas import create_schema as create_admin_schema
from furlong.cli.processes.subgraph import SCHEMAS as SUBGRAPHS


def main(folder: Path) -> None:
    """Write each schema into its file below the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, sdl in _schemas():
        (folder / f"{name}.graphql").write_text(f"{sdl}\n", encoding="utf-8")
    files = "\n".join(str(folder / f"{name}.graphql") for name in SUBGRAPHS)
    (folder / "subgraphs.txt").write_text(f"{files}\n", encoding="utf-8")


def _schemas() -> Iterator[tuple[str, str]]:
    for name, create_schema in SUBGRAPHS.items():
        yield name, create_schema().as_str()
    yield "admin", create_admin_schema().as_str()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
