"""Kill switches: a brand, a reward or a provider is switched off on all nodes, and on again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, brands_with, require, require_step_up
from backoffice.audit.audit_log import AuditLog
from backoffice.errors import Invalid, Problem
from backoffice.global_events.acknowledgements import NodeRepository
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.global_events.repository import GlobalDecision
from backoffice.operations.providers.repository import OF_REWARDS
from consumers.messages.global_events.states import SwitchState
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.records.global_state import GlobalKind, GlobalOrder, SwitchScope, switch_subject
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.models import REFERENCE, REWARD_CONFIG, REWARD_CONTENT

NAME_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class SwitchTarget:
    """What a kill switch turns off.

    Attributes:
        brand: `*` for a provider.
        name: The reward's or provider's id; empty for a brand.
    """

    scope: SwitchScope
    brand: str
    name: str = ""

    @property
    def all_brands(self) -> bool:
        """Return whether it belongs to all brands: a provider does."""
        return self.scope is SwitchScope.PROVIDER

    @property
    def permission_brand(self) -> str | None:
        """Return the brand for which a person needs the permission; None for all brands at once."""
        return None if self.all_brands else self.brand

    def state(self, *, off: bool) -> SwitchState:
        """Return the state of the switch."""
        return SwitchState(scope=self.scope.value, name=self.name, off=off)


@dataclass(frozen=True, slots=True)
class KillSwitchService:
    """Switches off and on, with a reason, and records who did.

    Attributes:
        database: The back office's.
        rewards: The rewards subgraph's, which knows brands and rewards.
        files: The names of the providers in the workers' file, as far as this process has it.
        adapters: The names by which other adapters are switched off.
    """

    database: Database
    rewards: Database
    audit: AuditLog
    clock: Clock
    files: Collection[str] = ()
    adapters: Collection[str] = ()
    decisions: GlobalDecisions = field(default_factory=GlobalDecisions)
    nodes: NodeRepository = field(default_factory=NodeRepository)

    async def switch(self, actor: Actor, target: SwitchTarget, *, off: bool, reason: str) -> GlobalDecision:
        """Switch something off or on, for all nodes.

        Switching on is decided again even if it is on already: it also clears an alarm that stopped a
        provider on a node.

        Raises:
            Forbidden: The actor may not, for this brand.
            StepUpRequired: The actor has to confirm their second factor.
            Invalid: There is no reason, or no such brand, reward or provider.
        """
        require(actor, Permission.OPERATIONS_SWITCH, target.permission_brand)
        require_step_up(actor, self.clock.machine.now())
        await self._validate(target, reason)
        async with self.database.write() as connection:
            decided = await self.decisions.decide(
                connection,
                target.brand,
                target.state(off=off),
                by=actor.name,
                at=await self.clock.at(connection),
                reason=reason.strip(),
                again=target.all_brands and not off,
            )
            if decided.is_new:
                await self.audit.record(
                    connection,
                    actor,
                    "operations.switch_off" if off else "operations.switch_on",
                    brand=None if target.all_brands else target.brand,
                    subject=f"switch:{decided.decision.key}"[:255],
                    before=None if decided.before is None else dict(decided.before.state),
                    after=dict(decided.decision.state),
                    reason=reason.strip(),
                )
        return decided.decision

    async def page(
        self, actor: Actor, *, first: int, before: GlobalOrder | None = None, brand: str | None = None
    ) -> Sequence[GlobalDecision]:
        """Return the switches that were ever used, the last used first.

        Raises:
            Forbidden: The actor may not see them.
        """
        async with self.database.read() as connection:
            return await readable_decisions(
                connection,
                self.decisions,
                actor,
                brand=brand,
                first=first,
                before=before,
                kinds=(GlobalKind.SWITCH.value,),
            )

    async def _validate(self, target: SwitchTarget, reason: str) -> None:
        problems = [] if reason.strip() else [Problem("reason", "Say why: nodes and the audit log show it.")]
        if (target.scope is SwitchScope.BRAND) == bool(target.name):
            problems.append(Problem("name", "Name the reward or the provider; a brand has no other name."))
        elif not _is_name(target.name):
            problems.append(Problem("name", "A name has at most 64 characters, no colons and no spaces."))
        if not problems:
            unknown = self._unknown_provider if target.all_brands else self._unknown
            problems += await unknown(target)
        if problems:
            raise Invalid(problems)

    async def _unknown_provider(self, target: SwitchTarget) -> list[Problem]:
        """Refuse a misspelt name; while no provider of rewards is known here, every name is accepted.

        A provider is known by its configuration, by the reports of workers, or by its switch. The database of
        fulfilment is not asked: a provider can be switched off while that database is down.
        """
        if target.name in self.adapters:
            return []
        subject = switch_subject(target.scope, target.brand, target.name)
        async with self.database.read() as connection:
            known = {*self.files, *await OF_REWARDS.newest(connection)}
            for report in await self.nodes.all(connection):
                known |= {provider.provider for provider in report.providers}
            used = await self.decisions.repository.find(connection, subject.key)
        if not known or target.name in known or used is not None:
            return []
        names = ", ".join(sorted({*known, *self.adapters}))
        return [Problem("name", f"There is no provider {target.name}; there are {names}.")]

    async def _unknown(self, target: SwitchTarget) -> list[Problem]:
        async with self.rewards.read() as connection:
            if not await ReferenceRepository(REFERENCE).brands(connection, [target.brand]):
                return [Problem("brand", f"There is no brand {target.brand}.")]
            if target.scope is SwitchScope.BRAND:
                return []
            catalogue = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
            configs = (await catalogue.configs(connection, [target.brand]))[target.brand]
        known = {config.reward_id for config in configs}
        missing = Problem("name", f"{target.brand} has no reward {target.name}.")
        return [] if target.name in known else [missing]


async def readable_decisions(
    connection: AsyncConnection,
    decisions: GlobalDecisions,
    actor: Actor,
    *,
    brand: str | None,
    first: int,
    before: GlobalOrder | None = None,
    kinds: Sequence[str] = (),
) -> list[GlobalDecision]:
    """Return decisions that an actor may see: of one brand, or of all theirs and of all brands at once.

    Raises:
        Forbidden: The actor may not see those of the brand.
    """
    if brand is not None:
        require(actor, Permission.OPERATIONS_READ, brand)
        wanted: set[str] | None = {brand}
    else:
        mine = brands_with(actor, Permission.OPERATIONS_READ)
        if not mine:
            require(actor, Permission.OPERATIONS_READ, None)
        wanted = None if ALL_BRANDS in mine else {*mine, ALL_BRANDS}
    return await decisions.repository.page(connection, first=first, before=before, brands=wanted, kinds=kinds)


def _is_name(name: str) -> bool:
    return len(name) <= NAME_CHARACTERS and not any(
        character.isspace() or character == ":" for character in name
    )
