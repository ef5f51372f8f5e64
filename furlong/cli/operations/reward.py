"""`furlong reward …`: lists versions of rewards; pauses, resumes, withdraws and recalls one."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from furlong.cli.command_work import run_with
from furlong.cli.json_lists import Amount, AsJson, echo_list
from furlong.cli.known_names import require_names, version_named
from furlong.cli.options import product_clock, stream_settings

if TYPE_CHECKING:
    from backoffice.operations.reward_statuses import StatusAction
    from foundation.storage.database import Database
    from subgraphs.rewards.catalogue.rewards import RewardConfig

cli = typer.Typer(
    no_args_is_help=True, help="Versions of rewards: list them; pause, resume, withdraw or recall one."
)
Version = Annotated[str, typer.Argument(metavar="BRAND:REWARD:VERSION", help="Such as northbet:fb-5:3.")]


@cli.command(name="list")
def list_versions(
    brand: Annotated[str, typer.Argument(help="The brand.")], *, as_json: AsJson = False
) -> None:
    """List all versions of a brand's rewards, their status, and why a version is not offered.

    A version is not offered if the law forbids it, its terms are impossible, or no content describes it.
    """
    from backoffice.content.known_brands import KnownBrands
    from backoffice.operations.reward_statuses import versions, versions_without_content
    from subgraphs.rewards.models import REFERENCE

    async def show(rewards: Database) -> None:
        await require_names(rewards, REFERENCE, brand)
        clock = product_clock()
        now, known = clock.now(), await KnownBrands(rewards, clock).known(brand)
        missing = await versions_without_content(rewards, brand, now)
        echo_list(
            await versions(rewards, brand),
            as_json=as_json,
            facts=lambda config: _facts(config, known.title_of(config), now, written=config not in missing),
            heads=("version", "name", "status", "kind", "jurisdictions", "target", "from", "to", "note"),
            cells=lambda config: _cells(config, known.title_of(config), now, written=config not in missing),
            nothing="There are no rewards.",
        )

    run_with(("rewards",), show)


@cli.command()
def pause(version: Version) -> None:
    """Pause a version: for now nobody else can choose it; customers who have chosen it keep it."""
    from backoffice.operations.reward_statuses import StatusAction

    _change(version, StatusAction.PAUSE, "cannot be chosen any more, until it is resumed")


@cli.command()
def resume(version: Version) -> None:
    """Make a version that was paused or withdrawn available again."""
    from backoffice.operations.reward_statuses import StatusAction

    _change(version, StatusAction.RESUME, "can be chosen again")


@cli.command()
def withdraw(version: Version) -> None:
    """Remove a version from the menu; customers who have chosen it keep it."""
    from backoffice.operations.reward_statuses import StatusAction

    _change(version, StatusAction.WITHDRAW, "is off the menu; customers who have chosen it keep it")


@cli.command()
def recall(version: Version) -> None:
    """Withdraw a version for safety or law: nobody gets it any more. This cannot be undone."""
    from backoffice.operations.reward_statuses import StatusAction

    _change(
        version,
        StatusAction.RECALL,
        "is recalled: customers who have chosen it get the default, and are told",
    )


def _change(version: str, action: StatusAction, result: str) -> None:
    from backoffice.operations.reward_statuses import CannotChange, StatusAction, decide_change, plan_change
    from backoffice.run_publisher import publish_now

    async def act(rewards: Database, backoffice: Database) -> None:
        now = product_clock().now()
        change = await plan_change(rewards, version_named(version), action, now)
        async with backoffice.write() as connection:
            await decide_change(connection, change, by=f"command line, {getpass.getuser()}", at=now)
        await publish_now(backoffice, stream_settings(), product_clock())
        typer.echo(f"{version} {result}.")
        if action in {StatusAction.WITHDRAW, StatusAction.RECALL} and not change.others:
            typer.echo(
                "No other version of this reward is active and has content. If the reward is a default, "
                "nobody gets it: publish another version."
            )

    run_with(("rewards", "backoffice"), act, CannotChange)


def _facts(config: RewardConfig, title: str | None, now: datetime, *, written: bool) -> dict[str, Any]:
    from backoffice.operations.reward_statuses import offer_obstacles
    from subgraphs.rewards.catalogue.rewards import OptionId

    name = str(OptionId(config.brand, config.reward_id, config.version))
    obstacles = list(offer_obstacles(config, now, written=written))
    return {"name": name, "title": title, **asdict(config), "obstacles": obstacles}


def _cells(config: RewardConfig, title: str | None, now: datetime, *, written: bool) -> tuple[object, ...]:
    from backoffice.operations.reward_statuses import offer_obstacles
    from subgraphs.rewards.catalogue.rewards import OptionId

    return (
        OptionId(config.brand, config.reward_id, config.version),
        title,
        "recalled" if config.recalled else config.status,
        config.kind.value.replace("_", " "),
        ",".join(config.jurisdictions),
        Amount(config.target_minor, config.currency),
        config.effective_from,
        config.effective_to or "no end",
        "; ".join(f"! {obstacle}" for obstacle in offer_obstacles(config, now, written=written)),
    )
