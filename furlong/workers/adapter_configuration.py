"""The configuration in use by an adapter's process: the newest usable revision, or that of its environment.

A revision replaces the environment's settings as a whole. One that cannot be used changes nothing: the last
one that could be used stays, also in the next process, because it is kept in the adapter's state.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog
from pydantic_settings import BaseSettings

from foundation.late_imports import NotInstalled
from furlong.workers.provider_decisions import DecidedSettings
from providers.configuration import (
    ConfigurationStatus,
    RefusedRevision,
    Source,
    UnusableSettings,
    digest_of,
    read_configuration,
    settings_fields,
)
from providers.declaration import AdapterDeclaration
from providers.settings import MissingSecret, ProviderSettings
from providers.state import StateAway, StateStore
from providers.status import ProviderStatus
from subgraphs.kit.records.global_state import NOTHING_APPLIED, GlobalOrder

log = structlog.get_logger(__name__)
KEPT: Final = "revision"
"""The entry of the state with the last revision that could be used."""


class CannotUse(Exception):
    """A revision cannot be used by this process; the message says why, without a secret."""


@dataclass(frozen=True, slots=True)
class UsedRevision:
    """A revision that can be used.

    Attributes:
        order: Of its decision; that of the environment is before all others.
    """

    order: GlobalOrder
    revision: int
    source: Source
    settings: BaseSettings


@dataclass(slots=True)
class AdapterConfiguration:
    """The revision in use, and the newer one that cannot be used.

    Attributes:
        store: Where the last revision that could be used is kept, apart from what the adapter keeps.
        status: Where it is told.
        used: That of the environment until a revision could be used.
    """

    adapter: AdapterDeclaration
    shared: ProviderSettings
    store: StateStore
    status: ProviderStatus
    used: UsedRevision
    _before: UsedRevision | None = None
    _refused: RefusedRevision | None = None
    _failed: set[GlobalOrder] = field(default_factory=set)
    _is_kept: bool = True

    @classmethod
    def of_environment(
        cls, adapter: AdapterDeclaration, shared: ProviderSettings, store: StateStore, status: ProviderStatus
    ) -> "AdapterConfiguration":
        """Return the configuration of a process that knows nothing but its environment."""
        used = UsedRevision(NOTHING_APPLIED, 1, Source.ENVIRONMENT, adapter.settings())
        return cls(adapter, shared, store, status, used)

    def create(self) -> Any:
        """Return an adapter with the settings in use."""
        return self.adapter.load()(self.used.settings, self.shared)

    async def restore(self) -> None:
        """Use what an earlier process kept, if it still can be used."""
        try:
            kept = _decoded((await self.store.load()).get(KEPT, b""))
        except StateAway as fault:
            log.warning("configuration_not_read", adapter=self.adapter.name, error=str(fault))
            kept = None
        if kept is not None:
            try:
                self.used = self._usable(kept, Source.KEPT)
            except CannotUse as reason:
                log.warning("kept_configuration_unusable", adapter=self.adapter.name, reason=str(reason))
        self._tell()

    async def adopt(self, decided: DecidedSettings | None) -> bool:
        """Use a revision from now on, if it is newer and can be used; return whether an adapter must restart.

        Called again with the same one, it tries again what was missing, such as a secret.
        """
        if decided is None or decided.order in self._failed or decided.order < self.used.order:
            return False
        if decided.order == self.used.order:
            await self._confirm()
            return False
        try:
            usable = self._usable(decided, Source.APPROVED)
        except CannotUse as reason:
            self._refuse(decided.revision, str(reason))
            return False
        self._before, self.used, self._refused, self._is_kept = self.used, usable, None, False
        self._tell()
        log.info("configuration_used", adapter=self.adapter.name, revision=usable.revision)
        await self._keep()
        return True

    async def fall_back(self, reason: str) -> bool:
        """Use the revision before, after an adapter failed with this one; return whether there is one."""
        if self._before is None:
            return False
        self._failed.add(self.used.order)
        failed, self.used, self._before, self._is_kept = self.used, self._before, None, False
        self._refuse(failed.revision, reason)
        await self._keep()
        return True

    def _usable(self, decided: DecidedSettings, source: Source) -> UsedRevision:
        """Return a revision that this process can use.

        Raises:
            CannotUse: It is for another version, or something that it needs is missing here.
        """
        try:
            settings = read_configuration(self.adapter.settings, decided.settings)
            for name in self.adapter.secrets:
                self.shared.secret(name)
            self.adapter.load()(settings, self.shared)
            for name, value in settings:
                if isinstance(value, Path) and not value.is_file():
                    raise CannotUse(f"{name}: there is no file {value}")
        except (UnusableSettings, MissingSecret, NotInstalled, OSError, ValueError) as fault:
            raise CannotUse(str(fault)) from fault
        return UsedRevision(decided.order, decided.revision, source, settings)

    def _refuse(self, revision: int, reason: str) -> None:
        refused = RefusedRevision(revision, reason)
        if refused != self._refused:
            self._refused = refused
            log.error("configuration_refused", adapter=self.adapter.name, revision=revision, reason=reason)
        self._tell()

    async def _confirm(self) -> None:
        """Note that the revision in use is the decided one, and keep it if it could not be kept before."""
        if self.used.source is Source.KEPT:
            self.used = UsedRevision(self.used.order, self.used.revision, Source.APPROVED, self.used.settings)
            self._tell()
        await self._keep()

    async def _keep(self) -> None:
        if self._is_kept:
            return
        used = self.used
        entry = _Kept(used.order.epoch, used.order.number, used.revision, settings_fields(used.settings))
        entries = {} if used.source is Source.ENVIRONMENT else {KEPT: msgspec.json.encode(entry)}
        try:
            await self.store.replace(entries)
            self._is_kept = True
        except StateAway as fault:
            log.warning("configuration_not_kept", adapter=self.adapter.name, error=str(fault))

    def _tell(self) -> None:
        used = self.used
        digest = digest_of(settings_fields(used.settings))
        self.status.configuration = ConfigurationStatus(
            revision=used.revision, source=used.source.value, digest=digest, refused=self._refused
        )


class _Kept(msgspec.Struct, frozen=True):
    """A revision, as it is kept."""

    epoch: int
    number: int
    revision: int
    settings: Mapping[str, Any]


def _decoded(entry: bytes) -> DecidedSettings | None:
    try:
        kept = msgspec.json.decode(entry, type=_Kept)
    except msgspec.DecodeError:
        return None
    return DecidedSettings(GlobalOrder(kept.epoch, kept.number), kept.revision, kept.settings)
