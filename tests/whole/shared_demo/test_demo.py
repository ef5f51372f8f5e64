"""The demo as a newcomer sees it, right after cloning the project."""

import json
import signal
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from backoffice.access import Role
from tests.support.bets.demo_bettors import Bettor
from tests.support.processes.running_furlong import (
    BETSLIP,
    BRAND,
    PATIENCE_SECONDS,
    Demo,
    eventually,
    running_demo,
)

NEW = "c-1001"
OTHER_NEW = "c-1002"
HALF_WAY = "c-1003"
REACHED = "c-1004"
EXCLUDE = "mutation ($input: SelfExcludeInput!) { selfExclude(input: $input) { errors { code } } }"


def test_every_customer_of_the_ready_file_has_a_complete_bet_slip(demo: Demo) -> None:
    """Each listed customer's bet-slip has no errors, and at least four options."""
    assert len(demo.facts["customers"]) >= 3
    for customer in demo.facts["customers"]:
        club = demo.site.club(customer["id"])
        assert club["progress"] is not None
        assert len([option for option in club["options"] if option["available"]]) >= 4


def test_the_seeded_customers_stand_where_their_notes_say(demo: Demo) -> None:
    """One customer is half way to the target, one has reached it, and one is new."""
    assert demo.site.club(HALF_WAY)["state"] == "TRACKING"
    assert demo.site.club(HALF_WAY)["progress"]["staked"]["display"] == "£12.00"
    assert demo.site.club(REACHED)["state"] == "QUALIFIED"
    assert demo.site.club(OTHER_NEW)["state"] == "NOT_OPTED_IN"


def test_an_anonymous_visitor_sees_no_club_and_no_error(demo: Demo) -> None:
    """Without a session `club` is null, without an error."""
    assert demo.site.ask(BETSLIP, {"brand": BRAND}) == {"data": {"club": None}}


def test_a_request_may_break_a_subgraph_for_itself_alone(demo: Demo) -> None:
    """What the other subgraphs know is still answered; the next request reaches all of them."""
    offered = httpx.get(f"{demo.site.url}/demo/session").json()["subgraphs"]
    assert "rewards" in offered
    signed = {"authorization": f"Bearer {demo.site.tokens['c-1001']}"}
    slip = {"query": BETSLIP, "variables": {"brand": BRAND}}

    def ask(**headers: str) -> Any:
        return httpx.post(f"{demo.site.url}/graphql", json=slip, headers={**signed, **headers}).json()

    broken = ask(**{"x-demo-broken": "rewards"})
    assert {error["extensions"]["code"] for error in broken["errors"]} == {"SUBGRAPH_UNREACHABLE"}
    assert {error["extensions"]["service"] for error in broken["errors"]} == {"rewards"}
    assert broken["data"]["club"]["state"] == "NOT_OPTED_IN"
    assert "errors" not in ask()


def test_a_customer_can_connect_by_websocket(demo: Demo) -> None:
    """The ready file says where; the token comes with the first message."""
    with connect(demo.facts["live"], subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        token = f"Bearer {demo.site.tokens[HALF_WAY]}"
        socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": token}}))
        assert json.loads(socket.recv(PATIENCE_SECONDS)) == {"type": "connection_ack"}
        payload = {"query": BETSLIP, "variables": {"brand": BRAND}}
        socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        message = json.loads(socket.recv(PATIENCE_SECONDS))
        assert message["payload"]["data"]["club"]["state"] == "TRACKING"


def test_what_the_demo_keeps_is_its_owners_alone(demo: Demo) -> None:
    """Other users of the machine read no key, no token and no database."""
    data = Path(demo.facts["data"])
    kept = [data, *data.rglob("*")]
    assert len(kept) > 5
    assert [str(path) for path in kept if path.stat().st_mode & 0o077] == []


def test_each_port_of_the_demo_has_its_own_names(demo: Demo) -> None:
    """A page of another origin whose name leads here is answered at none of them."""
    facts = demo.facts
    sites = [brand["site"] for brand in facts["brands"]]
    urls = [facts["url"], facts["upstream"], facts["backoffice"]["url"], facts["internal"]["graphql"], *sites]
    urls += [facts["payments"][name] for name in ("processor", "control", "webhooks")]
    for url in urls:
        assert httpx.get(url, headers={"host": "evil.example"}).status_code in {400, 421}, url


def test_a_forged_session_is_refused_not_taken_for_anonymous(demo: Demo) -> None:
    """An invalid token gets a 401."""
    token = demo.site.tokens[NEW]
    forged = token[:-6] + ("AAAAAA" if not token.endswith("AAAAAA") else "BBBBBB")
    answer = httpx.post(
        f"{demo.site.url}/graphql",
        json={"query": "{ __typename }"},
        headers={"Authorization": f"Bearer {forged}"},
    )
    assert answer.status_code == httpx.codes.UNAUTHORIZED


def test_two_mutations_in_one_document_are_refused_before_either(demo: Demo) -> None:
    """Nobody joins, and the response says what to do."""
    wanted = f'brand: "{BRAND}", termsVersion: "2026-1"'
    fields = " ".join(
        f'{name}: optIn(input: {{{wanted}, idempotencyKey: "{uuid.uuid4()}"}}) {{ errors {{ code }} }}'
        for name in ("one", "other")
    )
    answer = httpx.post(
        f"{demo.site.url}/graphql",
        json={"query": f"mutation {{ {fields} }}"},
        headers={"Authorization": f"Bearer {demo.site.tokens[OTHER_NEW]}"},
    ).json()
    assert answer["errors"][0]["extensions"]["code"] == "TOO_MANY_MUTATIONS"
    assert demo.site.club(OTHER_NEW)["membership"]["optedIn"] is False


def test_a_bet_counts_once_and_a_void_takes_it_back(demo: Demo, newcomer: str) -> None:
    """A bet from Kafka shows in the tracker; the same message again changes nothing; a void removes it."""
    site, bet = demo.site, f"w-{uuid.uuid4()}"
    key = f"{BRAND}:{newcomer}"
    placed = site.bet(newcomer, bet)
    site.produce(placed, key=key)
    eventually(lambda: site.staked(newcomer) == 500, "the bet counts")
    another = site.bet(newcomer, f"{bet}-2", stake_minor=700, counting_stake_minor=700)
    site.produce(placed, placed, another, key=key)
    eventually(lambda: site.staked(newcomer) == 1200, "the next bet counts, the duplicates do not")
    void = site.bet(newcomer, bet, bet_revision=2, status="void", counting_stake_minor=0)
    site.produce(void, key=key)
    eventually(lambda: site.staked(newcomer) == 700, "the void takes the bet back")


def test_a_bet_moves_the_tracker_of_a_subscriber(demo: Demo, newcomer: str) -> None:
    """A bet on Kafka comes as an event, without any request in between; the whole state is in it."""
    site, customer = demo.site, newcomer
    with site.follow(customer) as events:
        first = next(events)
        assert (first["version"], first["club"]) == (1, site.club(customer))
        site.produce(site.bet(customer, f"w-{uuid.uuid4()}"), key=f"{BRAND}:{customer}")
        staked = first["club"]["progress"]["staked"]["minor"] + 500
        moved = next(event for event in events if event["club"]["progress"]["staked"]["minor"] == staked)
        assert (moved["version"] > 1, moved["club"]) == (True, site.club(customer))


def test_poison_is_kept_aside_and_what_follows_still_counts(demo: Demo, newcomer: str) -> None:
    """A malformed message changes nothing, appears in `furlong deadletters list`, and stops nothing else."""
    site, key = demo.site, f"{BRAND}:{newcomer}"
    poison = f"{{not json {uuid.uuid4()}".encode()
    site.produce(poison, b"\xff\xfe", site.bet(newcomer, f"w-{uuid.uuid4()}"), key=key)
    eventually(lambda: site.staked(newcomer) == 500, "the good bet behind the poison counts")
    listed = demo.programs.run("deadletters", "list")
    assert poison.decode()[:35] in listed
    assert listed.split("\n")[0].split()[:2] == ["letter", "stored"]
    letters = [line for line in listed.splitlines() if "club.progress.v1" in line]
    assert len({line.index("club.progress.v1") for line in letters}) == 1
    letter = next(line.split()[0] for line in letters if poison.decode()[:35] in line)
    assert '"reason"' in demo.programs.run("deadletters", "show", letter)


@pytest.mark.slow("a demo starts twice")
@pytest.mark.usefixtures("processes")
def test_the_demo_forgets_nothing_over_a_restart(tmp_path: Path) -> None:
    """Progress, membership, choice, exclusions, bets and outcomes of idempotency keys survive a restart."""
    opted_in = f"restart-{uuid.uuid4()}"
    with running_demo(tmp_path) as first:
        site = first.site
        terms = site.club(NEW)["terms"]["version"]
        joined = site.change("OptIn", NEW, termsVersion=terms, idempotencyKey=opted_in)
        assert joined["errors"] == []
        assert joined["club"]["membership"]["optedIn"]
        chosen = next(o["id"] for o in site.club(NEW)["options"] if o["id"] != f"{BRAND}:fb-5:1")
        assert site.change("ChangeReward", NEW, optionId=chosen, expectedVersion=0)["errors"] == []
        site.produce(site.bet(NEW, "before-restart"), key=f"{BRAND}:{NEW}")
        eventually(lambda: site.staked(NEW) == 500, "the bet counts")
        bettor = Bettor(first, NEW)
        pick = bettor.offered()
        bet = bettor.bets(500, pick, key=opted_in)
        eventually(lambda: site.staked(NEW) == 1000, "the slip's bet counts")
        before = site.club(NEW)
        excluded = {"brand": BRAND, "months": 6, "idempotencyKey": opted_in}
        done = site.ask(EXCLUDE, {"input": excluded}, customer=OTHER_NEW)
        assert done["data"]["selfExclude"]["errors"] == []
        began = time.monotonic()
        first.process.send_signal(signal.SIGTERM)
        assert first.process.wait(PATIENCE_SECONDS) == 0
        assert time.monotonic() - began < PATIENCE_SECONDS
        assert not (tmp_path / ".furlong" / "demo.json").exists()
    with running_demo(tmp_path) as second:
        assert second.site.club(NEW) == before
        bettor = Bettor(second, NEW)
        other = bettor.asks(600, pick, key=opted_in)
        assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_REUSED"]
        assert bettor.bets(500, pick, key=opted_in) == bet
        assert second.site.staked(NEW) == 1000
        assert second.site.club(OTHER_NEW)["state"] == "INELIGIBLE"
        again = second.site.change("OptIn", NEW, termsVersion=terms, idempotencyKey=opted_in)
        assert (again["errors"], again["club"]["membership"]) == ([], joined["club"]["membership"])
        assert second.site.change("OptOut", NEW)["errors"] == []
        assert second.site.club(NEW)["state"] == "NOT_OPTED_IN"


def test_a_token_can_be_made_for_the_running_demo(demo: Demo) -> None:
    """`furlong token` signs with the demo's key, so that any customer can be tried."""
    token = demo.programs.run("token", "--customer", "c-1901", "--brand", BRAND).strip()
    answer = httpx.post(
        f"{demo.site.url}/graphql",
        json={"query": BETSLIP, "variables": {"brand": BRAND}},
        headers={"Authorization": f"Bearer {token}"},
    ).json()
    club = answer["data"]["club"]
    assert club["state"] == "INELIGIBLE"
    assert club["membership"]["blockedReason"] == "SELF_EXCLUDED"
    assert (club["progress"], club["options"], club["choice"]) == (None, [], None)


def test_a_demo_by_the_machines_time_is_no_rehearsal(demo: Demo) -> None:
    """Nothing mentions a rehearsal, and the clock cannot be moved."""
    assert httpx.get(f"{demo.site.url}/clock").json() == {"rehearsal": None}
    assert httpx.get(f"{demo.site.url}/health").text == "ok\n"
    for command in (("show",), ("advance", "2h"), ("set", "2030-01-01T00:00Z"), ("reset",)):
        assert "FURLONG_CLOCK_REHEARSAL=true" in demo.programs.refused("clock", *command)


@pytest.mark.slow("a demo, and each role signed in")
def test_each_role_signs_in_to_the_back_office(demo: Demo) -> None:
    """The ready file has an account for each role, a second one where one approves what the other proposes.

    `/backoffice` leads there, support finds goodwill to give, and a text waits for the approver.
    """
    office = demo.facts["backoffice"]
    led = httpx.get(f"{demo.site.url}/backoffice")
    assert (led.status_code, led.headers["location"]) == (307, office["url"])
    roles = Counter(account["role"] for account in office["accounts"])
    assert set(roles) == {role.value for role in Role}
    assert {role for role, number in roles.items() if number == 2} == {
        "support",
        "risk",
        "finance",
        "trader",
        "operator",
    }
    for account in office["accounts"]:
        with httpx.Client(base_url=office["url"], timeout=PATIENCE_SECONDS) as browser:
            signed = _sign_in(browser, account)
            headers = {"x-csrf-token": signed["csrfToken"]}
            shown = browser.post("graphql", json={"query": "{ me { roles { role } } }"}, headers=headers)
            assert shown.json()["data"]["me"]["roles"] == [{"role": account["role"].upper()}]
            if account["role"] == "support":
                asked = {"query": f'{{ goodwillBudgets(brand: "{BRAND}") {{ leftMinor }} }}'}
                goodwill = browser.post("graphql", json=asked, headers=headers).json()["data"]
                assert [budget["leftMinor"] > 0 for budget in goodwill["goodwillBudgets"]] == [True]
            if account["role"] == "approver":
                asked = {"query": "{ approvalsToDecide { kind brand } }"}
                waiting = browser.post("graphql", json=asked, headers=headers).json()["data"]
                assert waiting["approvalsToDecide"] == [{"kind": "content.revision", "brand": BRAND}]


def _sign_in(browser: httpx.Client, account: dict[str, str]) -> dict[str, Any]:
    """Sign in as the page does by one click: with the credentials that the demo gives to anybody."""
    user = account["user"]
    given = browser.post(f"ready-accounts/{user}").json()
    assert given["password"] == account["password"]
    signed: dict[str, Any] = browser.post("session", json={"user": user, **given}).json()
    assert signed["signedIn"]
    return signed


def test_scripts_get_a_code_of_an_account(demo: Demo) -> None:
    """By its role or its login; each code works once, and the next one is another."""
    office = demo.facts["backoffice"]
    account = next(account for account in office["accounts"] if account["role"] == "viewer")
    with httpx.Client(base_url=office["url"], timeout=PATIENCE_SECONDS) as browser:
        body = {"user": account["user"], "password": account["password"]}
        for name in ("viewer", account["user"]):
            code = demo.programs.run("backoffice", "code", name).strip()
            assert browser.post("session", json={**body, "code": code}).json()["signedIn"]
    assert "there is no account 'nobody'" in demo.programs.refused("backoffice", "code", "nobody")


@pytest.mark.usefixtures("docs_installed")
def test_another_demo_in_the_folder_says_where_the_first_one_runs(demo: Demo) -> None:
    """Neither one with data, nor a mocked one, takes its place, and commands still find it."""
    for other in (("--data", "other"), ("--mock",)):
        said = demo.programs.refused("demo", "--port", "0", *other)
        assert f"one already runs in this folder, at {demo.site.url}" in said
    assert demo.programs.run("liability")


def test_the_documentation_is_at_hand(demo: Demo) -> None:
    """The ready file says where the demo serves the documentation."""
    shown = httpx.get(demo.facts["docs"], timeout=PATIENCE_SECONDS)
    assert shown.status_code == 200
    assert "Tutorial" in shown.text
