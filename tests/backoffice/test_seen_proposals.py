"""Who may see a thing sees the proposals about it; each look at proposals about customers is recorded."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from backoffice.access import ROLES, Actor, Permission, Role
from backoffice.approvals.proposals import ProposalStatus
from backoffice.approvals.repository import ProposalFilter, newest_first
from backoffice.audit.repository import AUDIT_LOG
from backoffice.identity import users
from backoffice.identity.users import User
from tests.backoffice.proposal_kinds import BRAND, KINDS, ProposalFixture, customer, proposal_fixture
from tests.support.office.backoffice_fixture import actor
from tests.support.office.permission_rules import ask

ALL = "id kind brand status visible subject content contentHash reason proposedBy decidedBy outcome"
PENDING = ProposalFilter(status=ProposalStatus.PENDING)
HIDDEN = ("subject", "content", "contentHash", "reason", "proposedBy", "decidedBy", "outcome")


@pytest.fixture
async def all_areas(tmp_path: Path) -> AsyncIterator[ProposalFixture]:
    """The graph with a proposal of some kinds."""
    async with proposal_fixture(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        for kind in ("content.revision", "risk.raise_budget", "support.adjustment", "operations.recall"):
            await opened.propose(kind, 0)
        yield opened


async def waiting(all_areas: ProposalFixture, who: Actor) -> list[str]:
    """Return the kinds of what waits for somebody's decision."""
    answer = await ask(
        all_areas.graph, who, "{ approvalsToDecide { id kind subject brand proposedAt proposedBy } }"
    )
    assert "errors" not in answer, answer
    assert all(one["proposedBy"] for one in answer["data"]["approvalsToDecide"])
    named = [one["subject"] for one in answer["data"]["approvalsToDecide"] if one["subject"] is not None]
    assert not [subject for subject in named if subject.startswith("customer:")]
    return [one["kind"] for one in answer["data"]["approvalsToDecide"]]


async def listed(
    all_areas: ProposalFixture, who: Actor, arguments: str = f'brand: "{BRAND}"'
) -> list[dict[str, Any]]:
    """Return the proposals as somebody sees them."""
    document = f"{{ approvals({arguments}) {{ nodes {{ {ALL} }} }} }}"
    answer = await ask(all_areas.graph, who, document)
    assert "errors" not in answer, answer
    nodes: list[dict[str, Any]] = answer["data"]["approvals"]["nodes"]
    return nodes


async def looks(all_areas: ProposalFixture, action: str = "approvals.look") -> list[tuple[str, str, Any]]:
    """Return who looked at proposals, at what, and whom they saw."""
    c = AUDIT_LOG.c
    async with all_areas.base.database.read() as connection:
        query = select(c.user_id, c.subject, c.after).where(c.action == action)
        rows = await connection.execute(query.order_by(c.sequence))
        return [(row.user_id, row.subject, row.after and json.loads(row.after)) for row in rows]


@pytest.mark.parametrize("role", [one for one in Role if Permission.APPROVALS_READ in ROLES[one]])
async def test_a_role_sees_the_proposals_of_what_it_may_see(all_areas: ProposalFixture, role: Role) -> None:
    """Of the others it sees kind and state, in the list and one by one."""
    read = {
        "content.revision": Permission.CONTENT_READ,
        "risk.raise_budget": Permission.RISK_READ,
        "support.adjustment": Permission.SUPPORT_READ,
        "operations.recall": Permission.OPERATIONS_READ,
    }
    who = actor("somebody", role, brand=BRAND)
    nodes = await listed(all_areas, who)
    assert {one["kind"] for one in nodes} == set(read)
    for node in nodes:
        may = read[node["kind"]] in ROLES[role]
        assert (node["visible"], node["status"]) == (may, "PENDING"), node
        assert (node["subject"] is not None) is may
        assert may or {node[name] for name in HIDDEN} == {None}
        document = f'{{ approval(id: "{node["id"]}") {{ {ALL} }} }}'
        single = await ask(all_areas.graph, who, document)
        assert single["data"]["approval"] == node


async def test_a_subject_finds_only_what_one_may_see(all_areas: ProposalFixture) -> None:
    """Who may not see customers does not learn by a filter whose proposal it is."""
    subject = f'subject: "customer:{customer(0)}"'
    assert len(await listed(all_areas, actor("rita", Role.RISK, brand=BRAND), subject)) == 1
    assert await listed(all_areas, actor("eddy", Role.EDITOR, brand=BRAND), subject) == []


async def test_a_list_that_shows_customers_is_recorded(all_areas: ProposalFixture) -> None:
    """With whom it showed; a list that shows none leaves nothing."""
    await listed(all_areas, actor("eddy", Role.EDITOR, brand=BRAND))
    assert await looks(all_areas) == []
    await listed(all_areas, actor("rita", Role.RISK, brand=BRAND))
    await listed(all_areas, actor("rita", Role.RISK, brand=BRAND), 'first: 1, kind: "content.revision"')
    seen = {"customers": [f"customer:{customer(0)}"]}
    assert await looks(all_areas) == [("rita", "proposals", seen)]


async def test_what_waits_for_a_decision_shows_nobody(all_areas: ProposalFixture) -> None:
    """It is what one's roles may approve, without one's own; no customer is shown, and no access recorded."""
    of_risk = await waiting(all_areas, actor("rita", Role.RISK, brand=BRAND))
    assert sorted(of_risk) == ["risk.raise_budget", "support.adjustment"]
    assert await waiting(all_areas, actor("anna", Role.APPROVER, brand=BRAND)) == ["content.revision"]
    assert await waiting(all_areas, actor("rita", Role.RISK, brand="lagunabet")) == []
    async with all_areas.base.database.read() as connection:
        (own,) = {one.proposer_person for one in await newest_first(connection, PENDING, 10, None)}
    assert await waiting(all_areas, actor("other", *Role, brand=BRAND, person=own)) == []
    assert await looks(all_areas) == []


async def test_the_audit_log_that_shows_customers_is_recorded(all_areas: ProposalFixture) -> None:
    """It has the contents of all proposals: who reads them leaves one row, which is about no customer."""
    chief = actor("chief", Role.ADMINISTRATOR, brand=BRAND)
    for document in (
        '{ audit(action: "approvals.propose") { nodes { id } } }',
        "{ audit(first: 1) { nodes { id } } }",
    ):
        assert "errors" not in await ask(all_areas.graph, chief, document)
    seen = {"customers": [f"customer:{customer(0)}"]}
    assert await looks(all_areas, "audit.look") == [("chief", "audit", seen)]


async def test_the_approver_of_each_kind_sees_it(all_areas: ProposalFixture) -> None:
    """No kind is decided unseen, and each may be seen by a role."""
    for kind in all_areas.base.approvals._kinds.values():
        for held in ROLES.values():
            assert kind.needs.approve not in held or kind.needs.read in held, kind.name
        assert any(kind.needs.propose in held for held in ROLES.values()), kind.name
    assert all_areas.base.approvals.kinds == set(KINDS)


async def test_a_sign_in_at_the_provider_records_roles(all_areas: ProposalFixture) -> None:
    """Before and after; what the person may not propose any more lapses with the roles that they lose."""
    base, paula = all_areas.base, actor("paula")
    async with base.database.write() as connection:
        user = await users.find(connection, "paula")
        assert isinstance(user, User)
        roles = {BRAND: frozenset({Role.EDITOR})}
        await base.accounts.follow_provider(connection, paula, user, roles, "session.sign_in")
    async with base.database.read() as connection:
        c = AUDIT_LOG.c
        query = select(c.before, c.after).where(c.action == "session.sign_in")
        (entry,) = (await connection.execute(query)).all()
    assert json.loads(entry.after)["roles"] == {BRAND: ["editor"]}
    assert json.loads(entry.before)["roles"] == {"*": sorted(one.value for one in Role)}
    states = {
        one["kind"]: one["status"] for one in await listed(all_areas, actor("ann", Role.RISK, brand=BRAND))
    }
    assert states == {
        "content.revision": "PENDING",
        "risk.raise_budget": "VOID",
        "support.adjustment": "VOID",
        "operations.recall": "VOID",
    }
