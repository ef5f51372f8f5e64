"""`furlong cell mirror`: write the configuration of MirrorMaker 2, which joins regions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from furlong.cli.options import fail


def mirror(
    *,
    regions: Annotated[Path, typer.Argument(metavar="MAP", help="The map of the regions, in YAML.")],
    file: Annotated[
        Path | None, typer.Option(help="The file to write; otherwise the configuration is printed.")
    ] = None,
) -> None:
    """Write the configuration of MirrorMaker 2, which copies the topics that all regions share.

    Each region runs MirrorMaker with it: connect-mirror-maker.sh FILE --clusters REGION
    """
    from cells.regions.mirror import mirror_properties
    from cells.regions.region_map import RegionMapError, read_regions

    try:
        text = mirror_properties(read_regions(regions))
        if file is None:
            typer.echo(text, nl=False)
            return
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            typer.echo("= no file changes.")
            return
        file.write_text(text, encoding="utf-8")
    except (RegionMapError, OSError) as error:
        fail(error)
    typer.echo(f"~ {file}")
