"""Checks of the providers as workers would use them: by the back office's decisions, or else by the file."""

import asyncio
from collections.abc import Mapping
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from foundation.storage.database import open_databases
from foundation.storage.migrations.upgrade import status
from foundation.storage.settings import DatabaseSettings
from furlong.checks.finding import Check, CheckFailed
from furlong.checks.servers import HttpProbe
from furlong.databases import METADATA
from subgraphs.fulfilment.errors import ProviderConfigError
from subgraphs.fulfilment.payout import provider_decisions
from subgraphs.fulfilment.payout.provider_decisions import DecidedConfiguration
from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfig

FILE = "FURLONG_FULFILMENT_PROVIDERS"


async def provider_checks(
    settings: FulfilmentSettings, database: DatabaseSettings | None, probe: HttpProbe, seconds: float
) -> list[Check]:
    """Return a check for each provider of the file, and for each that this node's database has a decision on.

    Args:
        settings: The file and the secrets of this node.
        database: Where decisions are; without an answer in time, only the file is checked.
        probe: Asks providers.
        seconds: How long the database may take.
    """
    checks = []
    try:
        files = {provider.name: provider for provider in settings.list_providers()}
    except ProviderConfigError as error:
        files = {}
        checks.append(Check("providers", partial(_unreadable, str(error))))
    decided = {} if database is None else await decided_here(database, seconds)
    for name in sorted({*files, *decided}):
        use = _Use(settings, files.get(name), decided.get(name), probe)
        checks.append(Check(f"provider {name}", use.check))
    return checks


async def _unreadable(problem: str) -> str:
    raise CheckFailed(problem, f"correct {FILE}: workers do not start with it")


async def decided_here(settings: DatabaseSettings, seconds: float) -> Mapping[str, DecidedConfiguration]:
    """Return the decisions; none if the database cannot be read, which its own check reports."""
    try:
        async with asyncio.timeout(seconds):
            if not (await status(settings, "fulfilment", METADATA["fulfilment"])).serves:
                return {}
            async with open_databases(settings, "fulfilment") as (database,), database.read() as connection:
                decisions = await provider_decisions.decided(connection)
            return {decision.name: decision for decision in decisions}
    except (SQLAlchemyError, OSError, ValueError, TimeoutError):
        return {}


class _Use:
    """How a worker of this node would use a provider."""

    def __init__(
        self,
        settings: FulfilmentSettings,
        file: ProviderConfig | None,
        decided: DecidedConfiguration | None,
        probe: HttpProbe,
    ) -> None:
        self._settings, self._file, self._decided, self._probe = settings, file, decided, probe

    async def check(self) -> str:
        """Check that the secret is here, that calls fit into a lease, and that the provider answers.

        Raises:
            CheckFailed: The provider cannot be used.
        """
        if self._decided is None:
            where, helps = FILE, f"correct {FILE}"
        else:
            where = f"revision {self._decided.revision} of the back office"
            helps = "submit a revision that this node can use (`furlong provider`)"
        try:
            config = self._file if self._decided is None else self._decided.config()
            assert config is not None  # noqa: S101 - a provider is in the file, or was decided
            self._settings.secret_of(config)
        except ProviderConfigError as error:
            raise CheckFailed(f"{where}: {error}", f"{helps}, or give this node the secret") from error
        if (problem := self._settings.lease_problem(config)) is not None:
            raise CheckFailed(f"{where}: {problem}", helps)
        if not config.enabled:
            return f"not enabled ({where})"
        return f"{await self._probe.reachable(config.url, f'its url in {where}')} ({where})"
