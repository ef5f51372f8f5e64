"""The gateway's command line: serves a supergraph, prints its API schema, plans and costs of documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import orjson
import typer

from foundation.late_imports import imported
from foundation.plain_help import PlainGroup
from foundation.quick_imports import import_structlog, quick_imports
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
from gateway.settings.feature_list import FEATURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from foundation.logs import LogSettings
    from gateway.pipeline.access.requirements import Granted
    from gateway.pipeline.hooks import Step
    from gateway.planner import Operation
    from gateway.supergraph import Supergraph

COSTS: Final = (
    "+N: the instructions of Python that the whole feature adds to a request with three calls of subgraphs "
    "that uses it, as counted by the project (make bench BENCH=features)."
)
SMALLEST_SUPERGRAPH: Final = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!) repeatable on OBJECT
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { ONE @join__graph(name: "one", url: "http://127.0.0.1:9/graphql") }
type Query @join__type(graph: ONE) { field: String }
"""
"""A graph of one field, for the path of settings alone."""

cli = typer.Typer(
    name="gateway",
    cls=PlainGroup,
    help="A Federation 2 gateway for any supergraph.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for _entry in FEATURES:
    if _entry.commands:
        imported(_entry.commands)(cli)


@cli.command()
def serve(
    supergraph: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="The composed schema (SDL): a file, or the https:// URL of a schema registry.",
        ),
    ],
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where to serve.")] = "127.0.0.1:4000",
    settings_file: Annotated[
        Path | None,
        typer.Option("--settings", help="A file of settings: FURLONG_GATEWAY_…=VALUE lines."),
    ] = None,
    operators: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where to serve /metrics and /ready.")
    ] = None,
) -> None:
    """Serve a supergraph; its subgraphs are called at the URLs in @join__graph.

    The supergraph and some settings may change while it serves: both are checked every few seconds and on
    SIGHUP.
    """
    host, _, port = listen.rpartition(":")
    if not port.isdigit():
        stop(f"--listen {listen}: expected HOST:PORT, such as 127.0.0.1:4000.", BROKEN)
    with quick_imports():
        import_structlog()
        from foundation.garbage_collection import freeze_long_lived_objects
        from foundation.logs import configure_logs
        from gateway.app import create_gateway
        from gateway.http.server import configured_by, run
        from gateway.http.server import listen as open_listener
        from gateway.http.server.tls import ServerTls
        from gateway.serving.operators import OperatorsPortError, operators_port
        from gateway.serving.reload.chosen_sources import first_text, reload_of, supergraph_source

        configure_logs(_log_settings())  # what the start says is logged like everything after it
        settings = settings_of(settings_file)
        with reported(supergraph):
            source = supergraph_source(supergraph, settings)
            text = first_text(source)
            app = create_gateway(text, settings=settings, reload=reload_of(source, settings, settings_file))
    try:
        config = configured_by(settings, app)
    except ValueError as error:
        stop(str(error), BROKEN)
    try:
        listener = open_listener(host.strip("[]") or "127.0.0.1", int(port))
    except OSError as error:
        stop(f"--listen {listen}: {error.strerror}", BROKEN)
    freeze_long_lived_objects()
    try:
        with (
            listener,
            operators_port(
                operators or settings.operators.listen, 1, settings.operators, ServerTls.of(settings.tls)
            ) as config.on_load,
        ):
            typer.echo(f"Serving {supergraph} at {config.scheme}://{listen}/graphql")
            run(config, listener)
    except OperatorsPortError as error:
        stop(str(error), BROKEN)


@cli.command("schema")
def show_schema(supergraph: SupergraphFile) -> None:
    """Print the API schema: what clients see, as introspection tells it, for their tools."""
    from graphql import print_schema

    from gateway.supergraph import load_supergraph

    settings = settings_of()
    with reported(supergraph):
        model = load_supergraph(text_of(supergraph), incremental=settings.execution.incremental_delivery)
    typer.echo(print_schema(model.public))


@cli.command("path")
def show_path(
    supergraph: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The composed schema (SDL); by default, one with a single field."),
    ] = None,
    settings_file: Annotated[
        Path | None,
        typer.Option("--settings", help="A file of settings: FURLONG_GATEWAY_…=VALUE lines."),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the path of a request with these settings, stage by stage.

    Each line has the stage, the feature that added it, what it is done for, how many instructions of Python
    the feature adds to a request that uses it, and what it does.
    """
    from gateway.app import create_gateway

    settings = settings_of(settings_file)
    with reported("supergraph" if supergraph is None else supergraph):
        text = SMALLEST_SUPERGRAPH if supergraph is None else text_of(supergraph)
        steps = create_gateway(text, settings=settings).graph.current.path
    instructions = {entry.name: entry.instructions for entry in settings.entries}
    if as_json:
        every = [{**step._asdict(), "instructions": instructions.get(step.by)} for step in steps]
        typer.echo(orjson.dumps(every, option=orjson.OPT_INDENT_2))
        return
    rows = [_row(step, first_of=steps, instructions=instructions) for step in steps]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        typer.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    typer.echo(COSTS)


def _row(step: Step, first_of: Iterable[Step], instructions: Mapping[str, int | None]) -> list[str]:
    """Return the columns of a step; the cost of a feature stands beside the first of its steps."""
    known = instructions.get(step.by)
    is_first = next(first for first in first_of if first.by == step.by) is step
    cost = "" if known is None or not is_first else f"+{known:,}"
    return [step.stage, step.by, step.done_for, cost, step.does]


@cli.command("plan")
def show_plan(
    query: Annotated[Path, typer.Argument(help="A file with the document.")],
    supergraph: SupergraphFile,
    *,
    operation: Annotated[
        str | None, typer.Option(metavar="NAME", help="The name of the operation in the document.")
    ] = None,
    variables: Annotated[
        str,
        typer.Option(help="Variables as JSON; a condition without a value counts as included."),
    ] = "{}",
    label: Annotated[
        list[str] | None,
        typer.Option(help="The label of a progressive override to switch on; may be repeated."),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Also print the paths to each field and why one was chosen."),
    ] = False,
    code: Annotated[bool, typer.Option("--code", help="Also print the generated functions.")] = False,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Plan only what a client without a session may see.")
    ] = False,
    authenticated: Annotated[
        bool, typer.Option("--authenticated", help="Plan only what a client with a session may see.")
    ] = False,
    scope: Annotated[
        list[str] | None, typer.Option(help="A scope of such a session; may be repeated.")
    ] = None,
    policy: Annotated[list[str] | None, typer.Option(help="A policy that holds; may be repeated.")] = None,
) -> None:
    """Print the plan of an operation; without access rules, unless the options describe a client."""
    from gateway.compiled.compile import write_plan
    from gateway.errors import InvalidDocument, RequestError
    from gateway.pipeline.access.requirements import Granted
    from gateway.pipeline.preparation.limits import PreparationLimits
    from gateway.pipeline.preparation.preparer import Preparer
    from gateway.plan import show
    from gateway.planner import INCREMENTALLY, normalize
    from gateway.planner.explain import explain_plan
    from gateway.planner.planner import plan_with_reasons
    from gateway.settings.limits import DocumentLimits
    from gateway.supergraph import load_supergraph

    with reported(supergraph):
        model = load_supergraph(text_of(supergraph), incremental=True)
    settings = settings_of()
    limits = PreparationLimits(DocumentLimits(chars=settings.limits.chars, tokens=settings.limits.tokens))
    try:
        prepared = Preparer(model, limits).prepare(text_of(query), operation)
        given = variables_of(variables)
        conditions = {name: given[name] is True for name in prepared.conditions if name in given}
        conditions |= (INCREMENTALLY,)
        wanted = normalize(model, *prepared.parsed(), conditions)
        if anonymous or authenticated or scope or policy:
            granted = Granted(
                authenticated=authenticated or bool(scope),
                scopes=frozenset(scope or ()),
                policies=frozenset(policy or ()),
            )
            wanted = _restricted(model, wanted, granted)
        made, best = plan_with_reasons(model, wanted, labels=frozenset(label or ()))
        typer.echo(show(made))
        if explain:
            typer.echo(explain_plan(model, best, wanted.root))
        if code:
            written = write_plan(made)
            typer.echo("# The plan is too large to compile." if written is None else f"\n{written.source}")
    except InvalidDocument as error:
        stop("\n".join(_located(query, entry) for entry in error.entries), REFUSED)
    except RequestError as error:
        stop(f"{query}: {error.message}", REFUSED)


def _restricted(model: Supergraph, operation: Operation, granted: Granted) -> Operation:
    """Return what a client may see of an operation, and print what it may not."""
    from gateway.pipeline.access.operations import OperationAccess, hidden_paths

    access = OperationAccess.of(model)
    unmet = granted.unmet(access.fields.rules.all)
    if not unmet:
        return operation
    restricted = access.restrict(operation, unmet)
    for path in dict.fromkeys(hidden_paths(restricted)):
        typer.echo(f"# Hidden: {'.'.join(path)}")
    return restricted


def _located(file: Path, entry: dict[str, Any]) -> str:
    locations = entry.get("locations") or [{}]
    line = locations[0].get("line")
    return f"{file}{'' if line is None else f':{line}'}: {entry['message']}"


def _log_settings() -> LogSettings:
    from pydantic import ValidationError

    from foundation.logs import LogSettings

    try:
        return LogSettings()
    except ValidationError as error:
        stop(f"FURLONG_LOG_…: {error.errors()[0]['msg']}", BROKEN)
