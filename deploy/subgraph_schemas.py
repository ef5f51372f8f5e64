"""Write the schemas of all subgraphs and areas of the back office in one process, as composition needs them.

`python deploy/subgraph_schemas.py FOLDER` writes `FOLDER/NAME.graphql` and `FOLDER/admin/AREA.graphql`: what
`furlong subgraph NAME sdl` and `furlong backoffice sdl AREA` print.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from backoffice.areas import SCHEMAS as AREAS
from furlong.cli.processes.subgraph import SCHEMAS as SUBGRAPHS


def main(folder: Path) -> None:
    """Write each schema into its file below the folder."""
    (folder / "admin").mkdir(parents=True, exist_ok=True)
    for name, sdl in _schemas():
        (folder / f"{name}.graphql").write_text(f"{sdl}\n", encoding="utf-8")


def _schemas() -> Iterator[tuple[str, str]]:
    for name, create_schema in SUBGRAPHS.items():
        yield name, create_schema().as_str()
    for area, create_schema in AREAS.items():
        yield f"admin/{area}", create_schema().as_str()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
