"""Sign-in at a real OpenID provider (panva's oidc-provider, which is certified) and back."""

import json
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from html import unescape
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from pydantic import SecretStr

from backoffice.access.roles import Role
from backoffice.identity.accounts import NewAccount
from backoffice.identity.oidc.provider import LOGOUT, Provider, ProviderRefused
from backoffice.identity.oidc.settings import OidcSettings
from storage.clock import SystemClock
from tests.support.backoffice.backoffice_site import ORIGIN, ROOT_ACTOR, Browser, OfficeSite, running_site

NODE: Final = Path(__file__).resolve().parents[1] / "node"
CALLBACK: Final = f"{ORIGIN}/backoffice/oidc/callback"
ME: Final = "{ me { name roles { brand role } } }"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The provider, with our client."""
    process = subprocess.Popen(
        ["node", "oidc-provider.mjs", CALLBACK],
        cwd=NODE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def settings_for(issuer: str) -> OidcSettings:
    """Return the settings of the client."""
    return OidcSettings(
        issuer=issuer,
        client_id="backoffice",
        client_secret=SecretStr("a secret of the client"),
        roles={"editors": ("editor@northbet",), "chiefs": ("administrator",)},
    )


@pytest.fixture
async def site(tmp_path: Path, issuer: str) -> AsyncIterator[OfficeSite]:
    """The back office, whose people sign in at the provider; by the machine's clock, as the provider."""
    async with running_site(f"sqlite+aiosqlite:///{tmp_path}", oidc=settings_for(issuer)) as running:
        running.clock.instant = SystemClock().now()
        yield running


async def through_provider(browser: Browser, login: str, start: str = "oidc/start") -> httpx.Response:
    """Follow the browser to the provider, sign in there as somebody, consent, and come back."""
    begun = await browser.client.get(f"/backoffice/{start}")
    assert begun.status_code == 303, begun.text
    async with httpx.AsyncClient() as client:
        url, response = begun.headers["location"], None
        while not url.startswith(ORIGIN):
            response = await client.get(url)
            while response.status_code == 200:
                form = re.search(r'<form[^>]* action="([^"]+)"', response.text)
                assert form, response.text
                prompt = re.search(r'name="prompt" value="(\w+)"', response.text)
                assert prompt
                data = {"prompt": prompt[1], "login": login, "password": "any"}
                response = await client.post(unescape(form[1]), data=data)
            url = str(httpx.URL(url).join(response.headers["location"]))
    return await browser.client.get(url)


async def test_a_person_of_a_group_signs_in(site: OfficeSite) -> None:
    """Code flow with PKCE; the roles are those of the group; the page leads on, without a script."""
    browser = site.browser()
    shown = (await browser.send("GET", "session")).json()
    assert shown["external"] == "/backoffice/oidc/start"
    back = await through_provider(browser, "editors.ann")
    assert back.status_code == 200, back.text
    assert "<script" not in back.text
    assert "samesite=strict" in back.headers["set-cookie"].lower()
    assert (await browser.send("GET", "session")).json()["signedIn"]
    me = (await browser.ask(ME))["data"]["me"]
    assert me == {"name": "Person editors.ann", "roles": [{"brand": "northbet", "role": "EDITOR"}]}
    again = site.browser()
    assert (await through_provider(again, "editors.ann")).status_code == 200
    accounts = await site.office.base.accounts.by_login(ROOT_ACTOR, 10, None)
    assert [one.user.login for one in accounts] == ["editors.ann@example.com"]


async def test_who_has_no_role_does_not_get_in(site: OfficeSite) -> None:
    """A group without roles, a disabled account, or the login of a local account are refused."""
    refused = await through_provider(site.browser(), "visitors.eve")
    assert refused.status_code == 403
    assert "no role" in refused.text
    new = NewAccount("chiefs.bob@example.com", "Bob", {"*": frozenset({Role.ADMINISTRATOR})})
    await site.office.base.accounts.add(ROOT_ACTOR, new)
    assert (await through_provider(site.browser(), "chiefs.bob")).status_code == 403


async def test_an_answer_belongs_to_one_sign_in_of_one_browser(site: OfficeSite) -> None:
    """Another state, another browser, or the same answer once more begins no session."""
    victim, attacker = site.browser(), site.browser()
    await victim.client.get("/backoffice/oidc/start")
    begun = await attacker.client.get("/backoffice/oidc/start")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["nonce"] != asked["state"]
    state = asked["state"][0]
    for browser, query in (
        (victim, f"code=x&state={state}"),
        (site.browser(), f"code=x&state={state}"),
        (attacker, f"code=x&state={state}&iss=https://evil.example"),
        (attacker, "error=access_denied"),
    ):
        answer = await browser.client.get(f"/backoffice/oidc/callback?{query}")
        assert answer.status_code == 403, query
        assert not (await browser.send("GET", "session")).json()["signedIn"]


async def test_a_step_up_asks_the_provider_again(site: OfficeSite) -> None:
    """The same person has to sign in again; somebody else is refused."""
    browser = site.browser()
    await through_provider(browser, "chiefs.cat")
    await browser.send("GET", "session")
    other = await through_provider(browser, "chiefs.dan", "oidc/start?step_up=1")
    assert other.status_code == 403
    assert (await through_provider(browser, "chiefs.cat", "oidc/start?step_up=1")).status_code == 200
    assert (await browser.send("GET", "session")).json()["steppedUpUntil"] is not None


def answering(documents: dict[str, Any]) -> httpx.MockTransport:
    """Return a network on which a provider of the test's own answers."""
    return httpx.MockTransport(lambda request: httpx.Response(200, json=documents[request.url.path]))


async def test_only_genuine_tokens_are_believed() -> None:
    """A token of another key, issuer, audience or time is refused, and so is one that is not signed."""
    issuer, now = "https://id.example", SystemClock().now()
    key = ECKey.generate_key("P-256", {"kid": "k"})
    network = answering(
        {
            "/.well-known/openid-configuration": {"issuer": issuer, "jwks_uri": f"{issuer}/keys"},
            "/keys": {"keys": [key.as_dict(private=False)]},
        }
    )
    provider = Provider(settings_for(issuer), network)
    at = int(now.timestamp())
    good = {"iss": issuer, "aud": "backoffice", "iat": at, "exp": at + 60, "sid": "s-1"}
    good["events"] = {LOGOUT: {}}

    def signed(claims: dict[str, Any], by: ECKey = key) -> str:
        return jwt.encode({"alg": "ES256", "kid": "k"}, claims, by)

    assert await provider.logged_out(signed(good), now) == ("s-1", None)
    unsigned = json.dumps({"alg": "none"})
    for token in (
        signed(good, ECKey.generate_key("P-256", {"kid": "k"})),
        signed(good | {"iss": "https://evil.example"}),
        signed(good | {"aud": "another"}),
        signed(good | {"aud": ["backoffice", "another"]}),
        signed(good | {"exp": at - 3600}),
        signed(good | {"nonce": "n"}),
        signed({name: value for name, value in good.items() if name != "events"}),
        f"{unsigned}.e30.",
        "",
    ):
        with pytest.raises(ProviderRefused):
            await provider.logged_out(token, now)


async def test_the_provider_ends_sessions(site: OfficeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """A back-channel logout ends the sessions of the provider's session; a made-up token ends none."""
    browser = site.browser()
    await through_provider(browser, "editors.fay")
    await browser.send("GET", "session")
    assert (
        await browser.client.post("/backoffice/oidc/logout", data={"logout_token": "x"})
    ).status_code == 400
    assert (await browser.ask(ME))["data"]

    async def genuine(_self: Provider, token: str, _now: object) -> tuple[str | None, str | None]:
        return None, token

    monkeypatch.setattr(Provider, "logged_out", genuine)
    ended = await browser.client.post("/backoffice/oidc/logout", data={"logout_token": "editors.fay"})
    assert ended.status_code == 200
    assert not (await browser.send("GET", "session")).json()["signedIn"]
