"""`furlong check`: tests every dependency that the settings name, and says what is wrong."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, TypeVar

import typer
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

from consumers.feeds.settings import FeedSettings
from furlong.checks import Finding, Installation, checks_of, run_checks
from furlong.checks.machine_clock import MachineClocks
from furlong.cli.database_errors import explain_database_error
from furlong.cli.options import (
    database_settings,
    session_settings,
    stream_settings,
    topic_settings,
    upstream_settings,
)
from furlong.settings import ALL_SETTINGS, ServeSettings
from gateway.settings import GatewaySettings
from subgraphs.fulfilment.providers.settings import FulfilmentSettings

S = TypeVar("S", bound=BaseSettings)
CLOCK = "clock"


def check(
    *,
    seconds: Annotated[float, typer.Option(min=0.1, help="The deadline of each check.")] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array, for programs.")] = False,
) -> None:
    """Test every dependency that the settings name, and say what is wrong.

    The exit status is 1 if anything is wrong. No secret is printed.
    """
    found = asyncio.run(_findings(seconds))
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], indent=2))
    else:
        width = max(len(each.name) for each in found)
        for each in found:
            typer.echo(f"{'ok   ' if each.ok else 'WRONG'}  {each.name:{width}}  {each.says}")
            if each.helps:
                typer.echo(f"{'':{width + 9}}→ {each.helps}")
    if not all(each.ok for each in found):
        raise typer.Exit(1)


async def _findings(seconds: float) -> list[Finding]:
    findings = [
        Finding("settings", ok=False, says=text, helps="see `furlong settings`") for text in _invalid()
    ]
    if not findings:
        findings.append(Finding("settings", ok=True, says="all settings are valid"))
    parts, clocks = _installation(), MachineClocks()
    checks = checks_of(parts, clocks, seconds, explain_database_error)
    findings += await run_checks(checks, seconds, parts.secrets())
    return [*findings, *await run_checks([clocks.as_check(CLOCK)], seconds)]


def _invalid() -> list[str]:
    """Return what is wrong with settings, without their values."""
    found = []
    for settings in ALL_SETTINGS:
        prefix = settings.model_config.get("env_prefix", "")
        try:
            settings()
        except ValidationError as error:
            for each in error.errors(include_input=False, include_context=False, include_url=False):
                name = f"{prefix}{'_'.join(map(str, each['loc']))}".upper()
                found.append(f"{name}: {each['msg']}")
        except SettingsError as error:
            found.append(f"{prefix}…: {error}")
    return found


def _installation() -> Installation:
    return Installation(
        database=_valid(database_settings),
        stream=_valid(stream_settings),
        topics=_valid(topic_settings),
        feeds=_valid(FeedSettings),
        upstream=_valid(upstream_settings),
        sessions=_valid(session_settings),
        gateway=_valid(GatewaySettings),
        serve=_valid(ServeSettings),
        fulfilment=_valid(FulfilmentSettings),
    )


def _valid(read: Callable[[], S]) -> S | None:
    """Return settings; None if they are invalid, which `_invalid` says."""
    try:
        return read()
    except (ValidationError, SettingsError, typer.Exit):
        return None
