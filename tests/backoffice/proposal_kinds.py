"""One of each kind of proposal, made by the mutation that people use, over databases that know a brand."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from dataclasses import replace as dataclass_replace
from datetime import date, timedelta
from typing import Any, Final

from msgspec.structs import replace
from pydantic import SecretStr
from sqlalchemy import Table, func, insert, select

from backoffice.access import Actor, Role
from backoffice.approvals.repository import PROPOSAL
from backoffice.areas import AREAS, create_schema
from backoffice.audit.repository import AUDIT_LOG
from backoffice.base import Base, create_base
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.graph.area import Area
from backoffice.graph.execution import OfficeGraph
from backoffice.models import METADATA as OWN
from backoffice.settings import BackofficeSettings
from backoffice.versions import next_version
from consumers.messages.global_events.event_states import BoardState
from consumers.messages.global_events.lobby_states import LobbyState
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.databases import METADATA
from providers.registry import NAMES as PROCESSES
from subgraphs.bets.betting.bet import Bet
from subgraphs.bets.models import BETS
from subgraphs.bets.models import REFERENCE as BETTORS
from subgraphs.bets.records.rows import bet_row
from subgraphs.club.models import REFERENCE as CLUB
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.fulfilment.models import FULFILMENT as FULFILMENTS
from subgraphs.fulfilment.models import REFERENCE as FULFILMENT
from subgraphs.fulfilment.state.fulfilment import new_fulfilment
from subgraphs.fulfilment.state.reasons import OVER_LIMIT
from subgraphs.fulfilment.state.reward import Reward
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from subgraphs.kit.domain.keys import ALL_BRANDS, Owner
from subgraphs.progress.models import LATE_REVISION
from subgraphs.progress.models import REFERENCE as PROGRESS
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.models import BUDGET, REWARD_CONFIG, REWARD_CONTENT
from subgraphs.rewards.models import REFERENCE as REWARDS
from subgraphs.wallet.closing.close import Close, content_of, hash_of
from subgraphs.wallet.funds.codes import AccountCode, TransferCode, house_account, ledger_of
from subgraphs.wallet.funds.customer_accounts import CustomerAccounts
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.transfers import Transfer
from subgraphs.wallet.models import CLOSES, CUSTOMER_ACCOUNT, LEDGER, PAYMENTS
from subgraphs.wallet.payments.payment import RECEIVED, Direction, Part, Payment, PaymentState
from subgraphs.wallet.payments.processor import PartKind, PartState
from subgraphs.wallet.payments.records.store import PaymentStore
from tests.backoffice.scheme_forms import NEXT
from tests.subgraphs.bets.slips import made
from tests.support.database_probe import migrate
from tests.support.office.backoffice_fixture import NOW, employ
from tests.support.office.permission_rules import ask, fields, operation_of
from tests.support.subgraphs.club_samples import (
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

BRAND: Final = "northbet"
TIMES: Final = 4
"""How many proposals of each kind a test can make."""

ROUNDS: Final = tuple(range(TIMES))
STOPPED: Final = ("GBP", "EUR", "USD", "SEK")
"""The currencies that pay out nothing."""


def somebody(name: str, person: str | None = None) -> Actor:
    """Return a person with all roles for all brands, who has just stepped up."""
    roles = {ALL_BRANDS: frozenset(Role)}
    return Actor(name, person or name, name.title(), "s", "127.0.0.1", roles, NOW + timedelta(hours=1))


PAULA, RITA, OTTO, OMAR = (somebody(name) for name in ("paula", "rita", "otto", "omar"))


def waiting_withdrawal(time: int) -> str:
    """Return the id of the withdrawal of a customer that waits for a person."""
    return f"pw{time}"


def reviewed(brand: str, customer_id: str, payment_id: str) -> Payment:
    """Return a withdrawal that waits for a person."""
    return Payment(
        payment_id=payment_id,
        brand_id=brand,
        customer_id=customer_id,
        idempotency_key=payment_id,
        direction=Direction.WITHDRAWAL,
        method_id="transfer",
        amount_minor=250_000,
        fee_minor=0,
        currency="GBP",
        language="en-GB",
        destination_id="d-1",
        routes=("bank",),
        choices=("bank: yes, as number 1 for transfer",),
        asked_at=LONG_AGO,
        state=PaymentState.REVIEW,
        accepted_at=LONG_AGO,
        review="above the amount that is paid without a look",
    )


def paid_deposit(brand: str, customer_id: str, payment_id: str, account_id: str) -> tuple[Payment, Part]:
    """Return a deposit of £10.00 that was paid, with its charge."""
    payment = replace(
        reviewed(brand, customer_id, payment_id),
        direction=Direction.DEPOSIT,
        method_id="card",
        amount_minor=1_000,
        destination_id="",
        state=PaymentState.DONE,
        review="",
        account_id=account_id,
    )
    charge = Part(
        part_id=f"{payment_id}-c1",
        payment_id=payment_id,
        kind=PartKind.CHARGE,
        processor="card",
        amount_minor=1_000,
        currency="GBP",
        asked_at=LONG_AGO,
        reference=f"card-{payment_id}",
        state=PartState.DONE,
        moved_at=LONG_AGO,
        admission=RECEIVED,
        booked=PartState.DONE.value,
    )
    return payment, charge


@dataclass(frozen=True)
class Proposing:
    """How one is made: the mutation, its input at the first, second … time, and who proposes.

    Attributes:
        revision_of: The field that says from which revision of the brand it is made; empty if the input does.
    """

    mutation: str
    input: Callable[[int], dict[str, Any]]
    by: Actor = PAULA
    revision_of: str = ""

    @property
    def again(self) -> Actor:
        """Return the proposer's second account."""
        return somebody(f"{self.by.person}2", self.by.person)


def scheme(time: int) -> dict[str, Any]:
    """Return a version of the brand's rules."""
    terms = {"version": f"2026-{2 + time}", "summary": "Stake £25. 18+."}
    return {
        "jurisdiction": "GB",
        "currency": "GBP",
        "version": 2 + time,
        "qualifyingProduct": "betting",
        "targetMinor": 2500,
        "minStakeMinor": 100,
        "minOddsMilli": 1500,
        "betTypes": ["single", "multiple"],
        "defaultRewardId": "fb-0",
        "graceMinutes": 1440,
        "effectiveFrom": NEXT,
        "terms": {**terms, "url": "https://northbet.example/club/terms"},
    }


def provider(time: int) -> dict[str, Any]:
    """Return a new provider's configuration."""
    where = {"url": "https://wallet.test", "secret": "wallet", "kinds": ["cash"]}
    return {"name": f"wallet-{time}", "adapter": "wallet", **where}


def adapter(time: int) -> dict[str, Any]:
    """Return the settings of an adapter: another adapter each time, as each is at its first revision."""
    name = PROCESSES[time]
    url = {"url": "https://api.example/v1"}
    return {"adapter": name, "settings": {"currency": "EUR"} if name in {"exchange", "feed"} else url}


def lobby_section(time: int) -> dict[str, Any]:
    """Return a section of a lobby."""
    name = {"locale": "en-GB", "name": "All games"}
    return {"id": f"all-{time}", "names": [name], "rule": {"by": "all"}}


def made_bet(bet_id: str, owner: Owner) -> Bet:
    """Return a bet that is made."""
    return made(bet_id=bet_id, brand_id=owner.brand, customer_id=owner.customer, idempotency_key=bet_id)


def customer(time: int) -> str:
    """Return a customer's id."""
    return f"{BRAND}:c-{time}"


KINDS: Final[Mapping[str, Proposing]] = {
    "content.revision": Proposing(
        "submitContent",
        lambda time: {"brand": BRAND, "rewardId": f"fb-{time}", "expectedVersion": next_version(0, NOW)},
    ),
    "rules.scheme": Proposing("proposeScheme", lambda time: {"brand": BRAND, "scheme": scheme(time)}),
    "risk.raise_budget": Proposing(
        "setRiskBudget", lambda time: {"brand": BRAND, "reward": f"fb-{time}", "rewards": 200}
    ),
    "support.raise_goodwill_budget": Proposing(
        "setGoodwillBudget",
        lambda time: {
            "brand": BRAND,
            "currency": "GBP",
            "isoWeek": f"2026-W{13 + time}",
            "amountMinor": 100_000,
        },
    ),
    "support.goodwill": Proposing(
        "proposeGoodwill",
        lambda time: {"customer": customer(time), "reward": f"{BRAND}:fb-0:1", "cause": "SERVICE_FAULT"},
        by=RITA,
    ),
    "support.adjustment": Proposing(
        "proposeAdjustment",
        lambda time: {"customer": customer(time), "isoWeek": "2026-W13", "amountMinor": 500},
    ),
    "finance.correction": Proposing(
        "proposeCorrection",
        lambda time: {"correction": {"customer": customer(time), "currency": "GBP", "amountMinor": 500}},
    ),
    "finance.release": Proposing("proposePayoutRelease", lambda time: {"currency": STOPPED[time]}),
    "finance.withdrawal": Proposing(
        "proposeWithdrawalDecision",
        lambda time: {"withdrawal": waiting_withdrawal(time), "decision": "APPROVE"},
    ),
    "finance.refund": Proposing(
        "proposeRefund",
        lambda time: {"payment": f"pd{time}", "charge": f"pd{time}-c1", "amountMinor": 500},
    ),
    "betting.void": Proposing("proposeBetVoid", lambda time: {"bet": f"b{time}"}),
    "support.erasure": Proposing("proposeErasure", lambda time: {"customer": customer(time)}),
    "operations.provider": Proposing(
        "submitProvider", lambda time: {"revision": 0, "configuration": provider(time)}
    ),
    "operations.adapter": Proposing(
        "submitAdapter", lambda time: {"revision": 1, "configuration": adapter(time)}
    ),
    "operations.recall": Proposing(
        "changeRewardStatus",
        lambda time: {"brand": BRAND, "reward": f"fb-{time}", "version": 1, "action": "RECALL"},
    ),
    "operations.close_week": Proposing(
        "proposeCloseWeek", lambda time: {"brand": BRAND, "isoWeek": f"2026-W{9 + time:02}"}
    ),
    "operations.late_bet": Proposing("proposeLateBet", lambda time: {"lateBet": f"{BRAND}:late-{time}:1"}),
    "operations.held_reward": Proposing("retryHeldReward", lambda time: {"heldReward": f"held-{time}"}),
    "events.board": Proposing(
        "proposeBoardEntry",
        lambda time: {
            "brand": BRAND,
            "scope": "SPORT",
            "entry": ("football", "tennis", "golf", "darts")[time],
            "revision": 0,
            "placements": [{"position": 1}],
        },
    ),
    "lobby.content": Proposing(
        "proposeLobby",
        lambda time: {"brand": BRAND, "sections": [lobby_section(time)]},
        revision_of="lobbyContent",
    ),
}
"""A case for each kind, in an order in which the later ones need the earlier."""


@dataclass
class ProposalFixture:
    """The graph of the back office over databases that know a brand, its rewards, and customers."""

    base: Base
    graph: OfficeGraph

    async def ask(self, who: Actor, mutation: str, **arguments: Any) -> dict[str, Any]:
        """Send a mutation."""
        found = next(field for field in fields() if field.name == mutation)
        return await ask(self.graph, who, operation_of(found, BRAND)[0], arguments)

    async def outcome(self, who: Actor, mutation: str, **arguments: Any) -> str:
        """Send a mutation; return the code of its refusal, or the mutation's name."""
        answer = await self.ask(who, mutation, **arguments)
        codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
        return codes[0] if codes else mutation

    async def propose(self, kind: str, time: int) -> dict[str, str]:
        """Let somebody propose; return what an approval is bound to."""
        case = KINDS[kind]
        given = {**case.input(time), **await self._revision(case), "reason": "a reason"}
        answer = await self.ask(case.by, case.mutation, input=given)
        assert "errors" not in answer, answer
        async with self.base.database.read() as connection:
            query = select(PROPOSAL.c.proposal_id, PROPOSAL.c.content_hash)
            (found,) = await connection.execute(
                query.where(PROPOSAL.c.status == "pending", PROPOSAL.c.kind == kind)
            )
        return {"proposalId": found.proposal_id, "contentHash": found.content_hash}

    async def _revision(self, case: Proposing) -> dict[str, int]:
        """Return the revision that somebody sees, as a part of the input."""
        if not case.revision_of:
            return {}
        document = f'{{ {case.revision_of}(brand: "{BRAND}") {{ revision }} }}'
        answer = await ask(self.graph, case.by, document)
        return {"revision": answer["data"][case.revision_of]["revision"]}

    async def rows(self) -> dict[str, int]:
        """Return the number of rows of each table that an approval may have an effect on."""
        tables = [table for table in OWN.tables.values() if table not in (PROPOSAL, AUDIT_LOG)]
        async with self.base.database.read() as connection:
            counted = [await connection.scalar(select(func.count()).select_from(table)) for table in tables]
        return {table.name: number or 0 for table, number in zip(tables, counted, strict=True)}

    async def approvals(self, proposal_id: str) -> int:
        """Return how many approvals of a proposal the audit log has."""
        query = select(func.count()).where(
            AUDIT_LOG.c.action == "approvals.approve", AUDIT_LOG.c.after.contains(proposal_id)
        )
        async with self.base.database.read() as connection:
            return await connection.scalar(query) or 0


@asynccontextmanager
async def proposal_fixture(url: str) -> AsyncIterator[ProposalFixture]:
    """Open the areas over fresh databases."""
    settings, clock = DatabaseSettings(url=url), ManualClock(NOW)
    for name, metadata in METADATA.items():
        await migrate(settings, name, metadata)
    await _know(settings)
    await _know_money(settings)
    own = BackofficeSettings(key=SecretStr("k" * 32), _env_file=None)
    base = create_base(settings, own, clock)
    areas: list[Area] = [kind(base) for kind in AREAS]
    all_areas = ProposalFixture(base, OfficeGraph.over(create_schema(), areas))
    await employ(base.database, PAULA, RITA)
    async with base.database.write() as connection:
        board = BoardState(revision=1, entries=())
        await GlobalDecisions().decide(connection, BRAND, board, by="root", at=NOW)
        await GlobalDecisions().decide(connection, BRAND, LobbyState(revision=1), by="root", at=NOW)
    try:
        for time in ROUNDS:
            saved = {"brand": BRAND, "rewardId": f"fb-{time}", "document": _document()}
            answer = await all_areas.ask(PAULA, "saveContent", input=saved)
            assert "errors" not in answer, answer
        yield all_areas
    finally:
        for area in areas:
            await area.close()
        await base.database.close()


def _document() -> dict[str, Any]:
    text = {
        "locale": "en-GB",
        "title": "£5 free bet",
        "summary": "One £5 free bet on any sport.",
        "significantTerms": "Use within 7 days. Stake not returned. 18+.",
        "termsUrl": "https://northbet.example/club/terms/fb-5",
    }
    return {"position": 1, "texts": [text]}


async def _know(settings: DatabaseSettings) -> None:
    """Let the subgraphs know a brand, its rules, its rewards with their budgets, and customers."""
    accounts = [account_row(Owner(BRAND, f"c-{time}"), good_account()) for time in ROUNDS]
    budget = {"brand_id": BRAND, "iso_week": "", "rewards": 100}
    tables = {
        "club": CLUB,
        "rewards": REWARDS,
        "progress": PROGRESS,
        "fulfilment": FULFILMENT,
        "bets": BETTORS,
    }
    for name, reference in tables.items():
        rows: list[tuple[Table, list[dict[str, Any]]]] = [
            (reference.brand, [brand_row(make_brand())]),
            (reference.scheme, [scheme_row(make_scheme(default_reward_id="fb-0"))]),
            (reference.account, accounts),
        ]
        if name == "rewards":
            rewards = [f"fb-{time}" for time in ROUNDS]
            rows.append((REWARD_CONFIG, [config_row(make_config(reward)) for reward in rewards]))
            rows.append((BUDGET, [budget | {"reward_id": reward} for reward in rewards]))
        database = Database.open(settings, name)
        async with database.write() as connection:
            for table, values in rows:
                await connection.execute(insert(table), values)
            if name == "bets":
                bets = [bet_row(made_bet(f"b{time}", Owner(BRAND, f"c-{time}"))) for time in ROUNDS]
                known = {"changed_at": LONG_AGO, "due_at": None, "tries": 0}
                await connection.execute(insert(BETS.bet), [bet | known for bet in bets])
            if name == "progress":
                await connection.execute(
                    insert(LATE_REVISION), [late_bet(BRAND, f"c-{time}", f"late-{time}") for time in ROUNDS]
                )
            if name == "fulfilment":
                await connection.execute(
                    insert(FULFILMENTS),
                    [held_reward(ClubKey(BRAND, "2026-W11", f"c-{time}"), f"held-{time}") for time in ROUNDS],
                )
            if name == "rewards":
                await CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT).publish(
                    connection, BRAND, make_content("fb-0"), LONG_AGO
                )
        await database.close()


def late_bet(brand: str, customer_id: str, bet_id: str) -> dict[str, Any]:
    """Return the row of a bet that came after its week had closed."""
    return {
        "brand_id": brand,
        "bet_id": bet_id,
        "customer_id": customer_id,
        "iso_week": "2026-W11",
        "revision": 1,
        "occurred_at": LONG_AGO,
        "closed_at": LONG_AGO,
        "counted_minor": 0,
        "would_count_minor": 500,
        "would_be": "COUNTED",
    }


def held_reward(club: ClubKey, key: str) -> dict[str, Any]:
    """Return the row of a reward that is held back until two people send it."""
    held = new_fulfilment(club, LONG_AGO, LONG_AGO)
    reward = Reward("fb-0", 1, "free_bet", "betting", 500, None, "GBP", 7, 0)
    waits: dict[str, Any] = {"state": FulfilmentState.REVIEW, "reason": OVER_LIMIT, "next_at": None}
    return dataclass_replace(held, key=key, provider="wallet", reward=reward, **waits).row()


def _paid(payment: Payment, charge: Part) -> Transfer:
    """Return the transfer of a charge's money."""
    return Transfer(
        id=charge.part_id,
        debit_account_id=house_account(payment.brand_id, payment.currency, AccountCode.PAYMENTS),
        credit_account_id=payment.account_id,
        amount=charge.amount_minor,
        ledger=ledger_of(payment.currency),
        code=int(TransferCode.DEPOSIT),
    )


async def _know_money(settings: DatabaseSettings) -> None:
    """Let the customers have wallets, and the last close be right after one that was not."""
    database = Database.open(settings, "wallet")
    ledger, store = Ledger(database, LEDGER), PaymentStore(database, PAYMENTS)
    accounts = CustomerAccounts(database, CUSTOMER_ACCOUNT, ledger)
    await accounts.open_house(BRAND, "GBP")
    for time in ROUNDS:
        await accounts.open_cash(Owner(BRAND, f"c-{time}"), "GBP", LONG_AGO)
        payer = Owner(BRAND, f"payer-{time}")
        account = await accounts.open_cash(payer, "GBP", LONG_AGO)
        payment, charge = paid_deposit(BRAND, payer.customer, f"pd{time}", account)
        await store.add(payment, [charge])
        await ledger.create_transfer(_paid(payment, charge))
    right = Close(
        sequence=2,
        day=date(2026, 3, 21),
        closed_at=NOW,
        previous_hash="1" * 64,
        begins="",
        epoch=0,
        key="",
        transfers=0,
        digest="0" * 64,
        positions=(),
        differences=(),
    )
    content = content_of(right)
    close = {"sequence": 2, "day": right.day, "differences": 0, "content": content, "signature": ""}
    holds = [
        {"currency": currency, "day": date(2026, 3, 20), "differences": 1, "held_at": LONG_AGO}
        for currency in STOPPED
    ]
    for time in ROUNDS:
        await store.add(reviewed(BRAND, f"c-{time}", waiting_withdrawal(time)), ())
    async with database.write() as connection:
        await connection.execute(
            insert(CLOSES.close), [close | {"hash": hash_of(content), "previous_hash": "1" * 64}]
        )
        await connection.execute(insert(CLOSES.hold), holds)
    await database.close()
