"""Managing accounts: adding and disabling them, their roles for brands, and lost credentials."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, Role, allows, brands_with, require_step_up
from backoffice.audit.audit_log import AuditLog
from backoffice.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from backoffice.identity import sessions, users
from backoffice.identity.account import (
    Account,
    Lapse,
    NewAccount,
    require_another,
    require_managed,
)
from backoffice.identity.addresses import is_one_address, normal_name
from backoffice.identity.credentials import second_factor
from backoffice.identity.credentials.issuing import CredentialIssuer
from backoffice.identity.held_account import HeldAccount, hold
from backoffice.identity.known_brands import KnownBrands
from backoffice.identity.sessions import Lifetimes, Session
from backoffice.identity.users import Roles, User, UserStatus
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import ALL_BRANDS

IN_USE: Final = "This login is in use."


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of the back office.

    Attributes:
        lapse: Ends proposals of an account that loses roles or gets other credentials.
    """

    database: Database
    audit: AuditLog
    clock: Clock
    issuer: CredentialIssuer
    lifetimes: Lifetimes
    brands: KnownBrands
    lapse: Lapse

    async def add(
        self, actor: Actor, new: NewAccount, reason: str | None = None
    ) -> tuple[Account, str | None]:
        """Add an account.

        Returns:
            The account, and its initial password, which works once and is shown this once; None if a link
            was sent to the login.

        Raises:
            Forbidden: The actor may not give these roles, or name this person.
            Invalid: A name is missing or too long, a login with @ is not one address, nobody is called as
                the person, or there is no such brand.
            Conflict: The login is in use.
            MailNotSent: The account is added, and the link could not be sent.
        """
        require_managed(actor, new.roles)
        await self.brands.require(new.roles)
        login, name = normal_name(new.login), new.name.strip()
        person = normal_name(new.person or login)
        users.check_names(login, name, person)
        now, initial = self._now(), await self.issuer.password(login)
        user = User(
            user_id=uuid.uuid4().hex,
            login=login,
            name=name,
            person=person,
            status=UserStatus.ACTIVE,
            password_hash=initial.hashed if initial else None,
            password_expired=initial is not None,
            totp_secret=None,
            totp_confirmed=False,
            totp_last_step=None,
            oidc_issuer=None,
            oidc_subject=None,
            revision=1,
            created_at=now,
            updated_at=now,
        )
        async with self.database.write() as connection:
            await _require_nameable(connection, actor, person, login)
            if await users.with_same_login(connection, login):
                raise Conflict(IN_USE)
            try:
                async with connection.begin_nested():
                    await users.add(connection, user)
            except IntegrityError:
                raise Conflict(IN_USE) from None
            await users.set_roles(connection, user.user_id, new.roles, actor.user_id, now)
            token = await self.issuer.give(connection, actor, user.user_id, initial, now)
            account = Account(user, new.roles)
            await self._record(connection, actor, "people.add", (None, account), reason)
        await self.issuer.send(login, token)
        return account, initial.password if initial else None

    async def find(self, actor: Actor, user_id: str) -> Account:
        """Return an account.

        Raises:
            NotFound: There is none that the actor may see.
        """
        async with self.database.read() as connection:
            return await self._visible(connection, actor, user_id)

    async def by_login(self, actor: Actor, first: int, after: str | None) -> Sequence[Account]:
        """Return up to `first` accounts after a login, of the brands that the actor may see."""
        brands = brands_with(actor, Permission.PEOPLE_READ)
        if not brands:
            raise Forbidden
        within = None if ALL_BRANDS in brands else brands
        async with self.database.read() as connection:
            accounts = await users.by_login(connection, first, after, within)
            roles = await users.roles_of(connection, (account.user_id for account in accounts))
        return [Account(account, roles[account.user_id]) for account in accounts]

    async def set_roles(
        self, actor: Actor, user_id: str, roles: Roles, revision: int, reason: str | None = None
    ) -> Account:
        """Replace the roles of an account; the next request of each of its sessions has the new ones.

        The actor gives those that were given at the command line from now on, also if they stay the same.
        What it has proposed and may not propose any more lapses.

        Raises:
            NotFound: There is no such account.
            Forbidden: It is the actor's own, or the actor may not manage a brand whose roles change.
            Stale: It was changed since `revision`.
            Conflict: It is the last administrator.
            Invalid: There is no such brand.
        """
        demotes = Role.ADMINISTRATOR not in roles.get(ALL_BRANDS, frozenset())
        async with self.database.write() as connection:
            await self._lock(connection, actor, user_id, administrators=demotes)
            present = await self._visible(connection, actor, user_id)
            require_another(actor, present.user)
            changed = {
                brand
                for brand in (*present.roles, *roles)
                if present.roles.get(brand, frozenset()) != roles.get(brand, frozenset())
            }
            require_managed(actor, changed)
            await self.brands.require(roles.keys() - present.roles.keys())
            present.require_revision(revision)
            if demotes:
                await self._require_another_administrator(connection, present)
            now = self._now()
            confirmed = [brand for brand in roles if allows(actor, Permission.PEOPLE_MANAGE, brand)]
            await users.set_roles(connection, user_id, roles, actor.user_id, now, confirmed=confirmed)
            await users.change(connection, user_id, now)
            await self.lapse(connection, actor, user_id, roles, "The proposer has lost the role for it.")
            account = await self._account(connection, user_id)
            await self._record(connection, actor, "people.set_roles", (present, account), reason)
        return account

    async def follow_provider(
        self, connection: AsyncConnection, actor: Actor, user: User, roles: Roles, action: str
    ) -> None:
        """Give an account the roles that its identity provider says, in the transaction of an action."""
        before = Account(user, (await users.roles_of(connection, [user.user_id]))[user.user_id])
        if before.roles != roles:
            await users.change(connection, user.user_id, self._now())
        by = f"oidc:{user.oidc_issuer}"[:64]
        await users.set_roles(connection, user.user_id, roles, by, self._now(), confirmed=roles.keys())
        await self.lapse(connection, actor, user.user_id, roles, "The proposer has lost the role for it.")
        await self._record(connection, actor, action, (before, Account(user, roles)), None)

    async def set_status(
        self, actor: Actor, user_id: str, status: UserStatus, revision: int, reason: str | None = None
    ) -> Account:
        """Disable an account, whose sessions and proposals end at once, or enable it again.

        Raises:
            NotFound, Forbidden, Stale, Conflict: As for `set_roles`.
        """
        disables = status is UserStatus.DISABLED
        async with self.database.write() as connection:
            await self._lock(connection, actor, user_id, administrators=disables)
            present = await self._managed(connection, actor, user_id)
            present.require_revision(revision)
            if disables:
                await self._require_another_administrator(connection, present)
                await sessions.end_all(connection, user_id)
                await self.lapse(connection, actor, user_id, {}, "The proposer's account was disabled.")
            await users.change(connection, user_id, self._now(), status=status.value)
            account = await self._account(connection, user_id)
            action = "people.disable" if disables else "people.enable"
            await self._record(connection, actor, action, (present, account), reason)
        return account

    async def reset(self, actor: Actor, user_id: str, reason: str) -> tuple[Account, str | None]:
        """Replace lost credentials: by a link, or a new initial password; the second factor is set up again.

        Sessions, recovery codes and proposals end.

        Returns:
            As `add`.

        Raises:
            NotFound, Forbidden: As for `set_roles`.
            Conflict: The person signs in at an identity provider.
            Invalid: There is no reason.
            MailNotSent: The credentials have ended, and the link could not be sent.
        """
        if not reason.strip():
            raise Invalid([Problem("reason", "Give a reason.")])
        account = await self.find(actor, user_id)
        initial, now = await self.issuer.password(account.user.login), self._now()
        async with self.database.write() as connection:
            await self._lock(connection, actor, user_id)
            present = await self._managed(connection, actor, user_id)
            if present.user.oidc_subject is not None:
                raise Conflict("This person's credentials are those of the identity provider.")
            hashed = initial.hashed if initial else None
            held = HeldAccount(connection, present.user)
            await held.replace_credentials(hashed, now, expired=hashed is not None)
            await users.change(connection, user_id, now)
            await self.lapse(connection, actor, user_id, {}, "The proposer's credentials were replaced.")
            token = await self.issuer.give(connection, actor, user_id, initial, now)
            account = await self._account(connection, user_id)
            await self._record(connection, actor, "people.reset", (present, account), reason)
        await self.issuer.send(account.user.login, token)
        return account, initial.password if initial else None

    async def sessions_of(self, actor: Actor, user_id: str) -> Sequence[Session]:
        """Return the open sessions of an account: one's own, or of one that the actor may see."""
        async with self.database.read() as connection:
            if user_id != actor.user_id:
                await self._visible(connection, actor, user_id)
            return await sessions.of_user(connection, user_id, self._now(), self.lifetimes)

    async def end_session(self, actor: Actor, session_id: str) -> Session:
        """End a session: one's own, or of an account that the actor manages.

        Raises:
            NotFound: There is no such session.
            Forbidden: The actor may not manage its account.
        """
        async with self.database.write() as connection:
            session = await sessions.find(connection, session_id)
            if session is None:
                raise NotFound("There is no such session.")
            if session.user_id != actor.user_id:
                try:
                    await self._lock(connection, actor, session.user_id)
                    await self._managed(connection, actor, session.user_id)
                except NotFound:
                    raise NotFound("There is no such session.") from None
            account = await self._account(connection, session.user_id)
            await self._record(connection, actor, "people.end_session", (account, account), None)
            await sessions.end(connection, session_id)
        return session

    async def new_recovery_codes(self, actor: Actor, now: datetime) -> tuple[str, ...]:
        """Replace the actor's own recovery codes; the second factor must have been confirmed again.

        Raises:
            StepUpRequired: The second factor was not confirmed recently.
            Conflict: The account has none: it is one of the identity provider.
        """
        require_step_up(actor, now)
        codes = second_factor.new_recovery_codes()
        async with self.database.write() as connection:
            held = await hold(connection, actor.user_id)
            account = await self._account(connection, actor.user_id)
            if held is None or not held.user.totp_confirmed:
                raise Conflict("This account has no second factor here.")
            await held.set_recovery_codes(map(second_factor.recovery_hash, codes))
            await self._record(connection, actor, "people.recovery_codes", (account, account), None)
        return codes

    async def recovery_codes_left(self, actor: Actor) -> int:
        """Return how many recovery codes the actor has not used."""
        async with self.database.read() as connection:
            return await users.recovery_codes_left(connection, actor.user_id)

    def _now(self) -> datetime:
        return self.clock.machine.now()

    async def _lock(
        self, connection: AsyncConnection, actor: Actor, user_id: str, *, administrators: bool = False
    ) -> None:
        """Lock an account that somebody changes, and their own, before what the change is decided on is read.

        Args:
            connection: In a write transaction that has locked nothing yet.
            actor: Who changes it; of two who change each other's, one has lost the right to.
            user_id: The account.
            administrators: Whether those of all brands are locked as well, of whom one has to stay.
        """
        wanted = {actor.user_id, user_id}
        if administrators:
            wanted.update(await users.active_with_role(connection, Role.ADMINISTRATOR, ALL_BRANDS))
        await users.lock(connection, wanted)
        await self.audit.require_acting(connection, actor)

    async def _visible(self, connection: AsyncConnection, actor: Actor, user_id: str) -> Account:
        account = await self._account(connection, user_id)
        if not any(allows(actor, Permission.PEOPLE_READ, brand) for brand in account.brands):
            raise NotFound("There is no such account.")
        return account

    async def _managed(self, connection: AsyncConnection, actor: Actor, user_id: str) -> Account:
        """Return an account all of whose brands the actor manages."""
        account = await self._visible(connection, actor, user_id)
        require_another(actor, account.user)
        require_managed(actor, account.brands)
        return account

    async def _account(self, connection: AsyncConnection, user_id: str) -> Account:
        user = await users.find(connection, user_id)
        if user is None:
            raise NotFound("There is no such account.")
        return Account(user, (await users.roles_of(connection, [user_id]))[user_id])

    async def _require_another_administrator(self, connection: AsyncConnection, account: Account) -> None:
        """Raise Conflict if this is the last active administrator of all brands."""
        left = await users.active_with_role(connection, Role.ADMINISTRATOR, ALL_BRANDS)
        if left == [account.user.user_id]:
            raise Conflict("This is the last administrator: make somebody else one first.")

    async def _record(
        self,
        connection: AsyncConnection,
        actor: Actor,
        action: str,
        change: tuple[Account | None, Account],
        reason: str | None,
    ) -> None:
        before, account = change
        await self.audit.record(
            connection,
            actor,
            action,
            brand=None,
            subject=f"user:{account.user.user_id}",
            before=None if before is None else before.shown(),
            after=account.shown(),
            reason=reason,
        )


async def _require_nameable(connection: AsyncConnection, actor: Actor, person: str, login: str) -> None:
    """Check that somebody may say who an account belongs to.

    A person is whoever has the login, or an account already. Only who manages all the accounts of a person
    names them for another one: otherwise an account could stand in the way of somebody in another brand.

    Raises:
        Forbidden: The actor does not manage them.
        Invalid: There is no such person.
    """
    held = await users.roles_of_person(connection, person)
    for roles in held:
        require_managed(actor, roles)
    if held or person == login:
        return
    require_managed(actor, ())
    if not is_one_address(person):
        raise Invalid([Problem("person", "Name the login of an account, or one e-mail address.")])
