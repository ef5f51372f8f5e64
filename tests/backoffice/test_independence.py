"""Nobody is both pairs of eyes: not by credentials that they gave, by chains of those, nor by lost roles."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, Role
from backoffice.approvals import repository
from backoffice.approvals.proposals import Needs, Proposal, ProposalKind, ProposalStatus
from backoffice.audit.canonical_json import Json
from backoffice.identity.account import NewAccount
from backoffice.identity.credentials import links
from backoffice.identity.credentials.links import CredentialLinks, Mail
from backoffice.identity.models import CREDENTIAL_GIVER, CREDENTIAL_LINK, USER
from backoffice.settings import BackofficeSettings
from furlong.cli.operating_person import operating_person
from tests.support.office.backoffice_site import (
    ORIGIN,
    PASSWORD,
    ROOT_ACTOR,
    Browser,
    OfficeSite,
    Person,
    codes,
    running_site,
)

APPROVE = "mutation($input: ApproveInput!) { approve(input: $input) { status } }"
RESET = "mutation($input: ResetUserInput!) { resetUser(input: $input) { initialPassword } }"
ADD = "mutation($input: AddUserInput!) { addUser(input: $input) { user { id login } initialPassword } }"
SET = "mutation($input: SetRolesInput!) { setRoles(input: $input) { revision } }"
DISABLE = "mutation($input: UserChangeInput!) { disableUser(input: $input) { status } }"
ENABLE = "mutation($input: UserChangeInput!) { enableUser(input: $input) { status } }"
LINK = "mutation { sendCredentialLink }"
SHOW = "query($id: ID!) { approval(id: $id) { contentHash status notIndependent decisionReason } }"
OTHER = "nine brown horses"
LISTS = (
    "me1@evil.example,x1@example.com",
    "me@evil.example,(@example.com",
    "a@evil.example(@example.com",
    "me@evil.example;x@example.com",
)
"""Logins of which a mail server takes something else for the address than what comes after the last @."""


@dataclass
class Office:
    """The site, a kind of proposals whose executions and endings are counted, and mail that is caught."""

    site: OfficeSite
    done: list[str] = field(default_factory=list)
    declined: list[str] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)

    async def execute(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        """Note what is executed."""
        del connection, actor
        self.done.append(proposal.proposal_id)
        return None

    async def decline(
        self, connection: AsyncConnection, actor: Actor, proposal: Proposal, reason: str | None
    ) -> None:
        """Note what ends."""
        del connection, actor, reason
        self.declined.append(proposal.proposal_id)

    async def send(self, mail: Mail) -> None:
        """Catch a mail."""
        self.mails.append(mail)

    def deliver_mail(self) -> None:
        """Configure a mail server."""
        reaching = CredentialLinks(self.send, ORIGIN, frozenset({"example.com"}))
        object.__setattr__(self.site.office.base.accounts.issuer, "links", reaching)

    async def propose(self, browser: Browser) -> str:
        """Propose as whoever is signed in; return the proposal's id."""
        base = self.site.office.base
        current = await base.sign_in.authenticate(browser.client.cookies["furlong-backoffice"], "127.0.0.1")
        assert current is not None
        async with base.database.write() as connection:
            return await base.approvals.propose(
                connection,
                current.actor,
                "test.text",
                brand="northbet",
                subject="s:1",
                content={},
                reason="r",
            )

    async def revision(self, person: Person) -> int:
        """Return the revision of a person's account."""
        async with self.site.office.base.database.read() as connection:
            found = await connection.scalar(select(USER.c.revision).where(USER.c.user_id == person.user_id))
        assert found is not None
        return int(found)

    async def approve(self, browser: Browser, proposal_id: str) -> list[str]:
        """Approve as whoever is signed in; return the codes of the refusal."""
        shown = (await browser.ask(SHOW, id=proposal_id))["data"]["approval"]
        given = {"proposalId": proposal_id, "contentHash": shown["contentHash"]}
        return codes(await browser.ask(APPROVE, input=given))

    async def obstacle(self, browser: Browser, proposal_id: str) -> str | None:
        """Return why whoever is signed in is not independent, as the screen shows it."""
        shown = (await browser.ask(SHOW, id=proposal_id))["data"]["approval"]
        return shown["notIndependent"]

    async def taken_over(self, chief: Browser, person: Person) -> Browser:
        """Let an administrator reset an account, set up its second factor, and sign in as its owner."""
        given = await chief.ask(RESET, input={"userId": person.user_id, "reason": "lost telephone"})
        initial = given["data"]["resetUser"]["initialPassword"]
        return await self.entered(person.login, initial)

    async def entered(self, login: str, initial: str) -> Browser:
        """Sign in with an initial password, and set everything up."""
        browser = self.site.browser()
        await browser.send("POST", "session", {"user": login, "password": initial})
        await self.enrolled(browser)
        done = await browser.send("POST", "session/password", {"present": initial, "new": PASSWORD})
        assert done.json()["signedIn"], done.text
        return browser

    async def enrolled(self, browser: Browser) -> dict[str, Any]:
        """Set a second factor up, and return the answer."""
        secret = (await browser.send("POST", "session/enrolment", {})).json()["secret"]
        self.site.clock.advance(timedelta(seconds=30))
        code = pyotp.TOTP(secret).at(self.site.clock.now())
        answer: dict[str, Any] = (await browser.send("POST", "session/totp", {"code": code})).json()
        return answer

    async def renewed(self, password: str = OTHER) -> Browser:
        """Follow the link of the last mail, and set everything up."""
        token = self.mails[-1].text.partition("#")[2].split()[0]
        browser = self.site.browser()
        body = {"token": token, "password": password}
        begun = await browser.send("POST", "session/link", body)
        assert begun.json()["stage"] == "enrolment", begun.text
        assert (await self.enrolled(browser))["signedIn"]
        return browser

    async def status(self, proposal_id: str) -> ProposalStatus:
        """Return the state of a proposal."""
        async with self.site.office.base.database.read() as connection:
            found = await repository.find(connection, proposal_id)
        assert found is not None
        return found.status


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """The back office over SQLite."""
    async with running_site(f"sqlite+aiosqlite:///{tmp_path}") as running:
        office = Office(running)
        needs = Needs(Permission.CONTENT_EDIT, Permission.CONTENT_APPROVE, Permission.CONTENT_READ)
        kind = ProposalKind("test.text", needs, office.execute, declined=office.decline)
        running.office.base.approvals.register(kind)
        yield office


async def test_an_administrator_who_resets_two_accounts_is_one_pair_of_eyes(office: Office) -> None:
    """They enrol both second factors, propose as one and approve as the other: refused, and said why."""
    ann, bob = [
        await office.site.person(name, role) for name, role in (("ann", Role.EDITOR), ("bob", Role.APPROVER))
    ]
    chief = await office.site.signed_in(await office.site.person("chief", Role.ADMINISTRATOR))
    as_ann, as_bob = await office.taken_over(chief, ann), await office.taken_over(chief, bob)
    proposal = await office.propose(as_ann)
    assert await office.approve(as_bob, proposal) == ["FOUR_EYES"]
    assert "Chief gave both of you credentials" in str(await office.obstacle(as_bob, proposal))
    third = await office.site.signed_in(await office.site.person("cat", Role.APPROVER))
    assert await office.obstacle(third, proposal) is None
    assert await office.approve(third, proposal) == []


async def test_an_account_without_roles_is_bound_to_its_maker(office: Office) -> None:
    """Somebody else grants the role later: the maker still knows the password."""
    maker = await office.site.signed_in(
        await office.site.person("maker", Role.ADMINISTRATOR, Role.EDITOR, brand="*")
    )
    other = await office.site.signed_in(await office.site.person("other", Role.ADMINISTRATOR))
    made = (await maker.ask(ADD, input={"login": "puppet", "name": "Puppet", "roles": []}))["data"]["addUser"]
    roles = [{"brand": "*", "role": "APPROVER"}]
    granted = await other.ask(SET, input={"userId": made["user"]["id"], "roles": roles, "revision": 1})
    assert not codes(granted)
    puppet = await office.entered("puppet", made["initialPassword"])
    proposal = await office.propose(maker)
    assert "The proposer gave you credentials" in str(await office.obstacle(puppet, proposal))
    assert await office.approve(puppet, proposal) == ["FOUR_EYES"]


async def test_a_chain_binds_also_when_its_middle_is_renewed(office: Office) -> None:
    """Who controlled the giver knows what they gave, whatever the giver's own credentials are later."""
    office.deliver_mail()
    chief = await office.site.signed_in(await office.site.person("chief", Role.ADMINISTRATOR, Role.APPROVER))
    deputy = await office.site.person("deputy@elsewhere.net", Role.ADMINISTRATOR)
    as_deputy = await office.taken_over(chief, deputy)
    ann = await office.site.person("ann", Role.EDITOR)
    as_ann = await office.taken_over(as_deputy, ann)
    proposal = await office.propose(as_ann)
    assert "You gave the proposer credentials" in str(await office.obstacle(chief, proposal))
    base = office.site.office.base
    async with base.database.write() as connection:  # as if the deputy's address were one of ours
        await connection.execute(
            update(USER).where(USER.c.user_id == deputy.user_id).values(login="deputy@example.com")
        )
    await as_deputy.ask(LINK)
    await office.renewed()
    async with base.database.read() as connection:
        assert (
            await connection.execute(
                select(CREDENTIAL_GIVER.c.user_id).where(CREDENTIAL_GIVER.c.user_id == deputy.user_id)
            )
        ).all() == []
    assert await office.approve(chief, proposal) == ["FOUR_EYES"]


async def test_a_second_account_of_the_giver_is_the_giver(office: Office) -> None:
    """Persons are compared, also among those who gave roles or credentials."""
    chief = await office.site.signed_in(
        await office.site.person("chief", Role.ADMINISTRATOR, person="chief@example.com")
    )
    second = await office.site.signed_in(
        await office.site.person("chief-2", Role.APPROVER, person="chief@example.com")
    )
    ann = await office.site.person("ann", Role.VIEWER)
    roles = [{"brand": "*", "role": "EDITOR"}]
    await chief.ask(
        SET, input={"userId": ann.user_id, "roles": roles, "revision": await office.revision(ann)}
    )
    proposal = await office.propose(await office.site.signed_in(ann))
    assert await office.obstacle(second, proposal) == (
        "You gave the proposer their roles. A third person has to approve this."
    )
    assert await office.approve(second, proposal) == ["FOUR_EYES"]


async def test_roles_that_were_granted_by_a_reset_account_bind_as_well(office: Office) -> None:
    """An administrator who could act for another one has granted what that one granted."""
    chief = await office.site.signed_in(await office.site.person("chief", Role.ADMINISTRATOR, Role.APPROVER))
    as_deputy = await office.taken_over(chief, await office.site.person("deputy", Role.ADMINISTRATOR))
    ann = await office.site.person("ann", Role.VIEWER)
    roles = [{"brand": "*", "role": "EDITOR"}]
    granted = await as_deputy.ask(
        SET, input={"userId": ann.user_id, "roles": roles, "revision": await office.revision(ann)}
    )
    assert not codes(granted)
    proposal = await office.propose(await office.site.signed_in(ann))
    assert "their roles, by the account of somebody else" in str(await office.obstacle(chief, proposal))
    assert await office.approve(chief, proposal) == ["FOUR_EYES"]


async def test_a_link_to_the_owner_unbinds(office: Office) -> None:
    """Password and second factor are replaced unseen; what was proposed until then lapses."""
    chief = await office.site.signed_in(await office.site.person("chief", Role.ADMINISTRATOR, Role.APPROVER))
    ann = await office.site.person("ann@example.com", Role.EDITOR)
    as_ann = await office.taken_over(chief, ann)
    before = await office.propose(as_ann)
    assert codes(await as_ann.ask(LINK)) == ["CONFLICT"]  # there is no mail server
    office.deliver_mail()
    assert (await as_ann.ask(LINK))["data"]["sendCredentialLink"] == "ann@example.com"
    assert codes(await as_ann.ask(LINK)) == ["TOO_MANY_ATTEMPTS"]
    assert office.mails[-1].to == "ann@example.com"
    weak = {"token": office.mails[-1].text.partition("#")[2].split()[0], "password": "short"}
    assert (await office.site.browser().send("POST", "session/link", weak)).status_code == 422
    owner = await office.renewed()
    again = weak | {"password": OTHER}
    refused = await office.site.browser().send("POST", "session/link", again)
    assert refused.json()["error"]["code"] == "LINK_REFUSED"
    assert codes(await as_ann.ask("{ me { id } }")) == ["UNAUTHENTICATED"]
    assert await office.status(before) is ProposalStatus.VOID
    assert office.declined == [before]
    after = await office.propose(owner)
    assert await office.approve(chief, after) == []


async def test_with_mail_nobody_sees_an_initial_password(office: Office) -> None:
    """Accounts are added and reset by links that end after a day; only to own mailboxes of the domains."""
    office.deliver_mail()
    chief = await office.site.signed_in(await office.site.person("chief", Role.ADMINISTRATOR, Role.APPROVER))
    wanted = {"login": "New@Example.com", "name": "New", "roles": [{"brand": "*", "role": "EDITOR"}]}
    made = (await chief.ask(ADD, input=wanted))["data"]["addUser"]
    assert made["initialPassword"] is None
    new = await office.renewed()
    proposal = await office.propose(new)
    assert "gave the proposer their roles" in str(await office.obstacle(chief, proposal))
    third = await office.site.signed_in(await office.site.person("cat", Role.APPROVER))
    assert await office.approve(third, proposal) == []
    reset = await chief.ask(RESET, input={"userId": made["user"]["id"], "reason": "lost"})
    assert reset["data"]["resetUser"]["initialPassword"] is None
    old = office.mails[-1].text.partition("#")[2].split()[0]
    office.site.clock.advance(timedelta(hours=25))
    late = await office.site.browser().send("POST", "session/link", {"token": old, "password": OTHER})
    assert late.json()["error"]["code"] == "LINK_REFUSED"
    for login in ("chief+2@example.com", "new@evil.example", "plain"):
        chief = await office.site.signed_in(await office.site.person(f"c-{login}", Role.ADMINISTRATOR))
        other = (await chief.ask(ADD, input={**wanted, "login": login}))["data"]["addUser"]
        assert other["initialPassword"], login
    async with office.site.office.base.database.read() as connection:
        stored = (await connection.execute(select(CREDENTIAL_LINK))).all()
    assert old not in repr(stored)


@pytest.mark.parametrize("login", LISTS)
async def test_a_login_that_is_a_list_is_no_account(office: Office, login: str) -> None:
    """Nothing is sent, and the refusal says what to type; nor does one address have two accounts."""
    office.deliver_mail()
    chief = await office.site.signed_in(await office.site.person("chief", Role.ADMINISTRATOR))
    wanted = {"login": login, "name": "New", "roles": [{"brand": "*", "role": "EDITOR"}]}
    refused = await chief.ask(ADD, input=wanted)
    assert codes(refused) == ["INVALID"]
    assert "one e-mail address" in refused["errors"][0]["message"]
    assert office.mails == []
    assert not codes(await chief.ask(ADD, input={**wanted, "login": "new@b\u00fccher.example"}))
    for same in ("New@xn--bcher-kva.example", "\uff4eew@BU\u0308CHER.example"):
        assert codes(await chief.ask(ADD, input={**wanted, "login": same})) == ["CONFLICT"]


async def test_an_old_login_that_is_a_list_is_bound_to_everybody(office: Office) -> None:
    """Its owner signs in as ever, but no link reaches it any more, and it is no second pair of eyes."""
    ann = await office.site.person("ann@example.com", Role.EDITOR)
    base = office.site.office.base
    async with base.database.write() as connection:
        token = await links.add(connection, ann.user_id, office.site.clock.now())
        await connection.execute(
            update(USER).where(USER.c.user_id == ann.user_id).values(login="me@evil.example,ann@example.com")
        )
    office.deliver_mail()
    ann = replace(ann, login="Me@evil.example,ann@example.com")
    as_ann = await office.site.signed_in(ann)
    assert codes(await as_ann.ask(LINK)) == ["CONFLICT"]
    body = {"token": token, "password": OTHER}
    answer = await office.site.browser().send("POST", "session/link", body)
    assert answer.json()["error"]["code"] == "LINK_REFUSED"
    proposal = await office.propose(as_ann)
    approver = await office.site.signed_in(await office.site.person("bob", Role.APPROVER))
    assert await office.obstacle(approver, proposal) == (
        "The proposer's login is not one address: an administrator has to add another account."
    )
    assert await office.approve(approver, proposal) == ["FOUR_EYES"]


async def test_who_resets_at_the_command_line_may_be_anybody(office: Office) -> None:
    """So nobody approves what the account proposes, nor does it approve, until a link renews it."""
    ann = await office.site.person("ann@example.com", Role.EDITOR, Role.APPROVER)
    bob = await office.site.signed_in(await office.site.person("bob", Role.EDITOR, Role.APPROVER))
    accounts = office.site.office.base.accounts
    _, initial = await accounts.reset(operating_person("ann@example.com"), ann.user_id, "lost telephone")
    assert initial is not None
    as_ann = await office.entered("ann@example.com", initial)
    proposal, other = await office.propose(as_ann), await office.propose(bob)
    assert "given at the command line" in str(await office.obstacle(bob, proposal))
    assert await office.approve(bob, proposal) == ["FOUR_EYES"]
    assert await office.approve(as_ann, other) == ["FOUR_EYES"]
    office.deliver_mail()
    await as_ann.ask(LINK)
    owner = await office.renewed()
    assert await office.approve(owner, other) == []


async def test_roles_of_the_command_line_wait_for_an_administrator(office: Office) -> None:
    """Whoever saves them on a screen gives them from then on, also if they stay the same."""
    base = office.site.office.base
    office.deliver_mail()
    new = NewAccount("ann@example.com", "Ann", {"*": frozenset({Role.EDITOR})})
    account, initial = await base.accounts.add(operating_person(None), new)
    assert initial is None
    await base.renewal.issuer.send("ann@example.com", await _link_of(office, account.user.user_id))
    owner = await office.renewed()
    bob = await office.site.signed_in(await office.site.person("bob", Role.APPROVER))
    first = await office.propose(owner)
    assert "roles were given at the command line" in str(await office.obstacle(bob, first))
    assert await office.approve(bob, first) == ["FOUR_EYES"]
    chief = await office.site.signed_in(await office.site.person("chief", Role.ADMINISTRATOR, Role.APPROVER))
    person = Person(account.user.user_id, "ann@example.com", "")
    same = {"userId": person.user_id, "roles": [{"brand": "*", "role": "EDITOR"}]}
    assert not codes(await chief.ask(SET, input={**same, "revision": await office.revision(person)}))
    assert "You gave the proposer their roles" in str(await office.obstacle(chief, first))
    assert await office.approve(bob, first) == []


async def _link_of(office: Office, user_id: str) -> str:
    async with office.site.office.base.database.write() as connection:
        return await links.add(connection, user_id, office.site.clock.now())


async def test_an_account_of_the_provider_gets_no_password(office: Office) -> None:
    """A reset would open a second way in, which the identity provider does not see."""
    base = office.site.office.base
    account, _ = await base.accounts.add(ROOT_ACTOR, NewAccount("ann", "Ann", {}))
    async with base.database.write() as connection:
        await connection.execute(update(USER).values(oidc_issuer="https://id.example", oidc_subject="ann"))
    chief = await office.site.signed_in(await office.site.person("chief", Role.ADMINISTRATOR))
    refused = await chief.ask(RESET, input={"userId": account.user.user_id, "reason": "r"})
    assert codes(refused) == ["CONFLICT"]


@pytest.mark.parametrize("change", ["disabled", "demoted", "reset", "disabled and enabled"])
async def test_a_proposal_lapses_with_its_proposer(office: Office, change: str) -> None:
    """Whose proposer is disabled, reset, or loses the role is void at once, and stays so."""
    ann = await office.site.person("ann", Role.EDITOR)
    chief = await office.site.signed_in(await office.site.person("chief", Role.ADMINISTRATOR))
    proposal = await office.propose(await office.site.signed_in(ann))
    about = {"userId": ann.user_id, "revision": await office.revision(ann)}
    if change == "demoted":
        assert not codes(await chief.ask(SET, input={**about, "roles": [{"brand": "*", "role": "VIEWER"}]}))
    elif change == "reset":
        assert not codes(await chief.ask(RESET, input={"userId": ann.user_id, "reason": "r"}))
    else:
        assert not codes(await chief.ask(DISABLE, input=about))
    if change == "disabled and enabled":
        assert not codes(await chief.ask(ENABLE, input={**about, "revision": await office.revision(ann)}))
    approver = await office.site.signed_in(await office.site.person("bob", Role.APPROVER))
    shown = (await approver.ask(SHOW, id=proposal))["data"]["approval"]
    assert shown["status"] == "VOID"
    assert shown["decisionReason"].startswith("The proposer")
    assert office.declined == [proposal]
    assert await office.approve(approver, proposal) == ["CONFLICT"]


async def test_a_role_that_the_proposer_keeps_keeps_the_proposal(office: Office) -> None:
    """Another role that is lost changes nothing; a role that was lost unseen voids it at the approval."""
    ann = await office.site.person("ann", Role.EDITOR, Role.VIEWER)
    chief = await office.site.signed_in(await office.site.person("chief", Role.ADMINISTRATOR))
    kept = await office.propose(await office.site.signed_in(ann))
    roles = [{"brand": "*", "role": "EDITOR"}]
    await chief.ask(
        SET, input={"userId": ann.user_id, "roles": roles, "revision": await office.revision(ann)}
    )
    approver = await office.site.signed_in(await office.site.person("bob", Role.APPROVER))
    assert await office.approve(approver, kept) == []
    late = await office.propose(await office.site.signed_in(ann))
    async with office.site.office.base.database.write() as connection:
        await connection.execute(update(USER).where(USER.c.user_id == ann.user_id).values(status="disabled"))
    assert await office.approve(approver, late) == ["STALE"]
    assert await office.status(late) is ProposalStatus.VOID
    assert office.done == [kept]


def test_mail_needs_all_its_settings() -> None:
    """A link never names a host of the request, nor goes to an address of any domain."""
    complete = {
        "key": SecretStr("k" * 32),
        "mail_url": SecretStr("smtps://mail.example.com"),
        "mail_from": "furlong@example.com",
        "mail_domains": ("example.com",),
        "url": "https://office.example.com",
    }
    assert BackofficeSettings(**complete, _env_file=None).mail_from  # type: ignore[arg-type]
    for missing in ("mail_from", "mail_domains", "url"):
        with pytest.raises(ValidationError, match="also needs"):
            BackofficeSettings(**{k: v for k, v in complete.items() if k != missing}, _env_file=None)  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="must begin with"):
        BackofficeSettings(**complete | {"mail_url": SecretStr("mail")}, _env_file=None)  # type: ignore[arg-type]
