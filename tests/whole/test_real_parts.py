"""The whole product on real parts: Kafka, MariaDB, HTTP subgraphs, the gateway, and the page in Chromium."""

import asyncio
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator

import httpx
import pytest

from tests.support.browsers.bet_slip_page import browser
from tests.support.gateway.signing import PRIVATE, PUBLIC, key_text
from tests.support.processes.running_furlong import (
    BETSLIP,
    BRAND,
    ROOT,
    Programs,
    Site,
    eventually,
    programs_in,
)
from tests.whole.content_publication import publish_title
from tools.local_chromium import LocalChromium
from tools.private_kafka import start_kafka
from tools.private_mariadb import PrivateMariadb
from tools.private_valkey import PrivateValkey
from tools.server_process import free_port

pytestmark = pytest.mark.usefixtures("kafka_installed", "chromium_installed", "web_installed")

SECRET = "a secret of the tests, long enough for HS256"
CUSTOMER = "c-1001"
KEY = f"{BRAND}:{CUSTOMER}"
SUBGRAPHS = ("club", "rewards", "progress")


@pytest.fixture(scope="module")
def installation(
    processes: None, mariadb: PrivateMariadb, valkey: PrivateValkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, Programs]]:
    """Set up and start Furlong with the commands of docs/run.md, as an operator does."""
    folder = tmp_path_factory.mktemp("installation")
    broker = start_kafka(folder / "kafka")
    ports = {name: free_port() for name in (*SUBGRAPHS, "upstream", "gateway")}
    environment = {
        "FURLONG_DATABASE_URL": mariadb.fresh_url(),
        "FURLONG_KAFKA_BOOTSTRAP": broker.bootstrap,
        "FURLONG_UPSTREAM_URL": f"http://127.0.0.1:{ports['upstream']}",
        "FURLONG_UPSTREAM_TIMEOUT_SECONDS": "60",
        "FURLONG_JWT_SECRET": SECRET,
        "FURLONG_JWT_ISSUER": "tests",
        "FURLONG_JWT_AUDIENCE": "furlong",
        "FURLONG_REDIS_URL": valkey.url,
        # So that only a notice can bring what the tests wait for.
        "FURLONG_LIVE_CHECK_SECONDS": "3600",
        "FURLONG_SERVE_SUBGRAPHS": "http",
        # No test here is about slow subgraphs, and the machine may be slow.
        "FURLONG_GATEWAY_CONNECT_SECONDS": "30",
        "FURLONG_GATEWAY_TOTAL_SECONDS": "60",
        "FURLONG_SUBGRAPH_GATEWAY_KEYS": key_text(PUBLIC),
        "FURLONG_GATEWAY__SIGNATURES__KEYS": key_text(PRIVATE),
        "FURLONG_GATEWAY_SUBGRAPH_URLS": json.dumps(
            {n: f"http://127.0.0.1:{ports[n]}/graphql" for n in SUBGRAPHS}
        ),
    }
    with programs_in(folder, environment, installed=True) as programs:
        programs.run("db", "upgrade")
        programs.run("topics", "create", "--partitions", "4")
        programs.run("load", str(ROOT / "furlong" / "world.yaml"))
        upstream = f"127.0.0.1:{ports['upstream']}"
        simulator = ("simulator", "serve", "--kafka", broker.bootstrap, "--data", "upstream", "--no-traffic")
        programs.start(*simulator, "--listen", upstream)
        programs.start("worker", "outbox")
        for name in SUBGRAPHS:
            programs.start("consume", name)
            programs.start("subgraph", name, "serve", "--listen", f"127.0.0.1:{ports[name]}")
        programs.start("serve", "--listen", f"127.0.0.1:{ports['gateway']}")
        token = programs.run("token", "--customer", CUSTOMER, "--brand", BRAND).strip()
        site = Site(f"http://127.0.0.1:{ports['gateway']}", broker.bootstrap, {CUSTOMER: token})
        eventually(lambda: _complete(site), "the bet-slip is complete")
        yield site, programs
    broker.stop()


def _complete(site: Site) -> bool:
    """Tell whether the customer's account and the options have arrived."""
    try:
        answer = site.ask(BETSLIP, {"brand": BRAND}, customer=CUSTOMER)
    except httpx.TransportError:
        return False
    club = (answer.get("data") or {}).get("club")
    return bool(club and "errors" not in answer and club["membership"]["canOptIn"] and club["options"])


def test_from_a_kafka_message_to_the_page(
    installation: tuple[Site, Programs], chromium: LocalChromium
) -> None:
    """Bets travel through Kafka into MariaDB and show in Chromium; mutations reach the upstream."""
    site, programs = installation
    bet = f"real-{uuid.uuid4()}"
    placed = site.bet(CUSTOMER, bet)
    poison = f"{{broken {uuid.uuid4()}".encode()
    site.produce(placed, poison, placed, site.bet(CUSTOMER, f"{bet}-2"), key=KEY)
    eventually(lambda: site.staked(CUSTOMER) == 1000, "two bets count, once each")
    assert poison.decode()[:35] in programs.run("deadletters", "list")
    with browser(chromium) as slip:
        slip.open(site.url)
        slip.page.get_by_test_id("session-token").fill(site.tokens[CUSTOMER])
        slip.page.keyboard.press("Enter")
        slip.shows("tracker-staked", "£10.00")
        slip.press("club-details")
        slip.press("opt-in")
        slip.is_in_state("TRACKING")
        slip.press("choose-northbet:cash-2:1")
        slip.shows("choice-title", "£2 cash")
        void = site.bet(CUSTOMER, bet, bet_revision=2, status="void", counting_stake_minor=0)
        site.produce(void, key=KEY)
        slip.shows("tracker-staked", "£5.00")
        slip.press("opt-out")
        slip.press("opt-out-confirm")
        slip.is_in_state("NOT_OPTED_IN")


def test_a_bet_moves_the_tracker_of_a_subscriber(installation: tuple[Site, Programs]) -> None:
    """From Kafka through MariaDB and Valkey to the club subgraph, and over its stream to the gateway's."""
    site, _ = installation
    with site.follow(CUSTOMER) as events:
        first = next(events)["club"]
        assert first == site.club(CUSTOMER)
        site.produce(site.bet(CUSTOMER, f"real-{uuid.uuid4()}"), key=KEY)
        staked = first["progress"]["staked"]["minor"] + 500
        moved = next(event for event in events if event["club"]["progress"]["staked"]["minor"] == staked)
        assert moved["club"] == site.club(CUSTOMER)


def test_published_content_is_on_the_bet_slip_with_nothing_restarted(
    installation: tuple[Site, Programs], capsys: pytest.CaptureFixture[str]
) -> None:
    """By an event over Kafka, through the outbox and the consumer, into MariaDB; prints how long it took.

    An open bet-slip gets it too: by the event, because the streams look by themselves only once an hour.
    """
    site, programs = installation
    title = f"£5 free bet {uuid.uuid4().hex[:6]}"
    with site.follow(CUSTOMER) as events:
        next(events)
        url = str(programs.environment["FURLONG_DATABASE_URL"])
        published = asyncio.run(publish_title(url, "fb-5", title))

        def shown() -> bool:
            return any(option["title"] == title for option in site.club(CUSTOMER)["options"])

        eventually(shown, "the bet-slip shows the new title")
        asked = time.monotonic() - published
        next(event for event in events if title in str(event["club"]["options"]))
        followed = time.monotonic() - published
    with capsys.disabled():
        sys.stdout.write(f"\nfrom publication to a bet-slip that asks: {asked:.2f} s")
        sys.stdout.write(f", to an open one: {followed:.2f} s\n")


def test_a_subgraph_away_takes_only_its_own_part_away(installation: tuple[Site, Programs]) -> None:
    """If the catalogue's subgraph is stopped, the tracker still works, and an error says what is missing."""
    site, programs = installation
    commands = [
        (program, str(program.args)) for program in programs.started if isinstance(program, subprocess.Popen)
    ]
    rewards = next(program for program, words in commands if "rewards" in words and "subgraph" in words)
    rewards.terminate()
    rewards.wait(60)
    answer = site.ask(BETSLIP, {"brand": BRAND}, customer=CUSTOMER)
    club = answer["data"]["club"]
    assert (club["options"], club["choice"]) == (None, None)
    assert club["progress"]["target"]["display"] == "£25.00"
    assert club["state"] == "NOT_OPTED_IN"
    assert {tuple(error["path"]) for error in answer["errors"]} == {("club", "options"), ("club", "choice")}
    assert {error["extensions"]["service"] for error in answer["errors"]} == {"rewards"}
