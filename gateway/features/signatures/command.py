"""`furlong gateway key …`: keys that sign requests to subgraphs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, NoReturn

import orjson
import typer

BROKEN = 2

keys_cli = typer.Typer(
    name="key", help="Keys that sign requests to subgraphs, as JSON Web Key Sets.", no_args_is_help=True
)


@keys_cli.command()
def new(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The key's id, such as 2026-11.")],
    *,
    shared: Annotated[
        bool,
        typer.Option(
            "--shared", help="Create a secret, which subgraphs must have as well, instead of a private key."
        ),
    ] = False,
    after: Annotated[
        Path | None, typer.Option(help="A key set whose keys remain first, so that they still sign.")
    ] = None,
) -> None:
    """Print a key set with a new private key (Ed25519), which only the gateway may know."""
    from foundation.signatures.keys import new_key

    keys = [] if after is None else _keys_of(after)
    _print([*keys, new_key(key_id, shared=shared)])


@keys_cli.command()
def public(keys: Annotated[Path, typer.Argument(help="The gateway's key set.")]) -> None:
    """Print the public keys of a key set, for subgraphs."""
    from foundation.signatures.keys import public_part

    try:
        _print(public_part(_keys_of(keys)))
    except ValueError as error:
        _stop(f"{keys}: {error}")


def add_to(cli: typer.Typer) -> None:
    """Add the commands to those of the gateway."""
    cli.add_typer(keys_cli)


def _keys_of(file: Path) -> list[dict[str, Any]]:
    from foundation.signatures import read_key_set

    try:
        content = file.read_bytes()
        read_key_set(content)
    except OSError as error:
        _stop(f"{file}: {error.strerror}")
    except ValueError as error:
        _stop(f"{file}: {error}")
    keys: list[dict[str, Any]] = orjson.loads(content)["keys"]
    return keys


def _print(keys: list[dict[str, Any]]) -> None:
    from foundation.signatures import read_key_set

    content = orjson.dumps({"keys": keys}, option=orjson.OPT_INDENT_2)
    try:
        read_key_set(content)
    except ValueError as error:
        _stop(str(error))
    typer.echo(content)


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(BROKEN)
