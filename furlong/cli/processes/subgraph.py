"""`furlong subgraph …`: the SDL of a subgraph, and serving it alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from furlong.cli.options import (
    address,
    caller_settings,
    database_settings,
    embed_settings,
    fail,
    log_to_stderr,
    running_clock,
    session_settings,
    stream_settings,
    upstream_settings,
)
from furlong.cli.own_databases import check_databases
from subgraphs.block_list import BLOCKS, SUBGRAPHS
from subgraphs.kit.block import Block

if TYPE_CHECKING:
    from subgraphs.kit.graphql.schema_building import SubgraphSchema


def _create_schema(block: Block) -> SubgraphSchema:
    return block.create_schema()


SCHEMAS: Mapping[str, Callable[[], SubgraphSchema]] = {
    block.name: partial(_create_schema, block) for block in BLOCKS
}
cli = typer.Typer(
    no_args_is_help=True,
    help="A single subgraph: its schema (`furlong subgraph club sdl`), or serving it (`… serve`).",
)


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
        from pydantic import ValidationError

        from foundation.garbage_collection import freeze_long_lived_objects
        from foundation.tracing import opened
        from furlong.serve.http_server import listen as open_listener
        from furlong.serve.site import create_subgraph_app
        from furlong.serve.subgraphs import subgraph_parts
        from gateway.http.server import configured_by, run
        from gateway.settings import GatewaySettings
        from subgraphs.kit.graphql.callers import Callers

        log_to_stderr()
        try:
            listener = open_listener(*address(listen))
            parts = subgraph_parts(
                database_settings(),
                upstream_settings(),
                session_settings(),
                stream_settings(),
                running_clock(),
                embed=embed_settings(),
            )
            tracing = opened(f"furlong-{name}")
            app = create_subgraph_app(name, parts, Callers.of(caller_settings(), name), tracing)
            config = configured_by(GatewaySettings(), app)
        except (ValidationError, ValueError, OSError) as error:
            fail(error)
        check_databases(name)
        typer.echo(f"Serving the {name} subgraph at {config.scheme}://{listen}/graphql")
        with listener:
            freeze_long_lived_objects()
            run(config, listener)

    return commands


for _name in SUBGRAPHS:
    cli.add_typer(_commands_of(_name), name=_name)
