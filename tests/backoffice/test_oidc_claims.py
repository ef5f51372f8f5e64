"""What a provider says is read strictly, and nobody makes us ask it often; a stand-in says odd things."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import respx
from joserfc import jwt
from joserfc.jwk import ECKey
from prometheus_client import Counter
from pydantic import SecretStr, ValidationError
from starlette.applications import Starlette

from backoffice.app import create_backoffice
from backoffice.http.oidc_routes import OidcRoutes
from backoffice.http.security import Site
from backoffice.identity.housekeeping import tidy
from backoffice.identity.models import LOGOUT_TOKEN
from backoffice.identity.oidc.claims import LOGOUT
from backoffice.identity.oidc.provider import Attempt, Provider, ProviderRefused, ProviderUnavailable
from backoffice.identity.oidc.sign_in import OidcSignIn
from backoffice.settings import BackofficeSettings, OidcSettings
from foundation.storage.clock import ManualClock
from foundation.storage.settings import DatabaseSettings
from tests.support.office.backoffice_fixture import NOW
from tests.support.office.backoffice_site import (
    ORIGIN,
    ROOT_ACTOR,
    SCREENS,
    Browser,
    OfficeSite,
    running_site,
)

ISSUER: Final = "https://id.example"
SETTINGS: Final = OidcSettings(
    issuer=ISSUER, client_id="backoffice", client_secret=SecretStr("s"), roles={"chiefs": ("administrator",)}
)
AT: Final = int(NOW.timestamp())
KEY: Final = ECKey.generate_key("P-256", {"kid": "k"})
ATTEMPT: Final = Attempt(began=AT, nonce="n")


class Missing(Enum):
    """A claim that is left out; unlike a bare object it has the same name in each process."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
METADATA: Final = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/auth",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}


def signed(claims: dict[str, Any], by: ECKey = KEY, **header: Any) -> str:
    """Return a token of the provider with these claims, but for those that are missing."""
    kept = {name: value for name, value in claims.items() if value is not MISSING}
    return jwt.encode({"alg": "ES256", "kid": "k", **header}, kept, by)


def id_claims(at: int = AT, **changed: Any) -> dict[str, Any]:
    """Return the claims of an ID token."""
    times = {"iat": at, "exp": at + 300, "auth_time": at}
    return {
        "iss": ISSUER,
        "aud": "backoffice",
        "sub": "ann",
        "nonce": "n",
        "groups": ["chiefs"],
        **times,
        **changed,
    }


def logout_claims(**changed: Any) -> dict[str, Any]:
    """Return the claims of a logout token."""
    claims = {"iss": ISSUER, "aud": "backoffice", "sub": "ann", "jti": "j-1", "events": {LOGOUT: {}}}
    return {**claims, "iat": AT, "exp": AT + 120, **changed}


@dataclass
class StandIn:
    """A provider that says whatever a test wants.

    Attributes:
        claims: Of the ID tokens that it gives for codes.
    """

    router: respx.Router
    claims: dict[str, Any] = field(default_factory=id_claims)

    def __post_init__(self) -> None:
        self.metadata = self.router.get(f"{ISSUER}/.well-known/openid-configuration")
        self.metadata.respond(json=METADATA)
        self.keys = self.router.get(f"{ISSUER}/keys")
        self.keys.respond(json={"keys": [KEY.as_dict(private=False)]})
        self.token = self.router.post(f"{ISSUER}/token")
        self.token.mock(side_effect=lambda _: httpx.Response(200, json={"id_token": signed(self.claims)}))


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """A provider of the test's own."""
    with respx.mock(assert_all_called=False) as router:
        yield StandIn(router)


@pytest.fixture
async def provider(stand_in: StandIn) -> AsyncIterator[Provider]:
    """The client of that provider."""
    made = Provider(SETTINGS, lambda: AT)
    yield made
    await made.close()


@pytest.mark.parametrize(
    "changed",
    [
        {"email": "ann@example.com", "email_verified": "false"},
        {"email": "ann@example.com", "email_verified": "true"},
        {"email": "ann@example.com", "email_verified": 1},
        {"email": "ann@éxample.com", "email_verified": True},
        {"email": ["ann@example.com"]},
        {"groups": 5},
        {"groups": ["chiefs", 5]},
        {"groups": {"chiefs": True}},
        {"sub": MISSING},
        {"sub": ""},
        {"sub": "a" * 256},
        {"sub": "ann\n"},
        {"sub": "ánn"},
        {"sub": 7},
        {"sid": 7},
        {"sid": "s" * 256},
        {"name": ["Ann"]},
        {"nonce": MISSING},
        {"nonce": "another"},
        {"nonce": True},
        {"auth_time": "now"},
        {"auth_time": True},
        {"auth_time": 1e300},
        {"auth_time": -1},
        {"exp": MISSING},
        {"exp": 1e300},
        {"exp": AT - 3600},
        {"iat": MISSING},
        {"iat": AT - 3600},
        {"iat": "now"},
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": []},
        {"aud": 5},
        {"aud": ["backoffice", "another"]},
        {"azp": "another"},
        {"azp": ["backoffice"]},
    ],
    ids=str,
)
async def test_a_wrong_claim_is_refused(
    stand_in: StandIn, provider: Provider, changed: dict[str, Any]
) -> None:
    """A claim that is missing, of another type, too long, or not for us is no sign-in, and no fault."""
    stand_in.claims = id_claims(**changed)
    with pytest.raises(ProviderRefused):
        await provider.claims_for("code", ORIGIN, ATTEMPT)


async def test_right_claims_are_read(stand_in: StandIn, provider: Provider) -> None:
    """An address counts if the provider has checked it; one group may be a text; other claims are ignored."""
    stand_in.claims = id_claims(email="Ann@Example.com", email_verified=True, groups="chiefs", zoneinfo=5)
    claims = await provider.claims_for("code", ORIGIN, ATTEMPT)
    assert (claims.subject, claims.verified_email, claims.groups) == ("ann", "ann@example.com", ("chiefs",))
    stand_in.claims = id_claims(email="ann@example.com", groups=None, aud=["backoffice"])
    claims = await provider.claims_for("code", ORIGIN, ATTEMPT)
    assert (claims.verified_email, claims.groups) == (None, ())
    stand_in.claims = id_claims(email="ann(bob@example.com", email_verified=True)
    assert (await provider.claims_for("code", ORIGIN, ATTEMPT)).verified_email is None


@pytest.mark.parametrize(
    "token",
    [
        signed(logout_claims(), ECKey.generate_key("P-256", {"kid": "k"})),
        signed(logout_claims(), typ="at+jwt"),
        signed(logout_claims(iss="https://evil.example")),
        signed(logout_claims(aud=["backoffice", "another"])),
        signed(logout_claims(exp=MISSING)),
        signed(logout_claims(exp=AT - 3600)),
        signed(logout_claims(jti=MISSING)),
        signed(logout_claims(jti=5)),
        signed(logout_claims(nonce="n")),
        signed(logout_claims(events=MISSING)),
        signed(logout_claims(events=[LOGOUT])),
        signed(logout_claims(events={LOGOUT: True})),
        signed(logout_claims(sub=MISSING)),
        signed(logout_claims(sub=["ann"])),
        signed(logout_claims(sid={})),
        signed(id_claims()),
        "e30.e30.",
        "",
    ],
)
async def test_a_wrong_logout_token_is_refused(provider: Provider, token: str) -> None:
    """It must be signed, for us, in time, of its kind, have an id, and name a person or a session."""
    assert (await provider.logged_out(signed(logout_claims(), typ="logout+jwt"))).subject == "ann"
    with pytest.raises(ProviderRefused):
        await provider.logged_out(token)


async def test_junk_makes_nobody_ask_the_provider(stand_in: StandIn, provider: Provider) -> None:
    """Forty made-up tokens, by known and unknown keys, cost no more than two looks at the provider's keys."""
    for number in range(40):
        for token in (
            f"junk-{number}",
            signed(logout_claims(jti=str(number)), ECKey.generate_key("P-256"), kid=f"k-{number}"),
        ):
            with pytest.raises(ProviderRefused):
                await provider.logged_out(token)
    assert stand_in.keys.call_count <= 2
    assert stand_in.metadata.call_count <= 2


async def test_a_provider_that_is_away_is_not_asked_for_each_request(
    stand_in: StandIn, provider: Provider
) -> None:
    """One that cannot be read, or says that it is another, is asked again after a pause."""
    stand_in.metadata.respond(json={**METADATA, "issuer": "https://evil.example"})
    for _ in range(10):
        with pytest.raises(ProviderUnavailable):
            await provider.authorization_url(ORIGIN, ATTEMPT)
    assert stand_in.metadata.call_count == 1


@pytest.mark.parametrize("url", ["http://id.example", "id.example", "ftp://id.example", "https://"])
def test_an_issuer_without_tls_is_refused(url: str) -> None:
    """On the way, anybody could replace its keys."""
    with pytest.raises(ValidationError):
        OidcSettings(issuer=url)


async def test_endpoints_without_tls_are_refused(stand_in: StandIn, provider: Provider) -> None:
    """The code and our secret would be sent in plain text."""
    stand_in.metadata.respond(json={**METADATA, "token_endpoint": "http://id.example/token"})
    with pytest.raises(ProviderUnavailable):
        await provider.claims_for("code", ORIGIN, ATTEMPT)


async def test_an_answer_names_its_provider(stand_in: StandIn, provider: Provider) -> None:
    """Never another, and always one if the provider announces that it does (RFC 9207)."""
    await provider.require_own(None)
    with pytest.raises(ProviderRefused):
        await provider.require_own("https://evil.example")
    announced = {"authorization_response_iss_parameter_supported": True}
    stand_in.metadata.respond(json={**METADATA, **announced})
    another = Provider(SETTINGS, lambda: AT)
    await another.require_own(ISSUER)
    with pytest.raises(ProviderRefused):
        await another.require_own(None)
    await another.close()


def test_the_address_of_the_back_office_must_be_known(tmp_path: Path, stand_in: StandIn) -> None:
    """Otherwise the header Host of a request would say where the provider sends people back to."""
    own = BackofficeSettings(key=SecretStr("k" * 32), _env_file=None)
    settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}")
    with pytest.raises(ValueError, match="FURLONG_BACKOFFICE_URL"):
        create_backoffice(settings, own, ManualClock(NOW), SCREENS, oidc=SETTINGS)


@pytest.fixture
async def site(tmp_path: Path, stand_in: StandIn) -> AsyncIterator[OfficeSite]:
    """The back office, whose people sign in at the stand-in."""
    async with running_site(f"sqlite+aiosqlite:///{tmp_path}", oidc=SETTINGS) as running:
        yield running


async def signed_in(
    site: OfficeSite, stand_in: StandIn, browser: Browser, start: str = "", **claims: Any
) -> int:
    """Sign in with these claims; return the status."""
    begun = await browser.client.get(f"/backoffice/oidc/start{start}")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    at = int(site.clock.now().timestamp())
    stand_in.claims = id_claims(at, **{"nonce": asked["nonce"][0], **claims})
    back = await browser.client.get(f"/backoffice/oidc/callback?code=c&state={asked['state'][0]}")
    return back.status_code


async def is_signed_in(browser: Browser) -> bool:
    """Tell whether a browser has a session."""
    return bool((await browser.send("GET", "session")).json()["signedIn"])


async def test_a_step_up_needs_a_sign_in_of_this_attempt(site: OfficeSite, stand_in: StandIn) -> None:
    """A sign-in of a minute before does not do, nor none; one after the attempt began does."""
    browser, at = site.browser(), AT
    assert await signed_in(site, stand_in, browser) == 200
    for auth_time in (at - 60, at - 2, None, MISSING, at + 60):
        assert await signed_in(site, stand_in, browser, "?step_up=1", auth_time=auth_time) == 403
    assert await signed_in(site, stand_in, browser, "?step_up=1", auth_time=at) == 200
    assert (await browser.send("GET", "session")).json()["steppedUpUntil"] is not None


async def test_who_leaves_the_groups_is_signed_out(site: OfficeSite, stand_in: StandIn) -> None:
    """The session that is open ends with the refusal, and the roles are gone; the audit log has both."""
    browser = site.browser()
    assert await signed_in(site, stand_in, browser) == 200
    assert await is_signed_in(browser)
    assert await signed_in(site, stand_in, site.browser(), groups=["others"]) == 403
    assert not await is_signed_in(browser)
    (account,) = await site.office.base.accounts.by_login(ROOT_ACTOR, 10, None)
    assert account.roles == {}


@pytest.mark.parametrize(
    "named", [{"sid": "unseen"}, {"sid": MISSING}, {"sid": "s-1", "sub": MISSING}], ids=str
)
async def test_a_logout_ends_the_sessions_that_it_names(
    site: OfficeSite, stand_in: StandIn, named: dict[str, Any]
) -> None:
    """By the session, or by the person if none of ours has that session; the token works once."""
    browser = site.browser()
    assert await signed_in(site, stand_in, browser, sid="s-1") == 200
    body = {"logout_token": signed(logout_claims(**named))}
    assert (await browser.client.post("/backoffice/oidc/logout", data=body)).status_code == 200
    assert not await is_signed_in(browser)
    assert await signed_in(site, stand_in, browser, sid="s-1") == 200
    assert (await browser.client.post("/backoffice/oidc/logout", data=body)).status_code == 400
    assert await is_signed_in(browser)
    site.clock.advance(timedelta(minutes=4))
    await tidy(site.office.base.database, site.clock)
    async with site.office.base.database.read() as connection:
        assert (await connection.execute(LOGOUT_TOKEN.select())).all() == []


async def test_two_subjects_are_two_people(site: OfficeSite, stand_in: StandIn) -> None:
    """Whatever spaces and case they differ by, and however long they are."""
    subjects = ["boss", "boss ", " boss", "Boss", "b" * 255, "b" * 254]
    for subject in subjects:
        assert await signed_in(site, stand_in, site.browser(), sub=subject) == 200
    accounts = await site.office.base.accounts.by_login(ROOT_ACTOR, 10, None)
    assert {account.user.oidc_subject for account in accounts} == set(subjects)
    assert len({one.user.person for one in accounts}) == len(subjects)


async def test_junk_codes_are_not_passed_on_for_ever(site: OfficeSite, stand_in: StandIn) -> None:
    """Ten from one network reach the provider; who is signed in steps up all the same."""
    person = site.browser()
    assert await signed_in(site, stand_in, person) == 200
    before = stand_in.token.call_count
    stranger = site.browser()
    for _ in range(40):
        assert await signed_in(site, stand_in, stranger, nonce="another") == 403
    assert stand_in.token.call_count == before + 10
    for number in range(40):  # one customer of a provider has all of them
        assert await signed_in(site, stand_in, site.browser(f"2001:db8::{number:x}"), nonce="another") == 403
    assert stand_in.token.call_count == before + 20
    assert await signed_in(site, stand_in, person, "?step_up=1") == 200
    site.clock.advance(timedelta(minutes=15))
    assert await signed_in(site, stand_in, site.browser()) == 200


async def test_an_attempt_belongs_to_this_host(site: OfficeSite, provider: Provider) -> None:
    """By TLS its cookie has the prefix that no other host can set; the way back is as the settings say."""
    routes = OidcRoutes(
        OidcSignIn(provider, site.office.base.sign_in, site.office.base.accounts),
        Site("https://office.example", frozenset()),
        Counter("outcomes", "Outcomes.", ["step", "outcome"], registry=None),
    )
    transport = httpx.ASGITransport(Starlette(routes=routes.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="https://evil.example") as client:
        begun = await client.get("/backoffice/oidc/start")
    name, _, rest = begun.headers["set-cookie"].partition("=")
    assert name.startswith("__Host-")
    assert {"Path=/", "Secure", "HttpOnly"} <= set(rest.split("; "))
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    assert asked["redirect_uri"] == ["https://office.example/backoffice/oidc/callback"]
