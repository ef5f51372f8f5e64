"""Changes the configurations of providers: one person submits a revision, another approves it for all nodes.

There are two kinds: how workers call providers of rewards, and the settings of adapters with a process.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Generic

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require
from backoffice.approvals import repository as approvals
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind, ProposalStatus
from backoffice.approvals.repository import ProposalFilter
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.audit.reasons import REASON_CHARACTERS
from backoffice.errors import Invalid, NotFound, Problem, Stale
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.operations.providers.document import (
    CHANGED,
    FieldChange,
    changes,
    parse_provider_config,
    state_of,
)
from backoffice.operations.providers.repository import (
    OF_REWARDS,
    D,
    ProviderRevision,
    RevisionRepository,
)
from consumers.messages.global_events.states import ProviderState, State
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfig
from subgraphs.kit.domain.keys import ALL_BRANDS

KIND: Final = "operations.provider"
MAX_PENDING: Final = 100


@dataclass(frozen=True, slots=True)
class Configurations(ABC, Generic[D]):
    """The revisions of one kind of configuration.

    Until the first revision is approved, workers use what they have; it counts as revision 1, and is stored
    as such with the first change.

    Attributes:
        kind: Of its proposals.
        action: Of its entries in the audit log.
        source: From where revision 1 was imported, in words.
        repository: Where revisions are stored.
        database: The back office's.
    """

    kind: ClassVar[str]
    action: ClassVar[str]
    source: ClassVar[str]
    repository: ClassVar[RevisionRepository[Any]]
    database: Database
    audit: AuditLog
    approvals: Approvals
    clock: Clock
    decisions: GlobalDecisions = field(default_factory=GlobalDecisions, kw_only=True)

    @property
    @abstractmethod
    def imported(self) -> Mapping[str, D]:
        """Return what workers have without the back office, by name, as far as this process knows it."""

    @abstractmethod
    def parse(self, fields: Mapping[str, Any], reason: str) -> D:
        """Return a configuration that workers can use, as far as that can be told here.

        Raises:
            Invalid: A rule is broken, or something looks like a secret. No message holds a value.
        """

    @abstractmethod
    def changes(self, before: D | None, after: D) -> list[FieldChange]:
        """Return the fields that differ."""

    def proposed_changes(self, present: ProviderRevision[D] | None, after: D) -> list[FieldChange]:
        """Return the fields that a proposal shows to the person who approves it."""
        return self.changes(None if present is None else present.document, after)

    @abstractmethod
    def state_of(self, document: D, revision: int) -> State:
        """Return the state that holds on all nodes.

        Raises:
            Invalid: It does not fit into a message.
        """

    def require_successor(self, before: D, after: D) -> None:
        """Refuse what may not follow a revision.

        Raises:
            Invalid: It may not.
        """

    @property
    def proposal_kind(self) -> ProposalKind:
        """Return the kind of proposals: a configuration says where rewards go, or where prices come from."""
        change = Permission.OPERATIONS_PROVIDER
        needs = Needs(change, change, Permission.OPERATIONS_READ)
        return ProposalKind(self.kind, needs, self._approved, unchanged=self._unchanged, step_up=True)

    async def newest(self, connection: AsyncConnection) -> dict[str, ProviderRevision[D]]:
        """Return the last revision of each provider: of the back office, or as workers have it."""
        stored = await self.repository.newest(connection)
        return {**{name: self._imported(one) for name, one in self.imported.items()}, **stored}

    async def pending(self, connection: AsyncConnection) -> Sequence[Proposal]:
        """Return the proposals that wait for another person."""
        wanted = ProposalFilter(kind=self.kind, status=ProposalStatus.PENDING)
        return await approvals.newest_first(connection, wanted, MAX_PENDING, None)

    async def revisions(
        self, actor: Actor, provider: str, first: int, before: int | None = None
    ) -> list[ProviderRevision[D]]:
        """Return the revisions of a provider, the newest first.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.OPERATIONS_READ, None)
        async with self.database.read() as connection:
            stored = await self.repository.revisions(connection, provider, first, before)
        if stored or before is not None or provider not in self.imported:
            return stored
        return [self._imported(self.imported[provider])]

    async def find(self, actor: Actor, provider: str, revision: int | None = None) -> ProviderRevision[D]:
        """Return a revision of a provider; the last one by default.

        Raises:
            Forbidden: The actor may not see it.
            NotFound: There is none.
        """
        revisions = await self.revisions(actor, provider, 1, None if revision is None else revision + 1)
        if not revisions and revision == 1:
            revisions = await self.revisions(actor, provider, 1)
        if not revisions or revision not in {None, revisions[0].revision}:
            raise NotFound(f"There is no such revision of {provider[:64]!r}.")
        return revisions[0]

    async def diff(self, actor: Actor, provider: str, before: int, after: int) -> Sequence[FieldChange]:
        """Return the fields that differ between two revisions.

        Raises:
            Forbidden: The actor may not see them.
            NotFound: There is no such revision.
        """
        earlier = await self.find(actor, provider, before)
        return self.changes(earlier.document, (await self.find(actor, provider, after)).document)

    async def check(self, actor: Actor, fields: Mapping[str, Any]) -> tuple[Problem, ...]:
        """Return what is wrong with a configuration, as it is typed; nothing of it is kept.

        Raises:
            Forbidden: The actor may not change providers.
        """
        require(actor, Permission.OPERATIONS_PROVIDER, None)
        try:
            self.parse(fields, "a reason")
        except Invalid as refusal:
            return refusal.problems
        return ()

    async def submit(self, actor: Actor, fields: Mapping[str, Any], *, seen: int, reason: str) -> ProposalId:
        """Propose a configuration, which another person approves.

        Args:
            actor: Who proposes it.
            fields: The whole configuration; it names its secret.
            seen: The number of the revision that it was made from; 0 for a new provider.
            reason: Why.

        Raises:
            Forbidden: The actor may not.
            Invalid: A rule is broken, or something looks like a secret.
            Stale: There is a newer revision.
        """
        require(actor, Permission.OPERATIONS_PROVIDER, None)
        config = self.parse(fields, reason)
        self.state_of(config, seen + 1)
        async with self.database.write() as connection:
            present = (await self.newest(connection)).get(config.name)
            if seen != (0 if present is None else present.revision):
                raise Stale(CHANGED, 0 if present is None else present.revision)
            if present is not None:
                await self._keep_imported(connection, present)
                self.require_successor(present.document, config)
            return await self.approvals.propose(
                connection,
                actor,
                self.kind,
                brand=None,
                subject=f"provider:{config.name}",
                content={
                    "seen": seen,
                    "document": config.model_dump(mode="json"),
                    "changes": [
                        {"field": change.field, "before": change.before, "after": change.after}
                        for change in self.proposed_changes(present, config)
                    ],
                    "imported": present is not None and self.is_imported(present),
                },
                reason=reason.strip()[:REASON_CHARACTERS],
            )

    async def roll_back(
        self, actor: Actor, provider: str, revision: int, *, seen: int, reason: str
    ) -> ProposalId:
        """Propose an earlier revision again, as a new one; another person approves it, too.

        Raises:
            Forbidden: The actor may not.
            NotFound: There is no such revision.
            Invalid: The revision cannot be used any more, or there is no reason.
            Stale: There is a newer revision than the one that was seen.
        """
        require(actor, Permission.OPERATIONS_PROVIDER, None)
        earlier = await self.find(actor, provider, revision)
        return await self.submit(actor, earlier.document.model_dump(mode="json"), seen=seen, reason=reason)

    async def _unchanged(self, connection: AsyncConnection, proposal: Proposal) -> bool:
        seen, config = self._content(proposal)
        present = (await self.newest(connection)).get(config.name)
        return seen == (0 if present is None else present.revision)

    async def _approved(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        """Execute an approval: store the revision, and decide it for all nodes."""
        seen, config = self._content(proposal)
        before = (await self.newest(connection)).get(config.name)
        at = await self.clock.at(connection)
        stored = ProviderRevision(seen + 1, config, proposal.reason, proposal.proposer_name, actor.name, at)
        await self.repository.add(connection, [stored])
        decided = await self.decisions.decide(
            connection,
            ALL_BRANDS,
            self.state_of(config, stored.revision),
            by=actor.name,
            at=at,
            reason=proposal.reason,
        )
        await self.audit.record(
            connection,
            actor,
            self.action,
            brand=None,
            subject=proposal.subject,
            before=None if before is None else {"revision": seen, **before.document.model_dump(mode="json")},
            after={"revision": stored.revision, **config.model_dump(mode="json")},
            reason=proposal.reason,
        )
        return {"revision": stored.revision, "number": decided.decision.order.number}

    async def _keep_imported(self, connection: AsyncConnection, present: ProviderRevision[D]) -> None:
        if not await self.repository.revisions(connection, present.provider, 1):
            await self.repository.add(connection, [present])

    def is_imported(self, revision: ProviderRevision[D]) -> bool:
        """Return whether a revision was never decided: workers may have other values than this process."""
        return revision.approved_by is None and revision.submitted_by == self.source

    def _imported(self, document: D) -> ProviderRevision[D]:
        return ProviderRevision(1, document, self.source, self.source, None, self.clock.now())

    def _content(self, proposal: Proposal) -> tuple[int, D]:
        content: Any = proposal.content
        document: D = self.repository.document.model_validate(content["document"])
        return int(content["seen"]), document


@dataclass(frozen=True, slots=True)
class ProviderConfigurations(Configurations[ProviderConfig]):
    """How workers call providers of rewards.

    Attributes:
        files: What is in the workers' file, by name.
        settings: Those of workers, as far as this process has them.
    """

    kind: ClassVar[str] = KIND
    action: ClassVar[str] = "operations.change_provider"
    source: ClassVar[str] = "imported from the workers' file"
    repository: ClassVar[RevisionRepository[ProviderConfig]] = OF_REWARDS
    files: Mapping[str, ProviderConfig]
    settings: FulfilmentSettings

    @property
    def imported(self) -> Mapping[str, ProviderConfig]:
        """Return what is in the workers' file."""
        return self.files

    def parse(self, fields: Mapping[str, Any], reason: str) -> ProviderConfig:
        """Return a configuration that workers can use."""
        return parse_provider_config(fields, reason, self.settings)

    def changes(self, before: ProviderConfig | None, after: ProviderConfig) -> list[FieldChange]:
        """Return the fields that differ."""
        return changes(before, after)

    def state_of(self, document: ProviderConfig, revision: int) -> ProviderState:
        """Return the state that holds for all workers."""
        return state_of(document, revision)

    def require_successor(self, before: ProviderConfig, after: ProviderConfig) -> None:
        """Refuse another API under the same name: the status of sent rewards is queried there."""
        if before.adapter != after.adapter:
            raise Invalid([Problem("adapter", "Another API is another provider: give it a name of its own.")])
