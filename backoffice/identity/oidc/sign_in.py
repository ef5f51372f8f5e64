"""Turns the claims of an OpenID provider into an account with roles, and a session."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access.actor import Actor
from backoffice.errors import NotSignedIn
from backoffice.identity import sessions, users
from backoffice.identity.accounts import Accounts
from backoffice.identity.oidc.provider import Provider, ProviderRefused
from backoffice.identity.sessions import Origin, Stage
from backoffice.identity.sign_in import SignIn, Ticket
from backoffice.identity.users import Roles, User, UserStatus

FRESH: Final = timedelta(minutes=5)
"""How long ago a person may have signed in at the provider for a step-up."""


@dataclass(frozen=True, slots=True)
class OidcSignIn:
    """Signs people in who were signed in by the provider.

    The provider is trusted with the second factor. Roles follow its groups at each sign-in.
    """

    provider: Provider
    base: SignIn
    accounts: Accounts

    async def begin(self, claims: Mapping[str, Any], origin: Origin) -> Ticket:
        """Begin a session for a person.

        Raises:
            ProviderRefused: None of the person's groups has a role here, the account is disabled, or a local
                account has the same login.
        """
        roles = self._roles(claims)
        now = self.base.now()
        async with self.base.database.home.write() as connection:
            user = await self._account(connection, claims)
            session = sessions.begun(user.user_id, Stage.FULL, origin, now, self.base.lifetimes)
            session = replace(session, oidc_session=str(claims.get("sid") or "")[:255] or None)
            token = await sessions.add(connection, session)
            actor = Actor(user.user_id, user.person, user.name, session.session_id, origin.address, {})
            await self.accounts.follow_provider(connection, actor, user, roles)
        return Ticket(token, session)

    async def step_up(self, claims: Mapping[str, Any], session_id: str, origin: Origin) -> Ticket:
        """Note that the person of a session has just signed in at the provider again.

        Raises:
            ProviderRefused: It was somebody else, or some time ago.
            NotSignedIn: The session has ended.
        """
        now = self.base.now()
        if not now - FRESH <= _instant(claims.get("auth_time"), now) <= now + FRESH:
            raise ProviderRefused("Sign in at the provider again.")
        async with self.base.database.home.write() as connection:
            session = await sessions.find(connection, session_id)
            user = await users.with_subject(connection, self.provider.settings.issuer, str(claims["sub"]))
            if session is None:
                raise NotSignedIn
            if user is None or user.user_id != session.user_id or user.status is not UserStatus.ACTIVE:
                raise ProviderRefused("Somebody else has signed in at the provider.")
            until = now + self.base.lifetimes.step_up
            token = await sessions.rotate(connection, session, stepped_up_until=until)
            await self._record(connection, user, origin, session_id, "session.step_up")
        return Ticket(token, replace(session, stepped_up_until=until))

    async def log_out(self, token: str) -> None:
        """End the sessions that a logout token of the provider names.

        Raises:
            ProviderRefused: It is not genuine.
        """
        session, subject = await self.provider.logged_out(token, self.base.now())
        async with self.base.database.home.write() as connection:
            if session:
                await sessions.end_oidc(connection, session)
            elif subject:
                user = await users.with_subject(connection, self.provider.settings.issuer, subject)
                if user is not None:
                    await sessions.end_all(connection, user.user_id)

    def _roles(self, claims: Mapping[str, Any]) -> Roles:
        groups = claims.get(self.provider.settings.claim)
        listed = [groups] if isinstance(groups, str) else groups
        roles = self.provider.settings.roles_of([str(one) for one in listed or ()])
        if not roles:
            raise ProviderRefused("You have no role in the back office: ask an administrator.")
        return roles

    async def _account(self, connection: AsyncConnection, claims: Mapping[str, Any]) -> User:
        issuer, subject, now = self.provider.settings.issuer, str(claims["sub"]), self.base.now()
        known = await users.with_subject(connection, issuer, subject)
        if known is not None:
            if known.status is not UserStatus.ACTIVE:
                raise ProviderRefused("This account is disabled.")
            return known
        email = str(claims["email"]) if claims.get("email") and claims.get("email_verified") else None
        login = (email or f"{subject}@{issuer}").lower()[:254]
        user = User(
            user_id=uuid.uuid4().hex,
            login=login,
            name=str(claims.get("name") or login)[:200],
            person=login,
            status=UserStatus.ACTIVE,
            password_hash=None,
            password_expired=False,
            totp_secret=None,
            totp_confirmed=False,
            totp_last_step=None,
            oidc_issuer=issuer,
            oidc_subject=subject,
            revision=1,
            created_at=now,
            updated_at=now,
        )
        try:
            async with connection.begin_nested():
                await users.add(connection, user)
        except IntegrityError:
            raise ProviderRefused("A local account has this login: an administrator has to decide.") from None
        return user

    async def _record(
        self, connection: AsyncConnection, user: User, origin: Origin, session_id: str, action: str
    ) -> None:
        actor = Actor(user.user_id, user.person, user.name, session_id, origin.address, {})
        await self.base.audit.record(
            connection,
            actor,
            action,
            brand=None,
            subject=f"user:{user.user_id}",
            before=None,
            after={"provider": user.oidc_issuer},
            reason=None,
        )


def _instant(seconds: Any, now: Any) -> Any:
    if not isinstance(seconds, int | float):
        return now - 2 * FRESH
    return type(now).fromtimestamp(seconds, now.tzinfo)
