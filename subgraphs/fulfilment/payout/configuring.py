"""Applies the back office's configurations of providers to a worker's registry, and reports the result."""

import os
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.fulfilment.errors import ProviderConfigError
from subgraphs.fulfilment.payout import provider_decisions
from subgraphs.fulfilment.payout.provider_decisions import DecidedConfiguration, ProviderReport, ProviderUse
from subgraphs.fulfilment.providers.registry import ProviderRegistry, register
from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfig
from subgraphs.kit.records.global_state import NOTHING_APPLIED

log = structlog.get_logger(__name__)
REPORT_EVERY: Final = timedelta(seconds=3)
FORGOTTEN_AFTER: Final = timedelta(hours=1)


def _worker_name() -> str:
    return f"{socket.gethostname()[:100]}:{os.getpid()}:{uuid.uuid4().hex[:6]}"


@dataclass(slots=True)
class ProviderConfiguration:
    """Keeps a worker's registry of providers as the back office decided.

    A decided configuration replaces that of the file. If this worker cannot use it, the previous one stays in
    use; after a start, that is the one that this node used last, or else the file's.

    Attributes:
        files: The configurations of the file, by name.
        worker: This process, as reports name it.
    """

    database: Database
    registry: ProviderRegistry
    settings: FulfilmentSettings
    clock: Clock
    files: Mapping[str, ProviderConfig]
    worker: str = field(default_factory=_worker_name)
    _uses: dict[str, ProviderUse] = field(default_factory=dict)
    _unsaved: dict[str, DecidedConfiguration] = field(default_factory=dict)
    _reported: tuple[tuple[ProviderUse, ...], datetime] | None = None

    @property
    def uses(self) -> Mapping[str, ProviderUse]:
        """Return how this worker has applied each provider's configuration, by provider."""
        return self._uses

    @property
    def file_problems(self) -> str:
        """Return what is wrong with the file, for providers without a decision; empty if nothing is."""
        problems = (use.problem for use in self._uses.values() if use.seen == NOTHING_APPLIED)
        return "; ".join(problem for problem in problems if problem is not None)

    async def refresh(self) -> None:
        """Apply new decisions, and report after changes and at intervals."""
        await self.apply()
        await self._report()

    async def apply(self) -> None:
        """Bring the registry up to date with the decisions."""
        async with self.database.read() as connection:
            decided = {
                configuration.name: configuration
                for configuration in await provider_decisions.decided(connection)
            }
            known = await provider_decisions.in_use(connection) if decided.keys() - self._uses.keys() else {}
        for name, config in self.files.items():
            if name not in decided:
                await self._use_file(config)
        for name, configuration in sorted(decided.items()):
            await self._use_decided(configuration, known.get(name))

    async def leave(self) -> None:
        """Remove this worker's reports, because it ends."""
        async with self.database.write() as connection:
            now = self.clock.machine.now()
            await provider_decisions.remove_reports(connection, self.worker, now - FORGOTTEN_AFTER)

    async def _use_file(self, config: ProviderConfig) -> None:
        try:
            await self._put(config)
        except ProviderConfigError as fault:
            self._note(ProviderUse(config.name, problem=str(fault)))
        else:
            self._note(ProviderUse(config.name))

    async def _use_decided(
        self, configuration: DecidedConfiguration, last: DecidedConfiguration | None
    ) -> None:
        try:
            if await self._put(configuration.config()):
                self._unsaved[configuration.name] = configuration
        except ProviderConfigError as fault:
            revision = await self._stay(configuration.name, last)
            self._note(ProviderUse(configuration.name, revision, configuration.order, str(fault)))
        else:
            self._note(ProviderUse(configuration.name, configuration.revision, configuration.order))

    async def _stay(self, name: str, last: DecidedConfiguration | None) -> int:
        """Keep the revision in use, and return it; after a start, use the one that this node used last."""
        if self.registry.find(name) is not None:
            return self._uses[name].revision if name in self._uses else 0
        try:
            if last is not None:
                await self._put(last.config())
                return last.revision
            if name in self.files:  # no decision was ever used here
                await self._put(self.files[name])
        except ProviderConfigError:
            log.warning("last_used_configuration_unusable", provider=name)
        return 0

    async def _put(self, config: ProviderConfig) -> bool:
        """Put a configuration into the registry; return False if it was there already.

        Raises:
            ProviderConfigError: This node cannot use it.
        """
        if (problem := self.settings.lease_problem(config)) is not None:
            raise ProviderConfigError(problem)
        secret = self.settings.secret_of(config)
        present = self.registry.find(config.name)
        if present is not None and present.config == config and present.secret == secret:
            return False
        await self.registry.put(register(config, secret, self.clock))
        return True

    def _note(self, use: ProviderUse) -> None:
        before = self._uses.get(use.name)
        if use == before:
            return
        self._uses[use.name] = use
        if use.problem is not None:
            log.error("provider_configuration_unusable", provider=use.name, problem=use.problem)
        elif before is not None or use.revision:
            log.info("provider_configuration_in_use", provider=use.name, revision=use.revision)

    async def _report(self) -> None:
        """Store this worker's reports, after each change and at intervals."""
        now, uses = self.clock.machine.now(), tuple(self._uses.values())
        if self._reported is not None:
            reported, at = self._reported
            if reported == uses and now - at < REPORT_EVERY:
                return
        async with self.database.write() as connection:
            await provider_decisions.store_reports(connection, [self._of(use, now) for use in uses])
            for configuration in self._unsaved.values():
                await provider_decisions.put_in_use(connection, configuration, now)
        self._unsaved.clear()
        self._reported = (uses, now)

    def _of(self, use: ProviderUse, now: datetime) -> ProviderReport:
        registered = self.registry.find(use.name)
        calls = None if registered is None else registered.calls
        return ProviderReport(
            worker=self.worker,
            provider=use.name,
            revision=use.revision,
            order=use.seen,
            problem=None if use.problem is None else use.problem[:500],
            circuit="none" if registered is None else registered.breaker.state,
            calls=0 if calls is None else calls.running,
            succeeded_at=None if calls is None else calls.succeeded_at,
            failed_at=None if calls is None else calls.failed_at,
            error=None if calls is None or calls.error is None else calls.error[:64],
            reported_at=now,
        )
