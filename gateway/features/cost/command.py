"""`furlong gateway cost`: what documents cost next to all limits, and the limits that a log suggests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from gateway.command_input import (
    BROKEN,
    REFUSED,
    SupergraphFile,
    reported,
    settings_of,
    stop,
    text_of,
    variables_of,
)

if TYPE_CHECKING:
    from gateway.features.cost.limit_report import Proposals
    from gateway.settings import GatewaySettings


def show_cost(
    documents: Annotated[
        Path | None, typer.Argument(help="A file with a document, or a folder of *.graphql files.")
    ] = None,
    *,
    supergraph: SupergraphFile,
    operation: Annotated[
        str | None, typer.Option(metavar="NAME", help="The name of the operation; all by default.")
    ] = None,
    variables: Annotated[
        str,
        typer.Option(help="Variables as JSON; lists that depend on others count with their usual length."),
    ] = "{}",
    log: Annotated[
        Path | None,
        typer.Option(help="Propose limits from a log of requests instead: one JSON object per line."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print what documents cost next to all limits, or propose limits from a log of requests."""
    from gateway.features.cost.limit_report import (
        NO_OPERATION,
        DocumentReader,
        Proposals,
        documents_as_json,
        printed_documents,
    )
    from gateway.features.cost.settings import CostSettings
    from gateway.supergraph import load_supergraph

    if (documents is None) == (log is None):
        stop("Name either documents or --log.", BROKEN)
    settings = settings_of()
    with reported(supergraph):
        reader = DocumentReader(load_supergraph(text_of(supergraph)), settings.of(CostSettings).list_size)
    if log is not None:
        _propose(log, Proposals(reader), settings, as_json=as_json)
    elif documents is not None:
        given = variables_of(variables)
        read = {str(file): reader.read(text_of(file), operation, given) for file in _files(documents)}
        if documents.is_dir():  # a folder may also contain schemas
            read = {file: document for file, document in read.items() if document.errors != [NO_OPERATION]}
        if as_json:
            typer.echo(orjson.dumps(documents_as_json(read, settings), option=orjson.OPT_INDENT_2))
        else:
            typer.echo("\n".join(printed_documents(read, settings)).rstrip())
        if any(document.errors or document.is_refused(settings) for document in read.values()):
            raise typer.Exit(REFUSED)


def _propose(log: Path, proposals: Proposals, settings: GatewaySettings, *, as_json: bool) -> None:
    """Print the limits that a log suggests; exit with an error if the log has no requests."""
    from gateway.features.cost.limit_report import printed_proposals, proposals_as_json, read_log

    try:
        with log.open("rb") as lines:
            for logged in read_log(lines):
                proposals.add(logged)
    except OSError as error:
        stop(f"{log}: {error.strerror}", BROKEN)
    if as_json:
        typer.echo(orjson.dumps(proposals_as_json(proposals), option=orjson.OPT_INDENT_2))
    else:
        typer.echo("\n".join(printed_proposals(proposals, settings)))
    if not proposals.requests:
        raise typer.Exit(REFUSED)


def _files(documents: Path) -> list[Path]:
    """Return a file, or the documents of a folder."""
    if not documents.is_dir():
        return [documents]
    files = sorted(documents.glob("*.graphql"))
    if not files:
        stop(f"{documents}: there are no *.graphql files.", BROKEN)
    return files


def add_to(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("cost")(show_cost)
