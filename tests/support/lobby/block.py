"""The block: its subgraph, its consumer and its upkeep over one database, and a wallet beside it."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import yaml
from prometheus_client import CollectorRegistry
from sqlalchemy import insert, select

from consumers.lobby.wiring import create_consumer
from consumers.messages.global_events.lobby_states import LobbyState
from consumers.messages.global_events.states import state_fields
from consumers.stream.consumer import Consumer
from consumers.stream.database.batch import Batch, PartitionRecords
from consumers.stream.records import Partition, Record
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import ManualClock
from foundation.storage.settings import DatabaseSettings
from furlong.neighbours import NEIGHBOURS
from subgraphs.club_kit.domain.accounts import Account
from subgraphs.club_kit.domain.exclusions import ChosenExclusion
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds_settings import FundsSettings
from subgraphs.kit.given_settings import GivenSettings
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.rounds import Rounds, WorkerParts
from subgraphs.kit.settings import UpstreamSettings
from subgraphs.kit.topics import GLOBAL_TOPIC
from subgraphs.lobby.app import create_subgraph
from subgraphs.lobby.configuration import MAX_SECONDS, LobbySettings
from subgraphs.lobby.models import METADATA, REFERENCE
from subgraphs.lobby.upkeep import create_rounds
from subgraphs.wallet.models import METADATA as WALLET
from tests.support.database_probe import migrate
from tests.support.lobby.games_provider import OPERATOR, GamesProvider, keys
from tests.support.subgraphs.club_fixture import session, session_settings
from tests.support.subgraphs.club_samples import (
    NOW,
    OWNER,
    account_row,
    brand_row,
    good_account,
    make_brand,
    make_scheme,
    scheme_row,
)

TERRITORY_HEADER: Final = "x-territory"
LOBBY: Final = """query ($b: ID!, $d: Device!, $n: Int!) { lobby(brand: $b, device: $d) {
  sections { id name games(first: $n) { id name provider imageUrl tags } } } }"""
LAUNCH: Final = """mutation ($i: LaunchGameInput!) { launchGame(input: $i) {
  url expiresAt errors { code message } } }"""


@dataclass
class LobbyBlock:
    """The block over one database, and the clock of all of it."""

    settings: DatabaseSettings
    subgraph: Subgraph
    consumer: Consumer
    upkeep: Rounds
    clock: ManualClock
    offsets: Counter[str] = field(default_factory=Counter)
    numbers: int = 0

    async def listed(self) -> None:
        """Let the providers be asked for their games."""
        self.later(minutes=10)
        await self.upkeep.round()

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(**time))

    async def decide(self, state: LobbyState, brand: str = "northbet") -> None:
        """Apply what the back office decided."""
        self.numbers += 1
        body = {
            "schema": "club.global/1",
            "event_id": f"decision-{self.numbers}",
            "brand_id": brand,
            "epoch": 1,
            "number": self.numbers,
            "kind": "lobby",
            "subject": "facts",
            "state": state_fields(state),
            "reason": None,
            "decided_at": self.clock.now().isoformat().replace("+00:00", "Z"),
        }
        headers = (("schema", b"club.global/1"),)
        await self.apply(
            Record(GLOBAL_TOPIC, 0, 0, f"{brand}:lobby:facts".encode(), json.dumps(body).encode(), headers)
        )

    async def apply(self, record: Record) -> None:
        """Apply a record, as the stream would."""
        topic = self.consumer.app.by_name[record.topic]
        offset = self.offsets[topic.name]
        self.offsets[topic.name] += 1
        placed = Record(record.topic, 0, offset, record.key, record.value, record.headers, record.timestamp)
        partition = Partition(topic.name, 0, "g-1")
        await self.consumer.sink.apply(Batch(topic, [PartitionRecords(partition, offset, [placed])]))

    async def exclude(self, chosen: ChosenExclusion, owner: Owner = OWNER) -> None:
        """Note what the wallet has told of a customer."""
        row = {
            "brand_id": owner.brand,
            "customer_id": owner.customer,
            "kind": chosen.kind,
            "product": chosen.product or "",
            "since": chosen.since,
            "ends_at": chosen.until,
        }
        await self.insert(REFERENCE.exclusion, row)

    async def insert(self, table: Any, row: Mapping[str, Any]) -> None:
        """Insert a row."""
        async with self.subgraph.database.write() as connection:
            await connection.execute(insert(table).values(row))

    async def rows(self, table: Any) -> list[dict[str, Any]]:
        """Return the rows of a table."""
        async with self.subgraph.database.read() as connection:
            return [dict(row) for row in (await connection.execute(select(table))).mappings()]

    async def answer(
        self, query: str, owner: Owner | None = OWNER, headers: Mapping[str, str] | None = None, **values: Any
    ) -> dict[str, Any]:
        """Return an answer to a customer; to an anonymous visitor for None."""
        self.later(seconds=10)  # whatever is in memory is read again
        of_session = session(None) if owner is None else session(owner.customer, owner.brand)
        return await self.subgraph.execute(query, values, None, of_session | dict(headers or {}))

    async def shown(
        self,
        owner: Owner | None = OWNER,
        *,
        device: str = "DESKTOP",
        territory: str | None = None,
        language: str | None = None,
        brand: str = "northbet",
        first: int = 20,
    ) -> dict[str, list[str]]:
        """Return the names of the games of each section, by the sections' names."""
        named = {TERRITORY_HEADER: territory, "accept-language": language}
        headers = {name: value for name, value in named.items() if value is not None}
        answer = await self.answer(LOBBY, owner, headers, b=brand, d=device, n=first)
        assert "errors" not in answer, answer
        sections = answer["data"]["lobby"]["sections"]
        return {section["name"]: [game["name"] for game in section["games"]] for section in sections}

    async def launch(self, game: str, owner: Owner | None = OWNER, **values: Any) -> Any:
        """Launch a game, and return the payload; its id is of the brand `northbet` unless it names one."""
        asked = {"brand": "northbet", "gameId": game if ":" in game else f"northbet:{game}"} | values
        answer = await self.answer(LAUNCH, owner, i=asked)
        assert "errors" not in answer, answer
        return answer["data"]["launchGame"]

    async def refused(self, game: str, owner: Owner | None = OWNER, **values: Any) -> str:
        """Return the code with which a launch is refused; "" if it is not."""
        payload = await self.launch(game, owner, **values)
        assert (payload["url"] is None) == (payload["expiresAt"] is None) == bool(payload["errors"])
        return payload["errors"][0]["code"] if payload["errors"] else ""


def provider_entry(provider: GamesProvider, **members: Any) -> dict[str, Any]:
    """Return what the file of the lobby says of a provider."""
    return {
        "name": "acorn",
        "url": provider.base,
        "private_key_file": str(keys() / "ours.pem"),
        "public_key_file": str(keys() / "theirs.pub"),
        "operator_id": OPERATOR,
        "currencies": ["GBP", "EUR"],
        "frame_origins": [provider.base],
        "timeout_seconds": MAX_SECONDS,
    } | members


@asynccontextmanager
async def lobby_block(
    database_url: str,
    folder: Path,
    providers: Sequence[Mapping[str, Any]],
    *,
    accounts: Mapping[Owner, Account] | None = None,
    funds: FundsSettings | None = None,
    **members: Any,
) -> AsyncIterator[LobbyBlock]:
    """Open the block over a new database; brands are Northbet in GB and DE, and Southbet in GB.

    Args:
        database_url: As FURLONG_DATABASE_URL.
        folder: For the file of the lobby.
        providers: Its entries of providers.
        accounts: What account messages have said; one in good standing in Great Britain by default.
        funds: Where customers' money is; in our ledger by default.
        members: Other members of the file.
    """
    file = folder / "lobby.yaml"
    file.write_text(yaml.safe_dump({"providers": [dict(provider) for provider in providers], **members}))
    settings, clock = DatabaseSettings(url=database_url), ManualClock(NOW)
    await migrate(settings, "lobby", METADATA)
    await migrate(settings, "wallet", WALLET)
    given = GivenSettings(LobbySettings(file=file), funds or FundsSettings())
    verifier = SessionVerifier.from_settings(session_settings(), clock, territory_header=TERRITORY_HEADER)
    subgraph = create_subgraph(
        SubgraphParts(settings, UpstreamSettings(), verifier, clock, given=given, neighbours=NEIGHBOURS)
    )
    consumer = create_consumer(settings, StreamSettings(), CollectorRegistry(), clock)
    upkeep = create_rounds(WorkerParts(settings, clock, given=given))
    block = LobbyBlock(settings, subgraph, consumer, upkeep, clock)
    for brand in (
        make_brand(jurisdictions=("GB", "DE"), locales=("en-GB", "de-DE")),
        make_brand(id="southbet", name="Southbet"),
    ):
        await block.insert(REFERENCE.brand, brand_row(brand))
        await block.insert(REFERENCE.scheme, scheme_row(make_scheme(brand=brand.id)))
    for owner, account in (accounts if accounts is not None else {OWNER: good_account()}).items():
        await block.insert(REFERENCE.account, account_row(owner, account))
    yield block
    await upkeep.close()
    await consumer.close()
    await subgraph.close()
