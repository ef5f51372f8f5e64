"""`furlong support …`: what support does on the screens, signed in as a person."""

import typer

from furlong.cli.operations.backoffice.support import corrections, goodwill, lookup, privacy

cli = typer.Typer(
    no_args_is_help=True,
    help="Customers: find them, explain what happened, correct what went wrong; each command signs you in.",
)
for part in (lookup, corrections, goodwill, privacy):
    part.add_to(cli)
