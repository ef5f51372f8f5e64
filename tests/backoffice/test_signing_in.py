"""Signing in over HTTP: both factors, sessions that cannot be fixed, lock-out, other people's pages."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from backoffice.access import Role
from backoffice.audit.repository import AUDIT_LOG
from backoffice.identity.account import NewAccount
from backoffice.identity.models import SESSION, THROTTLE
from backoffice.identity.sign_in import WRONG_CODE, WRONG_LOGIN
from backoffice.identity.throttle import network_of
from tests.support.office.backoffice_site import (
    ORIGIN,
    PASSWORD,
    ROOT_ACTOR,
    OfficeSite,
    Person,
    codes,
    running_site,
)

ME = "{ me { name sessionId } }"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[OfficeSite]:
    """The back office over SQLite: the SQL is tested on both engines elsewhere."""
    async with running_site(f"sqlite+aiosqlite:///{tmp_path}") as running:
        yield running


@pytest.fixture
async def ann(site: OfficeSite) -> Person:
    """An editor."""
    return await site.person("ann@example.com", Role.EDITOR)


def sign_in(person: Person, password: str = PASSWORD) -> dict[str, str]:
    """Return the body of the first step."""
    return {"user": person.login, "password": password}


async def test_both_factors_sign_in(site: OfficeSite, ann: Person) -> None:
    """The password alone opens nothing; with the code the graph answers; signing out ends it."""
    browser = site.browser()
    first = await browser.send("POST", "session", sign_in(ann))
    assert (first.status_code, first.json()["stage"], first.json()["signedIn"]) == (200, "factor", False)
    assert codes(await browser.ask(ME)) == ["UNAUTHENTICATED"]
    second = await browser.send("POST", "session/totp", {"code": ann.code(site.clock)})
    assert second.json()["signedIn"]
    assert (await browser.ask(ME))["data"]["me"]["name"] == "Ann@Example.Com"
    assert (await browser.send("GET", "session")).json()["user"]["login"] == ann.login
    assert (await browser.send("DELETE", "session")).status_code == 200
    assert codes(await browser.ask(ME)) == ["UNAUTHENTICATED"]
    assert (await browser.send("GET", "session")).json() == {
        "signedIn": False,
        "stage": "anonymous",
        "external": "",
        "readyAccounts": "",
        "docs": "",
        "firstBrand": "",
    }


async def test_each_step_changes_the_token(site: OfficeSite, ann: Person) -> None:
    """A token from before a step is worth nothing after it: no session can be fixed in advance."""
    browser, tokens = site.browser(), []
    await browser.send("POST", "session", sign_in(ann))
    tokens.append(browser.client.cookies["furlong-backoffice"])
    await browser.send("POST", "session/totp", {"code": ann.code(site.clock)})
    tokens.append(browser.client.cookies["furlong-backoffice"])
    site.clock.advance(timedelta(seconds=60))
    stepped = await browser.send("POST", "session/step-up", {"code": ann.code(site.clock)})
    assert stepped.json()["steppedUpUntil"] is not None
    tokens.append(browser.client.cookies["furlong-backoffice"])
    assert len(set(tokens)) == 3
    for old in tokens[:-1]:
        thief = site.browser()
        thief.client.cookies.set("furlong-backoffice", old)
        assert not (await thief.send("GET", "session")).json()["signedIn"]
    planted = site.browser()
    planted.client.cookies.set("furlong-backoffice", "a-token-that-the-attacker-knows")
    await planted.send("POST", "session", {**sign_in(ann), "code": "000000"})
    assert planted.client.cookies.get("furlong-backoffice") == "a-token-that-the-attacker-knows"


async def test_a_code_works_once(site: OfficeSite, ann: Person) -> None:
    """A code that was used is refused, for a sign-in and for a step-up, also within its half minute."""
    code = ann.code(site.clock)
    first, second = site.browser(), site.browser()
    assert (await first.send("POST", "session", {**sign_in(ann), "code": code})).status_code == 200
    refused = await second.send("POST", "session", {**sign_in(ann), "code": code})
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "SIGN_IN_REFUSED")
    again = await first.send("POST", "session/step-up", {"code": code})
    assert (again.status_code, again.json()["error"]["message"]) == (401, WRONG_CODE)


async def test_nobody_learns_whether_an_account_exists(site: OfficeSite, ann: Person) -> None:
    """A wrong password and an unknown login are answered alike, and locked out alike."""
    answers: list[list[tuple[int, str, str]]] = []
    for login in (ann.login, "nobody@example.com"):
        browser, seen = site.browser(), []
        for _ in range(8):
            response = await browser.send("POST", "session", {"user": login, "password": "wrong password"})
            error = response.json()["error"]
            seen.append((response.status_code, error["code"], error["message"]))
        answers.append(seen)
    assert answers[0] == answers[1]
    assert answers[0][0] == (401, "SIGN_IN_REFUSED", WRONG_LOGIN)
    assert answers[0][-1][:2] == (429, "TOO_MANY_ATTEMPTS")
    async with site.office.base.database.read() as connection:
        keys = (await connection.execute(select(THROTTLE.c.throttle_key))).scalars().all()
    assert not any(ann.login in key for key in keys)


async def test_a_lock_out_grows_and_ends(site: OfficeSite, ann: Person) -> None:
    """A locked account refuses the right password, too; once it has worked, failures are forgotten."""
    browser = site.browser()
    waits = []
    for _ in range(7):
        response = await browser.send("POST", "session", sign_in(ann, "wrong password"))
        if response.status_code == 429:
            waits.append(int(response.headers["retry-after"]))
            site.clock.advance(timedelta(seconds=waits[-1] + 1))
    for _ in range(3):
        await browser.send("POST", "session", sign_in(ann, "wrong password"))
        response = await browser.send("POST", "session", sign_in(ann))
        assert response.status_code == 429
        waits.append(int(response.headers["retry-after"]))
        site.clock.advance(timedelta(seconds=waits[-1] + 1))
    assert waits == sorted(waits)
    assert waits[-1] > waits[0]
    assert (await site.signed_in(ann)).csrf
    async with site.office.base.database.read() as connection:
        keys = (await connection.execute(select(THROTTLE.c.throttle_key))).scalars().all()
    assert [key for key in keys if not key.startswith("network:")] == []


async def test_a_stranger_locks_nobody_out_who_is_in(site: OfficeSite, ann: Person) -> None:
    """Wrong passwords for a name, also from the same address, leave step-up and sign-in elsewhere alone."""
    browser, stranger = await site.signed_in(ann), site.browser()
    for number in range(40):
        login = ann.login if number < 10 else f"nobody-{number}"
        await stranger.send("POST", "session", sign_in(ann, "wrong password") | {"user": login})
    assert (await stranger.send("POST", "session", sign_in(ann))).status_code == 429
    site.clock.advance(timedelta(seconds=30))
    assert (await browser.send("POST", "session/step-up", {"code": ann.code(site.clock)})).status_code == 200
    changed = {"present": PASSWORD, "new": "nine brown horses"}
    assert (await browser.send("POST", "session/password", changed)).status_code == 200
    away = site.browser("192.0.2.7")
    elsewhere = await away.send("POST", "session", sign_in(ann, "nine brown horses"))
    assert elsewhere.json()["stage"] == "factor"


async def test_who_is_in_guesses_no_longer_than_others(site: OfficeSite, ann: Person) -> None:
    """A session that was stolen is locked out of the step-up; the owner's other session is not."""
    own, stolen = await site.signed_in(ann), await site.signed_in(ann)
    answers = [await stolen.send("POST", "session/step-up", {"code": "000000"}) for _ in range(8)]
    assert answers[-1].status_code == 429
    site.clock.advance(timedelta(seconds=30))
    assert (await own.send("POST", "session/step-up", {"code": ann.code(site.clock)})).status_code == 200


async def test_codes_are_counted_by_account(site: OfficeSite, ann: Person) -> None:
    """Who knows the password guesses no more codes with each new session, or from each new address."""
    answers = []
    for number in range(8):
        browser = site.browser(f"192.0.2.{number}")
        await browser.send("POST", "session", sign_in(ann))
        answers.append((await browser.send("POST", "session/totp", {"code": "000000"})).status_code)
    assert answers == [401] * 5 + [429] * 3


def test_an_ipv6_network_is_one_origin() -> None:
    """Somebody with a network of 2^64 addresses has no more attempts than somebody with one."""
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:2")
    assert network_of("2001:db8::1") != network_of("2001:db8:0:1::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of("local") == "local"


async def test_recovery_codes_work_once(site: OfficeSite) -> None:
    """A new account sets its second factor and password up; a recovery code signs in once, never steps up."""
    base = site.office.base
    account, initial = await base.accounts.add(
        ROOT_ACTOR, NewAccount("Bob@Example.com", "Bob", {"*": frozenset({Role.VIEWER})})
    )
    browser = site.browser()
    first = await browser.send("POST", "session", {"user": "bob@example.com", "password": initial})
    assert first.json()["stage"] == "enrolment"
    shown = (await browser.send("POST", "session/enrolment", {})).json()
    assert shown["uri"].startswith("otpauth://totp/")
    bob = Person(account.user.user_id, "bob@example.com", shown["secret"])
    enrolled = (await browser.send("POST", "session/totp", {"code": bob.code(site.clock)})).json()
    assert enrolled["stage"] == "password"
    assert codes(await browser.ask(ME)) == ["UNAUTHENTICATED"]
    common = await browser.send("POST", "session/password", {"present": initial, "new": "password1234"})
    assert (common.status_code, common.json()["error"]["code"]) == (422, "INVALID")
    changed = await browser.send("POST", "session/password", {"present": initial, "new": PASSWORD})
    assert changed.json()["signedIn"]
    recovery = enrolled["recoveryCodes"]
    assert len(recovery) == 10
    step_up = await browser.send("POST", "session/step-up", {"code": recovery[0]})
    assert step_up.status_code == 401
    once = await site.browser().send("POST", "session", {**sign_in(bob), "code": recovery[0].lower()})
    assert once.json()["signedIn"]
    twice = await site.browser().send("POST", "session", {**sign_in(bob), "code": recovery[0]})
    assert twice.status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"x-csrf-token": ""},
        {"x-csrf-token": "0" * 64},
    ],
)
async def test_other_pages_change_nothing(site: OfficeSite, ann: Person, headers: dict[str, str]) -> None:
    """With the cookie alone, a page of another origin neither reads the graph nor signs out."""
    browser = await site.signed_in(ann)
    for method, path in (("POST", "graphql"), ("DELETE", "session"), ("POST", "session/step-up")):
        response = await browser.send(method, path, {"query": ME}, **headers)
        assert response.status_code == 403, path
    assert (await browser.ask(ME))["data"]["me"]
    if "x-csrf-token" not in headers:  # and nobody is signed in as the attacker
        assert (await site.browser().send("POST", "session", sign_in(ann), **headers)).status_code == 403


async def test_another_sessions_csrf_token_is_refused(site: OfficeSite, ann: Person) -> None:
    """The CSRF token is bound to its session."""
    first, second = await site.signed_in(ann), await site.signed_in(ann)
    first.csrf = second.csrf
    assert codes(await first.ask(ME)) == ["FOREIGN_PAGE"]


async def test_sessions_end(site: OfficeSite, ann: Person) -> None:
    """A session ends when it is idle, and in any case after its time."""
    idle = await site.signed_in(ann)
    site.clock.advance(timedelta(minutes=29))
    assert (await idle.ask(ME))["data"]["me"]
    site.clock.advance(timedelta(minutes=31))
    assert codes(await idle.ask(ME)) == ["UNAUTHENTICATED"]
    busy = await site.signed_in(ann)
    for _ in range(24):
        site.clock.advance(timedelta(minutes=29))
        assert (await busy.ask(ME))["data"]["me"]
    site.clock.advance(timedelta(minutes=25))
    assert codes(await busy.ask(ME)) == ["UNAUTHENTICATED"]


async def test_tokens_are_not_stored(site: OfficeSite, ann: Person) -> None:
    """The database has no token, and no list shows one."""
    browser = await site.signed_in(ann)
    token = browser.client.cookies["furlong-backoffice"]
    async with site.office.base.database.read() as connection:
        rows = (await connection.execute(select(SESSION))).all()
        log = (await connection.execute(select(AUDIT_LOG))).all()
    assert token not in repr(rows) + repr(log)
    assert token not in str(await browser.ask("{ mySessions { id address userAgent current } }"))


async def test_strange_requests_are_refused(site: OfficeSite, ann: Person) -> None:
    """Bodies that are too long, not JSON, of another type or with unknown members change nothing."""
    browser = site.browser()
    headers = {"origin": ORIGIN, "content-type": "application/json"}
    for content, status in (
        (b"{" * 20_000, 413),
        (b"\xff\xfe", 400),
        (b'{"user":1,"password":2}', 400),
        (b'{"user":"a","password":"b","roles":["administrator"]}', 400),
        (b"user=a&password=b", 400),
    ):
        response = await browser.client.post("/backoffice/session", content=content, headers=headers)
        assert response.status_code == status, content[:30]
    form = await browser.client.post("/backoffice/session", data=sign_in(ann), headers={"origin": ORIGIN})
    assert form.status_code == 400
    assert (await browser.send("PUT", "session", {})).status_code == 405
    signed = await site.signed_in(ann)
    assert (await signed.send("GET", "graphql?query={me{name}}")).status_code == 405
    overridden = {"x-http-method-override": "DELETE", "x-furlong-actor": "x"}
    assert (await signed.send("POST", "session", {}, **overridden)).status_code == 400
    assert (await signed.ask(ME))["data"]["me"]


async def test_customers_tokens_open_nothing(site: OfficeSite) -> None:
    """A customer's JWT, and a made-up actor, are not looked at."""
    for headers in ({"authorization": "Bearer eyJhbGciOiJIUzI1NiJ9.e30.x"}, {"x-furlong-actor": "root"}):
        response = await site.browser().send("POST", "graphql", {"query": ME}, **headers)
        assert response.status_code == 401
    assert (await site.browser().client.post("/graphql", json={"query": ME})).status_code == 404


async def test_every_response_is_guarded(site: OfficeSite) -> None:
    """No page frames the back office, no script but its own runs, nothing is stored."""
    browser = site.browser()
    for path in ("/backoffice/", "/backoffice/session", "/backoffice/people/users", "/health", "/none"):
        response = await browser.client.get(path)
        policy = response.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "script-src 'self'" in policy
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert "no-" in response.headers["cache-control"]
    secure = await browser.client.post(
        "https://office.example/backoffice/session", json={"user": "a", "password": "b"}
    )
    assert secure.status_code == 401
    assert (await browser.client.get("/ready")).status_code == 200
    assert "furlong_backoffice_sign_in_total" in (await browser.client.get("/metrics")).text


async def test_cookies_are_of_the_host_and_for_tls(site: OfficeSite, ann: Person) -> None:
    """Over TLS the cookie has the prefix __Host-, and no script reads it."""
    response = await site.browser().client.post(
        "https://office.example/backoffice/session", json=sign_in(ann)
    )
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-furlong-backoffice=")
    for flag in ("HttpOnly", "Secure", "Path=/", "SameSite=strict"):
        assert flag in cookie
    assert "Domain" not in cookie
    plain = await site.browser().client.post("http://office.example/backoffice/session", json=sign_in(ann))
    assert "Secure" in plain.headers["set-cookie"]
