"""The configuration in use by an adapter's process: the newest usable revision, or that of its environment.

A revision replaces the environment's settings as a whole. One that cannot be used changes nothing: the last
one that has proved itself stays, also in the next process, because it is kept in the adapter's state.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
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
"""The entry of the state with the last revision that has proved itself."""

FIRST_RETRY_SECONDS: Final = 60.0
"""After how long a revision with which the adapter failed is tried again; it doubles each time."""

MAX_RETRY_SECONDS: Final = 3_600.0


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


@dataclass(frozen=True, slots=True)
class _Failure:
    """The last failure of the adapter with a revision that had not proved itself.

    Attributes:
        at: When it was, in seconds of the process's clock.
        pause: How long the revision is not tried, in seconds.
    """

    order: GlobalOrder = NOTHING_APPLIED
    at: float = 0.0
    pause: float = 0.0

    def next(self, order: GlobalOrder, at: float) -> "_Failure":
        """Return the failure after this one."""
        again = order == self.order
        return _Failure(order, at, min(2 * self.pause, MAX_RETRY_SECONDS) if again else FIRST_RETRY_SECONDS)

    def forbids(self, order: GlobalOrder, at: float) -> bool:
        """Return whether a revision is not tried yet."""
        return order == self.order and at < self.at + self.pause


@dataclass(slots=True)
class AdapterConfiguration:
    """The revision in use, and the newer one that cannot be used.

    Attributes:
        store: Where the last revision that has proved itself is kept, apart from what the adapter keeps.
        status: Where it is told.
        used: That of the environment until a revision could be used.
        clock: The process's, in seconds.
    """

    adapter: AdapterDeclaration
    shared: ProviderSettings
    store: StateStore
    status: ProviderStatus
    used: UsedRevision
    clock: Callable[[], float] = monotonic
    _before: UsedRevision | None = None
    """The last revision that has proved itself; None if that is the one in use."""

    _refused: RefusedRevision | None = None
    _failure: _Failure = _Failure()
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

        Called again with the same one, it tries again what was missing, such as a secret, and after a pause
        also that with which the adapter failed.
        """
        if decided is None or decided.order < self.used.order:
            return False
        if self._failure.forbids(decided.order, self.clock()):
            return False
        if decided.order == self.used.order:
            await self._confirm()
            return False
        try:
            usable = self._usable(decided, Source.APPROVED)
        except CannotUse as reason:
            self._refuse(decided.revision, str(reason))
            return False
        self._before, self.used, self._refused, self._is_kept = self._before or self.used, usable, None, False
        self._tell()
        log.info("configuration_used", adapter=self.adapter.name, revision=usable.revision)
        return True

    async def prove(self, order: GlobalOrder) -> None:
        """Note that the adapter has run for a while with a revision; it is kept if it is in use."""
        if self.used.order == order:
            self._before = None
            await self._keep()

    async def fall_back(self, reason: str) -> bool:
        """Use the last revision that has proved itself; return False if the adapter failed with that one."""
        if self._before is None:
            return False
        self._failure = self._failure.next(self.used.order, self.clock())
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
        if self._is_kept or self._before is not None:
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
