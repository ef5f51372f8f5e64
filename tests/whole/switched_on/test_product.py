"""Each command of the product that runs until it is stopped works, with what it can have on."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from confluent_kafka import Consumer, TopicPartition
from redis import Redis

from consumers.feeds.adapters import sports
from consumers.feeds.settings import known
from consumers.stream.records import Record
from furlong.database_names import DATABASES
from furlong.demo.embedded_broker import PARTITIONS
from subgraphs.events.own_ids import offer_id
from subgraphs.events.video_addresses import signature_of
from tests.support.consumers.feed_records import example, written
from tests.support.events import told
from tests.support.processes.running_furlong import BETSLIP, BRAND, PATIENCE_SECONDS, eventually
from tests.support.product.declared_switches import shows
from tests.support.telemetry.otlp_receiver import Receiver
from tests.support.tokens.issued_tokens import token
from tests.whole.switched_on.products import (
    CUSTOMER,
    FRAME_KEY,
    FRAMES,
    GAMES,
    LEAVING,
    LISTENING,
    OWN_TOPIC,
    SECRET,
    STREAMS,
    TERRITORY_HEADER,
    Product,
    running_product,
)
from tools.private_valkey import PrivateValkey

pytestmark = [pytest.mark.slow("more than twenty processes start"), pytest.mark.timeout(900)]
STAKE_MINOR: Final = 500_000
"""More than simulated customers ever stake."""

SDL: Final = {"query": "{ _service { sdl } }"}
PLAIN: Final = {"query": "{ __typename }"}


@pytest.fixture(scope="module")
def product(
    processes: None, tmp_path_factory: pytest.TempPathFactory, valkey: PrivateValkey, traces: Receiver
) -> Iterator[Product]:
    """All processes."""
    with running_product(tmp_path_factory.mktemp("product"), valkey.url, traces) as running:
        yield running


def records_of(product: Product, topic: str) -> int:
    """Return how many records a topic has."""
    asking = Consumer({"bootstrap.servers": product.site.kafka, "group.id": "asking"})
    try:
        places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        return sum(asking.get_watermark_offsets(place, PATIENCE_SECONDS)[1] for place in places)
    finally:
        asking.close()


def post(product: Product, command: str, body: dict[str, Any]) -> httpx.Response:
    """Return what a subgraph answers to somebody who is not the gateway."""
    url = f"http://127.0.0.1:{product.ports[command]}/graphql"
    return httpx.post(url, json=body, timeout=PATIENCE_SECONDS)


@shows(
    "furlong serve",
    "furlong simulator serve",
    "FURLONG_KAFKA_GENERATION",
    "FURLONG_REDIS_URL",
    "FURLONG_JWT_SECRET",
    "FURLONG_JWT_ISSUER",
    "FURLONG_JWT_AUDIENCE",
)
def test_a_bet_moves_an_open_bet_slip(product: Product) -> None:
    """From the topic by the consumer into the database, and by a notice to the graph: streams look rarely."""
    bet = ("simulator", "bet", "--kafka", product.site.kafka, "--customer", CUSTOMER)
    with product.site.follow(CUSTOMER) as events:
        before = next(events)["club"]["progress"]["staked"]["minor"]
        product.programs.run(*bet, "--stake", str(STAKE_MINOR))
        moved = (event["club"]["progress"]["staked"]["minor"] for event in events)
        assert any(staked >= before + STAKE_MINOR for staked in moved)


@shows("feature kept_answers", "FURLONG_GATEWAY__KEPT_ANSWERS__BYTES")
def test_a_bet_slip_is_given_again(product: Product) -> None:
    """While nothing about it changes; the counts of what is shown are written meanwhile."""
    given_again = partial(product.metric, "serve", 'furlong_gateway_kept_answers_total{result="same"}')

    def is_given_again() -> bool:
        before = given_again()
        product.site.ask(BETSLIP, {"brand": BRAND}, customer=CUSTOMER)
        return given_again() > before

    eventually(is_given_again, "a bet-slip is given again")


@shows(*(f"furlong consume {name}" for name in DATABASES))
def test_each_consumer_has_read_records(product: Product) -> None:
    """And tells how many."""
    for name in DATABASES:
        read = partial(product.metric, f"consume {name}", "furlong_consumer_records_total.*")
        eventually(read, f"{name} has read")


@shows("furlong worker outbox", "furlong worker intents", "furlong worker weeks")
def test_each_worker_has_done_rounds(product: Product) -> None:
    """Facts were published; changes in doubt and weeks were looked at."""
    eventually(
        lambda: product.metric("worker outbox", 'furlong_outbox_published_total{outbox="progress"}'),
        "a week that was opened is published",
    )
    for name in ("intents", "weeks"):
        rounds = partial(product.metric, f"worker {name}", "furlong_worker_rounds_total.*")
        eventually(rounds, f"{name} has done a round")


@shows("furlong worker purges", "FURLONG_CDN_URLS")
def test_responses_are_removed_from_a_cdn(product: Product) -> None:
    """All of them, once the worker has started."""
    eventually(lambda: ("BAN", "/cdn", "/") in product.asked, "the CDN is asked to remove responses")


@shows(
    "furlong worker fulfilment",
    "furlong simulator providers",
    "FURLONG_FULFILMENT_PROVIDERS",
    "FURLONG_FULFILMENT_SECRET_FOLDER",
)
def test_providers_can_pay(product: Product) -> None:
    """The worker knows the four of the file, and has a secret for them: without one it does not start."""
    available = "furlong_fulfilment_provider_available{.*}"
    eventually(lambda: product.metric("worker fulfilment", available) == 4, "four providers can pay")


@shows("furlong worker feeds", "furlong simulator feeds", "FURLONG_FEEDS_TOPICS")
def test_each_feed_is_copied(product: Product) -> None:
    """The simulated ones, and one whose topic has another name."""
    product.site.produce(written(example(sports.FEED)), key="c-1", topic=OWN_TOPIC)
    for name in known():
        read = partial(product.metric, "worker feeds", f'furlong_feed_records_total{{feed="{name}"}}')
        eventually(read, f"{name} is copied")


@shows(
    "furlong subgraph club serve",
    "furlong subgraph rewards serve",
    "furlong subgraph progress serve",
    "FURLONG_SERVE_SUBGRAPHS=http",
    "FURLONG_JWT_JWKS_URL",
    "FURLONG_SUBGRAPH_GATEWAY_KEYS_FILE",
    "FURLONG_SUBGRAPH_GATEWAY_KEYS",
    "FURLONG_SUBGRAPH_SIGNATURES_VALKEY_URL",
)
def test_subgraphs_run_alone(product: Product, valkey: PrivateValkey) -> None:
    """For customers of an issuer with a key set, and for the gateway alone, by its signature."""

    def ask() -> None:
        now = int(time.time())
        claims = {"iat": now, "exp": now + 3600, "sub": CUSTOMER, "brand": BRAND}
        answer = httpx.post(
            f"{product.apart}/graphql",
            json={"query": BETSLIP, "variables": {"brand": BRAND}},
            headers={"authorization": f"Bearer {token(claims=claims)}"},
            timeout=PATIENCE_SECONDS,
        ).json()
        assert "errors" not in answer, answer
        assert answer["data"]["club"]["options"]

    ask()
    for name in ("club", "rewards"):
        assert post(product, f"subgraph {name} serve", PLAIN).status_code == httpx.codes.UNAUTHORIZED
    with Redis.from_url(valkey.url) as known_to_all:

        def is_known_to_all() -> bool:
            ask()  # again: a request does not wait for a Valkey that is slow
            return next(known_to_all.scan_iter("furlong:nonce:*"), None) is not None

        eventually(is_known_to_all, "a nonce is known to all processes")


@shows(
    "furlong subgraph fulfilment serve",
    "FURLONG_SUBGRAPH_CALLERS=unsigned",
    "FURLONG_SUBGRAPH_CALLERS=development",
)
def test_subgraphs_may_answer_everybody(product: Product) -> None:
    """With the schema or without it."""
    unsigned, open_to_all = ("subgraph progress serve", "subgraph fulfilment serve")
    assert post(product, unsigned, PLAIN).json() == {"data": {"__typename": "Query"}}
    assert "type" not in str(post(product, unsigned, SDL).json().get("data"))
    assert "type" in post(product, open_to_all, SDL).json()["data"]["_service"]["sdl"]


@shows("furlong worker events-upkeep", "furlong subgraph events serve", "FURLONG_EVENTS_PREFERRED")
def test_events_have_the_prices_of_the_preferred_provider(product: Product) -> None:
    """Once the worker trusts both, which keep saying that they are well; by name the other one is first."""
    start = told.instant(datetime.now(UTC) + timedelta(days=300))
    for name, odds in (("exchange", 2000), ("feed", 3000)):
        tell(
            product,
            told.fixture(name, "switched-on", "Exeter", "Oldham", revision=_now_ms(), starts_at=start),
        )
        prices = told.market(name, "switched-on", "switched-on", odds, odds, odds, revision=_now_ms())
        tell(product, prices)
    query = """
    { events(brand: "northbet", search: "exeter") {
        nodes { markets { selections { status odds { milli } } } } } }
    """

    def are_shown(url: str) -> bool:
        for name in ("exchange", "feed"):
            tell(product, told.status(name, at=datetime.now(UTC)))
        answer = httpx.post(url, json={"query": query}, timeout=PATIENCE_SECONDS).json()
        shown = [
            (selection["status"], selection["odds"]["milli"])
            for node in answer["data"]["events"]["nodes"]
            for market in node["markets"]
            for selection in market["selections"]
        ]
        return shown == 3 * [("OPEN", 3000)]

    alone = f"http://127.0.0.1:{product.ports['subgraph events serve']}/graphql"
    for url in (f"{product.site.url}/graphql", alone):
        eventually(partial(are_shown, url), "the preferred one's prices are shown")


BET: Final = """mutation ($input: PlaceBetInput!) {
  placeBet(input: $input) { bet { id } errors { code message } } }"""


@shows(
    "furlong subgraph bets serve",
    "furlong worker bets-upkeep",
    "FURLONG_BETS_ELSEWHERE",
    "FURLONG_BETS_JURISDICTIONS",
)
def test_bets_are_taken_where_the_settings_say(product: Product) -> None:
    """Not where the customer is, and not of a brand whose bets are made elsewhere."""
    leg = {"selectionId": f"{BRAND}:none-none", "oddsMilli": 2000}
    slip = {"brand": BRAND, "legs": [leg], "stakeMinor": 100, "currency": "GBP", "idempotencyKey": "k-1"}
    here = product.site.ask(BET, {"input": slip}, customer=CUSTOMER)["data"]["placeBet"]
    now = int(time.time())
    claims = {"iat": now, "exp": now + 3600, "sub": CUSTOMER, "brand": BRAND}
    apart = httpx.post(
        f"{product.apart}/graphql",
        json={"query": BET, "variables": {"input": slip}},
        headers={"authorization": f"Bearer {token(claims=claims)}"},
        timeout=PATIENCE_SECONDS,
    ).json()["data"]["placeBet"]
    assert [(answer["bet"], answer["errors"]) for answer in (here, apart)] == [
        (None, [{"code": "NOT_ALLOWED_HERE", "message": "You can't bet where you are."}]),
        (None, [{"code": "NOT_ALLOWED_HERE", "message": "This brand takes its bets somewhere else."}]),
    ]
    rounds = partial(product.metric, "worker bets-upkeep", "furlong_worker_rounds_total.*")
    eventually(rounds, "the upkeep has done a round")


@shows(
    "furlong subgraph lobby serve",
    "furlong worker lobby-upkeep",
    "FURLONG_LOBBY_FILE",
    "FURLONG_SERVE_GAME_ORIGINS",
)
def test_a_provider_is_asked_for_its_games(product: Product) -> None:
    """One whose list cannot be read shows none, and its games would be framed from where the setting says."""
    listing = "/games/operator/generic/v2/game/list"
    eventually(lambda: listing in {path for _, path, _ in product.asked}, "the provider is asked")
    query = {"query": f'{{ lobby(brand: "{BRAND}") {{ sections {{ games {{ name }} }} }} }}'}
    sections = post(product, "subgraph lobby serve", query).json()["data"]["lobby"]["sections"]
    assert [game for section in sections for game in section["games"]] == []
    assert GAMES in product.get("serve", "/game-origins").text


ACCOUNT: Final = (
    "INSERT INTO ledger_account (id, ledger, code, flags, debits_posted, credits_posted, debits_pending, "
    "credits_pending, user_data_128, user_data_64, user_data_32, timestamp, last_timestamp) "
    "VALUES ('{name}', 826, 1, 0, {sums}, '', 0, 0, 1, 1)"
)
TRANSFER: Final = (
    "INSERT INTO transfer (id, debit_account_id, credit_account_id, amount, pending_id, "
    "user_data_128, user_data_64, user_data_32, timeout, ledger, code, flags, timestamp, failure) "
    "VALUES ('{id}', {between}, {amount}, '', '', 0, 0, {timeout}, 826, 1, {flags}, {at}, '')"
)


@contextmanager
def wallet_of(product: Product) -> Iterator[sqlite3.Connection]:
    """Yield the wallet's database in a transaction."""
    path = product.programs.folder / "data" / "wallet.sqlite"
    with closing(sqlite3.connect(path, timeout=60)) as database, database:
        yield database


@shows("furlong worker wallet-upkeep", "furlong subgraph wallet serve")
def test_money_whose_time_is_over_is_the_customers_again(product: Product) -> None:
    """The upkeep ends a reservation; the subgraph says so, and alone shows a visitor nothing."""
    now = int(datetime.now(UTC).timestamp() * 1_000_000)
    with wallet_of(product) as database:
        database.execute(ACCOUNT.format(name="cash", sums="0, 500, 5, 0"))
        database.execute(ACCOUNT.format(name="house", sums="500, 0, 0, 5"))
        deposit = {"id": "deposit", "between": "'house', 'cash'", "amount": 500, "flags": 0, "timeout": 0}
        stake = {"id": "stake", "between": "'cash', 'house'", "amount": 5, "flags": 2, "timeout": 1}
        database.execute(TRANSFER.format(**deposit, at=now))
        database.execute(TRANSFER.format(**stake, at=now + 1))
        ends = (now + 1_000_001,)
        database.execute("INSERT INTO pending_transfer VALUES ('stake', ?, 'pending', NULL, '')", ends)
        database.execute(
            "INSERT INTO customer_account (brand_id, customer_id, currency, code, credit, account_id, "
            "opened_at) VALUES (?, ?, 'GBP', 1, '', 'cash', '2026-03-01 00:00:00.000000')",
            (BRAND, CUSTOMER),
        )
    own = {"authorization": f"Bearer {product.site.tokens[CUSTOMER]}"}
    query = {"query": f'{{ wallet(brand: "{BRAND}") {{ balance {{ minor }} }} }}'}

    def is_back() -> bool:
        url = f"{product.site.url}/graphql"
        answer = httpx.post(url, json=query, headers=own, timeout=PATIENCE_SECONDS).json()
        return bool(answer["data"]["wallet"]["balance"]["minor"] == 500)

    eventually(is_back, "the reserved money is back")
    assert post(product, "subgraph wallet serve", query).json() == {"data": {"wallet": None}}


@shows("furlong worker wallet-operators")
def test_what_operators_do_not_answer_is_counted(product: Product) -> None:
    """No setting names an operator here: what is due at one waits, and the worker says so."""
    with wallet_of(product) as database:
        database.execute(
            "INSERT INTO operator_win VALUES ('won', 'bet', 'southbet', 'ann', 5, 'due', "
            "'2026-03-01 00:00:00.000000', 1, NULL, '2026-03-01 00:00:00.000000', '')"
        )
    waits = partial(product.metric, "worker wallet-operators", 'furlong_worker_waiting{for="operator".*}')
    eventually(waits, "the worker counts it")


@shows("furlong worker wallet-closes", "FURLONG_WALLET_CLOSE_KEYS_FILE")
def test_days_of_the_wallet_are_closed_and_signed(product: Product) -> None:
    """A transfer of the day before is in a close, which is signed."""
    programs = product.programs
    yesterday = int((datetime.now(UTC) - timedelta(days=1)).timestamp() * 1_000_000)
    with wallet_of(product) as database:
        for name, sums in (("payer", "5, 0, 0, 0"), ("payee", "0, 5, 0, 0")):
            database.execute(ACCOUNT.format(name=name, sums=sums))
        paid = {"id": "paid", "between": "'payer', 'payee'", "amount": 5, "flags": 0, "timeout": 0}
        database.execute(TRANSFER.format(**paid, at=yesterday))

    def is_closed() -> bool:
        closes = json.loads(programs.run("wallet", "closes", "--json"))
        return bool(closes) and all(close["signed"] and not close["differences"] for close in closes)

    eventually(is_closed, "the day before is closed")
    assert product.metric("worker wallet-closes", 'furlong_worker_waiting{for="payouts".*}') == 0


@shows("FURLONG_VISITOR_TERRITORY_HEADER")
def test_a_brand_shows_each_territory_what_is_for_it(product: Product) -> None:
    """The board comes by the topic; the gateway passes on what the edge says, also to other processes."""
    start = told.instant(datetime.now(UTC) + timedelta(days=300))
    tell(product, told.fixture("feed", "of-a-board", "Leeds", "Fulham", revision=_now_ms(), starts_at=start))
    placement = {"territories": ["DE"], "names": {"en": "The match of the day"}}
    entry = {"scope": "event", "id": offer_id("feed", "of-a-board"), "placements": [placement]}
    tell(product, told.board(1, BRAND, entry))
    query = f'{{ events(brand: "{BRAND}", search: "fulham") {{ nodes {{ name }} }} }}'

    def name(url: str, territory: str | None) -> str | None:
        given = {} if territory is None else {TERRITORY_HEADER: territory}
        headers = {"accept-language": "en", **given}
        answer = httpx.post(url, json={"query": query}, headers=headers, timeout=PATIENCE_SECONDS).json()
        return next((node["name"] for node in answer["data"]["events"]["nodes"]), None)

    def is_there(url: str) -> bool:
        return name(url, "DE") == shown["DE"]

    shown = {"DE": "The match of the day", "GB": "Leeds v Fulham", None: "Leeds v Fulham"}
    for url in (f"{product.site.url}/graphql", f"{product.apart}/graphql"):
        eventually(partial(is_there, url), "the board has arrived")
        for territory in ("DE", None, "GB", "DE", "GB"):
            assert name(url, territory) == shown[territory], (url, territory)


@shows("FURLONG_EVENTS_VIDEO_STREAMS", "FURLONG_EVENTS_VIDEO_KEY")
def test_an_event_has_a_signed_address_of_its_picture(product: Product) -> None:
    """Where it may be seen, and as long as its server takes the address."""
    now = datetime.now(UTC)
    ends = told.instant(now + timedelta(hours=3))
    starts: dict[str, Any] = {"revision": _now_ms(), "starts_at": told.instant(now)}
    tell(product, told.fixture("feed", "of-a-picture", "Reading", "Barnet", **starts))
    tell(product, told.video("of-a-picture", "course-7", "DE", **starts, ends_at=ends))
    query = f'{{ events(brand: "{BRAND}", search: "barnet") {{ nodes {{ videoUrl }} }} }}'

    def address(territory: str) -> str | None:
        headers = {TERRITORY_HEADER: territory}
        url = f"{product.site.url}/graphql"
        answer = httpx.post(url, json={"query": query}, headers=headers, timeout=PATIENCE_SECONDS).json()
        return next((node["videoUrl"] for node in answer["data"]["events"]["nodes"]), None)

    eventually(lambda: address("DE") is not None, "the picture has arrived")
    signed = urlsplit(address("DE") or "")
    assert f"{signed.scheme}://{signed.netloc}{signed.path}" == f"{STREAMS}/course-7"
    values = {name: value for name, (value,) in parse_qs(signed.query).items()}
    expires = int(values["expires"])
    assert values["signature"] == signature_of(SECRET.encode(), "course-7", "DE", expires)
    assert now.timestamp() < expires < datetime.now(UTC).timestamp() + 3600
    assert address("GB") is None


def _now_ms() -> int:
    """Return a revision as an adapter makes it: those of an earlier process are void."""
    return int(time.time() * 1000)


def tell(product: Product, record: Record) -> None:
    """Publish what a provider tells."""
    assert record.key
    assert record.value
    product.site.produce(record.value, key=record.key.decode(), topic=record.topic)


@shows("FURLONG_SUBGRAPH_EXECUTION=plain")
def test_operations_may_be_interpreted(product: Product) -> None:
    """The subgraph says that it compiles none; another test asks it."""
    assert "operations are not compiled" in product.programs.logs()


@shows("FURLONG_SUBGRAPH_COUNT_SECONDS")
def test_what_is_served_is_counted(product: Product) -> None:
    """Options were shown, which is a record on its topic."""
    product.site.club(CUSTOMER)
    eventually(lambda: records_of(product, "club.served.v1"), "what was served is published")


@shows("FURLONG_EMBED_FILE", "FURLONG_EMBED_SIGNING_KEYS")
def test_a_brands_site_gets_sessions_for_frames(product: Product) -> None:
    """With its key, and for one of its origins."""
    answer = httpx.post(
        f"{product.site.url}/embed/sessions",
        json={"customer": CUSTOMER, "origin": FRAMES},
        headers={"authorization": f"Bearer {FRAME_KEY}"},
        timeout=PATIENCE_SECONDS,
    )
    assert answer.status_code == httpx.codes.OK, answer.text
    assert answer.json()["token"]


@shows("FURLONG_JWT_REVOCATIONS")
def test_a_customer_who_is_signed_out_has_no_club(product: Product) -> None:
    """At processes that have been running."""
    own = {"authorization": f"Bearer {product.site.tokens[LEAVING]}"}
    body = {"query": BETSLIP, "variables": {"brand": BRAND}}

    def club() -> Any:
        answer = httpx.post(f"{product.site.url}/graphql", json=body, headers=own, timeout=PATIENCE_SECONDS)
        return (answer.json().get("data") or {}).get("club")

    assert club()
    product.programs.run("customer", "sign-out", BRAND, LEAVING)
    eventually(lambda: not club(), "the session has ended")


@shows("FURLONG_KAFKA_DEAD_LETTER_TOPICS")
def test_broken_records_are_kept_on_a_topic(product: Product) -> None:
    """Beside the one that they came by."""
    product.site.produce(b"{broken", key="c-1")
    eventually(lambda: records_of(product, "club.progress.v1.dlq"), "the dead letter is published")


@shows("FURLONG_CLOCK_REHEARSAL", "FURLONG_CLOCK_FILE")
def test_each_process_has_the_time_of_the_rehearsal(product: Product) -> None:
    """It says so; the store of analytics and feeds need no product time, and the office says it elsewhere."""
    for name in sorted({*LISTENING} - {"consume analytics", "worker feeds", "backoffice serve"}):
        assert "2026-04-06" in product.get(name, "/health").text, name


@shows("furlong consume analytics", "FURLONG_ANALYTICS_KEY")
def test_questions_are_answered_from_what_happened(product: Product) -> None:
    """By a command beside the process that fills the store."""
    question = ("analytics", "ask", "SELECT count() AS bets FROM bet_records", "--format", "json")
    eventually(lambda: json.loads(product.programs.run(*question))[0]["bets"], "bets are in the store")


@shows(
    "FURLONG_TRACING",
    "OTEL_TRACES_SAMPLER=always_on",
    "OTEL_TRACES_SAMPLER=always_off",
    "OTEL_TRACES_SAMPLER=traceidratio",
    "OTEL_TRACES_SAMPLER=parentbased_always_off",
    "OTEL_TRACES_SAMPLER=parentbased_traceidratio",
)
def test_traces_are_recorded_as_samplers_say(product: Product) -> None:
    """Consumers that have read records sent traces, if theirs records them."""
    wanted = {"furlong-serve", *(f"furlong-consume-{name}" for name in ("club", "rewards", "progress"))}
    product.site.club(CUSTOMER)
    eventually(lambda: wanted <= {span.service for span in product.traces.spans}, "traces are sent")
    quiet = {"furlong-consume-fulfilment", "furlong-consume-backoffice"}
    assert not [span for span in product.traces.spans if span.service in quiet and not span.parent]
    assert "furlong-consume-fulfilment" not in {span.service for span in product.traces.spans}


@shows(
    "furlong backoffice serve",
    "FURLONG_BACKOFFICE_KEY",
    "FURLONG_BACKOFFICE_URL",
    "FURLONG_BACKOFFICE_DOCS_URL",
    "FURLONG_BACKOFFICE_FIRST_BRAND",
    "FURLONG_BACKOFFICE_OIDC_ISSUER",
    "FURLONG_BACKOFFICE_OIDC_CLIENT_ID",
)
def test_the_back_office_lets_people_sign_in(product: Product) -> None:
    """It says where and what screens show first, and leads to the provider, which leads back."""
    office = product.environments["backoffice serve"]
    told = product.get("backoffice serve", "/backoffice/session").json()
    assert (told["signedIn"], told["firstBrand"]) == (False, BRAND)
    assert told["docs"] == office["FURLONG_BACKOFFICE_DOCS_URL"]
    begun = product.get("backoffice serve", told["external"])
    there = httpx.URL(begun.headers["location"])
    assert str(there).startswith(f"{office['FURLONG_BACKOFFICE_OIDC_ISSUER']}/authorize?")
    assert there.params["client_id"] == office["FURLONG_BACKOFFICE_OIDC_CLIENT_ID"]
    assert there.params["redirect_uri"].startswith(office["FURLONG_BACKOFFICE_URL"])


def test_each_process_ends_well(product: Product) -> None:
    """Told to stop, all of them do, and none has told of a fault of the code; this test is the last one."""
    product.programs.stop()
    assert {program.returncode for program in product.programs.started} <= {0, -signal.SIGTERM}
    assert "Traceback" not in product.programs.logs()
