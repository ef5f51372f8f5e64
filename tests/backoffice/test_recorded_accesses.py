"""Each query that shows a person's data leaves an entry in the audit log; a new query has to be classed."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import func, insert, select

from backoffice.audit.repository import AUDIT_LOG
from backoffice.global_events.models import STREAM
from tests.backoffice.proposal_kinds import (
    BRAND,
    PAULA,
    ProposalFixture,
    customer,
    proposal_fixture,
    scheme,
    waiting_withdrawal,
)
from tests.support.office.permission_rules import ask, fields

SOMEBODY: Final = customer(0)
FIGURE: Final = f'brand: "{BRAND}", isoWeek: "2026-W13", figure: EXPECTED'
CORRECTION: Final = f'{{customer: "{SOMEBODY}", currency: "GBP", amountMinor: 1}}'
START: Final = "mutation S($input: StartDryRunInput!) { startDryRun(input: $input) { id } }"
PERSONAL: Final = {
    "customers": f'(brand: "{BRAND}", search: "c-") {{ nodes {{ id }} }}',
    "search": f'(brand: "{BRAND}", text: "none") {{ id }}',
    "customer": f'(id: "{SOMEBODY}") {{ customerId }}',
    "customerWeek": f'(customer: "{SOMEBODY}", isoWeek: "2026-W13") {{ isoWeek }}',
    "customerOfBet": f'(brand: "{BRAND}", betId: "none") {{ customerId }}',
    "timeline": f'(customer: "{SOMEBODY}") {{ nodes {{ id }} }}',
    "betExplanation": f'(brand: "{BRAND}", betId: "none") {{ sentence }}',
    "betRecord": f'(brand: "{BRAND}", betId: "none") {{ offset }}',
    "legalHolds": f'(customer: "{SOMEBODY}") {{ id }}',
    "goodwillOffer": f'(customer: "{SOMEBODY}") {{ __typename }}',
    "riskCustomers": f"({FIGURE}) {{ nodes {{ id }} }}",
    "riskGoodwill": f'(brand: "{BRAND}") {{ nodes {{ id }} }}',
    "lateBets": f'(brand: "{BRAND}") {{ nodes {{ id }} }}',
    "heldRewards": f'(brand: "{BRAND}") {{ nodes {{ id }} }}',
    "pendingIntents": f'(brand: "{BRAND}") {{ nodes {{ id }} }}',
    "deadLetters": '(app: "backoffice") { nodes { id } }',
    "deadLetter": '(id: "backoffice:1") { id }',
    "financeCorrections": f'(brand: "{BRAND}") {{ nodes {{ id }} }}',
    "financialChecks": f'(brand: "{BRAND}") {{ nodes {{ id }} }}',
    "financeWithdrawals": f'(brand: "{BRAND}") {{ nodes {{ id }} }}',
    "financePayments": f'(brand: "{BRAND}") {{ nodes {{ id }} }}',
    "financePayment": f'(id: "{waiting_withdrawal(0)}") {{ id }}',
    "refundableCharges": f'(payment: "{waiting_withdrawal(0)}") {{ id }}',
    "financeRefunds": f'(brand: "{BRAND}") {{ nodes {{ id }} }}',
    "paymentCases": f'(brand: "{BRAND}") {{ nodes {{ id }} }}',
    "customerPayments": f'(customer: "{SOMEBODY}") {{ id }}',
    "correctableAccounts": f'(customer: "{SOMEBODY}") {{ id }}',
    "customerMoney": f'(customer: "{SOMEBODY}") {{ accounts {{ id }} }}',
    "customerTransactions": f'(customer: "{SOMEBODY}") {{ nodes {{ id }} }}',
    "correctionPreview": f"(correction: {CORRECTION}) {{ waits }}",
    "customerFactors": f'(brand: "{BRAND}") {{ nodes {{ id }} }}',
    "openBets": f'(brand: "{BRAND}", selection: "none") {{ id }}',
    "officeBet": '(id: "b0") { id }',
    "audit": f'(subject: "customer:{SOMEBODY}") {{ nodes {{ id }} }}',
    "approval": '(id: "PROPOSAL") { subject }',
    "approvals": f'(subject: "customer:{SOMEBODY}") {{ nodes {{ id }} }}',
    "dryRunDifferences": '(id: "JOB") { nodes { customerId } }',
    "dryRunCsv": '(id: "JOB")',
}
"""What is asked; `JOB` stands for a dry run, `PROPOSAL` for one about a customer."""

ELSEWHERE: Final = {
    "customerExport": "support_area/test_privacy.py",
    "myDecisions": "test_own_decisions.py",
    "analyticsAnswer": "../analytics/test_questions_in_the_graph.py",
}
NOT_PERSONAL: Final = {
    "people": {"me", "brandNames", "users", "user", "mySessions", "sessions"},
    "names of actions": {"auditActions"},
    "jobs, which name customers by id alone": {"jobs", "job"},
    "content": {
        *("contentItems", "contentItem", "contentRevision", "contentDiff", "lintContent", "contentPreview"),
        *("contentPreviewStates", "contentBrands", "contentBrand"),
    },
    "proposals, without the customers they are about": {"approvalsToDecide", "unseenDecisions"},
    "rules": {"schemeScopeItems", "schemeVersions", "checkScheme", "dryRun"},
    "sums": {
        *("riskBrands", "riskLiability", "riskForecast", "riskWeeks", "riskRewards", "riskBudgets"),
        *("goodwillBudgets", "goodwillCosts", "weekCustomers", "analyticsReport"),
    },
    "what can be asked": {"analyticsTables", "analyticsColumns"},
    "finance, summed": {
        *("financeCloses", "financePositions", "financeHolds", "financeWaiting"),
        *("paymentComparisons", "paymentProcessors"),
    },
    "the lobby": {"lobbyContent", "lobbyGames", "lobbyProviders", "tryLobby"},
    "sports events": {
        *("eventOffers", "offeredSports", "waitingMatches", "waitingMatchCount", "matchDecisions"),
        *("eventLeaders", "eventProviders", "leaderChanges"),
        *("boardBrand", "board", "boardEntry", "boardRevisions", "tryBoardEntry"),
    },
    "betting, summed": {"bettingEvents", "bettingSelections", "tradingRules", "declaredVoids"},
    "operations": {
        *("brands", "operatedBrand", "brandRevisions", "tryTheme", "rewardVersions", "supportBrands"),
        *("providers", "provider", "providerAdapters", "providerRevisions", "providerDiff", "tryProvider"),
        *("stoppedProviders", "tryAdapter"),
        *("waitingCases", "deadLetterCounts", "lagHistory", "countedBets"),
        *("weeks", "globalEvents", "globalEvent", "killSwitches", "nodes", "consumerLag", "outboxes"),
    },
}


@pytest.fixture
async def all_areas(tmp_path: Path) -> AsyncIterator[ProposalFixture]:
    """The graph over databases that know customers, with a dead letter."""
    async with proposal_fixture(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        letter = {
            "id": 1,
            "generation": "g",
            "topic": "club.cells.v1",
            "partition": 0,
            "offset": 0,
            "key": b"node:acknowledgement:rewards",
            "value": b"no message",
            "headers": [],
            "reason": "not JSON",
            "produced_at": opened.base.clock.now(),
            "stored_at": opened.base.clock.now(),
        }
        async with opened.base.database.write() as connection:
            await connection.execute(insert(STREAM.dead_letter).values(letter))
        yield opened


async def entries(all_areas: ProposalFixture) -> int:
    """Return how many entries the audit log has."""
    async with all_areas.base.database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(AUDIT_LOG)) or 0


async def test_each_access_to_a_persons_data_is_recorded(all_areas: ProposalFixture) -> None:
    """Also one that finds nothing: who was looked for is on record."""
    tried = {"input": {"brand": BRAND, "scheme": scheme(0), "idempotencyKey": "once"}}
    started: Any = await ask(all_areas.graph, PAULA, START, tried)
    job = started["data"]["startDryRun"]["id"]
    proposal = (await all_areas.propose("support.adjustment", 0))["proposalId"]
    unrecorded = {}
    for name, asked in PERSONAL.items():
        before = await entries(all_areas)
        document = f"{{ {name}{asked.replace('JOB', job).replace('PROPOSAL', proposal)} }}"
        answer = await ask(all_areas.graph, PAULA, document)
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        if codes - {"NOT_FOUND"} or await entries(all_areas) == before:
            unrecorded[name] = answer
    assert unrecorded == {}


def test_every_query_is_classed() -> None:
    """A new one shows a person's data, and is recorded, or it does not."""
    classed = [*PERSONAL, *ELSEWHERE, *(name for names in NOT_PERSONAL.values() for name in names)]
    assert sorted(classed) == sorted(one.name for one in fields() if one.operation == "query")
