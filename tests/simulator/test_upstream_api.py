"""The upstream's API: what it records, refuses and answers again."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator.upstream.api import create_upstream
from simulator.upstream.record import Record
from simulator.world import World

CUSTOMER = "/v1/brands/northbet/customers/c-1001"
MEMBERSHIP = f"{CUSTOMER}/membership"
CHOICE = f"{CUSTOMER}/weeks/2026-W13/choice"
JOIN = {"state": "opted_in", "terms_version": "2026-01"}
LEAVE = {"state": "opted_out"}
FREE_BET = {"reward_id": "fb-5", "config_version": 1}


async def put(api: httpx.AsyncClient, path: str, body: dict[str, Any], key: str) -> httpx.Response:
    """A PUT with an idempotency key."""
    return await api.put(path, json=body, headers={"Idempotency-Key": key})


async def effects(api: httpx.AsyncClient, customer: str = "c-1001") -> int:
    """How many requests of a customer had an effect, by the journal."""
    entries = (await api.get("/simulator/journal", params={"customer": customer})).json()["entries"]
    return sum(entry["outcome"] == "applied" for entry in entries)


async def test_membership_is_recorded(api: httpx.AsyncClient) -> None:
    """What was sent comes back with revision and time, from the PUT and from a GET."""
    answer = await put(api, MEMBERSHIP, JOIN, "k1")
    assert answer.status_code == 200
    body = answer.json()
    assert body.pop("recorded_at").endswith("Z")
    assert body == {"brand_id": "northbet", "customer_id": "c-1001", **JOIN, "revision": 1}
    assert (await api.get(MEMBERSHIP)).json() == answer.json()


async def test_choice_is_recorded_by_week(api: httpx.AsyncClient) -> None:
    """A choice belongs to its week: of another week nothing is known."""
    await put(api, MEMBERSHIP, JOIN, "k1")
    answer = await put(api, CHOICE, FREE_BET, "k2")
    body = (await api.get(CHOICE)).json()
    assert body == answer.json()
    assert (body["week"], body["reward_id"], body["config_version"]) == ("2026-W13", "fb-5", 1)
    assert (await api.get(CHOICE.replace("W13", "W14"))).status_code == 404


@pytest.mark.parametrize("path", [MEMBERSHIP, CHOICE])
async def test_nothing_recorded_is_not_found(api: httpx.AsyncClient, path: str) -> None:
    """Who asks for what was never recorded gets 404 with a code."""
    answer = await api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_every_change_has_a_revision(api: httpx.AsyncClient) -> None:
    """Joining, leaving and joining again are three states."""
    revisions = [
        (await put(api, MEMBERSHIP, body, f"k{number}")).json()["revision"]
        for number, body in enumerate([JOIN, LEAVE, JOIN])
    ]
    assert revisions == [1, 2, 3]


async def test_the_same_state_under_a_new_key_is_no_change(api: httpx.AsyncClient) -> None:
    """Two keys that ask for the same state have one effect."""
    first = await put(api, MEMBERSHIP, JOIN, "k1")
    second = await put(api, MEMBERSHIP, JOIN, "k2")
    assert second.json() == first.json()
    assert await effects(api) == 1


async def test_a_key_answers_as_it_did_first(api: httpx.AsyncClient) -> None:
    """A key that comes again gets its first answer, even when the state has changed since."""
    first = await put(api, MEMBERSHIP, JOIN, "k1")
    await put(api, MEMBERSHIP, LEAVE, "k2")
    again = await put(api, MEMBERSHIP, JOIN, "k1")
    assert (again.status_code, again.json()) == (200, first.json())
    assert (await api.get(MEMBERSHIP)).json()["state"] == "opted_out"
    assert await effects(api) == 2


async def test_a_refused_key_stays_refused(api: httpx.AsyncClient) -> None:
    """A refusal is an answer as well: the same key gets it again, another key is decided again."""
    refused = await put(api, CHOICE, FREE_BET, "k1")
    await put(api, MEMBERSHIP, JOIN, "k2")
    again = await put(api, CHOICE, FREE_BET, "k1")
    assert (again.status_code, again.json()) == (422, refused.json())
    assert (await put(api, CHOICE, FREE_BET, "k3")).status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [(MEMBERSHIP, {"state": "opted_in", "terms_version": "2025-01"}), (CHOICE, FREE_BET)],
)
async def test_a_key_is_for_one_request(api: httpx.AsyncClient, path: str, body: dict[str, Any]) -> None:
    """The same key with another body, or at another path, is a conflict without effect."""
    await put(api, MEMBERSHIP, JOIN, "k1")
    answer = await put(api, path, body, "k1")
    assert (answer.status_code, answer.json()["code"]) == (409, "IDEMPOTENCY_CONFLICT")
    assert await effects(api) == 1


async def test_a_body_may_be_written_differently(api: httpx.AsyncClient) -> None:
    """Order and spaces of the JSON do not make another body of it."""
    await put(api, MEMBERSHIP, JOIN, "k1")
    text = '{ "terms_version": "2026-01",  "state": "opted_in" }'
    headers = {"Idempotency-Key": "k1", "Content-Type": "application/json"}
    assert (await api.put(MEMBERSHIP, content=text, headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("customer", "body", "code"),
    [
        ("northbet/customers/c-1901", JOIN, "INELIGIBLE"),
        ("northbet/customers/c-1902", JOIN, "INELIGIBLE"),
        ("northbet/customers/c-1903", JOIN, "INELIGIBLE"),
        ("northbet/customers/c-1904", JOIN, "INELIGIBLE"),
        ("nowhere/customers/c-1001", JOIN, "UNKNOWN_BRAND"),
    ],
)
async def test_refused_memberships(
    api: httpx.AsyncClient, customer: str, body: dict[str, Any], code: str
) -> None:
    """Who may not take part in promotions cannot join."""
    answer = await put(api, f"/v1/brands/{customer}/membership", body, "k1")
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["message"]


@pytest.mark.parametrize(
    ("customer", "body"), [("c-1901", LEAVE), ("c-not-known-yet", JOIN), ("c-not-known-yet", LEAVE)]
)
async def test_memberships_not_refused(api: httpx.AsyncClient, customer: str, body: dict[str, Any]) -> None:
    """Anybody may leave, and an account that is not known yet is no reason to refuse."""
    path = f"/v1/brands/northbet/customers/{customer}/membership"
    assert (await put(api, path, body, "k1")).status_code == 200


async def test_only_members_choose(api: httpx.AsyncClient) -> None:
    """Who never joined, or has left, cannot choose."""
    before = await put(api, CHOICE, FREE_BET, "k1")
    await put(api, MEMBERSHIP, JOIN, "k2")
    await put(api, MEMBERSHIP, LEAVE, "k3")
    after = await put(api, CHOICE, FREE_BET, "k4")
    assert [before.json()["code"], after.json()["code"]] == ["NOT_MEMBER", "NOT_MEMBER"]


async def test_the_excluded_do_not_choose(api: httpx.AsyncClient) -> None:
    """For an ineligible account, that is the reason given, whether a member or not."""
    answer = await put(api, CHOICE.replace("c-1001", "c-1901"), FREE_BET, "k1")
    assert (answer.status_code, answer.json()["code"]) == (422, "INELIGIBLE")


@pytest.mark.parametrize(
    "reward",
    [{"reward_id": "fb-5", "config_version": 2}, {"reward_id": "eur-5", "config_version": 1}],
)
async def test_unknown_rewards_are_refused(api: httpx.AsyncClient, reward: dict[str, Any]) -> None:
    """A version that does not exist, and another brand's reward, cannot be chosen."""
    await put(api, MEMBERSHIP, JOIN, "k1")
    answer = await put(api, CHOICE, reward, "k2")
    assert (answer.status_code, answer.json()["code"]) == (422, "UNKNOWN_REWARD")
    assert (await api.get(CHOICE)).status_code == 404


async def test_nobody_chooses_at_an_unknown_brand(api: httpx.AsyncClient) -> None:
    """Where the brand is not known, that is the reason given."""
    answer = await put(api, CHOICE.replace("northbet", "nowhere"), FREE_BET, "k1")
    assert (answer.status_code, answer.json()["code"]) == (422, "UNKNOWN_BRAND")


@pytest.mark.parametrize("path", [MEMBERSHIP, CHOICE])
async def test_a_put_needs_a_key(api: httpx.AsyncClient, path: str) -> None:
    """Without an idempotency key nothing is done."""
    answer = await api.put(path, json=JOIN if path is MEMBERSHIP else FREE_BET)
    assert (answer.status_code, answer.json()["code"]) == (400, "IDEMPOTENCY_KEY_REQUIRED")
    assert await effects(api) == 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (MEMBERSHIP, {"state": "maybe", "terms_version": "1"}),
        (MEMBERSHIP, {"state": "opted_in"}),
        (MEMBERSHIP, []),
        (CHOICE, {"reward_id": "fb-5", "config_version": "1"}),
        (CHOICE, {"reward_id": "fb-5"}),
        (CHOICE.replace("W13", "13"), FREE_BET),
    ],
)
async def test_malformed_requests(api: httpx.AsyncClient, path: str, body: Any) -> None:
    """What the API does not understand is a 400, not a refusal, and is in the journal."""
    answer = await put(api, path, body, "k1")
    assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED")
    (entry,) = (await api.get("/simulator/journal")).json()["entries"]
    assert (entry["outcome"], entry["status"], entry["key"]) == ("malformed", 400, "k1")


async def test_text_that_is_no_json(api: httpx.AsyncClient) -> None:
    """A body that is not JSON is malformed."""
    headers = {"Idempotency-Key": "k1", "Content-Type": "application/json"}
    answer = await api.put(MEMBERSHIP, content=b"{", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED")


async def test_unknown_paths_answer_with_a_code(api: httpx.AsyncClient) -> None:
    """Also a path or a method that does not exist answers with code and message."""
    nowhere = await api.get("/v2")
    deleted = await api.delete(MEMBERSHIP)
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "NOT_FOUND")
    assert (deleted.status_code, deleted.json()["code"]) == (405, "METHOD_NOT_ALLOWED")


async def test_the_journal_tells_every_request(api: httpx.AsyncClient) -> None:
    """The journal of a customer has all their requests in order, and nobody else's."""
    await api.get(MEMBERSHIP)
    await put(api, MEMBERSHIP, JOIN, "k1")
    await put(api, MEMBERSHIP, JOIN, "k1")
    await put(api, MEMBERSHIP.replace("c-1001", "c-1002"), JOIN, "k2")
    entries = (await api.get("/simulator/journal", params={"customer": "c-1001"})).json()["entries"]
    assert [(entry["method"], entry["outcome"], entry["key"]) for entry in entries] == [
        ("GET", "missing", None),
        ("PUT", "applied", "k1"),
        ("PUT", "replayed", "k1"),
    ]
    assert entries[1]["path"] == MEMBERSHIP
    assert json.loads(entries[1]["body"]) == JOIN


async def test_the_record_outlives_a_restart(tmp_path: Path, world: World) -> None:
    """After a restart, state, answers to keys and journal are as before."""
    answers = []
    for _ in range(2):
        with Record(tmp_path / "kept.sqlite") as record:
            transport = httpx.ASGITransport(create_upstream(record, world))
            async with httpx.AsyncClient(transport=transport, base_url="http://upstream") as api:
                answers.append((await put(api, MEMBERSHIP, JOIN, "k1")).json())
                outcomes = [entry["outcome"] for entry in record.journal()]
    assert answers[0] == answers[1]
    assert outcomes == ["applied", "replayed"]


def test_the_contract_is_what_the_api_says(record: Record, world: World) -> None:
    """`contracts/upstream.openapi.json` is up to date, and leaves out what is only for tests.

    After a change: `furlong simulator openapi > contracts/upstream.openapi.json`.
    """
    contract = Path(__file__).parents[2] / "contracts" / "upstream.openapi.json"
    described = create_upstream(record, world).openapi()
    assert json.loads(contract.read_text()) == described
    assert set(described["paths"]) == {
        "/v1/brands/{brand}/customers/{customer}/membership",
        "/v1/brands/{brand}/customers/{customer}/weeks/{week}/choice",
    }
