"""Sign-in at a real OpenID provider (panva's oidc-provider, which is certified) and back."""

import re
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from backoffice.access import Role
from backoffice.identity.account import NewAccount
from backoffice.settings import OidcSettings
from foundation.storage.clock import SystemClock
from tests.support.office.backoffice_site import ORIGIN, ROOT_ACTOR, Browser, OfficeSite, running_site

NODE: Final = Path(__file__).resolve().parents[1] / "node"
CALLBACK: Final = f"{ORIGIN}/backoffice/oidc/callback"
ME: Final = "{ me { name roles { brand role } } }"


@dataclass(frozen=True)
class RealProvider:
    """The provider, with our client.

    Attributes:
        url: Its issuer.
        line: Waits for its next logout token.
    """

    url: str
    line: Callable[[], str]


@pytest.fixture(scope="module")
def issuer() -> Iterator[RealProvider]:
    """The provider, with our client."""
    process = subprocess.Popen(
        ["node", "oidc-provider.mjs", CALLBACK, f"{ORIGIN}/backoffice/oidc/logout"],
        cwd=NODE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        stdout = process.stdout
        assert stdout is not None
        yield RealProvider(stdout.readline().strip(), lambda: stdout.readline().strip())
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
async def site(tmp_path: Path, issuer: RealProvider) -> AsyncIterator[OfficeSite]:
    """The back office, whose people sign in at the provider; by the machine's clock, as the provider."""
    async with running_site(f"sqlite+aiosqlite:///{tmp_path}", oidc=settings_for(issuer.url)) as running:
        running.clock.instant = SystemClock().now()
        yield running


async def through_provider(
    site: OfficeSite,
    browser: Browser,
    login: str,
    start: str = "oidc/start",
    client: httpx.AsyncClient | None = None,
) -> httpx.Response:
    """Follow the browser to the provider, sign in there as somebody, consent, and come back.

    `client` keeps the cookies of the provider.
    """
    begun = await browser.client.get(f"/backoffice/{start}")
    assert begun.status_code == 303, begun.text
    async with AsyncExitStack() as stack:
        if client is None:
            client = await stack.enter_async_context(httpx.AsyncClient())
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
    site.clock.instant = SystemClock().now()
    return await browser.client.get(url)


async def test_a_person_of_a_group_signs_in(site: OfficeSite) -> None:
    """Code flow with PKCE; the roles are those of the group; the page leads on, without a script."""
    browser = site.browser()
    shown = (await browser.send("GET", "session")).json()
    assert shown["external"] == "/backoffice/oidc/start"
    back = await through_provider(site, browser, "editors.ann")
    assert back.status_code == 200, back.text
    assert "<script" not in back.text
    assert "samesite=strict" in back.headers["set-cookie"].lower()
    assert (await browser.send("GET", "session")).json()["signedIn"]
    me = (await browser.ask(ME))["data"]["me"]
    assert me == {"name": "Person editors.ann", "roles": [{"brand": "northbet", "role": "EDITOR"}]}
    again = site.browser()
    assert (await through_provider(site, again, "editors.ann")).status_code == 200
    accounts = await site.office.base.accounts.by_login(ROOT_ACTOR, 10, None)
    assert [account.user.login for account in accounts] == ["editors.ann@example.com"]


async def test_who_has_no_role_does_not_get_in(site: OfficeSite) -> None:
    """A group without roles, a disabled account, or the login of a local account are refused."""
    refused = await through_provider(site, site.browser(), "visitors.eve")
    assert refused.status_code == 403
    assert "no role" in refused.text
    new = NewAccount("chiefs.bob@example.com", "Bob", {"*": frozenset({Role.ADMINISTRATOR})})
    await site.office.base.accounts.add(ROOT_ACTOR, new)
    assert (await through_provider(site, site.browser(), "chiefs.bob")).status_code == 403


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
    await through_provider(site, browser, "chiefs.cat")
    await browser.send("GET", "session")
    other = await through_provider(site, browser, "chiefs.dan", "oidc/start?step_up=1")
    assert other.status_code == 403
    assert (await through_provider(site, browser, "chiefs.cat", "oidc/start?step_up=1")).status_code == 200
    assert (await browser.send("GET", "session")).json()["steppedUpUntil"] is not None


async def test_the_provider_ends_sessions(site: OfficeSite, issuer: RealProvider) -> None:
    """A logout at the provider ends the session that it began; its token works once."""
    browser, other = site.browser(), site.browser()
    async with httpx.AsyncClient() as client:
        await through_provider(site, browser, "editors.fay", client=client)
        await through_provider(site, other, "editors.fay")
        for each in (browser, other):
            assert (await each.send("GET", "session")).json()["signedIn"]
        form = (await client.get(f"{issuer.url}/session/end")).text
        action, secret = re.search(r'action="([^"]+)"', form), re.search(r'name="xsrf" value="(\w+)"', form)
        assert action
        assert secret
        await client.post(unescape(action[1]), data={"xsrf": secret[1], "logout": "yes"})
    logout = {"logout_token": issuer.line()}
    assert (await browser.client.post("/backoffice/oidc/logout", data=logout)).status_code == 200
    assert not (await browser.send("GET", "session")).json()["signedIn"]
    assert (await other.send("GET", "session")).json()["signedIn"]
    assert (await browser.client.post("/backoffice/oidc/logout", data=logout)).status_code == 400
