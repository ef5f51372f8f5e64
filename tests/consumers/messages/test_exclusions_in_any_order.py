"""What stops a customer is the same at any instant, in whatever order accounts and exclusions arrive."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from consumers.club.reducers import ClubReducer
from consumers.messages.accounts import decode_account
from consumers.messages.exclusions import ExclusionReducer, decode_exclusions, exclusion_topic
from consumers.stream.records import Record
from consumers.stream.topics import Message
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.migrations.upgrade import upgrade
from foundation.storage.settings import DatabaseSettings
from subgraphs.club import models as club
from subgraphs.club.customer_data import erasure_of
from subgraphs.club_kit.domain.accounts import ineligible_reason
from subgraphs.club_kit.domain.exclusions import ChosenExclusion
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.wallet.limits.breaks import Break
from subgraphs.wallet.limits.facts.exclusions import exclusion_fact, read_back
from tests.support.consumers.sample_messages import account
from tests.support.examples import examples
from tests.support.subgraphs.club_samples import make_brand

OWNER, START, DAY = Owner("northbet", "c-1"), datetime(2026, 3, 25, 10, tzinfo=UTC), timedelta(days=1)
BRAND = make_brand()
PRODUCTS = (None, "betting", "casino")
FACTS: Sequence[dict[str, Any]] = (
    {},
    {"rg_state": "restricted"},
    {"rg_state": "self_excluded"},
    {"status": "suspended"},
    {"promo_restricted": True},
)
INSTANTS = tuple(START + half_days * DAY / 2 for half_days in range(16))


@dataclass(frozen=True)
class Chosen:
    """A break or exclusion, in days since the start."""

    kind: str
    product: str | None
    since: int
    until: int

    def holds(self, at: datetime, product: str | None) -> bool:
        """Whether it stops what is of a product."""
        return self.product in {None, product} and START + self.since * DAY <= at < START + self.until * DAY


def reference(facts: dict[str, Any], chosen: Sequence[Chosen], at: datetime, product: str) -> str | None:
    """Why a customer is stopped: the strictest of all that was said."""
    kinds = {one.kind for one in chosen if one.holds(at, product)}
    if facts.get("rg_state") == "self_excluded" or "EXCLUSION" in kinds:
        return "SELF_EXCLUDED"
    if facts.get("status") == "suspended":
        return "SUSPENDED"
    if facts.get("rg_state") == "restricted" or "BREAK" in kinds:
        return "RG_RESTRICTED"
    return "PROMO_RESTRICTED" if facts.get("promo_restricted") else None


CHOSEN = st.builds(
    lambda kind, product, since, days: Chosen(
        kind, None if kind == "EXCLUSION" else product, since, since + days
    ),
    st.sampled_from(["BREAK", "EXCLUSION"]),
    st.sampled_from(PRODUCTS),
    st.integers(0, 4),
    st.integers(1, 3),
)


def told(chosen: Sequence[Chosen]) -> list[Record]:
    """The messages that the wallet writes of breaks, in the order in which they were chosen."""
    ordered = sorted(chosen, key=lambda one: one.since)
    records = []
    for number, last in enumerate(ordered, 1):
        at = START + last.since * DAY
        so_far = [_break(one) for one in ordered[:number]]
        fact = exclusion_fact(OWNER, number, [one for one in so_far if one.until > at], at).encoded()
        records.append(Record("wallet.exclusion.v1", 0, number, fact.key.encode(), fact.value.encode()))
    return records


def _break(chosen: Chosen) -> Break:
    (found,) = read_back([_exclusion(chosen)])
    return found


def _exclusion(chosen: Chosen) -> ChosenExclusion:
    return ChosenExclusion(
        chosen.kind, chosen.product, START + chosen.since * DAY, START + chosen.until * DAY
    )


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide a migrated database of the club, to be copied."""
    folder = tmp_path_factory.mktemp("empty")
    asyncio.run(upgrade(DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}"), "club", club.METADATA))
    return folder


async def _decisions(empty: Path, arriving: Sequence[Record]) -> list[str | None]:
    """Apply messages one by one, and decide at each instant, for each product."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(empty, folder, dirs_exist_ok=True)
        database = Database.open(DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}"), "club")
        reducer = ClubReducer(ReferenceWriter(club.REFERENCE, "sqlite"), SystemClock())
        repository = ReferenceRepository(club.REFERENCE)
        try:
            for record in arriving:
                async with database.write() as connection:
                    if record.topic == "wallet.exclusion.v1":
                        message = Message(record, decode_exclusions(record))
                        await reducer.exclusions(connection, [message])
                    else:
                        await reducer.accounts(connection, [Message(record, decode_account(record))])
            found = []
            async with database.read() as connection:
                for at in INSTANTS:
                    known = (await repository.accounts_in_force(connection, [OWNER], at))[OWNER]
                    for product in ("betting", "casino"):
                        reason = ineligible_reason(known, BRAND, currencies={"GBP"}, product=product)
                        found.append(reason.value if reason else None)
            return found
        finally:
            await database.close()


@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_order_and_repetition_gives_the_same_decision_at_any_instant(
    empty: Path, data: st.DataObject
) -> None:
    """Of account messages, the newest counts; of what was chosen, all; of both, the stricter."""
    revisions = data.draw(st.lists(st.sampled_from(FACTS), min_size=1, max_size=3))
    chosen = data.draw(st.lists(CHOSEN, max_size=4))
    records = [account(revision=number, **facts) for number, facts in enumerate(revisions, 1)] + told(chosen)
    repeated = data.draw(st.lists(st.sampled_from(records), max_size=3))
    arriving = data.draw(st.permutations(records + repeated))
    expected = [
        reference(revisions[-1], chosen, at, product) for at in INSTANTS for product in ("betting", "casino")
    ]
    assert asyncio.run(_decisions(empty, arriving)) == expected


@pytest.mark.parametrize("first", ["erasure", "fact"])
async def test_what_runs_on_stops_an_erased_customer_who_returns(
    empty: Path, tmp_path: Path, first: str
) -> None:
    """Also in a database that is built anew, in whichever order it reads the topics; a null value ends it."""
    shutil.copytree(empty, tmp_path, dirs_exist_ok=True)
    database = Database.open(DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}"), "club")
    writer, erasure = ReferenceWriter(club.REFERENCE, "sqlite"), erasure_of("sqlite", Pseudonyms(b"k", 24))
    topic = exclusion_topic(ExclusionReducer(writer, erasure).apply, writer)
    ended, running = Chosen("BREAK", None, 0, 1), Chosen("EXCLUSION", None, 2, 6)
    erased_at = START + 3 * DAY

    async def apply(record: Record) -> None:
        async with database.write() as connection:
            await topic.apply(connection, [Message(record, topic.decode(record))])

    async def erase() -> None:
        async with database.write() as connection:
            await erasure.erase(connection, OWNER, erased_at, erased_at)

    async def stored() -> list[str]:
        async with database.read() as connection:
            return list(await connection.scalars(select(club.REFERENCE.exclusion.c.kind)))

    facts = told([ended, running])
    if first == "erasure":
        await erase()
    for fact in facts:
        await apply(fact)
    if first == "fact":
        await erase()
    assert await stored() == ["EXCLUSION"]
    key = f"{OWNER.brand}:{OWNER.customer}".encode()
    null = Record("wallet.exclusion.v1", 0, 9, key, None, (("brand", OWNER.brand.encode()),), erased_at)
    await apply(null)
    assert await stored() == []
    await database.close()


def test_a_message_has_few_exclusions_however_many_were_chosen() -> None:
    """A thousand breaks that overlap are told as one."""
    at = START + DAY
    one = _break(Chosen("BREAK", None, 0, 3))
    many = [replace(one, until=one.until + number * DAY) for number in range(1000)]
    (body,) = exclusion_fact(OWNER, 1000, many, at).body["exclusions"]
    assert body["until"] == (one.until + 999 * DAY).isoformat()
