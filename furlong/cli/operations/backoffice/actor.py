"""The option that names who acts when a command changes something in the back office."""

from typing import Annotated

import typer

from furlong.cli.operating_person import operating_person, operator

__all__ = ["As", "operating_person", "operator"]

As = Annotated[
    str | None,
    typer.Option("--as", metavar="PERSON", help="Who you are, for the audit log; by default the OS user."),
]
