"""`furlong check`: tests every dependency that the settings name, and says what is wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from furlong.cli.diagnosis import explain_database_error, technical_line, unknown_variables
from furlong.cli.json_lists import AsJson
from furlong.cli.options import (
    absent_data,
    caller_settings,
    database_settings,
    fulfilment_settings,
    payments_settings,
    session_settings,
    stream_settings,
    topic_settings,
    upstream_settings,
)

if TYPE_CHECKING:
    from pydantic import BaseModel
    from sqlalchemy.exc import DBAPIError

    from foundation.storage.settings import DatabaseSettings
    from furlong.checks import Finding, Installation

S = TypeVar("S", bound="BaseModel")
CLOCK = "clock"


def check(
    *,
    seconds: Annotated[float, typer.Option(min=0.1, help="The deadline of each check.")] = 5.0,
    as_json: AsJson = False,
) -> None:
    """Test every dependency that the settings name, and say what is wrong.

    The exit status is 1 if anything is wrong. No secret is printed.
    """
    databases = _valid(partial(database_settings, or_new=True))
    findings = asyncio.run(_findings(databases, seconds))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        width = max(len(finding.name) for finding in findings)
        typer.echo(f"result {'part':{width}}  what it says")
        for finding in findings:
            typer.echo(f"{'ok' if finding.ok else 'WRONG':6} {finding.name:{width}}  {finding.says}")
            if finding.helps:
                typer.echo(f"{'':{width + 9}}→ {finding.helps}")
        if databases and (absence := absent_data(databases)):
            typer.echo(f"furlong: {absence}", err=True)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _explained(error: DBAPIError, at: str) -> str:
    return f"{explain_database_error(error, at)}. Details: {technical_line(error)}"


async def _findings(databases: DatabaseSettings | None, seconds: float) -> list[Finding]:
    from furlong.checks import Finding, checks_of, run_checks
    from furlong.checks.machine_clock import MachineClocks

    findings = [
        Finding("settings", ok=False, says=text, helps="see `furlong settings`") for text in _invalid()
    ]
    if not findings:
        findings.append(Finding("settings", ok=True, says="all settings are valid"))
    findings += [
        Finding("settings", ok=False, says=text, helps="see `furlong settings`")
        for text in unknown_variables()
    ]
    parts, clocks = _installation(databases), MachineClocks()
    checks = await checks_of(parts, clocks, seconds, _explained)
    findings += await run_checks(checks, seconds, parts.secrets())
    return [*findings, *await run_checks([clocks.as_check(CLOCK, seconds)], seconds)]


def _invalid() -> list[str]:
    """Return what is wrong with the settings, without their values."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from furlong.settings import ALL_SETTINGS, prefix_of, variable_at
    from gateway.settings.section import Section

    problems = []
    for settings in ALL_SETTINGS:
        try:
            settings.read_environment() if issubclass(settings, Section) else settings()
        except ValidationError as error:
            errors = error.errors(include_input=False, include_context=False, include_url=False)
            problems += [f"{variable_at(settings, error['loc'])}: {error['msg']}" for error in errors]
        except SettingsError as error:
            problems.append(f"{prefix_of(settings)}…: {error}")
    return problems


def _installation(databases: DatabaseSettings | None) -> Installation:
    from consumers.feeds.settings import FeedSettings
    from furlong.checks import Installation
    from furlong.settings import ServeSettings
    from gateway.settings import GatewaySettings
    from subgraphs.kit.live.settings import LiveSettings, RedisSettings
    from subgraphs.lobby.configuration import LobbySettings
    from subgraphs.wallet.aggregator.settings import SeamlessSettings

    return Installation(
        database=databases,
        stream=_valid(stream_settings),
        topics=_valid(topic_settings),
        feeds=_valid(FeedSettings),
        upstream=_valid(upstream_settings),
        sessions=_valid(session_settings),
        gateway=_valid(GatewaySettings),
        serve=_valid(ServeSettings),
        fulfilment=_valid(fulfilment_settings),
        payments=_valid(payments_settings),
        seamless=_valid(SeamlessSettings),
        lobby=_valid(LobbySettings),
        callers=_valid(caller_settings),
        redis=_valid(RedisSettings),
        live=_valid(LiveSettings),
    )


def _valid(read: Callable[[], S]) -> S | None:
    """Return settings; None if they are invalid, which `_invalid` reports."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    try:
        return read()
    except (ValidationError, SettingsError, typer.Exit):
        return None
