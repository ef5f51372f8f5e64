"""At each entrance an excluded customer is stopped, or there is a reason why not; each has an answer."""

import ast
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest

from consumers.club.reducers import ClubReducer, MembershipReducer
from consumers.fulfilment.messages import decode_goodwill
from consumers.fulfilment.reducers import FulfilmentReducer
from consumers.messages.exclusions import ExclusionReducer, decode_exclusions
from consumers.messages.memberships import decode_membership
from consumers.stream.records import Record
from consumers.stream.topics import Message
from foundation.storage.settings import DatabaseSettings
from simulator.providers.serve import APIS
from subgraphs.club.membership.membership import MembershipKind, fold
from subgraphs.club.membership.repository import MembershipRepository
from subgraphs.club.models import MEMBERSHIP_EVENT
from subgraphs.club_kit.domain.exclusions import ChosenExclusion
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.club_kit.recovery import allowed_while_eligible
from subgraphs.fulfilment.goodwill import goodwill_key
from subgraphs.fulfilment.models import REFERENCE as FULFILMENT_REFERENCE
from subgraphs.kit.credits import Credit, CreditKind, CreditState
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product
from subgraphs.kit.funds import DONE, Purpose, Reservation, ReservationState, Settlement, Why, refused
from subgraphs.wallet.funds.given_credits import CreditRows
from subgraphs.wallet.funds.ledger_credits import LedgerCredits
from subgraphs.wallet.funds.limited_credits import LimitedCredits
from subgraphs.wallet.limits.acts import STOPPED, Act
from subgraphs.wallet.limits.breaks import Break, BreakKind
from subgraphs.wallet.limits.claims import Claims
from subgraphs.wallet.limits.decision import Snapshot, decide
from subgraphs.wallet.limits.facts.exclusions import exclusion_fact
from subgraphs.wallet.limits.rules import Rules
from subgraphs.wallet.models import CUSTOMER_ACCOUNT, GIVEN_CREDIT, LEDGER
from tests.subgraphs.wallet.entrances import ANSWERS, Never, Stopped, mutations, others, topics
from tests.subgraphs.wallet.limited_wallet import LimitedWallet
from tests.support.consumers.sample_messages import goodwill, membership
from tests.support.fulfilment.payout_harness import BRAND, REWARDS, PayoutHarness
from tests.support.money.contract import CURRENCY, CUSTOMERS
from tests.support.subgraphs.club_fixture import REFERENCE, ClubFixture, data_of
from tests.support.subgraphs.club_samples import (
    NOW,
    OWNER,
    good_account,
    make_brand,
    make_config,
    make_scheme,
)
from tests.support.subgraphs.upstream_double import UpstreamDouble
from tests.support.wallet.ledgers import StoppedClock, opened_database, opened_ledger

TESTS: Final = Path(__file__).resolve().parents[2]
DAY: Final = timedelta(days=1)
OPT_IN: Final = """mutation ($i: OptInInput!) { optIn(input: $i) {
  club { ineligibleReason membership { optedIn } } errors { code } } }"""
OPT_OUT: Final = "mutation ($i: OptOutInput!) { optOut(input: $i) { errors { code } } }"
OPTIONS: Final = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Club { options { id } } } }"
CHANGE: Final = "mutation ($i: ChangeRewardInput!) { changeReward(input: $i) { errors { code } } }"
PREVIEW: Final = "query ($i: BetslipInput!) { betslipPreview(input: $i) { counts } }"
SLIP: Final = {
    "brand": "northbet",
    "stakeMinor": 500,
    "currency": "GBP",
    "oddsMilli": 2500,
    "betType": "SINGLE",
    "product": "BETTING",
}
EXCLUSION: Final = Break(BreakKind.EXCLUSION, None, NOW - DAY, NOW + 30 * DAY)


def of_product(product: Product) -> Break:
    """A break of one product."""
    return Break(BreakKind.BREAK, product, NOW - DAY, NOW + 30 * DAY)


async def test_every_entrance_has_an_answer(tmp_path: Path) -> None:
    """They come from the lists of the product itself; no answer is of an entrance that is gone."""
    settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}")
    found = {*mutations(), *await topics(settings), *others(), "query betslipPreview"}
    assert found - ANSWERS.keys() == set(), "say in entrances.py what an exclusion does there"
    assert ANSWERS.keys() - found == set()


def test_every_answer_that_says_so_has_a_test() -> None:
    """And whatever is never stopped has a reason."""
    for entrance, answer in ANSWERS.items():
        assert isinstance(answer, Stopped) or answer.why, entrance
        if isinstance(answer, Never) and not answer.proof:
            continue
        path, _, name = answer.proof.partition("::")
        tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
        names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in names, entrance


def told(*chosen: Break) -> Record:
    """What the wallet publishes about the customer."""
    fact = exclusion_fact(OWNER, 1, chosen, NOW - DAY).encoded()
    return Record("wallet.exclusion.v1", 0, 0, fact.key.encode(), fact.value.encode())


async def hear(fixture: ClubFixture, *chosen: Break) -> None:
    """Let the consumers of all three subgraphs apply what the customer chose."""
    record = told(*chosen)
    messages = [Message(record, decode_exclusions(record))]
    for subgraph in (fixture.club, fixture.rewards, fixture.progress):
        writer = ReferenceWriter(REFERENCE[subgraph.name], subgraph.database.dialect)
        async with subgraph.database.write() as connection:
            if subgraph is fixture.club:
                await ClubReducer(writer, fixture.clock).exclusions(connection, messages)
            else:
                await ExclusionReducer(writer).apply(connection, messages)


async def errors(fixture: ClubFixture, subgraph: str, document: str, **arguments: Any) -> list[str]:
    """The codes with which a mutation is refused."""
    variables = {"i": {"brand": "northbet", "idempotencyKey": str(uuid4()), **arguments}}
    (payload,) = (await data_of(getattr(fixture, subgraph), document, variables)).values()
    return [error["code"] for error in payload["errors"]]


async def is_member(fixture: ClubFixture) -> bool:
    """Whether the customer is a member by our own record."""
    async with fixture.club.database.read() as connection:
        events = await MembershipRepository(MEMBERSHIP_EVENT).events(connection, [OWNER])
    return fold(events[OWNER]).opted_in


@pytest.fixture
async def northbet(club_fixture: ClubFixture, upstream: UpstreamDouble) -> ClubFixture:
    """Northbet with a customer in good standing."""
    del upstream
    await club_fixture.add_northbet()
    return club_fixture


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        (EXCLUSION, "SELF_EXCLUDED"),
        (Break(BreakKind.BREAK, None, NOW - DAY, NOW + 30 * DAY), "RG_RESTRICTED"),
        (of_product(Product.BETTING), "RG_RESTRICTED"),
    ],
)
async def test_an_excluded_customer_cannot_opt_in_until_it_ends(
    northbet: ClubFixture, chosen: Break, reason: str
) -> None:
    """With the same code and reason as by an account message; it ends by itself."""
    await hear(northbet, chosen)
    club = (await data_of(northbet.club, '{ club(brand: "northbet") { ineligibleReason } }'))["club"]
    assert club["ineligibleReason"] == reason
    assert await errors(northbet, "club", OPT_IN, termsVersion="2026-1") == ["INELIGIBLE"]
    northbet.clock.instant = chosen.until
    assert await errors(northbet, "club", OPT_IN, termsVersion="2026-1") == []


async def test_a_break_of_another_product_does_not_concern_the_club(northbet: ClubFixture) -> None:
    """The club is about betting; the customer takes a break from the casino."""
    await hear(northbet, of_product(Product.CASINO))
    assert await errors(northbet, "club", OPT_IN, termsVersion="2026-1") == []


async def test_an_exclusion_ends_the_membership(northbet: ClubFixture) -> None:
    """As by an account message: once it has ended, the customer has to opt in again."""
    await northbet.add_membership(OWNER, (MembershipKind.OPTED_IN, NOW - 3 * DAY))
    await hear(northbet, EXCLUSION)
    assert not await is_member(northbet)
    northbet.clock.instant = EXCLUSION.until
    assert not await is_member(northbet)


async def test_who_takes_a_break_of_the_product_may_opt_out(northbet: ClubFixture) -> None:
    """A break of one product ends no membership, and holds nobody in it."""
    await northbet.add_membership(OWNER, (MembershipKind.OPTED_IN, NOW - 3 * DAY))
    await hear(northbet, of_product(Product.BETTING))
    assert await is_member(northbet)
    assert await errors(northbet, "club", OPT_OUT) == []
    assert not await is_member(northbet)


@pytest.fixture
async def abroad(club_fixture: ClubFixture, upstream: UpstreamDouble) -> ClubFixture:
    """Northbet where bets may earn a reward of the casino, with a customer in good standing."""
    del upstream
    scheme = make_scheme(jurisdiction="IE")
    await club_fixture.add_brand(make_brand(jurisdictions=("GB", "IE")), scheme)
    await club_fixture.add_accounts({OWNER: replace(good_account(), jurisdiction="IE")})
    spins = make_config("spins", product=Product.CASINO, jurisdictions=("IE",))
    await club_fixture.add_rewards([make_config("fb-5", jurisdictions=("IE",)), spins])
    return club_fixture


async def test_an_excluded_customer_chooses_no_reward(abroad: ClubFixture) -> None:
    """Not the one of a product of which they take a break, either."""
    chosen = of_product(Product.CASINO)
    await hear(abroad, chosen)
    spins = {"optionId": "northbet:spins:1", "expectedVersion": 0}
    assert await errors(abroad, "rewards", CHANGE, **spins) == ["OPTION_NOT_ALLOWED"]
    abroad.clock.instant += timedelta(seconds=1)
    asked = {"optionId": "northbet:fb-5:1", "expectedVersion": 0}
    assert await errors(abroad, "rewards", CHANGE, **asked) == []
    await hear(abroad, EXCLUSION)
    abroad.clock.instant += timedelta(seconds=1)
    assert await errors(abroad, "rewards", CHANGE, **spins | {"expectedVersion": 1}) == ["INELIGIBLE"]
    abroad.clock.instant = max(chosen.until, EXCLUSION.until)
    assert await errors(abroad, "rewards", CHANGE, **spins) == []


async def test_a_break_hides_the_rewards_of_its_product(abroad: ClubFixture) -> None:
    """Until it ends; by what the club says of it, and by what rewards know themselves."""
    chosen = of_product(Product.CASINO)
    await hear(abroad, chosen)

    async def offered(*left_out: str) -> set[str]:
        club = '{ club(brand: "northbet") { __typename id jurisdiction currency ineligibleReason onBreak } }'
        told = (await data_of(abroad.club, club))["club"]
        asked = {name: value for name, value in told.items() if name not in left_out}
        found = await data_of(abroad.rewards, OPTIONS, {"r": [asked]})
        return {option["id"].split(":")[1] for option in found["_entities"][0]["options"]}

    assert (await offered(), await offered("currency")) == ({"fb-5"}, {"fb-5"})
    abroad.clock.instant = chosen.until
    assert (await offered(), await offered("currency")) == ({"fb-5", "spins"}, {"fb-5", "spins"})


async def test_an_excluded_customer_is_shown_no_preview(northbet: ClubFixture) -> None:
    """And is shown one again when it has ended."""
    assert (await data_of(northbet.progress, PREVIEW, {"i": SLIP}))["betslipPreview"]
    await hear(northbet, EXCLUSION)
    assert (await data_of(northbet.progress, PREVIEW, {"i": SLIP}))["betslipPreview"] is None
    northbet.clock.instant = EXCLUSION.until
    assert (await data_of(northbet.progress, PREVIEW, {"i": SLIP}))["betslipPreview"]


async def test_a_membership_that_is_read_back_ends(northbet: ClubFixture) -> None:
    """Whoever was excluded before the club's database was lost is no member after it."""
    await hear(northbet, EXCLUSION)
    record = membership(occurred_at="2026-03-20T10:00:00Z", since="2026-03-20T10:00:00Z")
    async with northbet.club.database.write() as connection:
        reducer = MembershipReducer(northbet.clock)
        await reducer.memberships(connection, [Message(record, decode_membership(record))])
    assert not await is_member(northbet)


async def test_a_change_in_doubt_is_not_sent_again(northbet: ClubFixture) -> None:
    """An opt-in that was asked for before the exclusion; leaving is always sent."""
    reference = ReferenceRepository(REFERENCE["club"])
    allowed = allowed_while_eligible(reference, northbet.clock, {"optOut"})

    class Asked:
        owner = OWNER

        def __init__(self, operation: str) -> None:
            self.operation = operation

    async def may_be_sent(operation: str) -> bool:
        async with northbet.club.database.read() as connection:
            return await allowed(connection, Asked(operation))  # type: ignore[arg-type]

    assert await may_be_sent("optIn")
    await hear(northbet, of_product(Product.BETTING))
    assert (await may_be_sent("optIn"), await may_be_sent("optOut")) == (False, True)
    northbet.clock.instant = EXCLUSION.until
    assert await may_be_sent("optIn")


def excluded_now(harness: PayoutHarness) -> ChosenExclusion:
    """An exclusion that holds now."""
    now = harness.clock.now()
    return ChosenExclusion("EXCLUSION", None, now - DAY, now + 30 * DAY)


@pytest.mark.parametrize(("apis", "kind"), [((api,), api) for api in APIS], ids=list(APIS))
async def test_nothing_is_credited_by_any_payer(harness: PayoutHarness, kind: str) -> None:
    """Choice and qualification have arrived, and the worker asks; another customer is credited."""
    for customer in ("c-1", "c-2"):
        await harness.owe(customer, REWARDS[kind])
    await harness.receive_exclusion("c-1", excluded_now(harness))
    await harness.run_worker(harness.open())
    assert (harness.effects("c-1"), harness.effects("c-2")) == (0, 1)


async def test_no_goodwill_is_credited(harness: PayoutHarness) -> None:
    """What people decided for a customer who is excluded by then is not credited."""
    await harness.add_account("c-1")
    await harness.add_account("c-2")
    await harness.receive_exclusion("c-1", excluded_now(harness))
    now = harness.clock.now().isoformat().replace("+00:00", "Z")
    records = [goodwill(customer_id=f"c-{n}", credit_id=f"g-{n}", decided_at=now) for n in (1, 2)]
    writer = ReferenceWriter(FULFILMENT_REFERENCE, harness.database.dialect)
    reducer = FulfilmentReducer(harness.service, writer, harness.clock)
    async with harness.database.write() as connection:
        messages = [Message(record, decode_goodwill(record)) for record in records]
        await reducer.goodwill(connection, messages)
    await harness.run_worker(harness.open())
    keys = [goodwill_key(BRAND, f"g-{number}") for number in (1, 2)]
    made = [
        sum(provider.handler.ledger.effects().get(key, 0) for provider in harness.providers.values())
        for key in keys
    ]
    assert made == [0, 1]


@pytest.fixture
async def wallet(tmp_path: Path) -> AsyncIterator[LimitedWallet]:
    """A wallet whose customers have money."""
    clock = StoppedClock()
    async with (
        opened_database(f"sqlite+aiosqlite:///{tmp_path}") as database,
        opened_ledger(database, clock) as ledger,
    ):
        limited = LimitedWallet(database, ledger, clock)
        await limited.begin()
        yield limited


def stake_of(owner: Owner, name: str, purpose: Purpose) -> Reservation:
    """A stake of a customer."""
    return Reservation(id=name, owner=owner, currency=CURRENCY, amount=10, purpose=purpose, seconds=60)


def stake(number: int, purpose: Purpose = Purpose.BET) -> Reservation:
    """A stake of the customer."""
    return stake_of(CUSTOMERS[0], f"stake-{number}", purpose)


@pytest.mark.parametrize("purpose", Purpose)
async def test_no_money_is_reserved(wallet: LimitedWallet, purpose: Purpose) -> None:
    """For a bet or a game of an excluded customer; another one stakes."""
    await wallet.exclude(CUSTOMERS[0], 6)
    assert await wallet.limited.reserve(stake(1, purpose)) == refused(Why.SELF_EXCLUDED)
    assert await wallet.limited.reserve(stake_of(CUSTOMERS[1], "other", purpose)) == DONE


async def test_a_reserved_stake_is_not_confirmed(wallet: LimitedWallet) -> None:
    """A bet that still waits for its decision is not made once its customer is excluded."""
    assert await wallet.limited.reserve(stake(1)) == DONE
    assert await wallet.limited.confirm(stake(1)) == DONE
    await wallet.exclude(CUSTOMERS[0], 6)
    assert await wallet.limited.confirm(stake(1)) == refused(Why.SELF_EXCLUDED)


async def test_what_was_staked_before_is_settled_and_released(wallet: LimitedWallet) -> None:
    """Bets that were open when the customer excluded themselves: one wins, one is given back."""
    open_bets = [stake(number) for number in (1, 2)]
    for bet in open_bets:
        assert await wallet.limited.reserve(bet) == DONE
    await wallet.exclude(CUSTOMERS[0], 6)
    assert await wallet.limited.settle(Settlement(id="taken", reservation=open_bets[0], returns=0)) == DONE
    assert await wallet.limited.settle(Settlement(id="won", reservation=open_bets[0], returns=50)) == DONE
    assert await wallet.limited.release(open_bets[1]) == DONE
    assert await wallet.limited.ask(open_bets[1]) is ReservationState.RELEASED


async def test_no_credit_of_ours_is_given(wallet: LimitedWallet) -> None:
    """A free bet to an excluded customer is refused; cash is theirs, and what was given stays given."""
    rows = CreditRows(wallet.database, GIVEN_CREDIT, CUSTOMER_ACCOUNT, LEDGER.transfer)
    kept = LedgerCredits(wallet.database, wallet.ledger, wallet.accounts, rows, wallet.time)
    behind = LimitedCredits(kept, wallet.database, Claims(wallet.store), wallet.standing_of, wallet.time)

    async def give(name: str, kind: CreditKind) -> CreditState:
        days = None if kind is CreditKind.CASH else 7
        credit = Credit(
            id=name, owner=CUSTOMERS[0], currency=CURRENCY, amount=500, kind=kind, valid_days=days
        )
        return (await behind.give(credit)).state

    assert await give("before", CreditKind.FREE_BET) is CreditState.GIVEN
    await wallet.exclude(CUSTOMERS[0], 6)
    assert await give("after", CreditKind.FREE_BET) is CreditState.REFUSED
    assert await give("before", CreditKind.FREE_BET) is CreditState.GIVEN
    assert await give("cash", CreditKind.CASH) is CreditState.GIVEN


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("product", [None, *Product])
def test_each_act_is_stopped_or_not(act: Act, product: Product | None) -> None:
    """By an exclusion, whatever it is of; what is the customer's money is never stopped."""
    snapshot = Snapshot(CURRENCY, Rules(), breaks=[EXCLUSION])
    decision = decide(snapshot, act, NOW, product=product)
    assert decision.code == ("SELF_EXCLUDED" if STOPPED[act] else None)
    assert isinstance(ANSWERS[f"act {act.value}"], Stopped) == STOPPED[act]


def test_a_fact_keeps_the_contract() -> None:
    """What is played here is what the wallet publishes."""
    body = json.loads(told(EXCLUSION).value or b"")
    assert datetime.fromisoformat(body["exclusions"][0]["until"]).astimezone(UTC) == EXCLUSION.until
