"""People manage accounts without getting more than they have; what they do is in the audit log."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from backoffice.access import Permission, Role
from backoffice.approvals.proposals import Needs, ProposalKind
from backoffice.audit.audit_log import verify
from backoffice.audit.canonical_json import Json
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.rewards.models import METADATA as REWARDS
from subgraphs.rewards.models import REFERENCE
from tests.support.database_probe import migrated
from tests.support.office.backoffice_site import PASSWORD, Browser, OfficeSite, codes, running_site
from tests.support.subgraphs.club_samples import brand_row, make_brand

USERS = "{ users(first: 50) { nodes { id login revision roles { brand role } } hasNextPage } }"
ADD = "mutation($input: AddUserInput!) { addUser(input: $input) { user { id login } initialPassword } }"
SET = "mutation($input: SetRolesInput!) { setRoles(input: $input) { revision roles { brand role } } }"
DISABLE = "mutation($input: UserChangeInput!) { disableUser(input: $input) { status revision } }"
RESET = "mutation($input: ResetUserInput!) { resetUser(input: $input) { initialPassword } }"
APPROVE = "mutation($input: ApproveInput!) { approve(input: $input) { status } }"
END = "mutation($id: ID!) { endSession(id: $id) { id } }"
ADJUSTING = Needs(Permission.SUPPORT_ADJUST, Permission.SUPPORT_APPROVE_ADJUSTMENT, Permission.SUPPORT_READ)
EDITING = Needs(Permission.CONTENT_EDIT, Permission.CONTENT_APPROVE, Permission.CONTENT_READ)
ME = "{ me { id roles { brand role } } }"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[OfficeSite]:
    """The back office over SQLite."""
    async with running_site(f"sqlite+aiosqlite:///{tmp_path}") as running:
        yield running


PERSONS = "{ users(first: 100) { nodes { login person } } }"


async def revision_of(browser: Browser, login: str) -> tuple[str, int]:
    """Return the id and the revision of an account."""
    nodes = (await browser.ask(USERS))["data"]["users"]["nodes"]
    found = next(node for node in nodes if node["login"] == login)
    return found["id"], found["revision"]


async def test_an_administrator_adds_people(site: OfficeSite) -> None:
    """The new person signs in with the initial password; the log says who added them, without it."""
    chief = await site.signed_in(await site.person("chief", Role.ADMINISTRATOR))
    wanted = {"login": "New@Example.com", "name": "New", "roles": [{"brand": "northbet", "role": "EDITOR"}]}
    made = (await chief.ask(ADD, input=wanted))["data"]["addUser"]
    assert made["user"]["login"] == "new@example.com"
    first = await site.browser().send(
        "POST", "session", {"user": "new@example.com", "password": made["initialPassword"]}
    )
    assert first.json()["stage"] == "enrolment"
    assert codes(await chief.ask(ADD, input=wanted)) == ["CONFLICT"]
    log = await chief.ask('{ audit(action: "people.add", first: 1) { nodes { name subject after } } }')
    (entry,) = log["data"]["audit"]["nodes"]
    assert entry["name"] == "Chief"
    assert entry["after"]["roles"] == {"northbet": ["editor"]}
    assert made["initialPassword"] not in str(log)


async def test_a_role_is_for_a_brand_that_exists(site: OfficeSite, tmp_path: Path) -> None:
    """As soon as the installation has brands; a misspelt one would give nothing, and look as if it did."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    async with migrated(url, "rewards", REWARDS) as rewards, rewards.write() as connection:
        await connection.execute(insert(REFERENCE.brand), [brand_row(make_brand())])
    chief = await site.signed_in(await site.person("chief", Role.ADMINISTRATOR))
    wanted = {"login": "new@example.com", "name": "New", "roles": [{"brand": "nrothbet", "role": "EDITOR"}]}
    (refused,) = (await chief.ask(ADD, input=wanted))["errors"]
    assert refused["extensions"]["code"] == "INVALID"
    assert refused["message"] == "There is no brand 'nrothbet'; there are northbet."
    wanted["roles"] = [{"brand": "northbet", "role": "EDITOR"}, {"brand": "*", "role": "VIEWER"}]
    assert "errors" not in await chief.ask(ADD, input=wanted)
    user_id, revision = await revision_of(chief, "new@example.com")
    change = {"userId": user_id, "revision": revision, "roles": [{"brand": "southbet", "role": "EDITOR"}]}
    assert codes(await chief.ask(SET, input=change)) == ["INVALID"]
    assert await revision_of(chief, "new@example.com") == (user_id, revision)


async def test_each_person_learns_what_their_brands_are_called(site: OfficeSite, tmp_path: Path) -> None:
    """Whatever their role: an administrator reads names in the audit log, and only of brands of theirs."""
    local = await site.signed_in(await site.person("local", Role.ADMINISTRATOR, brand="northbet"))
    names = "{ brandNames { id name } }"
    assert (await local.ask(names))["data"]["brandNames"] == []  # nothing is loaded yet
    url = f"sqlite+aiosqlite:///{tmp_path}"
    brands = [brand_row(make_brand()), brand_row(make_brand(id="southbet", name="Southbet"))]
    async with migrated(url, "rewards", REWARDS) as rewards, rewards.write() as connection:
        await connection.execute(insert(REFERENCE.brand), brands)
    chief = await site.signed_in(await site.person("chief", Role.ADMINISTRATOR))
    north, south = {"id": "northbet", "name": "Northbet"}, {"id": "southbet", "name": "Southbet"}
    assert (await local.ask(names))["data"]["brandNames"] == [north]
    assert (await chief.ask(names))["data"]["brandNames"] == [north, south]


async def test_an_administrator_of_one_brand_stays_within_it(site: OfficeSite) -> None:
    """They give no role elsewhere, and touch no account that has one: also not by resetting it."""
    local = await site.signed_in(await site.person("local", Role.ADMINISTRATOR, brand="northbet"))
    boss = await site.person("boss", Role.ADMINISTRATOR)
    both = await site.person("both", Role.EDITOR, brand="northbet")
    stranger = await site.person("stranger", Role.EDITOR, brand="southbet")
    chief = await site.signed_in(await site.person("chief", Role.ADMINISTRATOR))
    user_id, revision = await revision_of(chief, "both")
    roles = [{"brand": brand, "role": "EDITOR"} for brand in ("northbet", "southbet")]
    await chief.ask(SET, input={"userId": user_id, "roles": roles, "revision": revision})
    for brand in ("southbet", ALL_BRANDS):
        wanted = {"login": "x", "name": "X", "roles": [{"brand": brand, "role": "VIEWER"}]}
        assert codes(await local.ask(ADD, input=wanted)) == ["FORBIDDEN"]
    logins = {one["login"] for one in (await local.ask(USERS))["data"]["users"]["nodes"]}
    assert logins == {"local", "both"}
    for person, expected in ((boss, "NOT_FOUND"), (stranger, "NOT_FOUND"), (both, "FORBIDDEN")):
        change = {"userId": person.user_id, "revision": 1, "reason": "r"}
        assert codes(await local.ask(DISABLE, input=change)) == [expected]
        assert codes(await local.ask(RESET, input={"userId": person.user_id, "reason": "r"})) == [expected]
    user_id, revision = await revision_of(local, "both")
    more = [*roles, {"brand": "northbet", "role": "RISK"}]
    allowed = await local.ask(SET, input={"userId": user_id, "roles": more, "revision": revision})
    assert len(allowed["data"]["setRoles"]["roles"]) == 3
    too_much = [*more, {"brand": "southbet", "role": "RISK"}]
    _, present = await revision_of(local, "both")
    refused = await local.ask(SET, input={"userId": user_id, "roles": too_much, "revision": present})
    assert codes(refused) == ["FORBIDDEN"]


async def test_nobody_changes_their_own_account(site: OfficeSite) -> None:
    """Not with their own account, nor with their second one."""
    first = await site.person("chief", Role.ADMINISTRATOR, person="chief@example.com")
    second = await site.person("chief-2", Role.ADMINISTRATOR, person="chief@example.com")
    for acting, changed in ((first, first), (second, first)):
        browser = await site.signed_in(acting)
        user_id, revision = await revision_of(browser, changed.login)
        roles = [{"brand": "*", "role": role.name} for role in Role]
        wanted = {"userId": user_id, "roles": roles, "revision": revision}
        assert codes(await browser.ask(SET, input=wanted)) == ["FORBIDDEN"]
        assert codes(await browser.ask(RESET, input={"userId": user_id, "reason": "r"})) == ["FORBIDDEN"]


@pytest.mark.parametrize("known", ["ada", ""], ids=["known", "unknown"])
async def test_nobody_names_a_person_outside_their_brands(site: OfficeSite, known: str) -> None:
    """Neither as a puppet's person nor by its login; who manages all brands names a login or an address."""
    local = await site.signed_in(await site.person("local", Role.ADMINISTRATOR, brand="northbet"))
    chief = await site.signed_in(await site.person("chief", Role.ADMINISTRATOR))
    mine = await site.person("mine", Role.EDITOR, brand="northbet")
    person = "ada@example.com"
    if known:
        await site.person(known, Role.ADMINISTRATOR, person=person)
    puppet = {"login": "puppet", "name": "Puppet", "roles": [{"brand": "northbet", "role": "EDITOR"}]}
    for named in (person, " \uff21da@EXAMPLE.com", "local-2", "chief"):
        assert codes(await local.ask(ADD, input={**puppet, "person": named})) == ["FORBIDDEN"], named
    assert codes(await local.ask(ADD, input={**puppet, "login": person})) == (["FORBIDDEN"] if known else [])
    assert not codes(await local.ask(ADD, input={**puppet, "person": mine.login}))
    third = {**puppet, "login": "third"}
    assert codes(await chief.ask(ADD, input={**third, "person": "anything"})) == ["INVALID"]
    assert not codes(await chief.ask(ADD, input={**third, "person": person.upper()}))
    shown = (await chief.ask(PERSONS))["data"]["users"]["nodes"]
    assert {one["login"]: one["person"] for one in shown}["third"] == person


async def test_inputs_take_nothing_that_is_not_theirs(site: OfficeSite) -> None:
    """Mass assignment: unknown members of an input are refused before anything is done."""
    chief = await site.signed_in(await site.person("chief", Role.ADMINISTRATOR))
    for more in ({"status": "ACTIVE"}, {"passwordHash": "x"}, {"totpConfirmed": True}):
        wanted = {"login": "x", "name": "X", "roles": [], **more}
        assert (await chief.ask(ADD, input=wanted)).get("errors")
    nodes = (await chief.ask(USERS))["data"]["users"]["nodes"]
    assert [node["login"] for node in nodes] == ["chief"]


async def test_the_last_administrator_stays(site: OfficeSite) -> None:
    """Neither disabled nor demoted, also not by two at once who remove one another."""
    people = [await site.person(name, Role.ADMINISTRATOR) for name in ("one", "two")]
    browsers = [await site.signed_in(person) for person in people]
    revisions = [await revision_of(browsers[0], person.login) for person in people]
    answers = await asyncio.gather(
        *(
            browser.ask(DISABLE, input={"userId": user_id, "revision": revision})
            for browser, (user_id, revision) in zip(browsers, reversed(revisions), strict=True)
        )
    )
    assert sorted(bool(answer.get("errors")) for answer in answers) == [False, True]
    (left,) = [browser for browser in browsers if "errors" not in await browser.ask(ME)]
    nodes = (await left.ask(USERS))["data"]["users"]["nodes"]
    assert len(nodes) == 2


async def test_a_change_of_roles_holds_at_once(site: OfficeSite) -> None:
    """The open session of the person has the new roles with its next request; a stale change is refused."""
    chief = await site.signed_in(await site.person("chief", Role.ADMINISTRATOR))
    worker = await site.signed_in(await site.person("worker", Role.ADMINISTRATOR, brand="northbet"))
    assert "errors" not in await worker.ask(USERS)
    user_id, revision = await revision_of(chief, "worker")
    wanted = {"userId": user_id, "roles": [], "revision": revision}
    assert "errors" not in await chief.ask(SET, input=wanted)
    assert codes(await worker.ask(USERS)) == ["FORBIDDEN"]
    stale = await chief.ask(SET, input=wanted)
    assert codes(stale) == ["STALE"]
    assert stale["errors"][0]["extensions"]["version"] > revision


async def test_disabling_and_resetting_end_sessions(site: OfficeSite) -> None:
    """The open sessions end at once; a reset account sets its second factor up again."""
    chief = await site.signed_in(await site.person("chief", Role.ADMINISTRATOR))
    lost, gone = await site.person("lost", Role.VIEWER), await site.person("gone", Role.VIEWER)
    losing, going = await site.signed_in(lost), await site.signed_in(gone)
    reset = await chief.ask(RESET, input={"userId": lost.user_id, "reason": "new telephone"})
    user_id, revision = await revision_of(chief, "gone")
    await chief.ask(DISABLE, input={"userId": user_id, "revision": revision})
    for ended in (losing, going):
        assert codes(await ended.ask(ME)) == ["UNAUTHENTICATED"]
    again = await site.browser().send(
        "POST", "session", {"user": "lost", "password": reset["data"]["resetUser"]["initialPassword"]}
    )
    assert again.json()["stage"] == "enrolment"
    disabled = await site.browser().send("POST", "session", {"user": "gone", "password": PASSWORD})
    assert disabled.status_code == 401


async def test_sessions_are_listed_and_ended(site: OfficeSite) -> None:
    """One ends one's own sessions; those of others only who manages them."""
    ann, chief = await site.person("ann", Role.EDITOR), await site.person("chief", Role.ADMINISTRATOR)
    office_client, phone, admin = [await site.signed_in(person) for person in (ann, ann, chief)]
    listed = (await office_client.ask("{ mySessions { id current } }"))["data"]["mySessions"]
    assert sorted(one["current"] for one in listed) == [False, True]
    other = next(one["id"] for one in listed if not one["current"])
    assert "errors" not in await office_client.ask(END, id=other)
    assert codes(await phone.ask(ME)) == ["UNAUTHENTICATED"]
    theirs = await admin.ask("query($id: ID!) { sessions(userId: $id) { id } }", id=ann.user_id)
    assert len(theirs["data"]["sessions"]) == 1
    mine = (await admin.ask("{ mySessions { id } }"))["data"]["mySessions"][0]["id"]
    assert codes(await office_client.ask(END, id=mine)) == ["NOT_FOUND"]
    await admin.ask(END, id=theirs["data"]["sessions"][0]["id"])
    assert codes(await office_client.ask(ME)) == ["UNAUTHENTICATED"]


async def test_a_proposal_is_approved_in_the_graph(site: OfficeSite) -> None:
    """Another person sees and approves it; who gave the proposer their roles does not."""
    base, executed = site.office.base, []

    async def execute(connection: object, actor: object, proposal: object) -> Json:
        del connection, actor
        executed.append(proposal)
        return None

    base.approvals.register(ProposalKind("test.goodwill", ADJUSTING, execute, step_up=True))
    ann, risk = await site.person("ann", Role.SUPPORT), await site.person("risk", Role.RISK)
    chief = await site.signed_in(await site.person("chief", Role.ADMINISTRATOR))
    user_id, revision = await revision_of(chief, "ann")
    roles = [{"brand": "*", "role": "SUPPORT"}, {"brand": "northbet", "role": "SUPPORT"}]
    await chief.ask(SET, input={"userId": user_id, "roles": roles, "revision": revision})
    proposer = await site.signed_in(ann)
    current = await base.sign_in.authenticate(proposer.client.cookies["furlong-backoffice"], "127.0.0.1")
    assert current is not None
    async with base.database.write() as connection:
        await base.approvals.propose(
            connection,
            current.actor,
            "test.goodwill",
            brand="northbet",
            subject="c-1",
            content={},
            reason="r",
        )
    listing = "{ approvals(status: PENDING) { nodes { id contentHash own content proposedBy } } }"
    (shown,) = (await proposer.ask(listing))["data"]["approvals"]["nodes"]
    assert shown["own"]
    given = {"proposalId": shown["id"], "contentHash": shown["contentHash"]}
    assert codes(await proposer.ask(APPROVE, input=given)) == ["FORBIDDEN"]
    approver = await site.signed_in(risk)
    assert codes(await approver.ask(APPROVE, input=given)) == ["STEP_UP_REQUIRED"]
    site.clock.advance(timedelta(seconds=60))
    await approver.send("POST", "session/step-up", {"code": risk.code(site.clock)})
    done = await approver.ask(APPROVE, input=given)
    assert done["data"]["approve"]["status"] == "EXECUTED"
    assert len(executed) == 1
    async with base.database.read() as connection:
        assert (await verify(connection)).findings == ()


async def test_who_gave_the_roles_is_no_second_pair_of_eyes(site: OfficeSite) -> None:
    """An administrator who also approves cannot make an account that proposes to them."""
    base = site.office.base

    async def execute(_connection: object, _actor: object, _proposal: object) -> Json:
        raise AssertionError

    base.approvals.register(ProposalKind("test.content", EDITING, execute))
    chief = await site.signed_in(await site.person("chief", Role.ADMINISTRATOR, Role.APPROVER))
    puppet = await site.person("puppet", Role.VIEWER)
    user_id, revision = await revision_of(chief, "puppet")
    roles = [{"brand": "*", "role": "EDITOR"}]
    await chief.ask(SET, input={"userId": user_id, "roles": roles, "revision": revision})
    browser = await site.signed_in(puppet)
    current = await base.sign_in.authenticate(browser.client.cookies["furlong-backoffice"], "127.0.0.1")
    assert current is not None
    async with base.database.write() as connection:
        await base.approvals.propose(
            connection,
            current.actor,
            "test.content",
            brand="northbet",
            subject="s",
            content={},
            reason="r",
        )
    (shown,) = (await chief.ask("{ approvals { nodes { id contentHash } } }"))["data"]["approvals"]["nodes"]
    given = {"proposalId": shown["id"], "contentHash": shown["contentHash"]}
    assert codes(await chief.ask(APPROVE, input=given)) == ["FOUR_EYES"]


async def test_lists_are_pages_by_key(site: OfficeSite) -> None:
    """Pages follow one another without gap or repetition; a made-up cursor or size is refused."""
    chief = await site.signed_in(await site.person("chief", Role.ADMINISTRATOR))
    query = "query($after: String) { audit(first: 2, after: $after) { nodes { id } endCursor hasNextPage } }"
    for number in range(3):
        await site.person(f"p{number}", Role.VIEWER)
    seen, after = [], None
    while True:
        page = (await chief.ask(query, after=after))["data"]["audit"]
        seen += [int(node["id"]) for node in page["nodes"]]
        after = page["endCursor"]
        if not page["hasNextPage"]:
            break
    assert seen == list(range(seen[0], 0, -1))
    assert codes(await chief.ask(query, after="no cursor!")) == ["INVALID"]
    for first in (0, 101):
        assert codes(await chief.ask(f"{{ users(first: {first}) {{ hasNextPage }} }}")) == ["INVALID"]
