"""The three subgraphs over a test's own databases, with what tests store and look at."""

import sys
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from joserfc import jwt
from joserfc.jwk import OctKey
from opentelemetry.trace import Tracer
from pydantic import SecretStr
from sqlalchemy import Table, event, func, insert, select

from foundation.storage.clock import ManualClock
from foundation.storage.settings import DatabaseSettings
from subgraphs.club.app import create_subgraph as create_club
from subgraphs.club.membership.membership import MembershipKind
from subgraphs.club.membership.repository import MembershipRepository
from subgraphs.club.models import INTENT as CLUB_INTENT
from subgraphs.club.models import MEMBERSHIP_EVENT
from subgraphs.club.models import METADATA as CLUB
from subgraphs.club.models import REFERENCE as CLUB_REFERENCE
from subgraphs.club_kit.domain.accounts import Account
from subgraphs.club_kit.domain.schemes import Brand, Scheme
from subgraphs.club_kit.records.tables import ReferenceTables
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.reads.options import ReadOptions
from subgraphs.kit.settings import Execution, SessionSettings, UpstreamSettings
from subgraphs.progress.app import create_subgraph as create_progress
from subgraphs.progress.models import CONTRIBUTION, PROGRESS
from subgraphs.progress.models import METADATA as PROGRESS_METADATA
from subgraphs.progress.models import REFERENCE as PROGRESS_REFERENCE
from subgraphs.rewards.app import create_subgraph as create_rewards
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.catalogue.rewards import RewardConfig, RewardContent
from subgraphs.rewards.models import METADATA as REWARDS
from subgraphs.rewards.models import REFERENCE as REWARDS_REFERENCE
from subgraphs.rewards.models import REWARD_CONFIG, REWARD_CONTENT
from tests.support.database_probe import migrate as migrate_one
from tests.support.subgraphs.club_samples import (
    BRAND,
    CUSTOMER,
    LONG_AGO,
    account_row,
    brand_row,
    config_row,
    good_account,
    make_brand,
    make_config,
    make_content,
    make_scheme,
    scheme_row,
)

SECRET: Final = "a secret of the tests, 32 bytes or more"
ISSUER: Final = "https://issuer.test"
LIFETIME: Final = 100 * 366 * 24 * 3600
"""Tokens of the tests outlive every day that a test may put the clock to."""
AUDIENCE: Final = "furlong-tests"
UPSTREAM: Final = "http://upstream.test"
METADATA: Final = {"club": CLUB, "rewards": REWARDS, "progress": PROGRESS_METADATA}
REFERENCE: Final[Mapping[str, ReferenceTables]] = {
    "club": CLUB_REFERENCE,
    "rewards": REWARDS_REFERENCE,
    "progress": PROGRESS_REFERENCE,
}


async def migrate(url: str) -> None:
    """Create the databases of all subgraphs."""
    for name, metadata in METADATA.items():
        await migrate_one(DatabaseSettings(url=url), name, metadata)


def make_token(customer: object = CUSTOMER, brand: object = BRAND, **claims: Any) -> str:
    """Return a session token that the fixture's verifier accepts, unless the claims spoil it."""
    all_claims = {"iss": ISSUER, "aud": AUDIENCE, "exp": 4102444800, "sub": customer, "brand": brand} | claims
    kept = {name: value for name, value in all_claims.items() if value is not ...}
    return jwt.encode({"alg": "HS256"}, kept, OctKey.import_key(SECRET))


def session(customer: str | None = CUSTOMER, brand: str = BRAND) -> dict[str, str]:
    """The headers of a customer's request; of an anonymous visitor's for None."""
    return {} if customer is None else {"authorization": f"Bearer {make_token(customer, brand)}"}


def session_settings() -> SessionSettings:
    """The settings under which `make_token` makes tokens."""
    return SessionSettings(
        secret=SecretStr(SECRET), issuer=ISSUER, audience=AUDIENCE, longest_lifetime_seconds=LIFETIME
    )


@dataclass(frozen=True, slots=True)
class ClubFixture:
    """The subgraphs, their clock and their databases.

    Attributes:
        url: As FURLONG_DATABASE_URL.
        upstream_url: Where they make changes.
    """

    club: Subgraph
    rewards: Subgraph
    progress: Subgraph
    clock: ManualClock
    url: str
    upstream_url: str

    @classmethod
    def over(
        cls,
        url: str,
        now: datetime,
        upstream_url: str = UPSTREAM,
        execution: Execution = "compiled",
        tracer: Tracer | None = None,
        *,
        count_seconds: float = 0.0,
        **upstream: Any,
    ) -> "ClubFixture":
        """Put the subgraphs together over existing databases."""
        clock = ManualClock(now)
        database = DatabaseSettings(url=url)
        settings = UpstreamSettings(url=upstream_url, **{"retry_delay_seconds": 0.0} | upstream)
        verifier = SessionVerifier.from_settings(session_settings(), clock)
        reading = ReadOptions(execution=execution, tracer=tracer, count_seconds=count_seconds)
        parts = SubgraphParts(database, settings, verifier, clock, reading)
        return cls(
            club=create_club(parts),
            rewards=create_rewards(parts),
            progress=create_progress(parts),
            clock=clock,
            url=url,
            upstream_url=upstream_url,
        )

    def never_rest(self) -> None:
        """Let the circuit breakers stay closed, however many calls fail."""
        for subgraph in (self.club, self.rewards):
            service = cast("Any", subgraph.make_context).keywords["service"]
            service.changes.effect.breaker.failures = sys.maxsize

    async def close(self) -> None:
        """Closes all connections."""
        for subgraph in (self.club, self.rewards, self.progress):
            await subgraph.close()

    async def add_brand(self, brand: Brand | None = None, *schemes: Scheme) -> None:
        """Lets every subgraph know a brand and its schemes."""
        brand = brand or make_brand()
        rows = [scheme_row(scheme) for scheme in schemes or (make_scheme(),)]
        for subgraph in (self.club, self.rewards, self.progress):
            reference = REFERENCE[subgraph.name]
            await self.insert(subgraph, reference.brand, [brand_row(brand)])
            await self.insert(subgraph, reference.scheme, rows)

    async def add_accounts(self, accounts: Mapping[Owner, Account]) -> None:
        """Lets every subgraph know accounts."""
        rows = [account_row(owner, account) for owner, account in accounts.items()]
        for subgraph in (self.club, self.rewards, self.progress):
            await self.insert(subgraph, REFERENCE[subgraph.name].account, rows)

    async def add_rewards(
        self, configs: Sequence[RewardConfig], contents: Sequence[RewardContent] | None = None
    ) -> None:
        """Fills the catalogue; without contents each reward gets one, in the order given."""
        await self.insert(self.rewards, REWARD_CONFIG, [config_row(config) for config in configs])
        if contents is None:
            ids = dict.fromkeys(config.reward_id for config in configs)
            contents = [make_content(name, position=place) for place, name in enumerate(ids, 1)]
        catalogue = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
        async with self.rewards.database.write() as connection:
            for content in contents:
                await catalogue.publish(connection, configs[0].brand, content, LONG_AGO)
        await self.rewards.renew()

    async def add_northbet(self, *customers: str) -> None:
        """The usual world: Northbet, its customers in good standing, two free bets, one of them default."""
        await self.add_brand()
        names = customers or (CUSTOMER,)
        await self.add_accounts({Owner(BRAND, name): good_account() for name in names})
        await self.add_rewards([make_config("fb-5"), make_config("fb-2x3", value_minor=600)])

    async def add_membership(self, owner: Owner, *events: tuple[MembershipKind, datetime]) -> None:
        """Appends membership events that the upstream once confirmed."""
        repository = MembershipRepository(MEMBERSHIP_EVENT)
        async with self.club.database.write() as connection:
            for kind, at in events:
                await repository.append(
                    connection, owner, kind, terms_version="2026-1", upstream_key=uuid.uuid4().hex, at=at
                )

    async def add_bets(self, rows: Iterable[Mapping[str, Any]], totals: Iterable[Mapping[str, Any]]) -> None:
        """Puts contributions and totals as the ledger would have left them."""
        await self.insert(self.progress, CONTRIBUTION, list(rows))
        await self.insert(self.progress, PROGRESS, list(totals))

    async def insert(self, subgraph: Subgraph, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Inserts rows; notifies the subgraph if they are public data that it caches."""
        if rows:
            async with subgraph.database.write() as connection:
                await connection.execute(insert(table), [dict(row) for row in rows])
            await subgraph.renew()

    async def count(self, subgraph: Subgraph, table: Table) -> int:
        """How many rows a table has."""
        async with subgraph.database.read() as connection:
            return int(await connection.scalar(select(func.count()).select_from(table)) or 0)

    async def intents(self, subgraph: Subgraph) -> list[Any]:
        """The intents of a subgraph, oldest first."""
        table = CLUB_INTENT if subgraph.name == "club" else REWARDS.tables["intent"]
        async with subgraph.database.read() as connection:
            return list(await connection.execute(select(table).order_by(table.c.created_at)))


async def ask(
    subgraph: Subgraph,
    query: str,
    variables: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the response of a subgraph, by default to the usual customer."""
    return await subgraph.execute(query, variables or {}, None, session() if headers is None else headers)


async def data_of(
    subgraph: Subgraph,
    query: str,
    variables: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Any:
    """Return the data of a response that must have no errors."""
    answer = await ask(subgraph, query, variables, headers)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


def codes(answer: Mapping[str, Any]) -> list[str]:
    """Return the codes of a response's errors."""
    return [error["extensions"]["code"] for error in answer.get("errors", [])]


@contextmanager
def statements(subgraph: Subgraph) -> Iterator[list[str]]:
    """Collects the SQL that is sent to a subgraph's database."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    engine, pinned = subgraph.database._engine.sync_engine, subgraph.database.pinned
    event.listen(engine, "before_cursor_execute", note)
    pinned.watch = seen.append
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
        pinned.watch = None
