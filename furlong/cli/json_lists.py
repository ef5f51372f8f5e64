"""Lists as JSON, for programs: the option that every list has, and how its entries are written."""

from collections.abc import Iterable
from typing import Annotated, Any

import orjson
import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array, for programs.")]


def echo_json(entries: Iterable[Any]) -> None:
    """Print entries, mappings or dataclasses, as one array; times in ISO 8601."""
    typer.echo(orjson.dumps(list(entries), option=orjson.OPT_INDENT_2).decode())
