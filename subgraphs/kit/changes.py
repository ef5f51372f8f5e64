"""How a mutation is carried out: intent, upstream call, outcome; never a success that nobody confirmed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.clock import Clock
from subgraphs.kit.database import Database
from subgraphs.kit.intents import CONFIRMED, PENDING, ChangeRequest, Intent, IntentRepository, UpstreamChange
from subgraphs.kit.payloads import ErrorCode, Refusal
from subgraphs.kit.upstream import Answer, UpstreamClient, Verdict

Validate = Callable[[AsyncConnection], Awaitable[UpstreamChange | Refusal]]
Record = Callable[[AsyncConnection, Intent], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Changes:
    """Carries out changes of one subgraph.

    The intent is written in the transaction that validated the request, before the upstream is called;
    the outcome is recorded in the transaction that settles the intent. A crash between leaves a pending
    intent, whose call any later request of the customer repeats under the same key.
    """

    database: Database
    intents: IntentRepository
    upstream: UpstreamClient
    clock: Clock

    async def carry_out(self, request: ChangeRequest, validate: Validate, record: Record) -> Refusal | None:
        """Makes a change, or says why not.

        Args:
            request: what the customer asks for.
            validate: checks it inside the transaction that writes the intent, before and after the writing.
            record: stores a confirmed change, from the intent alone, as part of settling it.

        Returns:
            None when the upstream has confirmed it; with a key that was used before, the first outcome.
        """
        for _ in range(2):
            found = await self._write_down(request, validate)
            if isinstance(found, Refusal):
                return found
            outcome = await self._drive(found, record)
            if found.upstream_key == request.upstream_key or outcome is _UNCONFIRMED:
                return outcome
            # That was an earlier change of the same slot, now settled: the present one may go ahead.
        return _UNCONFIRMED

    async def _write_down(self, request: ChangeRequest, validate: Validate) -> Intent | Refusal:
        """The request's intent, or one in its way, or why there can be none."""
        shard = self.database.shard(request.owner)
        try:
            async with shard.write() as connection:
                found = await self._found(connection, request) or await self._begin(
                    connection, request, validate
                )
            if found:
                return found
        except _Overtaken as overtaken:
            return overtaken.refusal
        except IntegrityError:
            pass  # somebody else was faster: theirs is found below
        async with shard.read() as connection:
            return await self._found(connection, request) or _UNCONFIRMED

    async def _found(self, connection: AsyncConnection, request: ChangeRequest) -> Intent | Refusal | None:
        known = await self.intents.by_client_key(connection, request)
        if known:
            return known if known.body_hash == request.body_hash else _REUSED
        return await self.intents.pending_in(connection, request.owner, request.slot)

    async def _begin(
        self, connection: AsyncConnection, request: ChangeRequest, validate: Validate
    ) -> Refusal | None:
        """Writes the intent down, which takes the slot.

        What was looked at before may have been changed by the slot's last holder meanwhile, so it is
        looked at again. Locks instead would be taken in another order than settling takes them.
        """
        change = await validate(connection)
        if isinstance(change, Refusal):
            return change
        await self.intents.write_down(connection, request, change, self.clock.now())
        again = await validate(connection)
        if isinstance(again, Refusal):
            raise _Overtaken(again)
        return None

    async def _drive(self, intent: Intent, record: Record) -> Refusal | None:
        if intent.status == PENDING:
            answer = await self.upstream.put(intent.path, intent.body, intent.upstream_key)
            if answer.verdict is Verdict.UNKNOWN:
                return _UNCONFIRMED
            intent = await self._settle(intent, answer, record)
        if intent.status == CONFIRMED:
            return None
        return Refusal(ErrorCode(intent.error_code), str(intent.error_message))

    async def _settle(self, intent: Intent, answer: Answer, record: Record) -> Intent:
        refusal = None if answer.verdict is Verdict.CONFIRMED else _refused(answer.code)
        error = (refusal.code.value, refusal.message) if refusal else None
        async with self.database.shard(intent.owner).write() as connection:
            if await self.intents.settle(connection, intent, error, self.clock.now()) and not refusal:
                await record(connection, intent)
            settled = await self.intents.by_upstream_key(connection, intent.upstream_key)
        return settled or intent


class _Overtaken(Exception):
    """Undoes an intent whose request turned out to be refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


_UNCONFIRMED = Refusal(
    ErrorCode.UPSTREAM_PENDING, "Your change is being confirmed. It will show here shortly."
)
_REUSED = Refusal(ErrorCode.IDEMPOTENCY_REUSED, "This key was used for another request: send a new one.")


def _refused(code: str | None) -> Refusal:
    match code:
        case "NOT_MEMBER":
            return Refusal(ErrorCode.NOT_MEMBER, "Join the club first.")
        case "INELIGIBLE":
            return Refusal(ErrorCode.INELIGIBLE, "You cannot take part at present.")
        case _:
            return Refusal(ErrorCode.UPSTREAM_REFUSED, "The change was not accepted. Nothing has changed.")
