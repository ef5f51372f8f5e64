"""Dismissing a notice: a change that another system makes, with this block's own codes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock
from foundation.storage.columns import upsert
from subgraphs.kit.domain.instants import utc_text
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from subgraphs.kit.mutations.changes import Changes
from subgraphs.kit.mutations.effect import FIRST, Answer, Refusals, Repetition, Verdict
from subgraphs.kit.mutations.intents import ChangeRequest, Intent, UpstreamChange
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.kit.records.outbox import Fact, Outbox
from tests.support.notices import DISMISSED_TOPIC
from tests.support.notices.models import DISMISSAL, OUTBOX

_PENDING: Final = Refusal(PlatformErrorCode.PENDING, "Not known yet.")

REFUSALS: Final = Refusals(
    unconfirmed=_PENDING,
    in_the_way=_PENDING,
    reused=Refusal(PlatformErrorCode.IDEMPOTENCY_REUSED, "Send a new key."),
    superseded=Refusal(PlatformErrorCode.DECLINED, "Something newer stands."),
    refused=Refusal(PlatformErrorCode.DECLINED, "Not accepted."),
    by_code={"CLOSED": Refusal(PlatformErrorCode.SUSPENDED, "The register is closed.")},
)


@dataclass
class Register:
    """Another system, in memory: it makes each change once, or refuses it, or does not answer.

    Attributes:
        answers: What it says next, in place of making the change.
    """

    records: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    refusals: Refusals = REFUSALS

    async def put(
        self, path: str, body: Mapping[str, Any], key: str, repetition: Repetition = FIRST
    ) -> Answer:
        """Make a change."""
        del key, repetition
        if self.answers:
            return self.answers.pop(0)
        self.records[path] = body
        return Answer(Verdict.CONFIRMED, recorded=body)

    async def read_record(self, path: str, names: Collection[str]) -> Mapping[str, Any] | None:
        """Return a record."""
        del names
        return self.records.get(path, {})

    def room(self, most: int) -> int:
        """Return that all may be sent."""
        return most


@dataclass(frozen=True, slots=True)
class NoticeService:
    """What customers can do: dismiss a notice."""

    changes: Changes
    clock: Clock

    async def dismiss(self, owner: Owner, notice_id: str, key: str) -> Refusal | None:
        """Dismiss a notice; return None once it is confirmed, else the reason."""
        request = ChangeRequest(owner, "dismiss", notice_id[:32], key, {"notice_id": notice_id})

        async def validate(_connection: AsyncConnection) -> UpstreamChange | Refusal:
            return UpstreamChange(
                ":".join((*owner, notice_id)), {"dismissed": True}, {"notice_id": notice_id}
            )

        return await self.changes.carry_out(request, validate, self.record, self.is_outdated)

    async def record(self, connection: AsyncConnection, intent: Intent) -> None:
        """Record a confirmed dismissal, and publish it."""
        at = await self.clock.at(connection)
        brand, customer = intent.owner
        notice_id = intent.facts["notice_id"]
        row = {"brand_id": brand, "customer_id": customer, "notice_id": notice_id, "dismissed_at": at}
        await connection.execute(upsert(connection.dialect.name, DISMISSAL, [row]))
        body = row | {"dismissed_at": utc_text(at)}
        fact = Fact(DISMISSED_TOPIC, "platform.notice-dismissed/1", ":".join(intent.owner), notice_id, body)
        await Outbox(OUTBOX).put(connection, fact, at)

    async def is_recorded(self, _connection: AsyncConnection, _intent: Intent) -> bool:
        """Return that nothing is read back."""
        return False

    async def is_outdated(
        self, _connection: AsyncConnection, _intent: Intent, _recorded: Mapping[str, Any]
    ) -> bool:
        """Return that a dismissal stands for ever."""
        return False
