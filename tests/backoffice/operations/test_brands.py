"""Brands in the back office: revisions, refusals, two operators at once, and what the nodes then know."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from backoffice.access import Role
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.repository import AUDIT_LOG
from backoffice.errors import Forbidden, Invalid, NotFound, Stale
from backoffice.global_events.models import SUBJECT
from backoffice.operations.brands.contrast import DEFAULTS, TokenColours
from backoffice.operations.brands.document import BrandDocument, validate_document
from backoffice.operations.brands.service import BrandService
from consumers.messages.global_events.message import decode_global
from consumers.messages.global_events.states import state_fields
from consumers.rewards.decisions import RewardDecisions
from consumers.stream.records import Record
from consumers.stream.topics import Message
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from subgraphs.club_kit.domain.schemes import ThemeColour
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.topics import GLOBAL_TOPIC
from subgraphs.rewards import models as rewards
from tests.support.database_probe import migrated
from tests.support.office.backoffice_fixture import NOW, actor, backoffice_database
from tests.support.subgraphs.club_samples import brand_row, make_brand

OLGA = actor("olga", Role.OPERATOR)
VIC = actor("vic", Role.VIEWER)
SUE = actor("sue", Role.OPERATOR, brand="southbet")
PURPLE = TokenColours("#7a1fa2", "#d8a6f0")
READABLE = {"accent": PURPLE, "on-accent": TokenColours("#fff", "#2a0538")}


@dataclass
class BrandFixture:
    """The service, and the database of a node."""

    service: BrandService
    node: Database

    async def apply_decisions(self) -> None:
        """Apply on the node what was decided, as its consumer does."""
        async with self.service.database.read() as connection:
            rows = await self.service.decisions.repository.all(connection)
        reducer = RewardDecisions(ManualClock(NOW)).reducer
        records = [Record(GLOBAL_TOPIC, 0, 0, row.key.encode(), row.message().encode()) for row in rows]
        messages = [Message(record, decode_global(record)) for record in records]
        async with self.node.write() as connection:
            await reducer.apply(connection, messages)

    async def known(self) -> object:
        """Return the brand as the node knows it."""
        async with self.node.read() as connection:
            return (await ReferenceRepository(rewards.REFERENCE).brands(connection, ["northbet"]))["northbet"]


@pytest.fixture
async def brand_area(tmp_path: Path) -> AsyncIterator[BrandFixture]:
    """The service over embedded databases."""
    async with opened(f"sqlite+aiosqlite:///{tmp_path}") as found:
        yield found


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[BrandFixture]:
    """Open the service over the database of a node that knows northbet."""
    async with backoffice_database(url) as own, migrated(url, "rewards", rewards.METADATA) as node:
        async with node.write() as connection:
            await connection.execute(insert(rewards.REFERENCE.brand).values(brand_row(make_brand())))
        yield BrandFixture(BrandService(own, node, AuditLog(ManualClock(NOW)), ManualClock(NOW)), node)


def document(**changes: object) -> BrandDocument:
    """Return a document that breaks no rule."""
    plain = BrandDocument("Northbet", "en-GB", ("en-GB", "de-AT"), READABLE)
    return replace(plain, **changes)  # type: ignore[arg-type] # fields of a document


async def test_a_change_is_in_force_on_a_node_and_on_record(database_url: str) -> None:
    """The name, the languages and the theme replace what the scheme's message said; the zone stays."""
    async with opened(database_url) as brand_area:
        await _change_and_apply(brand_area)


async def _change_and_apply(brand_area: BrandFixture) -> None:
    before = await brand_area.known()
    changed = await brand_area.service.change(
        OLGA, "northbet", document(name=" North "), seen=0, reason="new look"
    )
    assert (changed.revision, changed.brand.name) == (1, "North")
    assert await brand_area.known() == before
    await brand_area.apply_decisions()
    assert await brand_area.known() == replace(
        before,  # type: ignore[type-var] # a brand
        name="North",
        locales=("en-GB", "de-AT"),
        theme=(ThemeColour("accent", "#7a1fa2", "#d8a6f0"), ThemeColour("on-accent", "#ffffff", "#2a0538")),
    )
    (audited,) = await _audited(brand_area)
    assert (
        audited.action,
        audited.reason,
        json.loads(audited.before)["revision"],
        json.loads(audited.after)["revision"],
    ) == (
        *("operations.change_brand", "new look"),
        *(0, 1),
    )


async def test_the_second_of_two_operators_is_told(brand_area: BrandFixture) -> None:
    """Nothing is overwritten, and the refusal names the current revision."""
    await brand_area.service.change(OLGA, "northbet", document(name="One"), seen=0, reason="mine")
    with pytest.raises(Stale) as refused:
        await brand_area.service.change(OLGA, "northbet", document(name="Two"), seen=0, reason="mine too")
    assert refused.value.details == {"version": 1}
    assert (await brand_area.service.find(VIC, "northbet")).brand.name == "One"
    again = await brand_area.service.change(
        OLGA, "northbet", document(name="Two"), seen=1, reason="after a look"
    )
    listed = await brand_area.service.revisions(VIC, "northbet", 10)
    assert (again.revision, [one.document.name for one in listed]) == (2, ["Two", "One"])


async def test_what_cannot_be_read_is_refused_pair_by_pair(brand_area: BrandFixture) -> None:
    """The problem names the two colours, the ratio and what is needed; nothing is stored or decided."""
    pale = {"accent": TokenColours("#d8a6f0", "#d8a6f0"), "on-accent": TokenColours("#ffffff", "#2a0538")}
    with pytest.raises(Invalid) as refused:
        await brand_area.service.change(OLGA, "northbet", document(theme=pale), seen=0, reason="pretty")
    messages = [problem.message for problem in refused.value.problems]
    assert (
        "on-accent on accent (text of the main button, light pages) has 1.97:1, and needs 4.5:1." in messages
    )
    assert not any("dark pages" in message for message in messages)
    async with brand_area.service.database.read() as connection:
        assert (await connection.execute(select(SUBJECT))).all() == []
    assert (await brand_area.service.find(VIC, "northbet")).revision == 0
    tried = await brand_area.service.try_theme(VIC, "northbet", pale)
    assert sum(not one.is_readable for one in tried) == len(messages)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "North\u202ebet"},
        {"name": "n" * 201},
        {"locales": ()},
        {"locales": ("en-GB", "en-GB")},
        {"locales": ("en-GB", "<script>")},
        {"default_locale": "fr-FR"},
        {"theme": {"accent": TokenColours("red", "#d8a6f0")}},
        {"theme": {"accent": TokenColours("#7a1fa2;background:url(//evil)", "#d8a6f0")}},
        {"theme": {"radius": PURPLE}},
    ],
    ids=str,
)
def test_what_breaks_a_rule_is_refused(wrong: dict[str, object]) -> None:
    """Also what would put more than a colour into the page's style."""
    with pytest.raises(Invalid):
        validate_document(document(**wrong))


async def test_who_may_not_changes_nothing(brand_area: BrandFixture) -> None:
    """A viewer may look; a person of another brand finds nothing in any list."""
    with pytest.raises(Forbidden):
        await brand_area.service.change(VIC, "northbet", document(), seen=0, reason="why not")
    for look in (brand_area.service.find(SUE, "northbet"), brand_area.service.revisions(SUE, "northbet", 10)):
        with pytest.raises(Forbidden):
            await look
    assert await brand_area.service.page(SUE, 10) == []
    assert [one.brand.id for one in await brand_area.service.page(VIC, 10)] == ["northbet"]
    with pytest.raises(NotFound):
        await brand_area.service.find(replace(VIC, roles={"*": frozenset({Role.VIEWER})}), "nowhere")
    with pytest.raises(Invalid):
        await brand_area.service.change(OLGA, "northbet", document(), seen=0, reason="  ")


async def test_a_later_message_of_a_scheme_does_not_take_a_decision_back(brand_area: BrandFixture) -> None:
    """What the back office decided holds until it decides otherwise, in whatever order messages arrive."""
    await brand_area.service.change(OLGA, "northbet", document(name="North"), seen=0, reason="new name")
    await brand_area.apply_decisions()
    later = brand_row(make_brand(name="Old name")) | {"occurred_at": NOW + timedelta(days=1)}
    async with brand_area.node.write() as connection:
        await connection.execute(rewards.REFERENCE.brand.update().values(later))
    known = await brand_area.known()
    assert known.name == "North"  # type: ignore[attr-defined] # a brand


@given(
    st.dictionaries(
        st.sampled_from(sorted(DEFAULTS)),
        st.builds(
            TokenColours,
            *[st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}") for _ in range(2)],
        ),
        max_size=4,
    )
)
def test_what_is_accepted_is_a_state_that_nodes_accept(theme: dict[str, TokenColours]) -> None:
    """Whatever theme passes the check makes a message that a node can read, and reads back the same."""
    try:
        accepted = validate_document(document(theme=theme))
    except Invalid:
        return
    assert BrandDocument.of_fields(state_fields(accepted.state)) == accepted


async def _audited(brand_area: BrandFixture) -> list[Any]:
    async with brand_area.service.database.read() as connection:
        return list(
            await connection.execute(select(AUDIT_LOG).where(AUDIT_LOG.c.action.like("operations.%")))
        )
