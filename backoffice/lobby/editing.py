"""Changing a lobby: one person proposes all of it, another approves it for all nodes."""

from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.audit.reasons import REASON_CHARACTERS
from backoffice.errors import Invalid, Problem, Stale
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.lobby.checks import checked_lobby
from backoffice.lobby.sources import LobbySources
from backoffice.lobby.typed import TypedLobby
from consumers.messages.global_events.lobby_states import LobbyState
from consumers.messages.global_events.states import read_state, state_fields
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.records.global_state import BRAND_FACTS, GlobalKind

KIND: Final = "lobby.content"
CHANGED: Final = "The lobby has changed meanwhile: look at it again."


@dataclass(frozen=True, slots=True)
class LobbyEditing:
    """Proposes lobbies, and executes the proposals once they are approved.

    Attributes:
        database: The back office's.
    """

    database: Database
    sources: LobbySources
    audit: AuditLog
    approvals: Approvals
    clock: Clock
    decisions: GlobalDecisions = field(default_factory=GlobalDecisions)

    @property
    def proposal_kind(self) -> ProposalKind:
        """Return the kind of proposals to change a lobby."""
        needs = Needs(Permission.LOBBY_EDIT, Permission.LOBBY_APPROVE, Permission.LOBBY_READ)
        return ProposalKind(KIND, needs, self._approved, unchanged=self._unchanged)

    async def propose(
        self, actor: Actor, brand: str, typed: TypedLobby, *, seen: int, reason: str
    ) -> ProposalId:
        """Propose all sections and groups of a brand, which another person approves.

        Args:
            actor: Who proposes it.
            brand: The brand's id.
            typed: All of it, in order.
            seen: The number of the revision that it was made from; 0 before the first.
            reason: Why.

        Raises:
            Forbidden: The actor may not edit the brand's lobby.
            NotFound: There is no such brand.
            Invalid: A rule is broken, nothing would change, or there is no reason.
            Stale: There is a newer revision.
        """
        require(actor, Permission.LOBBY_EDIT, brand)
        known, games = await self.sources.brand(brand), (await self.sources.catalogue()).games
        state = checked_lobby(typed, known, games.keys(), seen + 1)
        async with self.database.write() as connection:
            before = await self.sources.present(connection, brand)
            _require_seen(before, seen)
            if before is not None and (before.sections, before.groups) == (state.sections, state.groups):
                raise Invalid([Problem("sections", "It is shown so already: nothing would change.")])
            return await self.approvals.propose(
                connection,
                actor,
                KIND,
                brand=brand,
                subject=f"lobby:{brand}",
                content={
                    "seen": seen,
                    "before": None if before is None else state_fields(before),
                    "lobby": state_fields(state),
                },
                reason=reason.strip()[:REASON_CHARACTERS],
            )

    async def _unchanged(self, connection: AsyncConnection, proposal: Proposal) -> bool:
        content: Any = proposal.content
        before = await self.sources.present(connection, str(proposal.brand))
        return _revision(before) == int(content["seen"])

    async def _approved(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        """Execute an approval: decide the brand's lobby for all nodes."""
        brand, content = str(proposal.brand), dict[str, Any](proposal.content)  # type: ignore[arg-type]
        at = await self.clock.at(connection)
        # Locked before the lobby is read: another proposal about it may be approved at the same time.
        await self.decisions.repository.lock_sequence(connection, at)
        before = await self.sources.present(connection, brand)
        _require_seen(before, content["seen"])
        state = proposed_lobby(proposal)
        decided = await self.decisions.decide(
            connection, brand, state, by=actor.name, at=at, reason=proposal.reason
        )
        await self.audit.record(
            connection,
            actor,
            "lobby.change",
            brand=brand,
            subject=f"lobby:{brand}",
            before=None if before is None else state_fields(before),
            after=state_fields(state),
            reason=proposal.reason,
        )
        return {"revision": state.revision, "number": decided.decision.order.number}


def proposed_lobby(proposal: Proposal) -> LobbyState:
    """Return the lobby of a proposal."""
    content: Any = proposal.content
    state = read_state(GlobalKind.LOBBY, str(proposal.brand), BRAND_FACTS, content["lobby"])
    assert isinstance(state, LobbyState)  # noqa: S101 - the kind says so
    return state


def _revision(state: LobbyState | None) -> int:
    return 0 if state is None else state.revision


def _require_seen(before: LobbyState | None, seen: int) -> None:
    if _revision(before) != seen:
        raise Stale(CHANGED, _revision(before))
