"""Lists all adapters with what each brings, how it is, and who has switched it off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from backoffice.access import Actor, Permission, require
from backoffice.approvals.proposals import Proposal
from backoffice.errors import NotFound
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.global_events.repository import GlobalDecision
from backoffice.operations.providers.adapter_configurations import AdapterConfigurations
from backoffice.operations.providers.adapter_health import (
    AdapterHealth,
    AdapterReader,
    FeedTopic,
    HealthState,
    Readings,
)
from backoffice.operations.providers.adapters import (
    bet_feeds,
    command_of,
    feed_of,
    is_configured,
    process_adapters,
    rewards_adapters,
)
from backoffice.operations.providers.repository import AdapterRevision, ProviderRevision
from backoffice.operations.providers.service import NodeHealth, ProviderService, ProviderState, of_provider
from consumers.feeds.mapping.feed import AnyFeed
from consumers.feeds.settings import FeedSettings
from foundation.plain_words import said
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from providers.configuration import ConfigurationStatus, Source, digest_of
from providers.declaration import AdapterDeclaration, Kind
from providers.delivery import StatusMessage
from subgraphs.fulfilment.providers.settings import ProviderConfig
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.records.global_state import SwitchScope, switch_subject


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """Who switched something off, why, and when."""

    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AdapterState:
    """An adapter, or a provider of rewards that one of them speaks to.

    Attributes:
        name: The provider's name; the adapter's if it is for one provider, or if none is configured.
        is_configured: Whether somebody wants it to run.
        off: Who has switched it off on all nodes; None if it is on.
        rewards: What is configured, if it is a provider of rewards.
        settings: What is decided, or in the environment, if it has a process of its own.
        told: What its process has told of itself last.
        pending: Proposals of settings that wait for another person.
    """

    name: str
    declared: AdapterDeclaration
    is_configured: bool
    off: SwitchedOff | None
    health: AdapterHealth
    rewards: ProviderState | None = None
    settings: AdapterRevision | None = None
    told: StatusMessage | None = None
    pending: Sequence[Proposal] = ()

    @property
    def present(self) -> AdapterRevision | ProviderRevision[ProviderConfig] | None:
        """Return its configuration in force; None if none is known."""
        return self.settings if self.rewards is None else self.rewards.present

    @property
    def used(self) -> ConfigurationStatus | None:
        """Return the configuration that its process uses; None if it has not told."""
        return None if self.told is None else self.told.configuration

    @property
    def unused(self) -> str | None:
        """Return why its process does not use the settings in force; None if it does, or has not told."""
        settings, used = self.settings, self.used
        if settings is None or used is None or digest_of(settings.document.settings) == used.digest:
            return None
        if used.refused is not None:
            return used.refused.reason
        if settings.approved_by is None and used.source == Source.ENVIRONMENT.value:
            return "its environment has other values than that of the back office: check each one"
        return f"it has told that it uses revision {used.revision}"

    @property
    def adapter(self) -> str | None:
        """Return the adapter's name; None for a provider whose configuration is not known here."""
        return None if self.rewards is not None and self.rewards.present is None else self.declared.name

    @property
    def is_enabled(self) -> bool:
        """Return whether it is configured, and nobody has switched it off."""
        return self.is_configured and self.off is None and not (self.rewards and self.rewards.stopped)

    @property
    def runs_in(self) -> str:
        """Return the command of the process that it runs in."""
        return command_of(self.declared)

    @property
    def revision(self) -> int:
        """Return the revision of its configuration: 1 for that of a feed; 0 if none is known."""
        if self.present is not None:
            return self.present.revision
        return 1 if self.declared.kind is Kind.BET_FEED and self.is_configured else 0


@dataclass(frozen=True, slots=True)
class AdapterList:
    """Reads all adapters.

    Attributes:
        database: The back office's.
        rewards: Reads the providers of rewards.
        configurations: The settings of adapters with a process.
        feeds: Which feeds the feed worker runs, as far as this process has its settings.
        status_seconds: How often adapters with a process say how they are.
    """

    database: Database
    rewards: ProviderService
    configurations: AdapterConfigurations
    reader: AdapterReader
    feeds: FeedSettings
    status_seconds: float
    clock: Clock
    decisions: GlobalDecisions = field(default_factory=GlobalDecisions)

    async def listed(self, actor: Actor) -> list[AdapterState]:
        """Return all adapters: those with a process, feeds of bets, then providers of rewards.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.OPERATIONS_READ, None)
        paying = await self.rewards.listed(actor)
        processes, feeds = process_adapters(), bet_feeds(self.feeds)
        names = [declared.name for declared in (*processes, *feeds)]
        off = await self._switched_off([*names, *(state.name for state in paying)])
        topics = {feed.name: self._topic(feed) for feed in feeds if is_configured(feed, self.feeds)}
        readings = await self.reader.read(list(topics.values()))
        settings, pending = await self._settings()
        return [
            *(
                replace(
                    self._process(declared, off.get(declared.name), readings),
                    settings=settings.get(declared.name),
                    told=readings.statuses.get(declared.name),
                    pending=of_provider(pending, declared.name),
                )
                for declared in processes
            ),
            *(_feed(feed, topics.get(feed.name), off.get(feed.name), readings) for feed in feeds),
            *_paying(paying, off),
        ]

    async def find(self, actor: Actor, name: str) -> AdapterState:
        """Return an adapter.

        Raises:
            Forbidden: The actor may not see it.
            NotFound: There is none.
        """
        states = await self.listed(actor)
        for state in states:
            if state.name == name:
                return state
        names = ", ".join(sorted({state.name for state in states}))
        raise NotFound(f"There is no provider {name[:64]!r}: there are {names}.")

    async def _settings(self) -> tuple[dict[str, AdapterRevision], Sequence[Proposal]]:
        """Return the settings in force by adapter, and the proposals that wait."""
        async with self.database.read() as connection:
            newest = await self.configurations.newest(connection)
            return newest, await self.configurations.pending(connection)

    async def _switched_off(self, names: Sequence[str]) -> dict[str, SwitchedOff]:
        found: dict[str, SwitchedOff] = {}
        async with self.database.read() as connection:
            for name in dict.fromkeys(names):
                subject = switch_subject(SwitchScope.PROVIDER, ALL_BRANDS, name)
                decision = await self.decisions.repository.find(connection, subject.key)
                if decision is not None and decision.state["off"]:
                    found[name] = _who(decision)
        return found

    def _topic(self, declared: AdapterDeclaration) -> FeedTopic:
        feed: AnyFeed = declared.load()
        return FeedTopic(feed_of(declared), self.feeds.topic(feed))

    def _process(
        self, declared: AdapterDeclaration, off: SwitchedOff | None, readings: Readings
    ) -> AdapterState:
        now = self.clock.machine.now()
        health = readings.of_process(declared.name, now, self.status_seconds)
        if off is not None:
            obeys = "its process has not obeyed yet" if health.state is HealthState.UP else ""
            health = _off(off, obeys)
        return AdapterState(declared.name, declared, is_configured=True, off=off, health=health)


def _feed(
    declared: AdapterDeclaration, topic: FeedTopic | None, off: SwitchedOff | None, readings: Readings
) -> AdapterState:
    if off is not None:
        health = _off(off)
    elif topic is None:
        health = AdapterHealth(HealthState.OFF, "FURLONG_FEEDS_ADAPTERS does not name it")
    else:
        health = readings.of_feed(topic)
    return AdapterState(declared.name, declared, is_configured=topic is not None, off=off, health=health)


def _paying(states: Sequence[ProviderState], off: Mapping[str, SwitchedOff]) -> list[AdapterState]:
    """Return the providers of rewards, and the adapters for which none is configured."""
    adapters = {declared.name: declared for declared in rewards_adapters()}
    found, used = [], set()
    for state in states:
        name = state.name if state.present is None else state.present.document.adapter.value
        used.add(name)
        declared = adapters.get(name, next(iter(adapters.values())))
        enabled = state.present is not None and state.present.document.enabled
        health = _health_of_rewards(state, off.get(state.name))
        found.append(AdapterState(state.name, declared, enabled, off.get(state.name), health, state))
    unused = AdapterHealth(HealthState.OFF, "no provider is configured with it")
    found += [
        AdapterState(name, declared, is_configured=False, off=None, health=unused)
        for name, declared in adapters.items()
        if name not in used
    ]
    return found


def _health_of_rewards(state: ProviderState, off: SwitchedOff | None) -> AdapterHealth:
    if off is not None:
        return _off(off)
    if state.stopped is not None:
        reason, since = state.stopped
        return AdapterHealth(HealthState.OFF, f"stopped by an alarm: {reason or ''}", since)
    if state.present is not None and not state.present.document.enabled:
        return AdapterHealth(HealthState.OFF, "its configuration does not enable it")
    return _health_by_reports(state.health)


def _health_by_reports(reports: Sequence[NodeHealth]) -> AdapterHealth:
    if not reports:
        says = "no node reports: are `furlong worker fulfilment` and `furlong consume fulfilment` running?"
        return AdapterHealth(HealthState.UNKNOWN, says)
    for report in reports:
        health = report.health
        if not report.is_alive:
            return AdapterHealth(HealthState.DOWN, f"{report.node} is silent")
        if health.problem or health.circuit != "closed":
            circuit = f"{report.node}: its circuit is {health.circuit}"
            broken = said(circuit, health.error or "nothing can be sent")
            words = said(report.node, health.problem) if health.problem else broken
            return AdapterHealth.of(HealthState.DOWN, words, health.failed_at)
    nodes = len({report.node for report in reports})
    return AdapterHealth(HealthState.UP, f"healthy on {nodes} node{'' if nodes == 1 else 's'}")


def _off(off: SwitchedOff, more: str = "") -> AdapterHealth:
    says = f"switched off by {off.by}: {off.reason}"
    return AdapterHealth(HealthState.OFF, f"{says}; {more}" if more else says, off.at)


def _who(decision: GlobalDecision) -> SwitchedOff:
    return SwitchedOff(decision.decided_by, decision.reason or "", decision.decided_at)
