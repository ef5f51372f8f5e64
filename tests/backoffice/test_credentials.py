"""Passwords, codes, delays and keys, each by itself; and accounts on both database engines."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from graphql import parse
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from backoffice.access import Role
from backoffice.base import Base, create_base
from backoffice.errors import Conflict
from backoffice.identity import throttle
from backoffice.identity.account import NewAccount
from backoffice.identity.credentials import second_factor
from backoffice.identity.credentials.issuing import CredentialIssuer
from backoffice.identity.credentials.passwords import Passwords
from backoffice.identity.secrets import Keys, WrongKey
from backoffice.identity.sessions import Origin, Stage
from backoffice.identity.sign_in import SignInRefused, TooManyAttempts
from backoffice.identity.users import UserStatus
from backoffice.metadata import NAME
from backoffice.models import METADATA
from backoffice.settings import BackofficeSettings
from foundation.storage.clock import ManualClock
from foundation.storage.settings import DatabaseSettings
from tests.support.database_probe import migrate
from tests.support.office.backoffice_fixture import NOW
from tests.support.office.backoffice_site import QUICK, ROOT, ROOT_ACTOR

PASSWORDS = Passwords(12, QUICK)
HERE = Origin("192.0.2.1", "a browser")


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password1234",
        "PASSWORD1234",
        "aaaaaaaaaaaaaaaa",
        "121212121212",
        "annsmith2026",
        "Ann.Smith.26",
        "furlong2026!",
        "qwertyuiop123",
        "x" * 300,
    ],
)
def test_weak_passwords_are_refused(password: str) -> None:
    """Too short or long, common, repeated characters, or little more than a name."""
    assert PASSWORDS.problems(password, ("ann.smith@example.com", "Ann Smith"))


@pytest.mark.parametrize("password", ["seven green horses", "Übermut tut selten gut", "zq8!vLw04kfbe"])
def test_no_kind_of_characters_is_demanded(password: str) -> None:
    """Length counts, not composition; spaces and other scripts are welcome."""
    assert PASSWORDS.problems(password, ("ann.smith@example.com", "Ann Smith")) == []


async def test_a_password_matches_however_it_is_typed() -> None:
    """Composed and decomposed characters are the same; others are not; hashes are argon2id."""
    stored = await PASSWORDS.hash("Übermut tut selten gut")
    assert stored.startswith("$argon2id$")
    assert await PASSWORDS.matches(stored, "U\u0308bermut tut selten gut")
    assert not await PASSWORDS.matches(stored, "Ubermut tut selten gut")
    assert not await PASSWORDS.matches(None, "the password of nobody")
    assert not await PASSWORDS.matches("no hash", "x")
    assert Passwords(12, PasswordHasher()).needs_rehash(stored)


@given(at=st.integers(1_577_836_800, 2_051_222_400), drift=st.integers(-3, 3))
def test_a_code_is_accepted_within_a_period_and_once(at: int, drift: int) -> None:
    """A code of the period before, of this or the next is accepted, unless it or a later one was used."""
    secret, now = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", datetime.fromtimestamp(at, UTC)
    current = int(now.timestamp()) // second_factor.PERIOD
    code = pyotp.HOTP(secret).at(current + drift)
    step = second_factor.accepted_step(secret, code, now, None)
    if abs(drift) <= 1:
        assert step is not None
        assert second_factor.accepted_step(secret, code, now, step) is None
        assert second_factor.accepted_step(secret, code, now, current + 5) is None
    elif step is not None:  # two codes of six digits may be equal
        assert pyotp.HOTP(secret).at(step) == code


def test_delays_grow_to_a_quarter_of_an_hour() -> None:
    """The first failures cost nothing; then the delay doubles up to its bound, however many follow."""
    delays = [throttle.delay(failures, 5) for failures in range(60)]
    assert delays[:5] == [timedelta(0)] * 5
    assert delays == sorted(delays)
    assert delays[5:8] == [timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=8)]
    assert delays[-1] == timedelta(minutes=15)


def test_keys_are_for_one_purpose_and_one_secret() -> None:
    """What was encrypted with another key, or changed, is not read; without a key nothing begins."""
    one, other = Keys.of("a" * 32), Keys.of("b" * 32)
    assert one.decrypt(one.encrypt("secret")) == "secret"
    for text in (other.encrypt("secret"), one.encrypt("secret")[:-4] + "AAAA", ""):
        with pytest.raises(WrongKey):
            one.decrypt(text)
    assert one.csrf_token("t") != other.csrf_token("t")
    assert len({one.encryption, one.csrf, one.attempts}) == 3
    with pytest.raises(ValueError, match="FURLONG_BACKOFFICE_KEY"):
        Keys.of("")
    with pytest.raises(ValidationError, match="at least 32"):
        BackofficeSettings(key=SecretStr("short"))


async def base_over(url: str) -> Base:
    """Return the shared parts over a migrated database."""
    settings = DatabaseSettings(url=url)
    await migrate(settings, NAME, METADATA)
    base = create_base(settings, BackofficeSettings(key=SecretStr("k" * 32)), ManualClock(NOW))
    return replace(
        base,
        accounts=replace(base.accounts, issuer=CredentialIssuer(PASSWORDS)),
        sign_in=replace(base.sign_in, passwords=PASSWORDS),
    )


async def test_an_account_lives_on_both_engines(database_url: str) -> None:
    """Added, set up, signed in, stepped up, demoted, disabled: the SQL of identity on SQLite and MariaDB."""
    base = await base_over(database_url)
    clock = base.clock
    assert isinstance(clock, ManualClock)
    sign_in, accounts = base.sign_in, base.accounts
    try:
        added, initial = await accounts.add(
            ROOT_ACTOR, NewAccount("Ann@Example.com", "Ann", {"northbet": frozenset({Role.EDITOR})})
        )
        with pytest.raises(Conflict):
            await accounts.add(ROOT_ACTOR, NewAccount("ann@example.com", "Ann", {"northbet": frozenset()}))
        assert initial is not None
        ticket = await sign_in.with_password("ANN@example.com ", initial, HERE)
        current = await sign_in.authenticate(ticket.token, "192.0.2.1")
        assert current is not None
        assert (current.session.stage, current.actor.roles) == (Stage.ENROLMENT, {})
        secret = await sign_in.enrolment(current)
        assert await sign_in.enrolment(current) == secret
        ticket = await sign_in.confirm_enrolment(current, pyotp.TOTP(secret).at(clock.now()), HERE)
        current = await sign_in.authenticate(ticket.token, "192.0.2.1")
        assert current is not None
        ticket = await sign_in.change_password(current, initial, "seven green horses", HERE)
        clock.advance(timedelta(seconds=60))
        current = await sign_in.authenticate(ticket.token, "192.0.2.1")
        assert current is not None
        ticket = await sign_in.step_up(current, pyotp.TOTP(secret).at(clock.now()), HERE)
        current = await sign_in.authenticate(ticket.token, "192.0.2.1")
        assert current is not None
        assert current.actor.roles == {"northbet": frozenset({Role.EDITOR})}
        assert current.actor.stepped_up_until is not None
        assert await accounts.recovery_codes_left(current.actor) == 10
        found = await accounts.find(ROOT_ACTOR, added.user.user_id)
        await accounts.set_roles(
            ROOT_ACTOR, found.user.user_id, {"*": frozenset({Role.RISK})}, found.user.revision
        )
        again = await sign_in.authenticate(ticket.token, "192.0.2.1")
        assert again is not None
        assert again.actor.roles == {"*": frozenset({Role.RISK})}
        found = await accounts.find(ROOT_ACTOR, added.user.user_id)
        await accounts.set_status(ROOT_ACTOR, found.user.user_id, UserStatus.DISABLED, found.user.revision)
        assert await sign_in.authenticate(ticket.token, "192.0.2.1") is None
    finally:
        await base.database.close()


async def test_guesses_at_once_gain_nothing(database_url: str) -> None:
    """Attempts are counted before their outcome is known: of many at once few are even compared."""
    base = await base_over(database_url)
    try:
        outcomes = await asyncio.gather(
            *(base.sign_in.with_password("ann@example.com", f"guess {number}", HERE) for number in range(12)),
            return_exceptions=True,
        )
    finally:
        await base.database.close()
    assert {type(outcome) for outcome in outcomes} <= {SignInRefused, TooManyAttempts}, outcomes
    compared = sum(isinstance(one, SignInRefused) for one in outcomes)
    assert compared <= throttle.FREE["login"]


def test_the_customers_graph_has_nothing_of_the_back_office() -> None:
    """No field of the admin graph is in the graphs that customers and partners reach."""

    def root_fields(name: str) -> set[str]:
        document = parse((ROOT / name).read_text(encoding="utf-8"), no_location=True)
        return {
            field.name.value
            for definition in document.definitions
            if getattr(definition, "name", None) is not None
            and definition.name.value in {"Query", "Mutation"}  # type: ignore[attr-defined]
            for field in definition.fields  # type: ignore[attr-defined]
        }

    admin = root_fields("admin.graphql")
    assert {"me", "users", "approve"} <= admin
    for graph in ("schema.graphql", "schema.public.graphql", "schema.internal.graphql"):
        assert admin.isdisjoint(root_fields(graph)), graph


def test_the_next_unused_code_is_accepted_after_its_wait() -> None:
    """At once, unless the code of the next half minute is used as well."""
    secret, now, last = second_factor.new_secret(), NOW, None
    for expected in (0, 0, 30 - NOW.timestamp() % 30):
        code, seconds = second_factor.unused_code(secret, now, last)
        assert seconds == expected
        now += timedelta(seconds=seconds)
        last = second_factor.accepted_step(secret, code, now, last)
        assert last is not None
