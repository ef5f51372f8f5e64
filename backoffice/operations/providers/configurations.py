"""Changes how workers call providers: one person submits a revision, another approves it for all nodes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.errors import Invalid, NotFound, Problem, Stale
from backoffice.global_events.decisions import REASON_CHARACTERS, GlobalDecisions
from backoffice.operations.providers import repository
from backoffice.operations.providers.document import (
    CHANGED,
    FieldChange,
    changes,
    parse_provider_config,
    state_of,
)
from backoffice.operations.providers.repository import ProviderRevision
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfig
from subgraphs.kit.domain.keys import ALL_BRANDS

KIND: Final = "operations.provider"
IMPORTED: Final = "imported from the workers' file"


@dataclass(frozen=True, slots=True)
class ProviderConfigurations:
    """The revisions of providers' configurations.

    Until the first revision is approved, workers use their file; it counts as revision 1, and is stored as
    such with the first change.

    Attributes:
        database: The back office's.
        files: What is in the workers' file, by name.
        settings: Those of workers, as far as this process has them.
    """

    database: Database
    audit: AuditLog
    approvals: Approvals
    clock: Clock
    files: Mapping[str, ProviderConfig]
    settings: FulfilmentSettings
    decisions: GlobalDecisions = field(default_factory=GlobalDecisions)

    @property
    def proposal_kind(self) -> ProposalKind:
        """Return the kind of proposals to change a configuration: it says to whom rewards are sent."""
        change = Permission.OPERATIONS_PROVIDER
        needs = Needs(change, change, Permission.OPERATIONS_READ)
        return ProposalKind(KIND, needs, self._approved, unchanged=self._unchanged, step_up=True)

    async def newest(self, connection: AsyncConnection) -> dict[str, ProviderRevision]:
        """Return the last revision of each provider: of the back office, or of the file."""
        stored = await repository.newest(connection)
        return {**{name: self._imported(file) for name, file in self.files.items()}, **stored}

    async def revisions(
        self, actor: Actor, provider: str, first: int, before: int | None = None
    ) -> list[ProviderRevision]:
        """Return the revisions of a provider, the newest first.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.OPERATIONS_READ, None)
        async with self.database.read() as connection:
            stored = await repository.revisions(connection, provider, first, before)
        if stored or before is not None or provider not in self.files:
            return stored
        return [self._imported(self.files[provider])]

    async def find(self, actor: Actor, provider: str, revision: int | None = None) -> ProviderRevision:
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
        return changes(earlier.document, (await self.find(actor, provider, after)).document)

    async def check(self, actor: Actor, fields: Mapping[str, Any]) -> tuple[Problem, ...]:
        """Return what is wrong with a configuration, as it is typed; nothing of it is kept.

        Raises:
            Forbidden: The actor may not change providers.
        """
        require(actor, Permission.OPERATIONS_PROVIDER, None)
        try:
            parse_provider_config(fields, "a reason", self.settings)
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
        config = parse_provider_config(fields, reason, self.settings)
        state_of(config, seen + 1)
        async with self.database.write() as connection:
            present = (await self.newest(connection)).get(config.name)
            if seen != (0 if present is None else present.revision):
                raise Stale(CHANGED, 0 if present is None else present.revision)
            if present is not None:
                await self._keep_imported(connection, present)
                _require_same_api(present.document, config)
            return await self.approvals.propose(
                connection,
                actor,
                KIND,
                brand=None,
                subject=f"provider:{config.name}",
                content={
                    "seen": seen,
                    "document": config.model_dump(mode="json"),
                    "changes": [
                        {"field": change.field, "before": change.before, "after": change.after}
                        for change in changes(None if present is None else present.document, config)
                    ],
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
        seen, config = _content(proposal)
        present = (await self.newest(connection)).get(config.name)
        return seen == (0 if present is None else present.revision)

    async def _approved(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        """Execute an approval: store the revision, and decide it for all nodes."""
        seen, config = _content(proposal)
        before = (await self.newest(connection)).get(config.name)
        at = await self.clock.at(connection)
        stored = ProviderRevision(seen + 1, config, proposal.reason, proposal.proposer_name, actor.name, at)
        await repository.add(connection, [stored])
        decided = await self.decisions.decide(
            connection,
            ALL_BRANDS,
            state_of(config, stored.revision),
            by=actor.name,
            at=at,
            reason=proposal.reason,
        )
        await self.audit.record(
            connection,
            actor,
            "operations.change_provider",
            brand=None,
            subject=proposal.subject,
            before=None if before is None else {"revision": seen, **before.document.model_dump(mode="json")},
            after={"revision": stored.revision, **config.model_dump(mode="json")},
            reason=proposal.reason,
        )
        return {"revision": stored.revision, "number": decided.decision.order.number}

    async def _keep_imported(self, connection: AsyncConnection, present: ProviderRevision) -> None:
        if not await repository.revisions(connection, present.provider, 1):
            await repository.add(connection, [present])

    def _imported(self, config: ProviderConfig) -> ProviderRevision:
        return ProviderRevision(1, config, IMPORTED, IMPORTED, None, self.clock.now())


def _content(proposal: Proposal) -> tuple[int, ProviderConfig]:
    content: Any = proposal.content
    return int(content["seen"]), ProviderConfig.model_validate(content["document"])


def _require_same_api(before: ProviderConfig, after: ProviderConfig) -> None:
    """Refuse another API under the same name: the status of sent rewards is queried there.

    Raises:
        Invalid: The adapter differs.
    """
    if before.adapter != after.adapter:
        raise Invalid([Problem("adapter", "Another API is another provider: give it a name of its own.")])
