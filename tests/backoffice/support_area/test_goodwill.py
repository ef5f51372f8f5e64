"""Goodwill takes two people, stays within its budget whoever asks at once, and is paid once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from backoffice.access import Actor, Role
from backoffice.approvals import repository as proposals
from backoffice.approvals.proposals import Proposal, ProposalStatus
from backoffice.errors import (
    BackofficeError,
    Conflict,
    Forbidden,
    FourEyes,
    Invalid,
    NotFound,
    Stale,
    StepUpRequired,
)
from backoffice.global_events.models import OUTBOX
from backoffice.identity.credentials import givers
from backoffice.support.goodwill import repository as reservations
from backoffice.support.goodwill.budget import GoodwillBudgetKey, GoodwillLimits, WeekUse
from backoffice.support.goodwill.credits import GoodwillCause, GoodwillRequest
from backoffice.support.goodwill.offers import INELIGIBLE_IN_WORDS
from backoffice.support.models import GOODWILL_RESERVATION as RESERVATION
from consumers.fulfilment.messages import decode_goodwill
from consumers.fulfilment.reducers import FulfilmentReducer
from consumers.messages.accounts import decode_account
from consumers.messages.reducers import store_accounts
from consumers.stream.records import Record
from consumers.stream.topics import Message, Outcome
from subgraphs.club.models import REFERENCE as CLUB
from subgraphs.club_kit.domain.accounts import IneligibleReason
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.fulfilment.models import GOODWILL_CREDIT, REFERENCE
from subgraphs.fulfilment.payout.provider_decisions import ProviderHolds
from subgraphs.fulfilment.providers.settings import ProviderConfig
from subgraphs.fulfilment.repository import ProviderRepository
from subgraphs.fulfilment.service import FulfilmentService
from subgraphs.kit.domain.keys import Owner
from subgraphs.rewards.models import GLOBAL_STATE, REWARD_CONFIG
from tests.backoffice.support_fixture import (
    CUSTOMER,
    FOREIGN,
    NOW,
    RAY,
    RITA,
    SAM,
    SUE,
    SupportFixture,
    person,
    support_fixture,
)
from tests.support.consumers.sample_messages import account
from tests.support.office.backoffice_fixture import employ
from tests.support.subgraphs.club_samples import config_row, make_config
from tests.support.subgraphs.kill_switch import turn

EVERY_WEEK = GoodwillBudgetKey("northbet", "GBP", "")
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
async def goodwill(database_url: str) -> AsyncIterator[SupportFixture]:
    """Northbet has a free bet of five pounds, and goodwill of fifteen pounds a week, on each engine."""
    async with support_fixture(database_url) as support_area:
        async with support_area.parts.databases.rewards.write() as connection:
            await connection.execute(insert(REWARD_CONFIG), [config_row(make_config("fb-5"))])
        await raise_budget(support_area, GoodwillLimits(1500, 1000, 1500))
        yield support_area


async def raise_budget(support_area: SupportFixture, limits: GoodwillLimits) -> None:
    """Rita proposes a budget, Ray approves it."""
    proposal = await support_area.parts.goodwill_budgets.set(RITA, EVERY_WEEK, limits, "a bad week")
    assert proposal is not None
    await approve(support_area, await read(support_area, proposal), RAY)


def request(**changes: Any) -> GoodwillRequest:
    """Return a request for five pounds."""
    values = {"owner": CUSTOMER, "reward": "northbet:fb-5:1", "reason": "the bet-slip was down"}
    return GoodwillRequest(**{"cause": GoodwillCause.SERVICE_FAULT, **values, **changes})


async def read(support_area: SupportFixture, proposal_id: str) -> Proposal:
    """Return a proposal."""
    async with support_area.base.database.read() as connection:
        found = await proposals.find(connection, proposal_id)
    assert found is not None
    return found


async def propose(support_area: SupportFixture, who: Actor = SAM, **changes: Any) -> Proposal:
    """Propose a credit."""
    return await read(support_area, await support_area.parts.goodwill.propose(who, request(**changes)))


async def approve(support_area: SupportFixture, found: Proposal, who: Actor = RITA) -> Proposal:
    """Approve a proposal."""
    return await support_area.base.approvals.approve(
        who, found.proposal_id, found.content_hash, support_area.clock.now()
    )


async def sent(support_area: SupportFixture) -> list[Record]:
    """Return the messages in the outbox, as the consumer gets them."""
    async with support_area.base.database.read() as connection:
        rows = (await connection.execute(select(OUTBOX.outbox).order_by(OUTBOX.outbox.c.id))).all()
    return [Record(one.topic, 3, n, one.key.encode(), one.value.encode()) for n, one in enumerate(rows)]


async def deliver(support_area: SupportFixture, records: Sequence[Record]) -> Outcome:
    """Apply messages as the consumer of fulfilment does."""
    database = support_area.parts.databases.fulfilment
    service = FulfilmentService.of(database.dialect)
    reducer = FulfilmentReducer(service, ReferenceWriter(REFERENCE, database.dialect), support_area.clock)
    async with database.write() as connection:
        return await reducer.goodwill(
            connection, [Message(record, decode_goodwill(record)) for record in records]
        )


async def use_of(support_area: SupportFixture) -> WeekUse:
    """Return the current week's budget and its use."""
    (use,) = await support_area.parts.goodwill_budgets.uses(RITA, "northbet")
    return use


async def set_state(support_area: SupportFixture, state: str) -> None:
    """Let fulfilment have brought the credits to a state."""
    async with support_area.parts.databases.fulfilment.write() as connection:
        await connection.execute(update(GOODWILL_CREDIT).values(state=state))


async def know_customers(support_area: SupportFixture, *names: str, **changes: Any) -> None:
    """Let the club know accounts."""
    club = support_area.parts.databases.club
    records = [account(customer_id=name, revision=2, **changes) for name in names]
    async with club.write() as connection:
        messages = [Message(record, decode_account(record)) for record in records]
        await store_accounts(ReferenceWriter(CLUB, club.dialect), connection, messages)


async def test_an_approved_credit_is_due_once_and_seen(goodwill: SupportFixture) -> None:
    """However often its message arrives; what is paid stays taken, the timeline and the audit show it."""
    found = await propose(goodwill, reason=HOSTILE)
    assert await sent(goodwill) == []
    assert (await use_of(goodwill)).left == 1000
    assert (await approve(goodwill, found)).status is ProposalStatus.EXECUTED
    with pytest.raises(Conflict):
        await approve(goodwill, found, RAY)
    (record,) = await sent(goodwill)
    await deliver(goodwill, [record, record])
    again = await deliver(goodwill, [record])
    assert (again.duplicates, list(again.conflicts)) == (1, [])
    async with goodwill.parts.databases.fulfilment.read() as connection:
        row = (await connection.execute(select(GOODWILL_CREDIT))).one()
    assert (row.state, row.value_minor, row.iso_week) == ("CONFIRMED", 500, "2026-W13")
    await set_state(goodwill, "CREDITED")
    assert (await use_of(goodwill)).left == 1000
    page = await goodwill.parts.timeline.page(SAM, CUSTOMER, 10, None)
    (entry,) = [one for one in page if one.kind == "goodwill"]
    assert (entry.facts["explanation"], entry.facts["approved_by"]) == (HOSTILE, "Rita")
    assert ("approvals.approve", "customer:northbet:c-1") in await goodwill.audited()


async def test_the_budget_is_never_exceeded_by_people_at_once(goodwill: SupportFixture) -> None:
    """Of eight who ask at once for a third of the budget, three get it; of two approvers, one."""
    names = [f"p-{n}" for n in range(8)]
    await know_customers(goodwill, *names)
    people = [person(name, Role.SUPPORT) for name in names]
    await employ(goodwill.base.database, *people)
    asking = [
        goodwill.parts.goodwill.propose(one, request(owner=Owner("northbet", one.user_id))) for one in people
    ]
    results = await asyncio.gather(*asking, return_exceptions=True)
    given = [result for result in results if isinstance(result, str)]
    assert sorted({type(one) for one in results}, key=repr) == [Conflict, str]
    assert len(given) == 3
    assert (await use_of(goodwill)).left == 0
    found = [await read(goodwill, one) for one in given]
    approving = [approve(goodwill, each, who) for each in found for who in (RITA, RAY)]
    decided = await asyncio.gather(*approving, return_exceptions=True)
    assert [type(one).__name__ for one in decided].count("Proposal") == 3
    assert len(await sent(goodwill)) == 3


async def test_what_is_not_paid_is_free_again(goodwill: SupportFixture) -> None:
    """A rejected or withdrawn proposal, and a credit that fulfilment stopped, release their part."""
    first, second = await propose(goodwill), await propose(goodwill, SUE)
    with pytest.raises(Conflict, match=r"£0\.00 left for this customer"):
        await propose(goodwill)
    assert (await use_of(goodwill)).left == 500
    await goodwill.base.approvals.reject(RITA, first.proposal_id, "no", NOW)
    await goodwill.base.approvals.withdraw(SUE, second.proposal_id, NOW)
    assert (await use_of(goodwill)).left == 1500
    await approve(goodwill, await propose(goodwill))
    assert (await use_of(goodwill)).left == 1000
    await deliver(goodwill, await sent(goodwill))
    await set_state(goodwill, "FULFILLING")
    assert (await use_of(goodwill)).left == 1000
    await set_state(goodwill, "INELIGIBLE")
    assert (await use_of(goodwill)).left == 1500


async def test_a_process_that_dies_in_the_approval_leaves_nothing_or_all(goodwill: SupportFixture) -> None:
    """Message, approval and reservation are one transaction."""
    found, service = await propose(goodwill), goodwill.parts.goodwill
    real = service.publish

    async def dies(*given: Any) -> None:
        await real(*given)
        raise SystemError("killed")

    object.__setattr__(service, "publish", dies)
    with pytest.raises(SystemError):
        await approve(goodwill, found)
    assert await sent(goodwill) == []
    object.__setattr__(service, "publish", real)
    await approve(goodwill, found)
    assert len(await sent(goodwill)) == 1
    assert (await use_of(goodwill)).left == 1000


@pytest.fixture
async def given(tmp_path: Path) -> AsyncIterator[SupportFixture]:
    """The same over SQLite, for what does not depend on the engine."""
    async with support_fixture(f"sqlite+aiosqlite:///{tmp_path}") as support_area:
        async with support_area.parts.databases.rewards.write() as connection:
            spins = make_config("fs", value_minor=None, spins=10)
            unlawful = make_config("cb", wagering_multiple=40)
            rewards = [make_config("fb-5"), spins, unlawful, make_config("euro", currency="EUR")]
            await connection.execute(insert(REWARD_CONFIG), [config_row(reward) for reward in rewards])
        await raise_budget(support_area, GoodwillLimits(1500, 1000, 1500))
        yield support_area


async def test_four_eyes_hold_for_credits_and_for_the_budget(given: SupportFixture) -> None:
    """One's own second account approves nothing, and who raised the budget does not spend it."""
    found = await propose(given)
    refused: list[tuple[Actor, type[BackofficeError]]] = [
        (SUE, Forbidden),
        (person("sam-2", Role.RISK, person="sam"), FourEyes),
        (replace(RITA, stepped_up_until=None), StepUpRequired),
        (FOREIGN, NotFound),
    ]
    for who, error in refused:
        with pytest.raises(error):
            await approve(given, found, who)
    for raiser in ("rita", "ray"):
        with pytest.raises(FourEyes, match="raised this budget"):
            await propose(given, person(f"{raiser}-2", Role.SUPPORT, person=raiser))
    puppet = person("puppet", Role.SUPPORT)
    await employ(given.base.database, puppet)
    async with given.base.database.write() as connection:
        await givers.give(connection, "puppet", RITA, NOW)
    with pytest.raises(FourEyes, match="raised this budget, so you"):
        await propose(given, puppet)
    less = GoodwillLimits(1400, 1000, 1400)
    assert await given.parts.goodwill_budgets.set(RITA, EVERY_WEEK, less, "less") is None
    with pytest.raises(FourEyes, match="raised this budget"):
        await propose(given, person("ray-2", Role.SUPPORT, person="ray"))
    for who in (FOREIGN, RITA):
        with pytest.raises(NotFound):
            await propose(given, who)
    with pytest.raises(Forbidden):
        await given.parts.goodwill_budgets.set(SAM, EVERY_WEEK, GoodwillLimits(1, 1, 1), "mine")


async def test_a_raise_is_void_if_the_budget_changed_meanwhile(given: SupportFixture) -> None:
    """And one that was lowered below what is reserved lets nothing out."""
    budgets, more = given.parts.goodwill_budgets, GoodwillLimits(9000, 9000, 9000)
    raising = await budgets.set(RITA, EVERY_WEEK, more, "more")
    assert raising is not None
    found = await propose(given)
    assert await budgets.set(RITA, EVERY_WEEK, GoodwillLimits(400, 400, 400), "less") is None
    with pytest.raises(Stale):
        await approve(given, await read(given, raising), RAY)
    with pytest.raises(Conflict, match="was lowered"):
        await approve(given, found)
    assert (await read(given, found.proposal_id)).status is ProposalStatus.PENDING
    week = EVERY_WEEK._replace(iso_week="2026-W13")
    own = await budgets.set(RAY, week, GoodwillLimits(500, 500, 500), "this week")
    assert own is not None
    await approve(given, await read(given, own), RITA)
    assert (await approve(given, found)).status is ProposalStatus.EXECUTED


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rg_state": "self_excluded"}, "self-excluded"),
        ({"status": "closed"}, "as their account is closed"),
        ({"promo_restricted": True}, "as they are excluded from promotions"),
        ({"verified": False}, "as they aren't verified yet"),
    ],
)
async def test_who_may_not_be_paid_is_given_nothing(
    given: SupportFixture, changes: dict[str, Any], words: str
) -> None:
    """Neither proposed nor approved; the rule is that of every credit."""
    found = await propose(given)
    await know_customers(given, "c-1", **changes)
    with pytest.raises(Conflict, match=words):
        await propose(given)
    with pytest.raises(Conflict, match=words):
        await approve(given, found)
    assert await sent(given) == []


async def test_nothing_is_given_while_a_switch_is_off(given: SupportFixture) -> None:
    """Of the brand, the reward, or the provider that pays it; none that cannot be counted or is unlawful."""
    offer = (await given.parts.goodwill.choice(SAM, CUSTOMER)).offer
    assert [one.reward_id for one in offer.rewards] == ["fb-5"]
    for reward in ("northbet:fs:1", "northbet:cb:1", "northbet:euro:1", "northbet:fb-5:2", "fb-5"):
        with pytest.raises(Invalid):
            await propose(given, reward=reward)
    with pytest.raises(Invalid):
        await propose(given, reason=" ")
    rewards = given.parts.databases.rewards
    await turn(rewards, GLOBAL_STATE, 1, off=True, reward="fb-5")
    with pytest.raises(Invalid, match="cannot be given"):
        await propose(given)
    await turn(rewards, GLOBAL_STATE, 2, off=False, reward="fb-5")
    await turn(rewards, GLOBAL_STATE, 3, off=True)
    with pytest.raises(Conflict, match="is paused"):
        await propose(given)
    await turn(rewards, GLOBAL_STATE, 4, off=False)
    facts = {"name": "book", "adapter": "sportsbook", "url": "http://x", "secret": "s", "kinds": ["free_bet"]}
    object.__setattr__(given.parts.goodwill.offers, "providers", (ProviderConfig.model_validate(facts),))
    found = await propose(given)
    fulfilment = given.parts.databases.fulfilment
    async with fulfilment.write() as connection:
        holds = ProviderHolds(ProviderRepository(fulfilment.dialect), given.clock)
        await holds.stop(connection, "book", "switched off")
    for refused in (propose(given), approve(given, found)):
        with pytest.raises(Conflict, match="is stopped"):
            await refused


async def test_an_erased_customer_leaves_only_amounts_in_the_budget(goodwill: SupportFixture) -> None:
    """Their reservations are exported with their data, and get the pseudonym that the payment has."""
    await approve(goodwill, await propose(goodwill))
    await deliver(goodwill, await sent(goodwill))
    await set_state(goodwill, "CREDITED")
    own, fulfilment = goodwill.base.database, goodwill.parts.databases.fulfilment
    async with own.read() as connection:
        (exported,) = await reservations.reservations_of(connection, CUSTOMER)
    assert exported["amount_minor"] == 500

    at = goodwill.clock.now() + timedelta(minutes=1)
    goodwill.clock.advance(timedelta(minutes=2))
    erasing = goodwill.parts.goodwill_erasure
    assert await erasing.apply() == 0
    async with fulfilment.write() as connection:
        await erasing.erasure.erase(connection, CUSTOMER, at, at)
    later = await propose(goodwill)  # a new person with the same id
    assert [await erasing.apply(), await erasing.apply()] == [1, 0]
    async with own.read() as connection:
        found = await connection.execute(select(RESERVATION.c.proposal_id, RESERVATION.c.customer_id))
        names = {row.proposal_id: row.customer_id for row in found}
    async with fulfilment.read() as connection:
        paid_to = await connection.scalar(select(GOODWILL_CREDIT.c.customer_id))
    assert str(paid_to).startswith("erased-")
    assert names == {exported["proposal_id"]: paid_to, later.proposal_id: CUSTOMER.customer}
    assert (await use_of(goodwill)).taken() == 1000


def test_each_reason_not_to_take_part_has_words() -> None:
    """A sentence says it for every one."""
    assert set(INELIGIBLE_IN_WORDS) == set(IneligibleReason)
