"""`furlong topics create`, `load`, `token` and `settings`: setting up an installation."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from consumers.feeds.settings import FeedSettings
from furlong.cli.json_lists import AsJson, echo_json
from furlong.cli.options import (
    database_settings,
    fail,
    product_clock,
    session_settings,
    stream_settings,
    topic_settings,
)
from furlong.demo.tokens import make_token
from furlong.install import topic_retention
from furlong.install.load import apply_load, plan_load
from furlong.install.topics import TOPICS, TopicPlan, create_topics, feed_topics
from furlong.install.world import WorldError, read_world
from furlong.settings import listed
from storage.clock import SystemClock
from storage.database import Database

topics = typer.Typer(no_args_is_help=True, help="The Kafka topics.")


@topics.callback()
def topics_group() -> None:
    """Make `create` a command of its own."""


@topics.command()
def create(
    *,
    partitions: Annotated[
        int, typer.Option(min=1, help="Number of partitions of topics that are keyed by customer.")
    ] = 24,
    replication: Annotated[
        int, typer.Option(min=1, help="Copies of each partition; at most the number of brokers.")
    ] = 1,
    feeds: Annotated[
        bool, typer.Option("--feeds", help="Also create the topics of the configured feeds.")
    ] = False,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Also set the retention of existing topics, as FURLONG_TOPICS_… say."),
    ] = False,
) -> None:
    """Create missing topics, with the retention that FURLONG_TOPICS_… in `furlong settings` say."""
    settings, bootstrap = topic_settings(), stream_settings().bootstrap
    plans = (*TOPICS, *_of_feeds(FeedSettings())) if feeds else TOPICS
    try:
        created = asyncio.run(create_topics(bootstrap, partitions, replication, settings, plans))
        changed = asyncio.run(topic_retention.repair(bootstrap, plans, settings)) if repair else []
    except (KafkaError, RuntimeError, ValueError) as error:
        fail(f"the topics were not created: {error!r}")
    typer.echo("\n".join([*(f"+ {name}" for name in created), *changed]) or "All topics are there.")


def _of_feeds(settings: FeedSettings) -> tuple[TopicPlan, ...]:
    return feed_topics(settings.topic(feed) for feed in settings.feeds())


def load(
    *,
    file: Annotated[Path, typer.Argument(help="A YAML file; furlong/world.yaml is an example.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
) -> None:
    """Load brands, schemes, reward content and budgets: `+` new, `~` changed, `-` removed, `=` unchanged.

    `!` marks an active version of a reward that is not offered because no content describes its terms.
    """
    try:
        asyncio.run(_load(file, dry_run=dry_run))
    except (WorldError, SQLAlchemyError, KafkaError, OSError, ValueError) as error:
        fail(error)


async def _load(file: Path, *, dry_run: bool) -> None:
    world, settings, now = read_world(file), database_settings(), product_clock().now()
    club, rewards = Database.open(settings, "club"), Database.open(settings, "rewards")
    try:
        plan = await plan_load(world, club, rewards, now)
        typer.echo("\n".join(plan.lines()))
        if not dry_run:
            async with AIOKafkaProducer(bootstrap_servers=stream_settings().bootstrap) as producer:
                await apply_load(plan, producer, rewards, now)
    finally:
        await club.close()
        await rewards.close()
    typer.echo("Nothing was changed." if dry_run else "Loaded.")


def token(
    *,
    customer: Annotated[str, typer.Option(help="The customer, such as c-1001.")],
    brand: Annotated[str, typer.Option(help="The customer's brand.")] = "northbet",
) -> None:
    """Make a session token with the demo's key or with FURLONG_JWT_SECRET, valid for 24 hours."""
    try:
        typer.echo(make_token(session_settings(), brand, customer, SystemClock().now()))
    except ValueError as error:
        fail(error)


def settings(*, as_json: AsJson = False) -> None:
    """List all settings: environment variable, default, meaning."""
    if as_json:
        names = ("variable", "default", "meaning")
        echo_json(dict(zip(names, each, strict=True)) for each in listed())
        return
    for variable, default, meaning in listed():
        typer.echo(f"{variable}={default}\n    {meaning}")
