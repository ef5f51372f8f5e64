"""Commands around the platform's feeds."""

import asyncio
from typing import Annotated

import typer
from aiokafka.errors import KafkaError
from prometheus_client import CollectorRegistry
from pydantic import ValidationError
from pydantic_settings import SettingsError

from consumers.feeds.registry import UnknownFeed, find
from consumers.feeds.settings import FeedSettings
from consumers.stream.errors import Halt, Stalled
from furlong.commands.options import address, fail, log_to_stderr, stream_settings
from furlong.feeding import create_pumps, feed
from furlong.http_server import listen as open_listener
from furlong.stopping import stop_on_signals


def worker(
    *,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Which feeds; all that are configured.")
    ] = None,
    listen: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where to serve /health and /metrics.")
    ] = None,
) -> None:
    """Carry the platform's feeds to the progress topic, until stopped. Any number of nodes may do it.

    Ends with 3 when a feed must be broken (too many dead letters), with 4 when a position does not fit the
    broker's records, with 5 when records do not come, with 1 for everything else.
    """
    log_to_stderr()
    try:
        asyncio.run(_work(names or [], listen))
    except (Halt, Stalled) as error:
        typer.echo(f"furlong: a feed stopped: {error}", err=True)
        raise typer.Exit(error.exit_code) from error
    except (UnknownFeed, ValidationError, SettingsError, OSError, KafkaError) as error:
        fail(error)


async def _work(names: list[str], listen: str | None) -> None:
    settings, registry = FeedSettings(), CollectorRegistry()
    feeds = find(names) if names else settings.feeds()
    if not feeds:
        fail("no feed is configured: name some in FURLONG_FEEDS_ADAPTERS")
    listener = open_listener(*address(listen)) if listen else None
    with stop_on_signals() as stop:
        await feed(create_pumps(feeds, settings, stream_settings(), registry), registry, listener, stop)
