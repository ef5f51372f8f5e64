"""Opaque tokens: the issuer decides, is asked once, and a request fails closed if it cannot be asked."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import parse_qs

import httpx
import pytest
import respx
from pydantic import SecretStr

from foundation.tokens import Introspection, InvalidToken, Reason, TokenVerifier, VerificationUnavailable
from tests.support.tokens.issued_tokens import AUDIENCE, ISSUER, NOW, ManualTime

URL: Final = "https://login.test/introspect"
ACTIVE: Final[dict[str, Any]] = {
    "active": True,
    "sub": "c-1",
    "aud": AUDIENCE,
    "iss": ISSUER,
    "exp": NOW + 600,
}
TOKEN: Final = "opaque/token+of.many~letters=="


class Asking:
    """A verifier of opaque tokens, at a time that is moved by hand, and the issuer's endpoint."""

    def __init__(self, route: respx.Route, **settings: Any) -> None:
        self.route = route
        self.time = ManualTime()
        self.verifier = TokenVerifier(
            [],
            lambda verified: (verified.issuer, str(verified.claims["sub"])),
            introspection=Introspection(
                url=URL,
                client_id="gate:way",
                client_secret=SecretStr("secret"),
                issuer=ISSUER,
                audiences=(AUDIENCE,),
                **settings,
            ),
            now=self.time,
        )

    def answer(self, **claims: Any) -> None:
        """What the endpoint answers from now on: an active token, but for these claims."""
        changed = {name: value for name, value in (ACTIVE | claims).items() if value is not ...}
        self.route.mock(httpx.Response(200, json=changed))

    async def result(self, token: str = TOKEN) -> str:
        """The subject of a token, or why there is none."""
        try:
            return (await self.verifier.verify(f"Bearer {token}"))[1]
        except InvalidToken as error:
            return error.reason
        except VerificationUnavailable:
            return "unavailable"


@pytest.fixture
async def asking() -> AsyncIterator[Asking]:
    """An issuer that calls every token active."""
    with respx.mock(assert_all_called=False) as router:
        made = Asking(router.post(URL))
        made.answer()
        yield made
        await made.verifier.close()


async def test_an_active_token_is_accepted(asking: Asking) -> None:
    """The issuer gets the token in a form, and our name and secret, each encoded (RFC 6749, 2.3.1)."""
    assert await asking.result() == "c-1"
    request = asking.route.calls.last.request
    assert parse_qs(request.content.decode()) == {"token": [TOKEN], "token_type_hint": ["access_token"]}
    scheme, _, credentials = request.headers["authorization"].partition(" ")
    assert (scheme, base64.b64decode(credentials)) == ("Basic", b"gate%3Away:secret")


async def test_an_answer_is_used_for_a_minute(asking: Asking) -> None:
    """And no longer, so that a token that was revoked stops working."""
    header = f"Bearer {TOKEN}"
    assert asking.verifier.cached(header) is None
    assert await asking.result() == "c-1"
    asking.time.advance(59)
    assert asking.verifier.cached(header) == (ISSUER, "c-1")
    asking.answer(active=False)
    asking.time.advance(1)
    assert asking.verifier.cached(header) is None
    assert await asking.result() == Reason.INACTIVE
    assert asking.route.call_count == 2


async def test_an_answer_is_not_used_after_its_expiry(asking: Asking) -> None:
    """Where that comes before the minute is over."""
    asking.answer(exp=NOW + 10)
    assert await asking.result() == "c-1"
    asking.time.advance(10)
    assert asking.verifier.cached(f"Bearer {TOKEN}") is None


async def test_a_refused_token_is_not_asked_about_again_at_once(asking: Asking) -> None:
    """After five seconds it is."""
    asking.answer(active=False)
    for _ in range(5):
        assert await asking.result() == Reason.INACTIVE
    assert asking.route.call_count == 1
    asking.answer()
    asking.time.advance(5)
    assert await asking.result() == "c-1"


@pytest.mark.parametrize(
    "claims",
    [
        {"active": False},
        {"active": "true"},
        {"active": 1},
        {"active": ...},
        {"exp": NOW},
        {"exp": None},
        {"exp": "later"},
        {"exp": True},
        {"nbf": NOW + 31},
        {"iss": "https://evil.test"},
        {"iss": [ISSUER]},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": 7},
        {"aud": {AUDIENCE: 1}},
        {"aud": ...},
        {"sub": ...},
        {"sub": ""},
    ],
    ids=str,
)
async def test_what_is_not_active_for_us_is_refused(asking: Asking, claims: dict[str, Any]) -> None:
    """Only `true` is true, and the token must be of this issuer and for us."""
    asking.answer(**claims)
    assert await asking.result() == Reason.INACTIVE


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(401, json=ACTIVE),
        httpx.Response(302, headers={"location": "https://evil.test"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[ACTIVE]),
        httpx.Response(200, content=b'{"active": false, "active": true, "sub": "c-1"}'),
        httpx.Response(200, content=b" " * 300_000),
    ],
    ids=["fault", "not known there", "redirect", "page", "list", "twice", "too large"],
)
async def test_an_answer_that_is_none_is_no_yes(asking: Asking, answer: httpx.Response) -> None:
    """Nor a no: the token may be good, and is asked about again with the next request."""
    asking.route.mock(answer)
    assert await asking.result() == "unavailable"
    asking.answer()
    assert await asking.result() == "c-1"


async def test_an_issuer_that_cannot_be_reached_lets_nobody_in() -> None:
    """Neither does one that hangs: the deadline is that of the whole answer."""

    async def hang(_request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        return httpx.Response(200, json=ACTIVE)

    with respx.mock as router:
        asking = Asking(router.post(URL), deadline_seconds=0.05)
        asking.route.mock(side_effect=httpx.ConnectError("gone"))
        assert await asking.result() == "unavailable"
        asking.route.mock(side_effect=hang)
        assert await asking.result() == "unavailable"
        assert asking.verifier.counts.unavailable == 2
        await asking.verifier.close()


async def test_requests_with_one_token_ask_once_together() -> None:
    """And if one of them is cancelled, the others get the answer."""
    begun, release = asyncio.Event(), asyncio.Event()

    async def wait(_request: httpx.Request) -> httpx.Response:
        begun.set()
        await release.wait()
        return httpx.Response(200, json=ACTIVE)

    with respx.mock as router:
        asking = Asking(router.post(URL))
        asking.route.mock(side_effect=wait)
        requests = [asyncio.create_task(asking.result()) for _ in range(5)]
        await begun.wait()
        requests[0].cancel()
        release.set()
        assert await asyncio.gather(*requests[1:]) == ["c-1"] * 4
        assert asking.route.call_count == 1
        await asking.verifier.close()


async def test_only_so_many_questions_are_on_their_way() -> None:
    """Further tokens are refused at once instead of queueing up, and known ones are answered."""
    release = asyncio.Event()

    async def wait(request: httpx.Request) -> httpx.Response:
        if b"known" not in request.content:
            await release.wait()
        return httpx.Response(200, json=ACTIVE)

    with respx.mock as router:
        asking = Asking(router.post(URL), requests=2)
        asking.route.mock(side_effect=wait)
        assert await asking.result("known") == "c-1"
        waiting = [asyncio.create_task(asking.result(f"made-up-{number}")) for number in range(2)]
        await asyncio.sleep(0)
        assert await asking.result("one-more") == "unavailable"
        assert await asking.result("known") == "c-1"
        release.set()
        assert await asyncio.gather(*waiting) == ["c-1"] * 2
        await asking.verifier.close()


async def test_a_signed_token_is_not_asked_about(asking: Asking) -> None:
    """One with three parts is a signed token, whose issuer is not known here."""
    assert await asking.result("eyJhbGciOiJub25lIn0.e30.AA") == Reason.ISSUER
    assert asking.route.call_count == 0


async def test_made_up_tokens_are_not_asked_about_for_ever(asking: Asking) -> None:
    """After the first, as many as the settings say in a second; a token that was active is asked about."""
    assert await asking.result() == "c-1"
    asking.answer(active=False)
    results = [await asking.result(f"junk-{number}") for number in range(60)]
    assert results == [Reason.INACTIVE] * 32 + ["unavailable"] * 28
    assert asking.route.call_count == 1 + 32
    asking.time.advance(61)
    assert [await asking.result(f"more-{number}") for number in range(60)].count(Reason.INACTIVE) == 32
    asking.time.advance(1)
    assert [await asking.result(f"again-{number}") for number in range(60)].count(Reason.INACTIVE) == 10
    asking.answer()
    assert await asking.result() == "c-1"
    assert await asking.result("a-new-one") == "unavailable"


async def test_active_tokens_use_no_budget(asking: Asking) -> None:
    """As many as there are may be new at once."""
    assert {await asking.result(f"token-{number}") for number in range(60)} == {"c-1"}


async def test_a_slow_node_accepts_a_fresh_token(asking: Asking) -> None:
    """Within the leeway, `nbf` may be in this node's future."""
    asking.answer(nbf=NOW + 29)
    assert await asking.result("fresh") == "c-1"
    asking.answer(nbf=NOW + 31)
    assert await asking.result("of-the-future") is Reason.INACTIVE
