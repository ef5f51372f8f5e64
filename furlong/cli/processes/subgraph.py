"""`furlong subgraph …`: the SDL of a subgraph, and serving it alone."""

from collections.abc import Callable
from typing import Annotated

import typer
from pydantic import ValidationError

from furlong.cli.install.db import check_databases
from furlong.cli.options import (
    address,
    caller_settings,
    database_settings,
    fail,
    log_to_stderr,
    running_clock,
    session_settings,
)
from furlong.databases import SUBGRAPHS
from furlong.serve.http_server import listen as open_listener
from furlong.serve.site import create_subgraph_app
from furlong.serve.subgraphs import Parts
from furlong.tracing import close_with
from gateway.http.server import configured_by, run
from gateway.settings import GatewaySettings
from subgraphs.club.schema import create_schema as club_schema
from subgraphs.fulfilment.schema import create_schema as fulfilment_schema
from subgraphs.kit.graphql.callers import Callers
from subgraphs.kit.graphql.schema_building import SubgraphSchema
from subgraphs.progress.schema import create_schema as progress_schema
from subgraphs.rewards.schema import create_schema as rewards_schema
from tracing import opened

SCHEMAS: dict[str, Callable[[], SubgraphSchema]] = {
    "club": club_schema,
    "rewards": rewards_schema,
    "progress": progress_schema,
    "fulfilment": fulfilment_schema,
}
cli = typer.Typer(no_args_is_help=True, help="One subgraph: `furlong subgraph club sdl`, … `serve`.")


def _commands_of(name: str) -> typer.Typer:
    commands = typer.Typer(no_args_is_help=True, help=f"The {name} subgraph.")

    @commands.command()
    def sdl() -> None:
        """Print the subgraph's schema, as composition needs it."""
        typer.echo(SCHEMAS[name]().as_str())

    @commands.command()
    def serve(
        *,
        listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where to serve.")] = "127.0.0.1:4001",
    ) -> None:
        """Serve the subgraph alone, at /graphql, for a gateway that signs its requests."""
        log_to_stderr()
        try:
            listener = open_listener(*address(listen))
            parts = Parts.from_settings(
                database_settings(), sessions=session_settings(), clock=running_clock()
            )
            tracing = opened(f"furlong-{name}")
            app = create_subgraph_app(name, parts, Callers.of(caller_settings(), name), tracing)
            close_with(app, tracing)
            config = configured_by(GatewaySettings(), app)
        except (ValidationError, ValueError, OSError) as error:
            fail(error)
        check_databases(name)
        typer.echo(f"Serving the {name} subgraph at {config.scheme}://{listen}/graphql")
        with listener:
            run(config, listener)

    return commands


for _name in SUBGRAPHS:
    cli.add_typer(_commands_of(_name), name=_name)
