"""The back office of events beside a real block: what people decide there is applied as its messages come."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select

from backoffice.access import Actor, Role
from backoffice.areas import create_schema
from backoffice.base import Base, create_base
from backoffice.events.area import EventsArea
from backoffice.global_events.models import OUTBOX
from backoffice.graph.execution import OfficeGraph
from backoffice.metadata import NAME
from backoffice.models import METADATA
from backoffice.settings import BackofficeSettings
from consumers.stream.records import Record
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import ALL_BRANDS
from tests.support.database_probe import migrate
from tests.support.events.block import EventsBlock, events_block
from tests.support.office.backoffice_fixture import actor, employ
from tests.support.office.permission_rules import ask

OLGA = actor("olga", Role.OPERATOR, brand=ALL_BRANDS)
OTTO = actor("otto", Role.OPERATOR, brand=ALL_BRANDS)
EDITH = actor("edith", Role.EDITOR)

LISTED = '{ events(brand: "northbet") { nodes { id name } } }'
WAITING = """query W($after: String) { waitingMatches(first: 10, after: $after) { nodes {
  id sport offers { provider name } candidates {
    id confidence waiting version offers { provider name } decided { verdict by } } } } }"""
MADE = """{ matchDecisions { nodes {
  id verdict state version by reason learned together remaining { name }
  first { provider sportsEventId offer { name } } second { provider sportsEventId offer { name } } } } }"""
DECIDE = "mutation D($input: DecideMatchInput!) { decideMatch(input: $input) }"
UNDO = "mutation T($input: UndoMatchDecisionInput!) { undoMatchDecision(input: $input) }"


@dataclass
class EventsOffice:
    """The graph of the back office, and the block whose database it reads."""

    block: EventsBlock
    base: Base
    area: EventsArea
    graph: OfficeGraph
    _sent: int = 0

    async def answer(self, who: Actor, document: str, **variables: Any) -> dict[str, Any]:
        """Return the graph's answer to somebody."""
        self.block.later(seconds=1)
        return await ask(self.graph, who, document, variables)

    async def ask(self, who: Actor, document: str, **variables: Any) -> Any:
        """Return the data of an answer, which must have no errors."""
        answer = await self.answer(who, document, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def code(self, who: Actor, document: str, **values: Any) -> str:
        """Return with which code a change is refused."""
        answer = await self.answer(who, document, input=values)
        (error,) = answer["errors"]
        return str(error["extensions"]["code"])

    async def events(self) -> list[str]:
        """Return the names of the events that customers see, in order."""
        return sorted(node["name"] for node in (await self.block.ask(LISTED))["events"]["nodes"])

    async def waiting(self) -> Any:
        """Return what waits for a person."""
        return (await self.ask(OLGA, WAITING))["waitingMatches"]["nodes"]

    async def made(self) -> Any:
        """Return the decisions that people made."""
        return (await self.ask(OLGA, MADE))["matchDecisions"]["nodes"]

    async def answered(self, verdict: str, **others: Any) -> dict[str, Any]:
        """Return the input of a decision about the first that waits and its first candidate."""
        (waiting, *_) = await self.waiting()
        candidate = waiting["candidates"][0]
        named = {"waiting": waiting["id"], "candidate": candidate["id"], "version": candidate["version"]}
        return {**named, "verdict": verdict, "reason": "the club's page says so", **others}

    async def decide(self, verdict: str, who: Actor = OLGA) -> None:
        """Decide about the first that waits, and let the block apply it."""
        await self.ask(who, DECIDE, input=await self.answered(verdict))
        await self.publish()

    async def undo(self, who: Actor = OLGA) -> None:
        """Undo the newest decision, and let the block apply that."""
        (made, *_) = await self.made()
        given = {"decision": made["id"], "version": made["version"], "reason": "it was wrong"}
        await self.ask(who, UNDO, input=given)
        await self.publish()

    async def publish(self) -> None:
        """Let the block read the messages that were decided since the last time."""
        table = OUTBOX.outbox
        async with self.base.database.read() as connection:
            query = select(table).where(table.c.id > self._sent).order_by(table.c.id)
            rows = (await connection.execute(query)).all()
        for row in rows:
            self._sent = row.id
            await self.block.apply(Record(row.topic, 0, 0, row.key.encode(), row.value.encode(), ()))


@asynccontextmanager
async def events_office(database_url: str) -> AsyncIterator[EventsOffice]:
    """Open the back office and the block over new databases."""
    settings = DatabaseSettings(url=database_url)
    await migrate(settings, NAME, METADATA)
    async with events_block(database_url) as block:
        own = BackofficeSettings(key=SecretStr("k" * 32), _env_file=None)
        base = create_base(settings, own, block.clock)
        area = EventsArea(base)
        await employ(base.database, OLGA, OTTO, EDITH)
        try:
            yield EventsOffice(block, base, area, OfficeGraph.over(create_schema(), [area]))
        finally:
            await area.close()
            await base.database.close()
