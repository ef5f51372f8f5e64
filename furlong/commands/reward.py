"""Commands around versions of rewards: which there are, and whether they may be chosen, or given at all."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

import typer
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from furlong.commands.options import database_settings, fail, product_clock, stream_settings
from furlong.known_names import require_names
from furlong.reward_status import CannotChange, Step, marks, plan_change, tell, unwritten, versions
from storage.database import Database
from subgraphs.kit.domain.errors import BadInput
from subgraphs.rewards.catalogue.rewards import OptionId, RewardConfig
from subgraphs.rewards.models import REFERENCE

cli = typer.Typer(no_args_is_help=True, help="Versions of rewards: pausing, withdrawing, recalling one.")
Version = Annotated[str, typer.Argument(metavar="BRAND:REWARD:VERSION", help="As northbet:fb-5:3.")]


@cli.command(name="list")
def list_versions(brand: Annotated[str, typer.Argument(help="The brand.")]) -> None:
    """List all versions of a brand's rewards, with their status, and why one is not offered.

    A version is not offered where it is unlawful or impossible, or has no content of its own.
    """

    async def show(rewards: Database) -> None:
        await require_names(rewards, REFERENCE, brand)
        now = product_clock().now()
        missing = await unwritten(rewards, brand, now)
        for config in await versions(rewards, brand):
            typer.echo(_line(config, now, written=config not in missing))

    _with_rewards(show)


@cli.command()
def pause(version: Version) -> None:
    """Let nobody else choose a version for a while; who has chosen it keeps it."""
    _change(version, Step.PAUSE, "cannot be chosen any more, until it is resumed")


@cli.command()
def resume(version: Version) -> None:
    """Let a version be chosen again that was paused or withdrawn."""
    _change(version, Step.RESUME, "can be chosen again")


@cli.command()
def withdraw(version: Version) -> None:
    """Take a version off the menu for good; who has chosen it keeps it."""
    _change(version, Step.WITHDRAW, "is off the menu; who has chosen it keeps it")


@cli.command()
def recall(version: Version) -> None:
    """Withdraw a version for safety or law: nobody gets it any more, and this never lifts."""
    _change(version, Step.RECALL, "is nobody's any more: who has chosen it gets the default, and is told")


def _change(version: str, step: Step, told: str) -> None:
    async def act(rewards: Database) -> None:
        change = await plan_change(rewards, OptionId.parse(version), step, product_clock().now())
        async with AIOKafkaProducer(bootstrap_servers=stream_settings().bootstrap) as producer:
            await tell(change, producer)
        typer.echo(f"{version} {told}.")
        if step in {Step.WITHDRAW, Step.RECALL} and not change.others:
            typer.echo(
                "No other version of it is active and has content: were it a default, nobody would get it. "
                "Publish one."
            )

    _with_rewards(act)


def _line(config: RewardConfig, now: datetime, *, written: bool) -> str:
    until = f"{config.effective_to:%Y-%m-%d %H:%M}" if config.effective_to else "no end"
    return "  ".join(
        (
            str(OptionId(config.brand, config.reward_id, config.version)),
            "recalled" if config.recalled else config.status,
            config.kind.value,
            ",".join(config.jurisdictions),
            f"target {config.target_minor} {config.currency}",
            f"from {config.effective_from:%Y-%m-%d %H:%M} to {until}",
            *marks(config, now, written=written),
        )
    )


def _with_rewards(act: Callable[[Database], Awaitable[None]]) -> None:
    async def run() -> None:
        rewards = Database.open(database_settings(), "rewards")
        try:
            await act(rewards)
        finally:
            await rewards.close()

    try:
        asyncio.run(run())
    except (CannotChange, BadInput, KafkaError, SQLAlchemyError) as error:
        fail(error)
