"""Signing in: the password, the second factor, why it is refused, and what a session may do before both."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NoReturn

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor
from backoffice.audit.audit_log import AuditLog
from backoffice.errors import BackofficeError, Conflict, Invalid, NotSignedIn, Problem
from backoffice.identity import sessions, throttle, users
from backoffice.identity.addresses import normal_name
from backoffice.identity.credentials import second_factor
from backoffice.identity.credentials.passwords import Passwords
from backoffice.identity.held_account import HeldAccount, hold, hold_as_read
from backoffice.identity.secrets import Keys
from backoffice.identity.sessions import Lifetimes, Origin, Session, Stage
from backoffice.identity.throttle import Attempt
from backoffice.identity.users import MAX_LOGIN_LENGTH, User, UserStatus
from foundation.storage.clock import Clock
from foundation.storage.database import Database


class SignInRefused(BackofficeError):
    """Login or password are wrong, or the account is disabled, and nobody learns which; or a code is wrong.

    Attributes:
        wrong: What the audit log says was wrong.
    """

    code = "SIGN_IN_REFUSED"

    def __init__(self, wrong: str, message: str) -> None:
        super().__init__(message)
        self.wrong = wrong


WRONG_LOGIN: Final = "The user or the password is not right."
NOT_THE_PRESENT_ONE: Final = "The current password is not right."
WRONG_CODE: Final = "This code is not right, or was used. Each code works once: wait for the next one."


class TooManyAttempts(BackofficeError):
    """There were too many failed attempts.

    Attributes:
        seconds: How long to wait.
    """

    code = "TOO_MANY_ATTEMPTS"

    def __init__(self, seconds: int) -> None:
        super().__init__("Too many attempts: wait before you try again.", retryAfter=seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class AuthenticatedSession:
    """A request with a session: who, and how far they are signed in.

    Attributes:
        actor: Who acts; only with `Stage.FULL` may they do anything.
    """

    session: Session
    user: User
    actor: Actor


@dataclass(frozen=True, slots=True)
class Ticket:
    """A session's new token, after a step of signing in.

    Attributes:
        token: For the cookie; the one before has ended.
        recovery_codes: Shown this once, where the second factor was set up.
    """

    token: str
    session: Session
    recovery_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignIn:
    """Signs people in who have an account with a password here."""

    database: Database
    audit: AuditLog
    clock: Clock
    keys: Keys
    passwords: Passwords
    lifetimes: Lifetimes

    def now(self) -> datetime:
        """Return machine time: a rehearsal moves neither sessions nor codes."""
        return self.clock.machine.now()

    async def authenticate(self, token: str, address: str) -> AuthenticatedSession | None:
        """Return the session of a token; None if it has ended, or the account is disabled."""
        now = self.now()
        async with self.database.read() as connection:
            session = await sessions.with_token(connection, token, now, self.lifetimes)
            user = None if session is None else await users.find(connection, session.user_id)
            if session is None or user is None or user.status is not UserStatus.ACTIVE:
                return None
            roles = (await users.roles_of(connection, [user.user_id]))[user.user_id]
        if now - session.seen_at >= sessions.SEEN_EVERY:
            async with self.database.write() as connection:
                await sessions.seen(connection, session.session_id, now)
        held = roles if session.stage is Stage.FULL else {}
        return AuthenticatedSession(session, user, _actor(user, session, address, held))

    async def with_password(self, login: str, password: str, origin: Origin) -> Ticket:
        """Begin a session by login and password.

        An account that does not exist costs the same time, and is answered in the same way.

        Raises:
            SignInRefused: Login or password are wrong.
            TooManyAttempts: There were too many failures from this network, of this login or at all.
            AccountChanged: The account was changed while the password was compared.
        """
        login, now = login.strip()[:MAX_LOGIN_LENGTH], self.now()
        attempt = Attempt.by_login(self.keys, normal_name(login), origin.address)
        await self._charge(attempt, now)
        async with self.database.read() as connection:
            user = await users.with_login(connection, login)
        right = await self.passwords.matches(None if user is None else user.password_hash, password)
        if user is None or not right or user.status is not UserStatus.ACTIVE:
            await self._refuse(user, attempt, origin, now, SignInRefused("password", WRONG_LOGIN))
        fresh = await self.passwords.hash(password) if self._is_dated(user) else None
        async with self.database.write() as connection:
            held = await hold_as_read(connection, user)
            await throttle.refund(connection, attempt, now)
            await sessions.end_stale(connection, user.user_id, now)
            if fresh is not None:
                await held.set_credentials(now, password_hash=fresh)
            stage = Stage.FACTOR if user.totp_confirmed else Stage.ENROLMENT
            session = sessions.new_session(user.user_id, stage, origin, now, self.lifetimes)
            token = await sessions.add(connection, session)
        return Ticket(token, session)

    async def with_code(self, current: AuthenticatedSession, code: str, origin: Origin) -> Ticket:
        """Give the second factor: a code of the authenticator, or a recovery code.

        Raises:
            SignInRefused: The code is wrong, or was used.
            TooManyAttempts: There were too many failures.
            Conflict: The session does not wait for it.
        """
        if current.session.stage is not Stage.FACTOR:
            raise Conflict("This session does not wait for a second factor.")

        async def sign_in(held: HeldAccount) -> Ticket:
            return await self._advance(held, current, _after_factor(held.user), "session.sign_in")

        return await self._with_factor(current, code, origin, sign_in, recovery=True)

    async def step_up(self, current: AuthenticatedSession, code: str, origin: Origin) -> Ticket:
        """Confirm the second factor again, before money moves: only by the authenticator.

        Raises:
            SignInRefused, TooManyAttempts: As for `with_code`.
            Conflict: The session is not complete.
        """
        if current.session.stage is not Stage.FULL:
            raise Conflict("Sign in first.")
        until = self.now() + self.lifetimes.step_up

        async def step_up(held: HeldAccount) -> Ticket:
            return await self._advance(held, current, Stage.FULL, "session.step_up", stepped_up_until=until)

        return await self._with_factor(current, code, origin, step_up)

    async def enrolment(self, current: AuthenticatedSession) -> str:
        """Return a secret to set the authenticator up with, until it is confirmed.

        Raises:
            Conflict: The second factor is set up already.
        """
        if current.session.stage is not Stage.ENROLMENT:
            raise Conflict("The second factor is set up already.")
        async with self.database.write() as connection:
            held = await self._held(connection, current)
            if held.user.totp_confirmed:
                raise Conflict("The second factor is set up already.")
            if held.user.totp_secret is not None:
                return self.keys.decrypt(held.user.totp_secret)
            secret = second_factor.new_secret()
            await held.set_credentials(self.now(), totp_secret=self.keys.encrypt(secret))
        return secret

    async def confirm_enrolment(self, current: AuthenticatedSession, code: str, origin: Origin) -> Ticket:
        """Confirm that the authenticator is set up; return recovery codes, which are shown this once.

        All other sessions of the account end: they may know the secret.

        Raises:
            SignInRefused, TooManyAttempts: As for `with_code`.
            Conflict: There is nothing to confirm.
        """
        if current.session.stage is not Stage.ENROLMENT:
            raise Conflict("The second factor is set up already.")
        codes = second_factor.new_recovery_codes()

        async def enrol(held: HeldAccount) -> Ticket:
            if held.user.totp_confirmed:
                raise Conflict("The second factor is set up already.")
            await held.set_credentials(self.now(), totp_confirmed=True)
            await held.set_recovery_codes(map(second_factor.recovery_hash, codes))
            await sessions.end_all(held.connection, held.user.user_id, but=current.session.session_id)
            ticket = await self._advance(held, current, _after_factor(held.user), "session.enrol")
            return replace(ticket, recovery_codes=codes)

        return await self._with_factor(current, code, origin, enrol)

    async def change_password(
        self, current: AuthenticatedSession, present: str, new: str, origin: Origin
    ) -> Ticket:
        """Choose another password; all other sessions of the account end.

        Raises:
            SignInRefused: The present password is wrong.
            TooManyAttempts: There were too many failures.
            Invalid: The new password breaks the rules, or is the present one.
            AccountChanged: The account was changed while the passwords were compared and hashed.
        """
        user, now = current.user, self.now()
        if current.session.stage not in {Stage.PASSWORD, Stage.FULL} or user.password_hash is None:
            raise Conflict("This account has no password here, or is not signed in.")
        attempt = Attempt.by_session(self.keys, current.session.session_id)
        await self._charge(attempt, now)
        if not await self.passwords.matches(user.password_hash, present):
            await self._refuse(user, attempt, origin, now, SignInRefused("password", NOT_THE_PRESENT_ONE))
        problems = self.passwords.problems(new, (user.login, user.name))
        if present == new:
            problems = [Problem("password", "Choose another password than the present one.")]
        if problems:
            async with self.database.write() as connection:
                await throttle.refund(connection, attempt, now)
            raise Invalid(problems)
        fresh = await self.passwords.hash(new)
        async with self.database.write() as connection:
            held = await self._held(connection, current)
            held.require_as_read(user)
            await throttle.forget(connection, attempt)
            await held.set_credentials(now, password_hash=fresh, password_expired=False)
            await sessions.end_all(connection, user.user_id, but=current.session.session_id)
            return await self._advance(held, current, Stage.FULL, "people.change_password")

    async def sign_out(self, current: AuthenticatedSession) -> None:
        """End the session."""
        async with self.database.write() as connection:
            await self._record(connection, current.actor, "session.sign_out", current.user)
            await sessions.end(connection, current.session.session_id)

    async def _held(self, connection: AsyncConnection, current: AuthenticatedSession) -> HeldAccount:
        """Lock the account of a session, which must be where it was when the request was authenticated.

        Raises:
            NotSignedIn: The session has ended, as it does with the credentials by which it began.
            AccountChanged: Another request has taken it a step further.
        """
        held = await hold(connection, current.user.user_id)
        if held is None:
            raise NotSignedIn
        await held.require_session(current.session)
        return held

    async def _with_factor(
        self,
        current: AuthenticatedSession,
        code: str,
        origin: Origin,
        step: Callable[[HeldAccount], Awaitable[Ticket]],
        *,
        recovery: bool = False,
    ) -> Ticket:
        """Take a step of the session, in the transaction that uses its code up."""
        now, login = self.now(), normal_name(current.user.login)
        known = Attempt.by_login(self.keys, login, origin.address)
        if current.session.stage is Stage.FULL:
            attempt = Attempt.by_session(self.keys, current.session.session_id)
        else:
            attempt = Attempt.by_code(self.keys, current.user.user_id, origin.address)
        await self._charge(attempt, now)
        async with self.database.write() as connection:
            held = await self._held(connection, current)
            ticket = None
            if await self._is_right(held, code, now, recovery=recovery):
                await throttle.forget(connection, attempt, known)
                ticket = await step(held)
        if ticket is None:
            await self._refuse(current.user, attempt, origin, now, SignInRefused("code", WRONG_CODE))
        return ticket

    async def _is_right(self, held: HeldAccount, code: str, now: datetime, *, recovery: bool) -> bool:
        user = held.user
        if user.totp_secret is not None:
            secret = self.keys.decrypt(user.totp_secret)
            step = second_factor.accepted_step(secret, code, now, user.totp_last_step)
            if step is not None:
                await held.take_step(step)
                return True
        return recovery and await held.use_recovery_code(second_factor.recovery_hash(code), now)

    async def _advance(
        self, held: HeldAccount, current: AuthenticatedSession, stage: Stage, action: str, **values: Any
    ) -> Ticket:
        """Give the session a new token at a later stage."""
        session = replace(current.session, stage=stage, **values)
        token = await sessions.rotate(held.connection, session, stage=stage.value, **values)
        await self._record(held.connection, current.actor, action, held.user)
        return Ticket(token, session)

    async def _charge(self, attempt: Attempt, now: datetime) -> None:
        """Count an attempt before its outcome is known, so that many at once gain nothing."""
        async with self.database.write() as connection:
            seconds = await throttle.charge(connection, attempt, now)
        if seconds:
            raise TooManyAttempts(seconds)

    async def _refuse(
        self, user: User | None, attempt: Attempt, origin: Origin, now: datetime, refused: SignInRefused
    ) -> NoReturn:
        """Count a failure of the network, and record it: the same work whether the account exists or not."""
        known = user or _nobody(now)
        actor = Actor(known.user_id, known.person, known.name, "-", origin.address, {})
        async with self.database.write() as connection:
            if attempt.network is not None:
                await throttle.count_failure(connection, attempt.network, now)
            await self.audit.record(
                connection,
                actor,
                "session.refused",
                brand=None,
                subject=f"user:{known.user_id}" if user else f"login:{attempt.key[-16:]}",
                before=None,
                after={"wrong": refused.wrong},
                reason=None,
            )
        raise refused

    async def _record(self, connection: AsyncConnection, actor: Actor, action: str, user: User) -> None:
        await self.audit.record(
            connection,
            actor,
            action,
            brand=None,
            subject=f"user:{user.user_id}",
            before=None,
            after=None,
            reason=None,
        )

    def _is_dated(self, user: User) -> bool:
        return user.password_hash is not None and self.passwords.needs_rehash(user.password_hash)


def _after_factor(user: User) -> Stage:
    return Stage.PASSWORD if user.password_expired else Stage.FULL


def _actor(user: User, session: Session, address: str, roles: users.Roles) -> Actor:
    return Actor(
        user_id=user.user_id,
        person=user.person,
        name=user.name,
        session_id=session.session_id,
        address=address,
        roles=roles,
        stepped_up_until=session.stepped_up_until,
        by_session=session.stage is Stage.FULL,
    )


def _nobody(now: datetime) -> User:
    """Return the actor that the audit log shows for an account that does not exist."""
    return User(
        user_id="-",
        login="-",
        name="-",
        person="-",
        status=UserStatus.DISABLED,
        password_hash=None,
        password_expired=False,
        totp_secret=None,
        totp_confirmed=False,
        totp_last_step=None,
        oidc_issuer=None,
        oidc_subject=None,
        revision=0,
        created_at=now,
        updated_at=now,
    )
