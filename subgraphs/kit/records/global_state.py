"""The last global message of each subject: its kind and order, its table and SQL, and the kill switches."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, Row, String, Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.same_fields import with_fields_of
from foundation.storage.columns import JSON_LIST, Identifier, UtcDateTime, upsert
from subgraphs.kit.domain.keys import ALL_BRANDS

BRAND_FACTS: Final = "facts"


class GlobalKind(Enum):
    """What a global message is about. Messages of other kinds come from a newer version, and are kept.

    CONTENT: the published display content of a reward's version in one locale.
    BUDGET: how many customers may choose a reward in a week.
    ALLOTMENT: how many of them may choose it in each cell.
    REWARD_STATUS: a version of a reward is paused, resumed, withdrawn or recalled by an operator.
    SWITCH: a kill switch of a brand, a reward or a provider.
    BRAND: the name, languages and theme of a brand.
    PROVIDER: how workers call a provider of rewards.
    MATCH: whether the offers of two providers are of one sports event.
    BOARD: what a brand shows of sports, and how.
    ADAPTER: the settings with which an adapter's process follows its provider.
    TRADING: what a brand's traders suspend and limit.
    VOID: whether all bets of a brand on a market or a selection are void.
    LOBBY: the sections and groups of games that a brand shows.
    """

    CONTENT = "content"
    BUDGET = "budget"
    ALLOTMENT = "allotment"
    REWARD_STATUS = "reward_status"
    SWITCH = "switch"
    BRAND = "brand"
    PROVIDER = "provider"
    MATCH = "match"
    BOARD = "board"
    ADAPTER = "adapter"
    TRADING = "trading"
    VOID = "void"
    LOBBY = "lobby"


class SwitchScope(Enum):
    """What a kill switch turns off."""

    BRAND = "brand"
    REWARD = "reward"
    PROVIDER = "provider"


class GlobalOrder(NamedTuple):
    """The order of global messages: of two about one subject, the greater is valid.

    Attributes:
        epoch: Increases when the publisher's database or the topic was lost.
        number: Counts the messages.
    """

    epoch: int
    number: int


NOTHING_APPLIED: Final = GlobalOrder(0, 0)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a message is about. Its key is the record's key on the topic, by which Kafka compacts."""

    brand: str
    kind: str
    name: str

    @property
    def key(self) -> str:
        """Return the key, such as `northbet:switch:reward:fb-5`."""
        return f"{self.brand}:{self.kind}:{self.name}"


def content_subject(brand: str, reward_id: str, locale: str, version: int | None) -> Subject:
    """Return the subject of display content; the version `first` stands for content without a version."""
    return Subject(brand, GlobalKind.CONTENT.value, f"{reward_id}:{locale}:{version or 'first'}")


def budget_subject(brand: str, reward_id: str, iso_week: str) -> Subject:
    """Return the subject of a budget; an empty week is for every week."""
    return Subject(brand, GlobalKind.BUDGET.value, f"{reward_id}:{iso_week or 'every-week'}")


def allotment_subject(brand: str, reward_id: str, iso_week: str) -> Subject:
    """Return the subject of the allotments of a budget's week."""
    return Subject(brand, GlobalKind.ALLOTMENT.value, f"{reward_id}:{iso_week}")


def reward_status_subject(brand: str, reward_id: str, version: int) -> Subject:
    """Return the subject of an operator's status of a reward's version."""
    return Subject(brand, GlobalKind.REWARD_STATUS.value, f"{reward_id}:{version}")


def brand_subject(brand: str) -> Subject:
    """Return the subject of what the back office decided about a brand."""
    return Subject(brand, GlobalKind.BRAND.value, BRAND_FACTS)


def provider_subject(name: str) -> Subject:
    """Return the subject of a provider's configuration; a provider belongs to all brands."""
    return Subject(ALL_BRANDS, GlobalKind.PROVIDER.value, name)


def adapter_subject(name: str) -> Subject:
    """Return the subject of the settings of an adapter's process; it serves all brands."""
    return Subject(ALL_BRANDS, GlobalKind.ADAPTER.value, name)


def match_subject(first: str, second: str) -> Subject:
    """Return the subject of a decision about two offers, each as `provider:event`; their digest is short."""
    digest = blake2b(f"{first} {second}".encode(), digest_size=16).hexdigest()
    return Subject(ALL_BRANDS, GlobalKind.MATCH.value, digest)


def board_subject(brand: str) -> Subject:
    """Return the subject of a brand's board."""
    return Subject(brand, GlobalKind.BOARD.value, BRAND_FACTS)


def trading_subject(brand: str) -> Subject:
    """Return the subject of what a brand's traders suspend and limit."""
    return Subject(brand, GlobalKind.TRADING.value, BRAND_FACTS)


def void_subject(brand: str, scope: str, name: str) -> Subject:
    """Return the subject of whether bets are void; `name` is the id of the market or selection."""
    return Subject(brand, GlobalKind.VOID.value, f"{scope}:{name}")


def lobby_subject(brand: str) -> Subject:
    """Return the subject of a brand's lobby."""
    return Subject(brand, GlobalKind.LOBBY.value, BRAND_FACTS)


def switch_subject(scope: SwitchScope, brand: str, name: str = "") -> Subject:
    """Return the subject of a kill switch; `name` is the reward's or provider's id."""
    return Subject(brand, GlobalKind.SWITCH.value, f"{scope.value}:{name}" if name else scope.value)


def global_state_table(metadata: MetaData) -> Table:
    """Add the table to a subgraph's metadata: one row for each subject, with its last message.

    `state` is null if the subgraph has no use for the kind. `understood` is false for a kind that this
    version does not know: the message is kept until a version that knows it applies it.
    """
    return Table(
        "global_state",
        metadata,
        Column("key", Identifier(255), primary_key=True),
        Column("brand_id", Identifier(), nullable=False),
        Column("kind", Identifier(32), nullable=False),
        Column("epoch", BigInteger, nullable=False),
        Column("number", BigInteger, nullable=False),
        Column("event_id", Identifier(128), nullable=False),
        Column("state", JSON_LIST, nullable=True),
        Column("reason", String(500), nullable=True),
        Column("decided_at", UtcDateTime, nullable=False),
        Column("understood", Boolean, nullable=False),
        Column("produced_at", UtcDateTime, nullable=True),
        Index("global_state_of_brand", "kind", "brand_id"),
    )


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """The last message of a subject.

    Attributes:
        key: The record's key.
        brand: The brand, or `*`.
        event_id: Identifies the decision; the same decision may be published again under another number.
        state: What holds from now on; None if the subgraph has no use for the kind.
        understood: Whether this version knows the kind.
        produced_at: When the record was produced, as the producer or the broker says.
    """

    key: str
    brand: str
    kind: str
    order: GlobalOrder
    event_id: str
    state: Mapping[str, Any] | None
    reason: str | None
    decided_at: datetime
    understood: bool
    produced_at: datetime | None


@dataclass(frozen=True, slots=True)
class GlobalStateRepository:
    """Reads and writes the messages; writes are in the consumer's transaction."""

    table: Table

    async def known(
        self, connection: AsyncConnection, keys: Collection[str]
    ) -> dict[str, tuple[GlobalOrder, str]]:
        """Return order and event of the stored message of each subject; lock their rows."""
        c = self.table.c
        query = select(c.key, c.epoch, c.number, c.event_id).where(c.key.in_(sorted(keys))).with_for_update()
        rows = await connection.execute(query)
        return {row.key: (GlobalOrder(row.epoch, row.number), row.event_id) for row in rows}

    async def last_of(
        self, connection: AsyncConnection, keys: Collection[str]
    ) -> dict[str, tuple[GlobalOrder, datetime | None]]:
        """Return the order of the stored message of each subject, and when it was produced."""
        if not keys:
            return {}
        c = self.table.c
        query = select(c.key, c.epoch, c.number, c.produced_at).where(c.key.in_(sorted(keys)))
        rows = await connection.execute(query)
        return {row.key: (GlobalOrder(row.epoch, row.number), row.produced_at) for row in rows}

    async def store(self, connection: AsyncConnection, messages: Sequence[StoredMessage]) -> None:
        """Store messages, replacing those of the same subjects."""
        if not messages:
            return
        rows = [_row(message) for message in sorted(messages, key=lambda message: message.key)]
        columns = [column.name for column in self.table.columns if column.name != "key"]
        await connection.execute(upsert(connection.dialect.name, self.table, rows, update=columns))

    async def newest(self, connection: AsyncConnection) -> GlobalOrder:
        """Return the order of the last message."""
        c = self.table.c
        row = (
            await connection.execute(
                select(c.epoch, c.number).order_by(c.epoch.desc(), c.number.desc()).limit(1)
            )
        ).one_or_none()
        return NOTHING_APPLIED if row is None else GlobalOrder(row.epoch, row.number)

    async def of_brands(
        self, connection: AsyncConnection, kinds: Collection[GlobalKind], brands: Collection[str]
    ) -> list[StoredMessage]:
        """Return the messages of some kinds about brands. One SELECT."""
        c = self.table.c
        names = sorted(kind.value for kind in kinds)
        wanted = (c.kind.in_(names), c.brand_id.in_(sorted(brands)))
        return [_message(row) for row in await connection.execute(select(self.table).where(*wanted))]

    async def not_understood(self, connection: AsyncConnection) -> list[StoredMessage]:
        """Return the messages of kinds that the version which stored them did not know."""
        query = select(self.table).where(self.table.c.understood.is_(False)).order_by(self.table.c.key)
        return [_message(row) for row in await connection.execute(query)]

    async def mark_understood(self, connection: AsyncConnection, keys: Collection[str]) -> None:
        """Note that messages have been applied by a version that knows their kind."""
        await connection.execute(
            update(self.table).where(self.table.c.key.in_(sorted(keys))).values(understood=True)
        )


def _row(message: StoredMessage) -> dict[str, Any]:
    return {
        "key": message.key,
        "brand_id": message.brand,
        "kind": message.kind,
        "epoch": message.order.epoch,
        "number": message.order.number,
        "event_id": message.event_id,
        "state": None if message.state is None else dict(message.state),
        "reason": message.reason,
        "decided_at": message.decided_at,
        "understood": message.understood,
        "produced_at": message.produced_at,
    }


def _message(row: Row[Any]) -> StoredMessage:
    return with_fields_of(StoredMessage, row, brand=row.brand_id, order=GlobalOrder(row.epoch, row.number))


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """What is switched off for a brand.

    Attributes:
        whole_brand: Whether the whole club of the brand is paused.
        rewards: The ids of rewards that are switched off.
    """

    whole_brand: bool = False
    rewards: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class KillSwitches:
    """Reads switches; each method is one SELECT over a few rows."""

    table: Table

    async def off(self, connection: AsyncConnection, brand: str) -> SwitchedOff:
        """Return what is switched off for a brand."""
        states = await self._on(connection, (brand, ALL_BRANDS))
        rewards = (str(state["name"]) for _, state in states if state["scope"] == SwitchScope.REWARD.value)
        whole = any(state["scope"] == SwitchScope.BRAND.value for _, state in states)
        return SwitchedOff(whole, frozenset(rewards))

    async def brands_off(self, connection: AsyncConnection, brands: Collection[str]) -> frozenset[str]:
        """Return the brands, of these, that are switched off."""
        states = await self._on(connection, (*brands, ALL_BRANDS))
        found = {brand for brand, state in states if state["scope"] == SwitchScope.BRAND.value}
        return frozenset(brands) if ALL_BRANDS in found else frozenset(found)

    async def providers_off(self, connection: AsyncConnection) -> frozenset[str]:
        """Return the providers that are switched off."""
        states = await self._on(connection, (ALL_BRANDS,))
        return frozenset(
            str(state["name"]) for _, state in states if state["scope"] == SwitchScope.PROVIDER.value
        )

    async def _on(
        self, connection: AsyncConnection, brands: Collection[str]
    ) -> list[tuple[str, dict[str, object]]]:
        c = self.table.c
        wanted = (c.kind == GlobalKind.SWITCH.value, c.brand_id.in_(sorted(set(brands))))
        rows = await connection.execute(select(c.brand_id, c.state).where(*wanted))
        return [(row.brand_id, row.state) for row in rows if row.state and row.state["off"]]
