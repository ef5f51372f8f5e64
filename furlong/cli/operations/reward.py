"""`furlong reward …`: lists versions of rewards; pauses, resumes, withdraws and recalls one."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from furlong.cli.json_lists import AsJson, echo_json
from furlong.cli.known_names import require_names
from furlong.cli.options import database_settings, fail, product_clock, stream_settings
from furlong.operations.reward_status import (
    CannotChange,
    StatusAction,
    offer_obstacles,
    plan_change,
    publish_change,
    versions,
    versions_without_content,
)
from storage.database import Database
from subgraphs.kit.domain.errors import BadInput
from subgraphs.rewards.catalogue.rewards import OptionId, RewardConfig
from subgraphs.rewards.models import REFERENCE

cli = typer.Typer(
    no_args_is_help=True, help="Versions of rewards: list them; pause, resume, withdraw or recall one."
)
Version = Annotated[str, typer.Argument(metavar="BRAND:REWARD:VERSION", help="Such as northbet:fb-5:3.")]


@cli.command(name="list")
def list_versions(
    brand: Annotated[str, typer.Argument(help="The brand.")], *, as_json: AsJson = False
) -> None:
    """List all versions of a brand's rewards, their status, and why a version is not offered.

    A version is not offered if it is unlawful or impossible, or has no content of its own.
    """

    async def show(rewards: Database) -> None:
        await require_names(rewards, REFERENCE, brand)
        now = product_clock().now()
        missing = await versions_without_content(rewards, brand, now)
        found = await versions(rewards, brand)
        if as_json:
            echo_json(_facts(config, now, written=config not in missing) for config in found)
            return
        for config in found:
            typer.echo(_line(config, now, written=config not in missing))

    _with_rewards(show)


@cli.command()
def pause(version: Version) -> None:
    """Pause a version: nobody else can choose it for now; customers who have chosen it keep it."""
    _change(version, StatusAction.PAUSE, "cannot be chosen any more, until it is resumed")


@cli.command()
def resume(version: Version) -> None:
    """Make a version that was paused or withdrawn available again."""
    _change(version, StatusAction.RESUME, "can be chosen again")


@cli.command()
def withdraw(version: Version) -> None:
    """Remove a version from the menu; customers who have chosen it keep it."""
    _change(version, StatusAction.WITHDRAW, "is off the menu; customers who have chosen it keep it")


@cli.command()
def recall(version: Version) -> None:
    """Withdraw a version for safety or law: nobody gets it any more. This cannot be undone."""
    _change(
        version,
        StatusAction.RECALL,
        "is recalled: customers who have chosen it get the default, and are told",
    )


def _change(version: str, action: StatusAction, result: str) -> None:
    async def act(rewards: Database) -> None:
        change = await plan_change(rewards, OptionId.parse(version), action, product_clock().now())
        async with AIOKafkaProducer(bootstrap_servers=stream_settings().bootstrap) as producer:
            await publish_change(change, producer)
        typer.echo(f"{version} {result}.")
        if action in {StatusAction.WITHDRAW, StatusAction.RECALL} and not change.others:
            typer.echo(
                "No other version of this reward is active and has content. If the reward is a default, "
                "nobody gets it: publish another version."
            )

    _with_rewards(act)


def _facts(config: RewardConfig, now: datetime, *, written: bool) -> dict[str, Any]:
    name = str(OptionId(config.brand, config.reward_id, config.version))
    return {"name": name, **asdict(config), "obstacles": list(offer_obstacles(config, now, written=written))}


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
            *offer_obstacles(config, now, written=written),
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
