"""Turns the claims of an OpenID provider into an account with roles, and a session."""

import hashlib
import re
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor
from backoffice.errors import NotSignedIn
from backoffice.identity import sessions, throttle, users
from backoffice.identity.accounts import Accounts
from backoffice.identity.models import LOGOUT_TOKEN
from backoffice.identity.oidc.claims import IdClaims, LogoutClaims
from backoffice.identity.oidc.provider import LEEWAY, Attempt, Provider, ProviderRefused, ProviderUnavailable
from backoffice.identity.sessions import Origin, Stage
from backoffice.identity.sign_in import SignIn, Ticket, TooManyAttempts
from backoffice.identity.users import MAX_LOGIN_LENGTH, MAX_NAME_LENGTH, Roles, User, UserStatus

ROUNDED: Final = 1.0
"""`iat` and `auth_time` are whole seconds."""

LOGIN: Final = re.compile(rf"[!-@\[-~]{{1,{MAX_LOGIN_LENGTH}}}")
"""A login in lower case, without spaces: no two subjects have the same."""


@dataclass(frozen=True, slots=True)
class OidcSignIn:
    """Signs people in who were signed in by the provider.

    The provider is trusted with the second factor. Roles follow its groups whenever it says them.
    """

    provider: Provider
    base: SignIn
    accounts: Accounts

    async def claims_for(self, code: str, redirect: str, attempt: Attempt, origin: Origin) -> IdClaims:
        """Exchange the code of an attempt.

        Codes that the provider refuses are counted: by session for a step-up, otherwise by network.

        Raises:
            ProviderRefused: The provider does not accept the code, or its token is not genuine.
            TooManyAttempts: There were too many such codes.
        """
        now = self.base.now()
        counted = throttle.Attempt.at_provider(self.base.keys, attempt.session, origin.address)
        async with self.base.database.write() as connection:
            seconds = await throttle.charge(connection, counted, now)
        if seconds:
            raise TooManyAttempts(seconds)
        try:
            claims = await self.provider.claims_for(code, redirect, attempt)
        except ProviderUnavailable:
            await self._refund(counted, now)
            raise
        await self._refund(counted, now)
        return claims

    async def begin(self, claims: IdClaims, origin: Origin) -> Ticket:
        """Begin a session for a person.

        Raises:
            ProviderRefused: None of the person's groups has a role here, the account is disabled, or a local
                account has the same login.
        """
        roles, now = await self._roles(claims, origin), self.base.now()
        async with self.base.database.write() as connection:
            user = await self._account(connection, claims)
            session = sessions.new_session(user.user_id, Stage.FULL, origin, now, self.base.lifetimes)
            session = replace(session, oidc_session=claims.session)
            token = await sessions.add(connection, session)
            actor = _actor(user, origin, session.session_id)
            await self.accounts.follow_provider(connection, actor, user, roles, "session.sign_in")
        return Ticket(token, session)

    async def step_up(self, claims: IdClaims, attempt: Attempt, origin: Origin) -> Ticket:
        """Note that the person of a session has just signed in at the provider again.

        The provider's own clock tells how long before the token that was: it must be within the attempt.

        Raises:
            ProviderRefused: It was somebody else, or before the attempt, or the person has no role any more.
            NotSignedIn: The session has ended.
        """
        roles, now = await self._roles(claims, origin), self.base.now()
        taken = now.timestamp() - attempt.began
        if claims.auth_time is None or not 0 <= claims.issued_at - claims.auth_time <= taken + ROUNDED:
            raise ProviderRefused("Sign in at the provider again.")
        async with self.base.database.write() as connection:
            user = await self._known(connection, claims.subject)
            session = await sessions.find(connection, attempt.session)
            if session is None:
                raise NotSignedIn
            if user is None or user.user_id != session.user_id or user.status is not UserStatus.ACTIVE:
                raise ProviderRefused("Somebody else has signed in at the provider.")
            until = now + self.base.lifetimes.step_up
            token = await sessions.rotate(connection, session, stepped_up_until=until)
            actor = _actor(user, origin, session.session_id)
            await self.accounts.follow_provider(connection, actor, user, roles, "session.step_up")
        return Ticket(token, replace(session, stepped_up_until=until))

    async def log_out(self, token: str) -> None:
        """End the sessions that a logout token of the provider names.

        Raises:
            ProviderRefused: It is not genuine, or was used.
        """
        claims = await self.provider.logged_out(token)
        async with self.base.database.write() as connection:
            await _use_up(connection, claims)
            ended = await sessions.end_oidc(connection, claims.session) if claims.session else 0
            # A provider may name a session that it never named when the person signed in.
            if not ended and claims.subject is not None:
                user = await self._known(connection, claims.subject)
                if user is not None:
                    await sessions.end_all(connection, user.user_id)

    async def _refund(self, counted: throttle.Attempt, now: datetime) -> None:
        async with self.base.database.write() as connection:
            await throttle.refund(connection, counted, now)

    async def _roles(self, claims: IdClaims, origin: Origin) -> Roles:
        """Return the roles of the person's groups; without any, the person's sessions end.

        Raises:
            ProviderRefused: There are none.
        """
        roles = self.provider.settings.roles_of(claims.groups)
        if roles:
            return roles
        async with self.base.database.write() as connection:
            user = await self._known(connection, claims.subject)
            if user is not None:
                await sessions.end_all(connection, user.user_id)
                actor = _actor(user, origin)
                await self.accounts.follow_provider(connection, actor, user, {}, "session.refused")
        raise ProviderRefused("You have no role in the back office: ask an administrator.")

    async def _known(self, connection: AsyncConnection, subject: str) -> User | None:
        return await users.with_subject(connection, self.provider.settings.issuer, subject)

    async def _account(self, connection: AsyncConnection, claims: IdClaims) -> User:
        known = await self._known(connection, claims.subject)
        if known is not None:
            if known.status is not UserStatus.ACTIVE:
                raise ProviderRefused("This account is disabled.")
            return known
        user = _new_account(claims, self.provider.settings.issuer, self.base.now())
        try:
            async with connection.begin_nested():
                await users.add(connection, user)
        except IntegrityError:
            raise ProviderRefused("Another account has this login: an administrator has to decide.") from None
        return user


async def _use_up(connection: AsyncConnection, claims: LogoutClaims) -> None:
    """Note that a logout token was used.

    Raises:
        ProviderRefused: It had been used.
    """
    until = datetime.fromtimestamp(claims.expires + LEEWAY, UTC)
    try:
        async with connection.begin_nested():
            await connection.execute(insert(LOGOUT_TOKEN).values(token_id=claims.token_id, expires_at=until))
    except IntegrityError:
        raise ProviderRefused("This logout token was used before.") from None


def _new_account(claims: IdClaims, issuer: str, now: datetime) -> User:
    login = claims.verified_email or f"{claims.subject}@{issuer}"
    if LOGIN.fullmatch(login) is None:
        login = f"{hashlib.sha256(claims.subject.encode()).hexdigest()}@{issuer}"[:MAX_LOGIN_LENGTH].lower()
    name = claims.name or ""
    return User(
        user_id=uuid.uuid4().hex,
        login=login,
        name=name if name.isprintable() and 0 < len(name) <= MAX_NAME_LENGTH else login[:MAX_NAME_LENGTH],
        person=login,
        status=UserStatus.ACTIVE,
        password_hash=None,
        password_expired=False,
        totp_secret=None,
        totp_confirmed=False,
        totp_last_step=None,
        oidc_issuer=issuer,
        oidc_subject=claims.subject,
        revision=1,
        created_at=now,
        updated_at=now,
    )


def _actor(user: User, origin: Origin, session_id: str = "-") -> Actor:
    return Actor(user.user_id, user.person, user.name, session_id, origin.address, {})
