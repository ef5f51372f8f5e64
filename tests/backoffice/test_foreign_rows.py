"""Rows of a foreign brand: by their id they are as if they were not there, and no list has them.

The fields come from the schema: one that takes an id and names no kind of row here fails.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest
import pytest_asyncio
from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type, is_leaf_type

from backoffice.access import Actor, Role
from backoffice.graph.area import ALL, ANY, FOUND
from backoffice.graph.execution import OfficeGraph
from backoffice.risk.budgets.setting import RAISE
from foundation.storage.settings import DatabaseSettings
from furlong.databases import METADATA as TABLES
from tests.backoffice.foreign_rows import OWNER, add_foreign_rows
from tests.support.database_probe import migrate
from tests.support.office.backoffice_fixture import NOW
from tests.support.office.backoffice_site import running_site
from tests.support.office.permission_rules import (
    OTHER_BRAND,
    OWN_BRAND,
    Field,
    ask,
    fields,
    operation_of,
    root_of,
)

KINDS: Final = {
    **dict.fromkeys(
        ("user.id", "sessions.userId", "setRoles.input.userId", "disableUser.input.userId"), "user"
    ),
    **dict.fromkeys(("enableUser.input.userId", "resetUser.input.userId"), "user"),
    "endSession.id": "session",
    **dict.fromkeys(("approval.id", "approve.input.proposalId", "reject.input.proposalId"), "proposal"),
    "withdrawProposal.id": "proposal",
    "seeDecisions.newest": "decided",
    **dict.fromkeys(("job.id", "cancelJob.id"), "job"),
    **dict.fromkeys(("dryRun.id", "dryRunDifferences.id", "dryRunCsv.id"), "dry run"),
    "globalEvent.id": "decision",
    **dict.fromkeys(
        ("customer.id", "customerWeek.customer", "timeline.customer", "legalHolds.customer"), "customer"
    ),
    **dict.fromkeys(("proposeAdjustment.input.customer", "exportCustomer.input.customer"), "customer"),
    **dict.fromkeys(("proposeErasure.input.customer", "putLegalHold.input.customer"), "customer"),
    **dict.fromkeys(("goodwillOffer.customer", "proposeGoodwill.input.customer"), "customer"),
    **dict.fromkeys(
        ("customerMoney.customer", "customerTransactions.customer", "correctableAccounts.customer"),
        "customer",
    ),
    **dict.fromkeys(
        ("correctionPreview.correction.customer", "proposeCorrection.input.correction.customer"), "customer"
    ),
    **dict.fromkeys(("closeFinancialCheck.input.customer", "customerPayments.customer"), "customer"),
    **dict.fromkeys(("financePayment.id", "proposeWithdrawalDecision.input.withdrawal"), "withdrawal"),
    **dict.fromkeys(("refundableCharges.payment", "proposeRefund.input.payment"), "withdrawal"),
    "closePaymentCase.input.case": "payment case",
    **dict.fromkeys(("proposeLateBet.input.lateBet", "rejectLateBet.input.lateBet"), "late bet"),
    **dict.fromkeys(("retryHeldReward.input.heldReward", "creditHeldReward.input.heldReward"), "held reward"),
    "setCustomerFactor.input.customer": "customer",
    **dict.fromkeys(("officeBet.id", "proposeBetVoid.input.bet"), "bet"),
    "customerExport.jobId": "export",
    "liftLegalHold.input.holdId": "hold",
}
"""The kind of row that each argument names, of fields that find a row by its id alone."""

OF_NO_BRAND: Final = {
    "startDryRun.input.idempotencyKey": "the caller makes it up",
    "proposeRefund.input.charge": "a charge of the payment",
    "proposeGoodwill.input.reward": "a reward of the customer's brand",
}
"""Ids that name no row. Dead letters belong to a consumer, not to a brand: they need a role for all."""

SHOWS_NO_ROWS: Final = {
    *("me", "mySessions", "myDecisions", "unseenDecisions", "contentPreviewStates", "auditActions"),
}
"""What belongs to the person who asks, or to nobody."""

OF_ALL_BRANDS: Final = {
    *("eventOffers", "offeredSports", "waitingMatches", "waitingMatchCount", "matchDecisions"),
    *("eventLeaders", "eventProviders", "leaderChanges"),
    *("financeHolds", "paymentComparisons", "paymentProcessors"),
}
"""Sports events are the same for all brands, and so are a currency that pays out nothing, and processors of
payments: who has a role for one of them sees all of it."""


WHO: Final = ("stranger", "namesake", "former")
"""Who asks, with roles in another brand: somebody who has nothing to do with the row; another account of the
person whom it names; the account that it names, which has no role in its brand any more."""

STAYS_ONE_S_OWN: Final = {("seeDecisions", "former")}
"""What belongs to an account, whatever its roles: up to where it has looked at decisions."""


@dataclass(frozen=True)
class Place:
    """The graph, and the ids of a foreign brand's rows by kind."""

    graph: OfficeGraph
    ids: dict[str, str]

    async def ask(
        self, document: str, variables: dict[str, Any], brand: str, who: str = "stranger"
    ) -> dict[str, Any]:
        """Ask as somebody with all roles at a brand, who has just stepped up."""
        roles = {brand: frozenset(Role)}
        until = NOW + timedelta(days=1)
        account = OWNER if who == "former" else "asker"
        person = "asker" if who == "stranger" else OWNER
        asker = Actor(account, person, "Asker", "s", "127.0.0.1", roles, stepped_up_until=until)
        return await ask(self.graph, asker, document, variables)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """The graph over databases with rows of the foreign brand."""
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('foreign')}"
    for name, metadata in TABLES.items():
        await migrate(DatabaseSettings(url=url), name, metadata)
    async with running_site(url) as site:
        ids = await add_foreign_rows(site, url)
        opened = Place(site.office.graph, ids)
        # Whoever looks at a customer is in the audit log, of which each test wants a row.
        looked_at = next(field for field in FINDING if field.name == "customerPayments")
        await opened.ask(*with_id(looked_at, "customer", ids["customer"]), OTHER_BRAND)
        yield opened


def ids_of(field: Field) -> list[str]:
    """Return the paths of a field's arguments that are ids."""

    def below(path: str, kind: Any) -> list[str]:
        named = get_named_type(kind)
        if isinstance(named, GraphQLInputObjectType):
            return [one for name, each in named.fields.items() for one in below(f"{path}.{name}", each.type)]
        return [path] if named.name == "ID" else []

    arguments = root_of(field).fields[field.name].args
    return [one for name, each in arguments.items() for one in below(name, each.type)]


def test_every_id_has_a_kind() -> None:
    """A field that takes an id names the brand beside it, needs all brands, or has a kind of row here."""
    named = {
        f"{field.name}.{path}"
        for field in fields()
        if field.brand != ALL
        for path in ids_of(field)
        if path != field.brand
    }
    assert named == {*KINDS, *OF_NO_BRAND}


FINDING: Final = [field for field in fields() if field.brand == FOUND]


def with_id(field: Field, path: str, row_id: str) -> tuple[str, dict[str, Any]]:
    """Return an operation that names a row."""
    document, variables = operation_of(field, OTHER_BRAND)
    *above, last = path.split(".")
    at = variables
    for name in above:
        at = at[name]
    at[last] = row_id
    return document, variables


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("field", FINDING, ids=str)
async def test_a_foreign_row_is_as_if_it_were_not_there(place: Place, field: Field, who: str) -> None:
    """The answer is that for an unknown id, also to whom the row names; its brand's people find it."""
    if (field.name, who) in STAYS_ONE_S_OWN:
        return
    (path,) = [one for one in ids_of(field) if f"{field.name}.{one}" in KINDS]
    row_id = place.ids[KINDS[f"{field.name}.{path}"]]
    nobodys = f"{OTHER_BRAND}:nobody" if KINDS[f"{field.name}.{path}"] == "customer" else "nobody"
    foreign = await place.ask(*with_id(field, path, row_id), OWN_BRAND, who)
    missing = await place.ask(*with_id(field, path, nobodys), OWN_BRAND, who)
    assert [error["extensions"]["code"] for error in foreign["errors"]] == ["NOT_FOUND"]
    assert json.dumps(foreign).replace(row_id, nobodys) == json.dumps(missing)
    if field.operation == "query":
        own = await place.ask(*with_id(field, path, row_id), OTHER_BRAND)
        codes = {error["extensions"]["code"] for error in own.get("errors", ())}
        assert not codes & {"NOT_FOUND", "FORBIDDEN", "INTERNAL_SERVER_ERROR"}


def leaves(kind: Any, depth: int = 4) -> str:
    """Return a selection of all that can be read without arguments."""
    named = get_named_type(kind)
    if is_leaf_type(named):
        return ""
    assert isinstance(named, GraphQLObjectType)
    parts = []
    for name, each in named.fields.items():
        if each.args or (depth == 0 and not is_leaf_type(get_named_type(each.type))):
            continue
        parts.append(f"{name}{leaves(each.type, depth - 1)}")
    return f" {{ {' '.join(parts)} }}"


def lists() -> list[Field]:
    """Return the fields that show rows of all brands in which one has a part."""
    found = []
    for field in fields():
        root = root_of(field).fields[field.name]
        optional = field.brand in root.args and not str(root.args[field.brand].type).endswith("!")
        if (
            field.operation == "query"
            and (field.brand == ANY or optional)
            and field.name not in SHOWS_NO_ROWS | OF_ALL_BRANDS
        ):
            found.append(field)
    return found


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("field", lists(), ids=str)
async def test_no_list_has_a_foreign_row(place: Place, field: Field, who: str) -> None:
    """The people of the rows' own brand see them, others do not, also if the rows name them."""
    document = f"{{ {field.name}{leaves(root_of(field).fields[field.name].type)} }}"
    foreign = await place.ask(document, {}, OWN_BRAND, who)
    own = await place.ask(document, {}, OTHER_BRAND)
    assert OTHER_BRAND in json.dumps(own)
    assert "errors" not in foreign
    assert OTHER_BRAND not in json.dumps(foreign)


DECISIONS: Final = "{ myDecisions { id kind brand status visible subject content reason decisionReason } }"


@pytest.mark.asyncio(loop_scope="module")
async def test_of_a_former_brand_one_sees_that_ones_proposal_was_decided(place: Place) -> None:
    """Its kind and state, and nothing of what it is about."""
    (decided,) = (await place.ask(DECISIONS, {}, OWN_BRAND, "former"))["data"]["myDecisions"]
    assert decided == {
        "id": place.ids["decided"],
        "kind": RAISE,
        "brand": OTHER_BRAND,
        "status": "REJECTED",
        "visible": False,
        **dict.fromkeys(("subject", "content", "reason", "decisionReason")),
    }
    assert (await place.ask(DECISIONS, {}, OWN_BRAND, "namesake"))["data"]["myDecisions"] == []
