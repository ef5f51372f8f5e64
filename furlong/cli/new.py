"""`furlong new`: begins what is added to a checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from furlong.cli.options import fail

cli = typer.Typer(no_args_is_help=True, help="Begin a part in a checkout: working code with tests.")

Checkout = Annotated[
    Path, typer.Option("--checkout", metavar="DIR", help="The checkout to write into.", file_okay=False)
]

NEXT = """\
It is served, consumed, backed up and erased. What is left, by hand:
  make compose                              puts its fields into schema.graphql
  python -m furlong.backup.recovery_sources prints its tables for docs/runbooks/disaster-recovery.md
  docs/erasure.md                           says what an erasure does with them
Run its tests with: .venv/bin/python -m pytest tests/{name}
docs/extending.md says what each file is for."""


@cli.command()
def block(
    name: Annotated[str, typer.Argument(help="Of its folders, database, consumer and commands: notes.")],
    *,
    thing: Annotated[
        str | None, typer.Option(metavar="WORD", help="What a row of its table is called: note.")
    ] = None,
    checkout: Checkout = Path(),
) -> None:
    """Write a block: tables, subgraph, consumer, contract and tests, and its line in the lists."""
    from furlong.new.skeleton import CannotBegin, Names, begin_block

    try:
        written = begin_block(checkout, Names.of(name, thing))
    except (CannotBegin, OSError) as error:
        fail(error)
    _format(checkout, [path for path in written if path.suffix == ".py"])
    for path in written:
        typer.echo(path)
    typer.echo(NEXT.format(name=name))


@cli.command()
def provider(
    name: Annotated[str, typer.Argument(help="Of its adapter in configurations: loyalty.")],
    *,
    like: Annotated[
        str, typer.Option(metavar="ADAPTER", help="The adapter that it is made after: sportsbook, wallet.")
    ] = "sportsbook",
    checkout: Checkout = Path(),
) -> None:
    """Write an adapter for a provider of rewards and the API that the simulator serves for it."""
    from furlong.new.provider import begin_provider
    from furlong.new.skeleton import CannotBegin

    try:
        written = begin_provider(checkout, name, like)
    except (CannotBegin, OSError) as error:
        fail(error)
    _format(checkout, written)
    for path in written:
        typer.echo(path)
    typer.echo(f"Its tests: .venv/bin/python -m pytest tests/subgraphs/fulfilment -k {name}")


def _format(checkout: Path, files: list[Path]) -> None:
    """Order imports and break lines, which depend on the names."""
    for arguments in (("check", "--select", "I", "--fix", "--quiet"), ("format", "--quiet")):
        subprocess.run([sys.executable, "-m", "ruff", *arguments, *files], cwd=checkout, check=False)  # noqa: S603
