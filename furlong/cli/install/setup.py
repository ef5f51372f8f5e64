"""`furlong topics create`, `load`, `import crm`, `token` and `settings`: setting up an installation."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from furlong.cli.command_work import run
from furlong.cli.json_lists import AsJson, echo_json
from furlong.cli.long_work import Items, Verbose, working
from furlong.cli.options import (
    database_settings,
    fail,
    product_clock,
    session_settings,
    stream_settings,
    topic_settings,
)
from furlong.cli.own_databases import check_databases

if TYPE_CHECKING:
    from consumers.feeds.settings import FeedSettings
    from furlong.install.crm_import import CrmPlan
    from furlong.install.load import LoadPlan
    from subgraphs.kit.topics import TopicPlan

topics = typer.Typer(no_args_is_help=True, help="The Kafka topics.")


@topics.callback()
def topics_group() -> None:
    """Make `create` a subcommand."""


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
        typer.Option(
            "--repair", help="Also set the retention of existing topics as the settings FURLONG_TOPICS_… say."
        ),
    ] = False,
) -> None:
    """Create missing topics, with the retention that the settings FURLONG_TOPICS_… say."""
    from aiokafka.errors import KafkaError

    from consumers.feeds.settings import FeedSettings
    from furlong.install.topics import TOPICS, create_topics
    from furlong.install.topics import repair as repair_topics

    settings, bootstrap = topic_settings(), stream_settings().bootstrap
    plans = (*TOPICS, *_of_feeds(FeedSettings())) if feeds else TOPICS
    try:
        created = asyncio.run(create_topics(bootstrap, partitions, replication, settings, plans))
        changed = asyncio.run(repair_topics(bootstrap, plans, settings)) if repair else []
    except (KafkaError, RuntimeError, ValueError) as error:
        fail(error)
    typer.echo("\n".join([*(f"+ {name}" for name in created), *changed]) or "All topics exist.")


def _of_feeds(settings: FeedSettings) -> tuple[TopicPlan, ...]:
    from furlong.install.topics import feed_topics

    return feed_topics(settings.topic(feed) for feed in settings.feeds())


def load(
    *,
    file: Annotated[Path, typer.Argument(help="A YAML file; furlong/world.yaml is an example.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    verbose: Verbose = False,
) -> None:
    """Load brands, schemes, reward content and budgets: `+` new, `~` changed, `-` removed, `=` unchanged.

    `!` marks active versions of rewards that are not offered because no content describes their terms.
    """
    from furlong.install.world import WorldError

    if file.is_file() and not dry_run:  # what is no file is told below
        check_databases(
            "club", "rewards", stream=stream_settings(), settings=database_settings().entering_closed()
        )
    run(_load(file, dry_run=dry_run, verbose=verbose), WorldError, ValueError)


async def _load(file: Path, *, dry_run: bool, verbose: bool) -> None:
    from aiokafka import AIOKafkaProducer

    from backoffice.run_publisher import publish_now
    from foundation.storage.database import open_databases
    from furlong.cli.operating_person import operating_person
    from furlong.install.load import apply_load, plan_load
    from furlong.install.world import read_world

    world, settings, now = read_world(file), database_settings().entering_closed(), product_clock().now()
    async with open_databases(settings, "club", "rewards", "backoffice") as (club, rewards, backoffice):
        plan = await plan_load(world, club, rewards, now)
        _print_plan(plan, verbose=verbose)
        if not dry_run:
            async with AIOKafkaProducer(bootstrap_servers=stream_settings().bootstrap) as producer:
                await apply_load(plan, producer, backoffice, now, operating_person(None))
            await publish_now(backoffice, stream_settings(), product_clock())
    typer.echo("Nothing was changed." if dry_run else "Loaded.")


def _print_plan(plan: LoadPlan, *, verbose: bool) -> None:
    """Print the first changes or all, everything that needs attention, and how many lines have each mark."""
    lines, items = list(plan.lines()), Items(verbose=verbose)
    for line in lines:
        if not line.startswith("!"):
            items.echo(line)
    items.end()
    for line in lines:
        if line.startswith("!"):
            typer.echo(line)
    marks = {"+": "new", "~": "changed", "-": "removed", "=": "unchanged", "!": "need attention"}
    counts = (f"{sum(line.startswith(mark) for line in lines)} {word}" for mark, word in marks.items())
    typer.echo(f"{', '.join(counts)}.")


def token(
    *,
    customer: Annotated[str, typer.Option(help="The customer, such as c-1001.")],
    brand: Annotated[str, typer.Option(help="The customer's brand.")] = "northbet",
) -> None:
    """Make a session token with the demo's key or with FURLONG_JWT_SECRET, valid for 24 hours."""
    from foundation.storage.clock import SystemClock
    from furlong.demo.tokens import make_token

    try:
        made = make_token(session_settings(), brand, customer, SystemClock().now())
    except ValueError as error:
        fail(error)
    if asyncio.run(_is_unknown(brand, customer)):
        typer.echo(
            f"furlong: {brand} has no account {customer} so far: until one arrives, the club takes this "
            "customer for unverified",
            err=True,
        )
    typer.echo(made)


async def _is_unknown(brand: str, customer: str) -> bool:
    """Return whether the club's database can be read, and has no account of a customer."""
    from sqlalchemy.exc import SQLAlchemyError

    from foundation.storage.database import open_databases
    from subgraphs.club.models import REFERENCE
    from subgraphs.club_kit.records.reference import ReferenceRepository
    from subgraphs.kit.domain.keys import Owner

    owner = Owner(brand, customer)
    try:
        async with (
            open_databases(database_settings(or_new=True), "club") as (club,),
            club.read() as connection,
        ):
            return not await ReferenceRepository(REFERENCE).accounts(connection, [owner])
    except (SQLAlchemyError, OSError):
        return False  # a token needs no database


def settings(*, as_json: AsJson = False) -> None:
    """List all settings: environment variable, default, meaning."""
    from furlong.settings import listed

    if as_json:
        names = ("variable", "default", "meaning")
        echo_json(dict(zip(names, setting, strict=True)) for setting in listed())
        return
    for variable, default, meaning in listed():
        typer.echo(f"{variable}={default}\n    {meaning}")


imports = typer.Typer(no_args_is_help=True, help="Import weeks that were run by hand before.")


@imports.callback()
def import_group() -> None:
    """Make each import a subcommand."""


@imports.command()
def crm(
    *,
    file: Annotated[Path, typer.Argument(help="A CSV file; docs/import.md describes it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    whole: Annotated[
        bool, typer.Option("--all-or-nothing", help="Import nothing if any row is rejected.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Import who qualified in past weeks: `+` new, `~` changed, `=` unchanged, `!` rejected.

    Rejected rows do not prevent the others from being imported, unless --all-or-nothing is given. The exit
    status is then 1.
    """
    from furlong.install.crm_import import CrmError

    plan = run(_crm(file, dry_run=dry_run, whole=whole, verbose=verbose), CrmError)
    if plan.rejected:
        raise typer.Exit(1)


async def _crm(file: Path, *, dry_run: bool, whole: bool, verbose: bool) -> CrmPlan:
    from foundation.storage.database import open_databases
    from furlong.install.crm_import import apply_import, plan_import
    from subgraphs.kit.live.wiring import publishing
    from subgraphs.kit.records.erasure import Pseudonyms
    from subgraphs.progress.customer_data import erasure_of

    settings, now = database_settings().entering_closed(), product_clock().now()
    async with open_databases(settings, "progress", "rewards") as (progress, rewards):
        erasure = erasure_of(progress.dialect, Pseudonyms.from_settings(settings))
        with working("Reading the file"):
            plan = await plan_import(file, progress, rewards, now, erasure)
        items = Items(verbose=verbose)
        for line in plan.row_lines():
            items.echo(line)
        items.end()
        typer.echo("\n".join(plan.summary_lines()))
        refused = dry_run or (whole and bool(plan.rejected))
        if not refused:
            with working("Importing"):
                async with publishing() as changed:
                    await apply_import(plan, progress, now, changed)
    typer.echo("Nothing was changed." if refused else "Imported.")
    return plan
