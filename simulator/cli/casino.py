"""The command that stands in for providers of casino games."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from simulator.cli.options import stop_event


def casino(
    *,
    data: Annotated[Path, typer.Option(help="The folder of their books and keys; created if missing.")],
    wallet: Annotated[
        str, typer.Option(metavar="URL", help="The wallet that is played against: `furlong seamless serve`.")
    ] = "http://127.0.0.1:4011",
    port: Annotated[
        int, typer.Option(help="The first one's port on the loopback, the next is the other's; 0 for any.")
    ] = 8470,
    control: Annotated[int, typer.Option(help="The port of faults and books; 0 for any free one.")] = 8472,
    operator_key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Your public key; by default, a pair is made in the folder."),
    ] = None,
    operator_id: Annotated[int, typer.Option(help="Your number at both.")] = 1,
    seed: Annotated[int | None, typer.Option(help="Outcomes that can be repeated; for tests only.")] = None,
    collect: Annotated[
        float, typer.Option(min=0, help="Seconds until a win that is left open is collected.")
    ] = 300.0,
) -> None:
    """Serve two providers of games that people can play, by Hub88's operator API, until Ctrl-C or SIGTERM.

    On the other port, `POST /faults/PROVIDER/NAME?amount=N` arms a fault,
    `POST /free-rounds?provider=P&game=G&user=U&count=N` gives free rounds,
    `POST /prizes?provider=P&game=G&user=U&amount=N` a prize, `POST /games/P/G/off` takes a game away, and
    `GET /state` shows all.
    """
    from simulator.casino.keys import OPERATOR, public_file
    from simulator.casino.serve import CasinoSettings, serving_casino

    settings = CasinoSettings(
        wallet=wallet,
        operator_key=operator_key,
        operator_id=operator_id,
        port=port,
        control=control,
        seed=seed,
        collect_seconds=collect,
    )

    async def run() -> None:
        stop = stop_event()
        async with serving_casino(data, settings) as served:
            for name, url in served.urls.items():
                typer.echo(f"{name} at {url}")
            typer.echo(f"faults and books at {served.control_url}")
            if operator_key is None:
                typer.echo(f"FURLONG_SEAMLESS_PRIVATE_KEY_FILE={data / OPERATOR}")
            keys = {name: [str(public_file(data, name))] for name in served.urls}
            typer.echo(f"FURLONG_SEAMLESS_PUBLIC_KEY_FILES='{json.dumps(keys)}'")
            await stop.wait()
        typer.echo("stopped")

    try:
        asyncio.run(run())
    except (OSError, ValueError) as fault:
        typer.echo(f"furlong: {fault}", err=True)
        raise typer.Exit(1) from fault
