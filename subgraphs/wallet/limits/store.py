"""What customers ask of their limits, stored: each request once, with who asked for it and when.

A break or an exclusion is told to the other blocks in the transaction in which it is stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.kit.records.outbox import Outbox
from subgraphs.wallet.limits.breaks import Break, exclude, take_break
from subgraphs.wallet.limits.changes import Outcome, Wanted, change
from subgraphs.wallet.limits.facts.exclusions import exclusion_fact, with_read_back
from subgraphs.wallet.limits.prompts import Prompt, prompts_due
from subgraphs.wallet.limits.records import LimitRecords, Standing, of_owner
from subgraphs.wallet.limits.rule_rows import RULES
from subgraphs.wallet.limits.rules import Rule, Rules

SEEN: Final[Mapping[Prompt, str]] = MappingProxyType(
    {Prompt.REVIEW: "reviewed_at", Prompt.NO_LIMIT: "no_limit_at"}
)
"""The prompts that are done with once they are seen, and where that is noted."""


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for something, and the key under which it is done once.

    Attributes:
        who: The customer's id, or that of a person of support.
    """

    owner: Owner
    key: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LimitStore:
    """Changes limits and breaks, in the caller's write transactions."""

    records: LimitRecords
    outbox: Outbox
    rows: tuple[Rule, ...] = RULES

    def rules(self, standing: Standing, at: datetime) -> Rules:
        """Return what is in force where a customer is."""
        return Rules.of(self.rows, standing.jurisdiction, at)

    async def set_limit(
        self, connection: AsyncConnection, request: Request, standing: Standing, wanted: Wanted
    ) -> Outcome | Refusal:
        """Set, raise, confirm or remove a limit; see `changes`."""
        body = [wanted.kind, wanted.amount, wanted.currency]
        owner, at = request.owner, request.at
        if (before := await self._before(connection, request, body)) is not None:
            return before
        limits = await self.records.limits(connection, owner)
        rules = self.rules(standing, at)
        changed = change(limits, wanted, currency=standing.currency, rules=rules, at=at)
        if isinstance(changed, Refusal):
            return changed
        limit = changed.limit
        if limit is not None:
            await self.records.write_limit(connection, owner, limit)
        else:
            await self.records.remove_limit(connection, owner, wanted.kind)
        columns = {
            "subject": wanted.kind.value,
            "outcome": changed.outcome.value,
            "amount": wanted.amount,
            "currency": wanted.currency,
            "due": limit and limit.pending and limit.pending.due,
        }
        await self._write_down(connection, request, standing, body, columns)
        return changed.outcome

    async def take_break(
        self,
        connection: AsyncConnection,
        request: Request,
        standing: Standing,
        until: datetime,
        product: Product | None,
    ) -> Outcome | Refusal:
        """Begin a break now; one that lasts longer holds on beside it."""
        body = ["BREAK", until, product]
        if (before := await self._before(connection, request, body)) is not None:
            return before
        rules = self.rules(standing, request.at)
        chosen = take_break(until, product, rules=rules, at=request.at)
        return await self._begin(connection, request, standing, body, chosen)

    async def self_exclude(
        self, connection: AsyncConnection, request: Request, standing: Standing, months: int
    ) -> Outcome | Refusal:
        """Begin a self-exclusion now; one that lasts longer holds on beside it."""
        body = ["EXCLUSION", months]
        if (before := await self._before(connection, request, body)) is not None:
            return before
        rules = self.rules(standing, request.at)
        chosen = exclude(months, rules=rules, zone=standing.zone, at=request.at)
        return await self._begin(connection, request, standing, body, chosen)

    async def decline(
        self, connection: AsyncConnection, request: Request, standing: Standing
    ) -> Outcome | Refusal:
        """Note that the customer wants no limit, where none is required."""
        body = ["DECLINE"]
        if (before := await self._before(connection, request, body)) is not None:
            return before
        deposits = self.rules(standing, request.at).deposits
        if deposits.required:
            return Refusal("NOT_ALLOWED_HERE", f"You need a {deposits.name} where you are.")
        return await self._note(connection, request, standing, body, "declined_at")

    async def acknowledge(
        self, connection: AsyncConnection, request: Request, standing: Standing, prompt: Prompt
    ) -> Outcome | Refusal:
        """Note that the customer has seen a prompt; one that is not due is left alone.

        Raises:
            BadInput: The prompt waits for an answer.
        """
        if prompt not in SEEN:
            raise BadInput(f"{prompt} is answered by a limit, or by declining one")
        body = [prompt]
        if (before := await self._before(connection, request, body)) is not None:
            return before
        rules = self.rules(standing, request.at)
        limits = await self.records.limits(connection, request.owner)
        prompted = await self.records.hold(connection, request.owner, request.at)
        due = prompts_due(prompted, limits, rules=rules, zone=standing.zone, at=request.at)
        if prompt not in due:
            return Outcome.SET
        return await self._note(connection, request, standing, body, SEEN[prompt])

    async def history(self, connection: AsyncConnection, owner: Owner, first: int) -> list[Mapping[Any, Any]]:
        """Return the newest changes of a customer, for support: rows of `limit_change`, newest first."""
        table = self.records.tables.change
        query = select(table).where(of_owner(table, owner)).order_by(table.c.id.desc()).limit(first)
        return list((await connection.execute(query)).mappings())

    async def _begin(
        self,
        connection: AsyncConnection,
        request: Request,
        standing: Standing,
        body: list[Any],
        chosen: Break | Refusal,
    ) -> Outcome | Refusal:
        if isinstance(chosen, Refusal):
            return chosen
        await self.records.add_break(connection, request.owner, request.key, chosen)
        columns = {
            "subject": chosen.kind.value,
            "outcome": Outcome.SET.value,
            "currency": "",
            "product": chosen.product and chosen.product.value,
            "ends_at": chosen.until,
        }
        await self._write_down(connection, request, standing, body, columns)
        await self._tell(connection, request, standing)
        return Outcome.SET

    async def _note(
        self, connection: AsyncConnection, request: Request, standing: Standing, body: list[Any], column: str
    ) -> Outcome:
        """Write down when a customer has answered or seen something."""
        await self.records.note(connection, request.owner, **{column: request.at})
        columns = {"subject": body[0], "outcome": Outcome.SET.value, "currency": ""}
        await self._write_down(connection, request, standing, body, columns)
        return Outcome.SET

    async def _tell(self, connection: AsyncConnection, request: Request, standing: Standing) -> None:
        """Tell the other blocks of all breaks and exclusions of a customer who is held."""
        owner, at = request.owner, request.at
        stored = await self.records.breaks(connection, owner, at)
        revision = await self.records.next_revision(connection, owner, at)
        breaks = with_read_back(stored, standing.told, at)
        await self.outbox.put(connection, exclusion_fact(owner, revision, breaks, at), at)

    async def _before(
        self, connection: AsyncConnection, request: Request, body: list[Any]
    ) -> Outcome | Refusal | None:
        """Hold the customer; return what a request of this key did before, None if there was none."""
        await self.records.hold(connection, request.owner, request.at)
        table = self.records.tables.change
        query = select(table.c.body_hash, table.c.outcome).where(
            of_owner(table, request.owner), table.c.request_key == request.key
        )
        row = (await connection.execute(query)).first()
        if row is None:
            return None
        if row.body_hash != _hash(body):
            return Refusal("IDEMPOTENCY_REUSED", "This key was used for another request. Send a new one.")
        return Outcome(row.outcome)

    async def _write_down(
        self,
        connection: AsyncConnection,
        request: Request,
        standing: Standing,
        body: list[Any],
        columns: Mapping[str, Any],
    ) -> None:
        row = {
            "brand_id": request.owner.brand,
            "customer_id": request.owner.customer,
            "request_key": request.key,
            "body_hash": _hash(body),
            "jurisdiction": standing.jurisdiction,
            "who": request.who,
            "at": request.at,
            **columns,
        }
        await connection.execute(self.records.tables.change.insert().values(row))
        await self.records.note(connection, request.owner, look_at=request.at)


def _hash(body: list[Any]) -> str:
    return sha256(msgspec.json.encode(body)).hexdigest()
