"""Each change of an account while another one is in progress, in every order, on both engines.

Where an argon2 computation lies between what a change is decided on and its write, the first change waits in
it until the second one is done. So nothing here depends on time.
"""

import asyncio
import threading
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pyotp
import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, Role
from backoffice.approvals.proposals import Needs, Proposal, ProposalKind, ProposalStatus
from backoffice.approvals.repository import PROPOSAL
from backoffice.audit.canonical_json import Json
from backoffice.base import Base, create_base
from backoffice.errors import BackofficeError
from backoffice.identity import sessions, users
from backoffice.identity.account import NewAccount
from backoffice.identity.credentials import links, second_factor
from backoffice.identity.credentials.issuing import CredentialIssuer
from backoffice.identity.credentials.passwords import Passwords
from backoffice.identity.models import RECOVERY_CODE, SESSION, USER
from backoffice.identity.sessions import Origin, Stage
from backoffice.identity.sign_in import AuthenticatedSession
from backoffice.identity.users import UserStatus
from backoffice.metadata import NAME
from backoffice.models import METADATA
from backoffice.settings import BackofficeSettings
from foundation.storage.clock import ManualClock
from foundation.storage.settings import DatabaseSettings
from tests.support.database_probe import migrate
from tests.support.office.backoffice_fixture import NOW
from tests.support.office.backoffice_site import PASSWORD

HERE: Final = Origin("192.0.2.1", "a browser")
DATED: Final = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
"""Hashes that the next sign-in makes anew."""

EVERYWHERE: Final = {"*": frozenset({Role.ADMINISTRATOR, Role.EDITOR})}
SECONDS: Final = 60
"""A generous limit for what always comes."""


class PausingHasher(PasswordHasher):
    """Argon2 that waits in a chosen computation until it is let go."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.left, self.reached, self.go = 0, threading.Event(), threading.Event()

    def pause_at(self, computation: int) -> None:
        """Wait in a computation from now on, counted from 1; 0: in none."""
        self.left, self.reached, self.go = computation, threading.Event(), threading.Event()

    def hash(self, *arguments: Any, **named: Any) -> str:
        """Hash a password."""
        self._step()
        return super().hash(*arguments, **named)

    def verify(self, *arguments: Any) -> Any:
        """Compare a password."""
        self._step()
        return super().verify(*arguments)

    def _step(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.reached.set()
            assert self.go.wait(SECONDS)


@dataclass
class Target:
    """An account, and what somebody knows and holds who knew its credentials.

    Attributes:
        begun: Its sessions by stage, as requests of them have read them.
        link: The token of a link to its owner.
        passwords: Those that were chosen for it in the test, and that were said to be.
        codes: The recovery codes that were shown.
    """

    user_id: str
    login: str
    secret: str
    link: str
    begun: dict[Stage, AuthenticatedSession]
    passwords: list[str] = field(default_factory=lambda: [PASSWORD])
    codes: tuple[str, ...] = ()


@dataclass
class Office:
    """The accounts over a database, and an administrator."""

    base: Base
    hasher: PausingHasher
    chief: str = ""

    async def session(self, user_id: str, stage: Stage) -> AuthenticatedSession:
        """Begin a session of an account at a stage, and return it as a request reads it."""
        begun = sessions.new_session(user_id, stage, HERE, NOW, self.base.accounts.lifetimes)
        async with self.base.database.write() as connection:
            token = await sessions.add(connection, replace(begun, stepped_up_until=NOW + timedelta(hours=1)))
        current = await self.base.sign_in.authenticate(token, HERE.address)
        assert current is not None
        return current

    async def account(self, *, enrolled: bool = True) -> Target:
        """Add an account with a password, and perhaps a second factor, and a session at each stage."""
        login, secret = f"{uuid.uuid4().hex}@example.com", pyotp.random_base32()
        added, _ = await self.base.accounts.add(
            await self.administrator(), NewAccount(login, "A", EVERYWHERE)
        )
        user_id = added.user.user_id
        async with self.base.database.write() as connection:
            link = await links.add(connection, user_id, NOW)
            await users.change(
                connection,
                user_id,
                NOW,
                password_hash=DATED.hash(PASSWORD),
                password_expired=False,
                totp_secret=self.base.sign_in.keys.encrypt(secret),
                totp_confirmed=enrolled,
            )
        stages = (Stage.FACTOR, Stage.FULL) if enrolled else (Stage.ENROLMENT,)
        begun = {stage: await self.session(user_id, stage) for stage in stages}
        return Target(user_id, login, secret, link, begun)

    async def administrator(self) -> Actor:
        """Return the administrator in a request."""
        if self.chief:
            return (await self.session(self.chief, Stage.FULL)).actor
        return Actor("root", "root", "root", "-", "local", EVERYWHERE)


async def execute(_connection: AsyncConnection, _actor: Actor, _proposal: Proposal) -> Json:
    """Execute nothing."""
    return None


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """The accounts over a migrated database."""
    settings, hasher = DatabaseSettings(url=database_url), PausingHasher()
    await migrate(settings, NAME, METADATA)
    base = create_base(
        settings, BackofficeSettings(key=SecretStr("k" * 32), _env_file=None), ManualClock(NOW)
    )
    issuer = CredentialIssuer(Passwords(12, hasher))
    base = replace(
        base,
        accounts=replace(base.accounts, issuer=issuer),
        sign_in=replace(base.sign_in, passwords=issuer.passwords),
        renewal=replace(base.renewal, issuer=issuer),
    )
    needs = Needs(Permission.CONTENT_EDIT, Permission.CONTENT_APPROVE, Permission.CONTENT_READ)
    base.approvals.register(ProposalKind("test.text", needs, execute))
    running = Office(base, hasher)
    try:
        running.chief = (await running.account()).user_id
        yield running
    finally:
        await base.database.close()


Change = Callable[[Office, Target], Awaitable[Callable[[], Awaitable[object]]]]
"""Reads what a change is decided on, and returns what carries it out."""


async def sign_in(office: Office, target: Target) -> Callable[[], Awaitable[object]]:
    """Sign in, by which the hash is made anew."""
    return lambda: office.base.sign_in.with_password(target.login, PASSWORD, HERE)


async def give_code(office: Office, target: Target) -> Callable[[], Awaitable[object]]:
    """Give the second factor."""
    code = pyotp.TOTP(target.secret).at(NOW)
    return lambda: office.base.sign_in.with_code(target.begun[Stage.FACTOR], code, HERE)


async def step_up(office: Office, target: Target) -> Callable[[], Awaitable[object]]:
    """Give the second factor again."""
    code = pyotp.TOTP(target.secret).at(NOW + timedelta(seconds=second_factor.PERIOD))
    return lambda: office.base.sign_in.step_up(target.begun[Stage.FULL], code, HERE)


async def change_password(office: Office, target: Target) -> Callable[[], Awaitable[object]]:
    """Choose another password."""
    current, new = target.begun[Stage.FULL], f"nine brown {uuid.uuid4().hex}"

    async def change() -> None:
        await office.base.sign_in.change_password(current, PASSWORD, new, HERE)
        target.passwords.append(new)

    return change


async def replace_codes(office: Office, target: Target) -> Callable[[], Awaitable[object]]:
    """Replace the recovery codes."""
    actor = target.begun[Stage.FULL].actor

    async def change() -> None:
        target.codes = await office.base.accounts.new_recovery_codes(actor, NOW)

    return change


async def propose(office: Office, target: Target) -> Callable[[], Awaitable[object]]:
    """Propose something."""
    actor = target.begun[Stage.FULL].actor

    async def change() -> None:
        async with office.base.database.write() as connection:
            await office.base.approvals.propose(
                connection, actor, "test.text", brand="b", subject="s:1", content={}, reason="r"
            )

    return change


async def add_account(office: Office, target: Target) -> Callable[[], Awaitable[object]]:
    """Add a puppet, whose password is shown."""
    new = NewAccount(f"{uuid.uuid4().hex}@example.com", "Puppet", EVERYWHERE)
    return lambda: office.base.accounts.add(target.begun[Stage.FULL].actor, new)


async def set_up_factor(office: Office, target: Target) -> Callable[[], Awaitable[object]]:
    """Read the secret of a second factor that is not confirmed."""
    return lambda: office.base.sign_in.enrolment(target.begun[Stage.ENROLMENT])


async def confirm_factor(office: Office, target: Target) -> Callable[[], Awaitable[object]]:
    """Confirm a second factor."""
    code = pyotp.TOTP(target.secret).at(NOW)

    async def change() -> None:
        ticket = await office.base.sign_in.confirm_enrolment(target.begun[Stage.ENROLMENT], code, HERE)
        target.codes = ticket.recovery_codes

    return change


async def reset(office: Office, target: Target) -> Callable[[], Awaitable[object]]:
    """Replace the credentials, as an administrator."""
    chief = await office.administrator()
    return lambda: office.base.accounts.reset(chief, target.user_id, "lost")


async def renew(office: Office, target: Target) -> Callable[[], Awaitable[object]]:
    """Replace the credentials by a link, as the owner."""
    return lambda: office.base.renewal.renew(target.link, "four quiet mornings", HERE)


async def disable(office: Office, target: Target) -> Callable[[], Awaitable[object]]:
    """Disable the account, as an administrator."""
    return await _with_status(office, target, UserStatus.DISABLED)


async def disable_and_enable(office: Office, target: Target) -> Callable[[], Awaitable[object]]:
    """Disable the account, and enable it again."""
    first = await disable(office, target)

    async def change() -> None:
        await first()
        await (await _with_status(office, target, UserStatus.ACTIVE))()

    return change


async def _with_status(office: Office, target: Target, status: UserStatus) -> Callable[[], Awaitable[object]]:
    chief = await office.administrator()
    seen = (await office.base.accounts.find(chief, target.user_id)).user.revision
    return lambda: office.base.accounts.set_status(chief, target.user_id, status, seen)


async def take_roles(office: Office, target: Target) -> Callable[[], Awaitable[object]]:
    """Take all roles away, as an administrator."""
    chief = await office.administrator()
    seen = (await office.base.accounts.find(chief, target.user_id)).user.revision
    return lambda: office.base.accounts.set_roles(chief, target.user_id, {}, seen)


COMPUTATIONS: Final[dict[Change, int]] = {sign_in: 2, change_password: 2, add_account: 1, reset: 1, renew: 1}
"""How many argon2 computations lie between what a change reads and its write."""

BY_ENROLLED: Final = (sign_in, give_code, step_up, change_password, replace_codes, propose, add_account)
BY_NEW: Final = (set_up_factor, confirm_factor)
ENDING: Final = (reset, renew, disable, disable_and_enable)


async def outcome(change: Callable[[], Awaitable[object]]) -> BaseException | None:
    """Carry a change out; return why it was refused."""
    try:
        await change()
    except BackofficeError as refused:
        return refused
    return None


async def meanwhile(
    office: Office, target: Target, changes: tuple[Change, Change], computation: int
) -> tuple[BaseException | None, BaseException | None]:
    """Carry the second change out while the first one waits: before it begins, or in a computation."""
    first, second = [await change(office, target) for change in changes]
    office.hasher.pause_at(computation)
    if not computation:
        then = await outcome(second)
        return await outcome(first), then
    running = asyncio.create_task(outcome(first))
    assert await asyncio.to_thread(office.hasher.reached.wait, SECONDS), running
    try:
        then = await outcome(second)
    finally:
        office.hasher.go.set()
    return await running, then


async def at_once(office: Office, target: Target, changes: tuple[Change, Change]) -> list[Any]:
    """Carry both changes out at once."""
    office.hasher.pause_at(0)
    return await asyncio.gather(*[outcome(await change(office, target)) for change in changes])


async def left_of_thief(office: Office, target: Target, ending: Change) -> list[str]:
    """Return what works of what somebody had who knew the credentials, after they have ended."""
    async with office.base.database.read() as connection:
        user = await users.find(connection, target.user_id)
        assert user is not None
        c = SESSION.c
        begun = (await connection.execute(select(c.stage).where(c.user_id == target.user_id))).scalars().all()
        codes = (
            await connection.execute(select(RECOVERY_CODE).where(RECOVERY_CODE.c.user_id == target.user_id))
        ).all()
        waits = (PROPOSAL.c.proposed_by == target.user_id) & (
            PROPOSAL.c.status == ProposalStatus.PENDING.value
        )
        proposals = (await connection.execute(select(PROPOSAL.c.proposal_id).where(waits))).all()
    own = [Stage.ENROLMENT.value] if ending is renew else []
    found = [f"sessions: {begun}"] if list(begun) != own else []
    found += [f"{len(proposals)} proposals"] if proposals else []
    if ending in {disable, disable_and_enable}:
        return found
    passwords = office.base.sign_in.passwords
    found += [
        password for password in target.passwords if await passwords.matches(user.password_hash, password)
    ]
    found += ["the second factor"] if user.totp_confirmed or user.totp_secret else []
    found += [f"{len(codes)} recovery codes"] if codes else []
    return found


@pytest.mark.lasting("every change is in progress, at every point, while every other one happens")
@pytest.mark.parametrize("ending", ENDING)
async def test_nothing_of_a_thief_outlives_the_credentials(office: Office, ending: Change) -> None:
    """Whatever is in progress when they end is refused, and what was done before ends with them."""
    wrong: list[Any] = []
    for change in (*BY_ENROLLED, *BY_NEW):
        for computation in range(COMPUTATIONS.get(change, 0) + 1):
            target = await office.account(enrolled=change in BY_ENROLLED)
            late, ended = await meanwhile(office, target, (change, ending), computation)
            left = await left_of_thief(office, target, ending)
            # The same password signs in again after an account was only disabled for a while.
            may_pass = change is sign_in and ending is disable_and_enable and not computation
            if ended is not None or (left and not may_pass) or (late is None and not may_pass):
                wrong.append((change.__name__, computation, late, ended, left))
        for computation in range(COMPUTATIONS.get(ending, 0) + 1):
            target = await office.account(enrolled=change in BY_ENROLLED)
            ended, done = await meanwhile(office, target, (ending, change), computation)
            left = await left_of_thief(office, target, ending)
            if computation and done is not None:
                wrong.append((change.__name__, "refused although nothing has changed", done))
            if computation and (ended is not None or left):
                wrong.append((ending.__name__, change.__name__, computation, ended, left))
        target = await office.account(enrolled=change in BY_ENROLLED)
        ended, _ = await at_once(office, target, (ending, change))
        left = await left_of_thief(office, target, ending)
        if ended is not None or (left and not (change is sign_in and ending is disable_and_enable)):
            wrong.append((ending.__name__, change.__name__, "at once", ended, left))
    assert wrong == []


@pytest.mark.parametrize("change", [propose, add_account])
async def test_nobody_acts_by_roles_that_they_have_lost(office: Office, change: Change) -> None:
    """What is in progress when roles are taken away is refused, also in a session that goes on."""
    for computation in range(COMPUTATIONS.get(change, 0) + 1):
        target = await office.account()
        late, taken = await meanwhile(office, target, (change, take_roles), computation)
        assert taken is None
        assert isinstance(late, BackofficeError)


@pytest.mark.lasting("every change is in progress, at every point, while every other one happens")
@pytest.mark.parametrize("change", [*BY_ENROLLED, *BY_NEW])
async def test_of_two_changes_each_sees_the_other(office: Office, change: Change) -> None:
    """The last password and the last codes that somebody was told of are those that hold, in every order."""
    wrong: list[Any] = []
    own = BY_ENROLLED if change in BY_ENROLLED else BY_NEW
    for other in own:
        for computation in range(COMPUTATIONS.get(change, 0) + 1):
            target = await office.account(enrolled=own is BY_ENROLLED)
            first, second = await meanwhile(office, target, (change, other), computation)
            fault = await broken_promise(office, target)
            if second is not None or fault is not None:
                wrong.append((other.__name__, computation, first, second, fault))
        target = await office.account(enrolled=own is BY_ENROLLED)
        refused = await at_once(office, target, (change, other))
        fault = await broken_promise(office, target)
        if all(refused) or fault is not None:
            wrong.append((other.__name__, "at once", refused, fault))
    assert wrong == []


async def broken_promise(office: Office, target: Target) -> str | None:
    """Return what somebody was told that does not hold."""
    async with office.base.database.read() as connection:
        user = await users.find(connection, target.user_id)
        c = RECOVERY_CODE.c
        codes = set(
            (await connection.execute(select(c.code_hash).where(c.user_id == target.user_id))).scalars()
        )
    assert user is not None
    if not await office.base.sign_in.passwords.matches(user.password_hash, target.passwords[-1]):
        return "the password"
    return None if codes == hashes(target.codes) else "the recovery codes"


def hashes(codes: Collection[str]) -> set[str]:
    """Return what is stored of recovery codes."""
    return set(map(second_factor.recovery_hash, codes))


async def test_of_two_administrators_who_end_each_other_one_stays(office: Office) -> None:
    """The other one's request is refused: their session has ended."""
    first, second = await office.account(), await office.account()
    acting = [(await office.session(one.user_id, Stage.FULL)).actor for one in (first, second)]
    refused = await asyncio.gather(
        *(
            outcome(partial(office.base.accounts.reset, by, whom.user_id, "r"))
            for by, whom in zip(acting, (second, first), strict=True)
        )
    )
    assert sum(one is None for one in refused) == 1, refused


async def test_the_last_two_administrators_are_not_disabled_at_once(office: Office) -> None:
    """Of two commands that disable one each, one is refused."""
    first, second = await office.account(), await office.account()
    async with office.base.database.write() as connection:
        others = USER.c.user_id.not_in([first.user_id, second.user_id])
        await connection.execute(update(USER).where(others).values(status=UserStatus.DISABLED.value))
    shell = Actor("os:root", "os:root", "root", "-", "local", EVERYWHERE)
    accounts = office.base.accounts
    seen = [(await accounts.find(shell, one.user_id)).user for one in (first, second)]
    refused = await asyncio.gather(
        *(
            outcome(partial(accounts.set_status, shell, one.user_id, UserStatus.DISABLED, one.revision))
            for one in seen
        )
    )
    assert sum(one is None for one in refused) == 1, refused
