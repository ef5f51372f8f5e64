"""The gateway's command line: serve a supergraph, or print the plan of an operation."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import orjson
import structlog
import typer

from gateway.app import create_gateway
from gateway.compiled import write_plan
from gateway.errors import InvalidDocument, RequestError, SupergraphError
from gateway.http.server import ClientLimits, configured, run
from gateway.http.server import listen as open_listener
from gateway.pipeline.document_cache import Limits, Preparer
from gateway.plan import show
from gateway.planner import condition_variables, explain_plan, normalize, plan_with_reasons
from gateway.settings import GatewaySettings
from gateway.supergraph import load_supergraph

cli = typer.Typer(
    name="gateway",
    help="A Federation 2 gateway for any supergraph.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

SupergraphFile = Annotated[Path, typer.Option("--supergraph", help="The composed schema (SDL).")]

BROKEN, REFUSED = 2, 1


@cli.command()
def serve(
    supergraph: SupergraphFile,
    listen: Annotated[str, typer.Option(help="HOST:PORT.")] = "127.0.0.1:4000",
) -> None:
    """Serve a supergraph; its subgraphs are asked at the URLs of @join__graph."""
    host, _, port = listen.rpartition(":")
    if not port.isdigit():
        _stop(f"--listen {listen}: HOST:PORT is wanted, as 127.0.0.1:4000.", BROKEN)
    settings = GatewaySettings()
    with _reported(supergraph):
        app = create_gateway(_text(supergraph), settings=settings)
    _log_as_json()
    try:
        listener = open_listener(host.strip("[]") or "127.0.0.1", int(port))
    except OSError as error:
        _stop(f"--listen {listen}: {error.strerror}", BROKEN)
    typer.echo(f"Serving {supergraph} at http://{listen}/graphql")
    with listener:
        run(configured(app, ClientLimits.of(settings)), listener)


def _log_as_json() -> None:
    """One JSON object a line on stderr; tracebacks without the values of variables."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@cli.command("plan")
def show_plan(
    query: Annotated[Path, typer.Argument(help="A file with the document.")],
    supergraph: SupergraphFile,
    *,
    operation: Annotated[str | None, typer.Option(help="Which operation of the document.")] = None,
    variables: Annotated[
        str, typer.Option(help="As JSON; @skip and @include without a value count as included.")
    ] = "{}",
    label: Annotated[
        list[str] | None, typer.Option(help="A label of progressive overrides that is on; may be repeated.")
    ] = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Also the graph, the paths to each field, and why one was chosen."),
    ] = False,
    code: Annotated[bool, typer.Option("--code", help="Also the functions generated from it.")] = False,
) -> None:
    """Print the plan of an operation."""
    with _reported(supergraph):
        model = load_supergraph(_text(supergraph))
    settings = GatewaySettings()
    limits = Limits(settings.document_chars, settings.document_tokens, cache=1)
    try:
        prepared = Preparer(model, limits).prepare(_text(query), operation)
        given = _variables(variables)
        conditions = {
            name: given[name] is True
            for name in condition_variables(prepared.document, prepared.operation)
            if name in given
        }
        wanted = normalize(model, prepared.document, prepared.operation, conditions)
        made, best = plan_with_reasons(model, wanted, labels=frozenset(label or ()))
        typer.echo(show(made))
        if explain:
            typer.echo(explain_plan(model, best, wanted.root))
        if code:
            written = write_plan(made)
            typer.echo("# Too large to be compiled." if written is None else f"\n{written.source}")
    except InvalidDocument as error:
        _stop("\n".join(_located(query, entry) for entry in error.entries), REFUSED)
    except RequestError as error:
        _stop(f"{query}: {error.message}", REFUSED)


def _located(file: Path, entry: dict[str, Any]) -> str:
    locations = entry.get("locations") or [{}]
    line = locations[0].get("line")
    return f"{file}{'' if line is None else f':{line}'}: {entry['message']}"


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        _stop(f"{file}: {reason}", BROKEN)


def _variables(text: str) -> dict[str, Any]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        _stop("--variables: a JSON object is wanted.", BROKEN)
    return value


@contextmanager
def _reported(file: Path) -> Iterator[None]:
    """A broken supergraph ends the command with what is wrong, not with a traceback."""
    try:
        yield
    except SupergraphError as error:
        _stop(f"{file}: {error}", BROKEN)


def _stop(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)
