"""`furlong serve`: the gateway, its subgraphs and the page over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from furlong.cli.options import address, fail, log_to_stderr
from furlong.cli.own_databases import check_databases


def serve(
    *,
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where to serve.")] = "127.0.0.1:8000",
    workers: Annotated[int, typer.Option(min=1, help="Number of processes that share the port.")] = 1,
    operators: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Where to serve /metrics and /ready of all processes."),
    ] = None,
) -> None:
    """Serve the graph and the page; the settings say whether subgraphs run in this process or over HTTP."""
    from pydantic import ValidationError

    from furlong.serve.http_server import listen as open_listener
    from furlong.settings import ServeSettings
    from gateway.errors import SupergraphError
    from gateway.http.server import configured_by, run
    from gateway.http.server.tls import ServerTls
    from gateway.serving.operators import OperatorsPortError, operators_port
    from gateway.settings.file import read_settings

    log_to_stderr()
    from furlong.cli.processes.site_factory import (
        create_app,
    )

    try:
        listener = open_listener(*address(listen))
        create_app()  # so that wrong settings end the command and not each worker process
        factory = "furlong.cli.processes.site_factory:create_app"
        settings = read_settings()
        config = configured_by(settings, factory, workers=workers, factory=True)
    except (ValidationError, ValueError, OSError, SupergraphError) as error:
        fail(error)
    if ServeSettings().subgraphs == "memory":
        check_databases(in_part=True)
    try:
        with (
            listener,
            operators_port(
                operators or settings.operators.listen,
                workers,
                settings.operators,
                ServerTls.of(settings.tls),
            ) as config.on_load,
        ):
            typer.echo(f"Serving {config.scheme}://{listen}/ and {config.scheme}://{listen}/graphql")
            run(config, listener)
    except OperatorsPortError as error:
        fail(error)
