"""`furlong support …`: what support does on the screens, each as yourself."""

import typer

from furlong.cli.operations.backoffice.support import corrections, goodwill, lookup, privacy

cli = typer.Typer(
    no_args_is_help=True,
    help="Customers: find one, say what happened to them, and correct what went wrong; each as yourself.",
)
for part in (lookup, corrections, goodwill, privacy):
    part.add_to(cli)
