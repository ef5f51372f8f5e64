"""Calls to the upstream's API: what counts as confirmed, as refused, and as not known."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import respx

from subgraphs.club_kit.upstream import choice_path, membership_path
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.mutations.effect import SUPERSEDED, Answer, Repetition, Verdict
from subgraphs.kit.mutations.upstream import UpstreamClient
from subgraphs.kit.settings import UpstreamSettings

BODY = {"state": "opted_in", "terms_version": "2026-1"}
PATH = "/v1/brands/northbet/customers/c-1/membership"
RECORDED = BODY | {"revision": 3, "recorded_at": "2026-03-25T12:00:00Z"}
LATER = datetime(2026, 3, 25, 12, 0, 1, tzinfo=UTC)
"""After the time of the record."""

NOTHING = httpx.Response(404, json={"code": "NOT_FOUND", "message": "nothing is recorded here"})
pytestmark = pytest.mark.respx(assert_all_called=False)


@pytest.fixture
async def client() -> AsyncIterator[UpstreamClient]:
    """A client that tries twice."""
    client = UpstreamClient(
        UpstreamSettings(url="http://upstream.test", attempts=2, retry_delay_seconds=0, timeout_seconds=1)
    )
    yield client
    await client.close()


@pytest.fixture
def route(respx_mock: respx.MockRouter) -> respx.Route:
    """The upstream's membership of a customer."""
    return respx_mock.put(f"http://upstream.test{PATH}")


@pytest.fixture(autouse=True)
def looks(respx_mock: respx.MockRouter) -> respx.Route:
    """Looks at the record, where nothing is at first."""
    return respx_mock.get(f"http://upstream.test{PATH}").mock(return_value=NOTHING)


async def test_a_recorded_state_confirms(client: UpstreamClient, route: respx.Route) -> None:
    """200 with the state that was asked for, and more beside it, confirms; the key goes along."""
    route.mock(httpx.Response(200, json=RECORDED))
    assert await client.put(PATH, BODY, "key-1") == Answer(Verdict.CONFIRMED)
    request = route.calls.last.request
    assert (request.headers["Idempotency-Key"], json.loads(request.content)) == ("key-1", BODY)
    assert route.call_count == 1


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (422, {"code": "NOT_MEMBER", "message": "no"}, "NOT_MEMBER"),
        (409, {"code": "IDEMPOTENCY_CONFLICT"}, "IDEMPOTENCY_CONFLICT"),
        (422, {}, "REFUSED"),
        (422, {"code": 7}, "7"),
        (409, ["no"], "REFUSED"),
    ],
)
async def test_a_refusal_is_final(
    client: UpstreamClient, route: respx.Route, status: int, body: Any, code: str
) -> None:
    """409 and 422 refuse, with the upstream's code, and are not asked again."""
    route.mock(httpx.Response(status, json=body))
    assert await client.put(PATH, BODY, "key-1") == Answer(Verdict.REFUSED, code)
    assert route.call_count == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("no route"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut off"),
        httpx.Response(503, json={"code": "BUSY"}),
        httpx.Response(500, text="oops"),
        httpx.Response(502, text="<html>"),
        httpx.Response(429),
        httpx.Response(404, json=RECORDED),
        httpx.Response(301, headers={"Location": "http://evil.test/"}),
        httpx.Response(202, json=RECORDED),
        httpx.Response(200, text="<html>fine</html>"),
        httpx.Response(200, text=""),
        httpx.Response(200, json=None),
        httpx.Response(200, json=[RECORDED]),
        httpx.Response(200, json={}),
        httpx.Response(200, json=RECORDED | {"state": "opted_out"}),
        httpx.Response(200, json=RECORDED | {"terms_version": "2025-1"}),
        httpx.Response(200, json={"code": "ERROR"}),
        httpx.Response(200, content=b"\xff\xfe"),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(200, stream=httpx.ByteStream(b"{}"), headers={"Content-Encoding": "gzip"}),
    ],
)
async def test_anything_else_leaves_the_outcome_unknown(
    client: UpstreamClient, route: respx.Route, answer: httpx.Response | Exception
) -> None:
    """No answer, a busy or strange one, or 200 with another state, confirms nothing and refuses nothing."""
    route.mock(side_effect=[answer, answer])
    assert await client.put(PATH, BODY, "key-1") == Answer(Verdict.UNKNOWN)
    keys = [call.request.headers["Idempotency-Key"] for call in route.calls]
    assert keys == ["key-1", "key-1"]


async def test_a_second_attempt_may_confirm(client: UpstreamClient, route: respx.Route) -> None:
    """After an answer that got lost, the same key asks again and is confirmed."""
    route.mock(side_effect=[httpx.ReadTimeout("lost"), httpx.Response(200, json=RECORDED)])
    assert await client.put(PATH, BODY, "key-1") == Answer(Verdict.CONFIRMED)


async def test_what_a_lost_answer_was_about_is_looked_for_first(
    client: UpstreamClient, route: respx.Route, looks: respx.Route
) -> None:
    """What is on record is confirmed without asking for it again: some upstream may not know keys."""
    route.mock(side_effect=httpx.ReadTimeout("lost"))
    looks.mock(return_value=httpx.Response(200, json=RECORDED))
    assert await client.put(PATH, BODY, "key-1") == Answer(Verdict.CONFIRMED)
    assert (route.call_count, looks.call_count) == (1, 1)


async def test_what_is_asked_again_is_looked_for_first(
    client: UpstreamClient, route: respx.Route, looks: respx.Route
) -> None:
    """A change that another request has begun is looked for before it is asked for."""
    looks.mock(return_value=httpx.Response(200, json=RECORDED))
    assert await client.put(PATH, BODY, "key-1", Repetition(before=True)) == Answer(Verdict.CONFIRMED)
    assert route.call_count == 0


def left(revision: int) -> httpx.Response:
    """Return the upstream's record of a customer who has left."""
    return httpx.Response(200, json=RECORDED | {"state": "opted_out", "revision": revision})


@pytest.mark.parametrize("repetition", [Repetition(before=True), Repetition(begun_at=LATER)])
@pytest.mark.parametrize("numbered", [True, False], ids=["with revisions", "without"])
async def test_a_replayed_answer_confirms_nothing_that_was_replaced(
    client: UpstreamClient,
    route: respx.Route,
    looks: respx.Route,
    repetition: Repetition,
    *,
    numbered: bool,
) -> None:
    """An upstream that knows the key answers with the first outcome; its record says that another holds."""
    hidden = {} if numbered else {"revision": None}
    route.mock(httpx.Response(200, json=RECORDED | hidden))
    looks.mock(httpx.Response(200, json=json.loads(left(4).content) | hidden))
    assert await client.put(PATH, BODY, "key-1", repetition) == SUPERSEDED


async def test_a_newer_answer_confirms_what_is_sent_again(
    client: UpstreamClient, route: respx.Route, looks: respx.Route
) -> None:
    """An answer whose revision is above that of the record seen before is no replay."""
    route.mock(httpx.Response(200, json=RECORDED))
    looks.mock(return_value=left(2))
    answer = await client.put(PATH, BODY, "key-1", Repetition(before=True))
    assert (answer, answer.recorded["revision"]) == (Answer(Verdict.CONFIRMED), 3)
    assert (route.call_count, looks.call_count) == (1, 1)


async def test_a_refused_repetition_sends_nothing(
    client: UpstreamClient, route: respx.Route, looks: respx.Route
) -> None:
    """Once it is decided that a change must not be sent again, no attempt sends it, not even a second one."""
    seen = []

    async def refused(recorded: Mapping[str, Any]) -> Answer:
        seen.append(recorded["revision"])
        return SUPERSEDED

    looks.mock(return_value=left(4))
    assert await client.put(PATH, BODY, "key-1", Repetition(before=True, refused=refused)) == SUPERSEDED
    assert route.call_count == 0
    route.mock(side_effect=httpx.ReadTimeout("lost"))
    assert await client.put(PATH, BODY, "key-1", Repetition(refused=refused)) == SUPERSEDED
    assert (route.call_count, seen) == (1, [4, 4])


async def test_nothing_is_repeated_blindly(
    client: UpstreamClient, route: respx.Route, looks: respx.Route
) -> None:
    """Where the record cannot be looked at, the outcome stays unknown."""
    route.mock(side_effect=httpx.ReadTimeout("lost"))
    looks.mock(return_value=httpx.Response(503))
    assert await client.put(PATH, BODY, "key-1") == Answer(Verdict.UNKNOWN)
    assert route.call_count == 1


@pytest.mark.parametrize(
    ("customer", "segment"),
    [("c-1", "c-1"), ("a/b", "a%2Fb"), ("a?b#c", "a%3Fb%23c"), ("ü", "%C3%BC"), ("../x", "..%2Fx")],
)
def test_ids_stay_in_their_place_of_a_path(customer: str, segment: str) -> None:
    """Whatever an id is made of, it is one segment of the path."""
    owner = Owner("north/bet", customer)
    assert membership_path(owner) == f"/v1/brands/north%2Fbet/customers/{segment}/membership"
    assert (
        choice_path(owner, "2026-W13") == f"/v1/brands/north%2Fbet/customers/{segment}/weeks/2026-W13/choice"
    )
