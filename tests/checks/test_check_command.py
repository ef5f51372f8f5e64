"""`furlong check`: every dependency that the settings name is tested, and what is wrong is said in words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from foundation.storage.settings import DatabaseSettings
from furlong.checks import Check, CheckFailed, run_checks
from furlong.database_names import DATABASES
from furlong.databases import upgrade_databases
from furlong.demo.embedded_broker import EmbeddedBroker
from tests.checks.findings import Find, topic_names
from tests.subgraphs.wallet.seamless.test_signatures import new_pair
from tools.private_mariadb import PrivateMariadb
from tools.private_valkey import PrivateValkey

SECRET = "do-not-print-this-secret-of-32-bytes"
IBAN = "DE89370400440532013000"
KEYS = json.dumps({"keys": [{"kty": "oct"}]})


@contextmanager
def server(answers: Mapping[str, tuple[int, str]], skew: float = 0.0) -> Iterator[str]:
    """Answer each path as told, by a clock that may be wrong; other paths with 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            status, body = answers.get(self.path, (404, "not here"))
            self.send_response_only(status)
            self.send_header("date", format_datetime(datetime.now(UTC) + timedelta(seconds=skew)))
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        thread = Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()
        thread.join()


def test_where_nothing_runs_each_finding_says_what_to_do(find: Find) -> None:
    """Nothing is created, no traceback is printed, and the status is 1."""
    status, found, output = find()
    assert status == 1
    wrong = {name for name, each in found.items() if not each["ok"]}
    kafka = {"kafka", "kafka topics", "kafka retention", "kafka copies"}
    assert wrong == {*(f"database {name}" for name in DATABASES), *kafka, "upstream", "sessions"}
    assert all(found[name]["helps"] for name in wrong)
    assert found["database club"]["helps"] == "run `furlong db upgrade`"
    assert "FURLONG_JWT_ISSUER" in found["sessions"]["says"]
    assert "Traceback" not in output
    assert not Path("data").exists()


def test_where_all_is_well_the_status_is_0(
    find: Find, tmp_path: Path, embedded_broker: EmbeddedBroker
) -> None:
    """Databases, Kafka, upstream, keys, documents, providers: all are asked."""
    database = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}/data")
    asyncio.run(upgrade_databases(database))
    embedded_broker.create_topics(topic_names())
    (tmp_path / "manifest.json").write_text('{"id": "{ __typename }"}')
    (tmp_path / "ca.pem").write_bytes(certificate(days=90))
    with server({"/keys": (200, KEYS)}) as url:
        (tmp_path / "providers.yaml").write_text(
            f"providers: [{{name: bonus, adapter: games, url: '{url}', secret: one, kinds: [free_spins]}}]"
        )
        status, found, output = find(
            KAFKA_BOOTSTRAP=embedded_broker.bootstrap,
            UPSTREAM_URL=url,
            JWT_JWKS_URL=f"{url}/keys",
            JWT_ISSUER="issuer",
            JWT_AUDIENCE="club",
            GATEWAY__DOCUMENTS__MANIFESTS=json.dumps([str(tmp_path / "manifest.json")]),
            GATEWAY_SUBGRAPH_CA_FILE=str(tmp_path / "ca.pem"),
            FULFILMENT_PROVIDERS=str(tmp_path / "providers.yaml"),
            FULFILMENT_SECRETS=json.dumps({"one": SECRET}),
        )
    assert [each for each in found.values() if not each["ok"]] == []
    assert status == 0
    assert {"session keys", "provider bonus", "trusted documents", "FURLONG_GATEWAY_SUBGRAPH_CA_FILE"} <= set(
        found
    )
    assert SECRET not in output
    assert "within" in found["clock"]["says"]


def test_each_broken_part_is_named_and_no_secret_is_printed(find: Find, tmp_path: Path) -> None:
    """A wrong answer differs from no answer, and a wrong clock from a right one."""
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "old.pem").write_bytes(certificate(days=3))
    (tmp_path / "providers.yaml").write_text("providers: 7")
    (tmp_path / "supergraph.graphql").write_text("type Query {")
    issuers = [
        {"issuer": "login", "audiences": ["x"], "jwks_url": "http://127.0.0.1:1/k", "plain_http": True}
    ]
    with server({"/keys": (200, "{}")}, skew=-300) as url:
        status, found, output = find(
            UPSTREAM_URL=f"http://user:{SECRET}@127.0.0.1:1/?key={SECRET}",
            JWT_JWKS_URL=f"{url}/keys",
            DATABASE_URL=f"mysql+aiomysql://root:{SECRET}@127.0.0.1:1/furlong",
            GATEWAY_TOKEN_ISSUERS=json.dumps(issuers),
            GATEWAY__DOCUMENTS__MANIFESTS=json.dumps([str(tmp_path / "broken.json")]),
            GATEWAY_SUBGRAPH_CA_FILE=str(tmp_path / "old.pem"),
            GATEWAY_RATE_LIMIT_VALKEY_URL=f"redis://:{SECRET}@127.0.0.1:1/0",
            GATEWAY_TOKEN_REVOCATIONS=json.dumps({"url": f"redis://:{SECRET}@127.0.0.1:1/0"}),
            GATEWAY_ACCESS_POLICY_URL="http://127.0.0.1:1/v1/data/graph",
            JWT_REVOCATIONS=json.dumps({"url": "redis://127.0.0.1:1/1"}),
            SUBGRAPH_SIGNATURES_VALKEY_URL=f"redis://:{SECRET}@127.0.0.1:1/2",
            SUBGRAPH_GATEWAY_KEYS_FILE=str(tmp_path / "missing.json"),
            SERVE_SUPERGRAPH=str(tmp_path / "supergraph.graphql"),
            FULFILMENT_PROVIDERS=str(tmp_path / "providers.yaml"),
        )
    assert status == 1
    assert SECRET not in output
    says = {name: each["says"] for name, each in found.items() if not each["ok"]}
    expected = {
        "upstream": "http://127.0.0.1:1/ cannot be reached: no connection",
        "session keys": "has no key set (status 200)",
        "database club": "isn't answering",
        "keys of login": "no connection",
        "trusted documents": "broken.json",
        "FURLONG_GATEWAY_SUBGRAPH_CA_FILE": "a certificate ends on",
        "valkey (FURLONG_GATEWAY__RATE_LIMITS__VALKEY_URL)": "nothing is answering at redis://127.0.0.1:1/0",
        "valkey (FURLONG_GATEWAY__SESSIONS__REVOCATIONS)": "nothing is answering at redis://127.0.0.1:1/0",
        "valkey (FURLONG_JWT_REVOCATIONS)": "nothing is answering at redis://127.0.0.1:1/1",
        "valkey (FURLONG_SUBGRAPH_SIGNATURES_VALKEY_URL)": "nothing is answering at redis://127.0.0.1:1/2",
        "policies": "http://127.0.0.1:1/v1/data/graph cannot be reached",
        "FURLONG_SUBGRAPH_GATEWAY_KEYS_FILE": "missing.json",
        "supergraph": "supergraph.graphql",
        "providers": "providers.yaml",
        "clock": "s ahead of that of 127.0.0.1",
    }
    assert {name: text in says.get(name, "") for name, text in expected.items()} == dict.fromkeys(
        expected, True
    ), says


def processor(name: str, adapter: str, **options: str) -> dict[str, object]:
    """Return a processor of the file of payments."""
    return {"name": name, "adapter": adapter, "options": options}


def payments(tmp_path: Path, *processors: dict[str, object]) -> str:
    """Write a file of payments; return where it is."""
    card = {"id": "card", "names": {"en": "Card"}, "direction": "DEPOSIT", "amounts": {"EUR": {}}}
    routes = [{"processor": made["name"]} for made in processors]
    written = tmp_path / "payments.yaml"
    written.write_text(json.dumps({"processors": processors, "methods": [card | {"routes": routes}]}))
    return str(written)


def test_processors_of_the_file_of_payments_are_tested(find: Find, tmp_path: Path) -> None:
    """Where something answers, and the folder is whole, all is well."""
    bank = {"folder": str(tmp_path / "bank"), "holder": "Northbet", "iban": IBAN, "currency": "EUR"}
    for part in ("outbox", "sent", "inbox", "records", "read", "refused"):
        (tmp_path / "bank" / part).mkdir(parents=True)
    secrets = json.dumps({"stripe-key": SECRET})
    with server({}) as url:
        file = payments(
            tmp_path, processor("card", "stripe", api_base=url), processor("house", "bank", **bank)
        )
        _, found, output = find(PAYMENTS_FILE=file, PAYMENTS_SECRETS=secrets)
    assert found["payments"]["says"] == f"{file} has the methods card"
    assert found["payments at card"]["says"].endswith("answers (status 404)")
    assert found["payments at house"]["says"] == f"{tmp_path}/bank has all of its parts"
    assert SECRET not in output
    (tmp_path / "bank" / "sent").rmdir()
    away = processor("away", "stripe", api_base="http://127.0.0.1:1")
    nobody = processor("nobody", "stripe", key="other")
    nowhere = processor("nowhere", "bank", **bank | {"folder": f"{tmp_path}/nowhere"})
    half = processor("half", "bank", **bank | {"iban": "DE"})
    file = payments(tmp_path, away, nobody, nowhere, half, processor("house", "bank", **bank))
    status, found, output = find(PAYMENTS_FILE=file, PAYMENTS_SECRETS=secrets)
    assert (status, found["payments"]["ok"]) == (1, True)
    says = {name.rpartition(" ")[2]: each["says"] for name, each in found.items() if not each["ok"]}
    assert says["away"] == "http://127.0.0.1:1 cannot be reached: no connection"
    assert "it needs the secret 'other'" in says["nobody"]
    assert says["nowhere"] == f"{tmp_path}/nowhere: No such file or directory"
    assert "iban: this is no IBAN" in says["half"]
    assert says["house"] == f"{tmp_path}/bank/sent: No such file or directory"
    assert SECRET not in output


@pytest.mark.parametrize(
    ("written", "says"),
    [(None, "FileNotFoundError"), ("[", "ParserError"), ("{processors: [], methods: 7}", "methods: Input")],
)
def test_a_file_of_payments_that_cannot_be_used_is_a_finding(
    find: Find, tmp_path: Path, written: str | None, says: str
) -> None:
    """The rest is checked all the same."""
    file = tmp_path / "payments.yaml"
    if written is not None:
        file.write_text(written)
    status, found, _ = find(PAYMENTS_FILE=str(file))
    assert status == 1
    assert says in found["payments"]["says"]
    assert found["payments"]["helps"].startswith("correct FURLONG_PAYMENTS_FILE")
    assert found["upstream"]


@pytest.mark.usefixtures("processes")
def test_keys_of_games_whose_owner_is_unknown_are_a_finding(find: Find, tmp_path: Path) -> None:
    """Of several providers of the lobby, it says what to set; with names, whose the keys are."""
    pairs = {name: new_pair(tmp_path, name) for name in ("acorn", "bramble")}
    common = {"url": "http://127.0.0.1:1", "operator_id": 7, "currencies": ["GBP"]}
    common |= {"frame_origins": ["https://play.example"]}
    entries = [
        common | {"name": name, "private_key_file": str(private)} for name, (private, _) in pairs.items()
    ]
    lobby = tmp_path / "lobby.yaml"
    lobby.write_text(json.dumps({"providers": entries}))
    files = {name: [str(public)] for name, (_, public) in pairs.items()}
    unnamed = json.dumps([file for named in files.values() for file in named])
    _, found, _ = find(LOBBY_FILE=str(lobby), SEAMLESS_PUBLIC_KEY_FILES=unnamed)
    finding = found["keys of providers of games"]
    assert not finding["ok"]
    assert f"as in {json.dumps({'acorn': files['acorn']})}" in finding["says"]
    _, found, _ = find(LOBBY_FILE=str(lobby), SEAMLESS_PUBLIC_KEY_FILES=json.dumps(files))
    assert found["keys of providers of games"]["says"] == "each is of one of acorn, bramble"


def test_wrong_settings_are_findings_without_their_values(find: Find) -> None:
    """The rest is checked all the same."""
    status, found, output = find(
        DATABASE_POOL_SIZE="many", JWT_SECRET="short-secret", GATEWAY_RATE_LIMITS=f"[{SECRET}"
    )
    assert status == 1
    assert found["upstream"]
    assert not found["settings"]["ok"]
    assert "short-secret" not in output
    assert SECRET not in output


@pytest.mark.parametrize(
    ("proxies", "is_ok", "says"),
    [
        ([], True, "those of connections count"),
        (["10.0.0.0/8", "fd00::/8", "2001:db8::7"], True, "10.0.0.0/8, fd00::/8, 2001:db8::7/128 state them"),
        (["10.0.0.0/8", "0.0.0.0/0"], False, "trusts 0.0.0.0/0, which has clients too"),
        (["::/0", "128.0.0.0/1"], False, "trusts ::/0, 128.0.0.0/1, which has clients too"),
    ],
)
def test_addresses_that_clients_may_choose_are_told(
    find: Find, proxies: list[str], says: str, *, is_ok: bool
) -> None:
    """Whoever trusts all addresses trusts clients; proxies that are named are told how they must speak."""
    _, found, _ = find(GATEWAY_TRUSTED_PROXIES=json.dumps(proxies))
    finding = found["addresses of clients"]
    assert finding["ok"] is is_ok
    assert says in finding["says"]
    assert bool(finding["helps"]) is not is_ok


def test_subgraphs_over_http_are_asked(find: Find) -> None:
    """One that answers, one that refuses us, one that is no subgraph, and one without a URL."""
    answers = {
        "/club": (200, '{"data":{"__typename":"Query"}}'),
        "/rewards": (401, '{"errors":[{"message":"no","extensions":{"code":"UNAUTHENTICATED"}}]}'),
        "/progress": (200, "<html>"),
    }
    with server(answers) as url:
        urls = {name.removeprefix("/"): f"{url}{name}" for name in answers}
        _, found, _ = find(SERVE_SUBGRAPHS="http", GATEWAY_SUBGRAPH_URLS=json.dumps(urls))
    assert found["subgraph club"]["ok"]
    assert "refuses this gateway (UNAUTHENTICATED)" in found["subgraph rewards"]["says"]
    assert "not JSON" in found["subgraph progress"]["says"]
    assert not found["subgraph fulfilment"]["ok"]


def test_a_subgraph_that_answers_signed_requests_alone_says_which_keys_are_missing(find: Find) -> None:
    """Its refusal is no GraphQL response, and is not taken for a broken subgraph."""
    refusal = '{"title":"Only requests signed by the gateway are answered.","status":401,"reason":"unsigned"}'
    with server({"/club": (401, refusal)}) as url:
        urls = json.dumps({"club": f"{url}/club"})
        _, found, _ = find(SERVE_SUBGRAPHS="http", GATEWAY_SUBGRAPH_URLS=urls)
    assert "refuses this gateway (HTTP 401)" in found["subgraph club"]["says"]
    assert "SIGNATURES__KEYS_FILE" in str(found["subgraph club"])


def test_certificates_of_this_server_and_to_subgraphs_are_read(find: Find, tmp_path: Path) -> None:
    """Each file that a setting names, also below a subgraph's name; and whether key and certificate fit."""
    (tmp_path / "new.pem").write_bytes(certificate(days=90))
    (tmp_path / "other.key").write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    _, found, _ = find(
        GATEWAY_TLS_CERTIFICATE=str(tmp_path / "new.pem"),
        GATEWAY_TLS_KEY=str(tmp_path / "other.key"),
        GATEWAY_SUBGRAPH_TLS=json.dumps({"club": {"ca_file": str(tmp_path / "none.pem")}}),
    )
    assert found["FURLONG_GATEWAY_TLS_CERTIFICATE"]["ok"]
    assert "do not belong together" in found["TLS to clients"]["says"]
    assert "No such file" in found["FURLONG_GATEWAY_SUBGRAPH_TLS.club.CA_FILE"]["says"]


def test_a_real_database_that_is_not_migrated_is_told(find: Find, mariadb: PrivateMariadb) -> None:
    """And after the upgrade its clock is compared with this machine's."""
    url = f"{mariadb.url}_check"
    _, found, output = find(DATABASE_URL=url)
    assert found["database club"]["says"] == "there is no database"
    asyncio.run(upgrade_databases(DatabaseSettings(url=url)))
    _, found, output = find(DATABASE_URL=url)
    assert found["database club"]["ok"]
    assert "within 1 s" in found["clock"]["says"]
    assert "Traceback" not in output


def test_a_real_valkey_answers(find: Find, valkey: PrivateValkey) -> None:
    """A wrong password is reported as such."""
    _, found, _ = find(GATEWAY_RATE_LIMIT_VALKEY_URL=valkey.url)
    assert found["valkey (FURLONG_GATEWAY__RATE_LIMITS__VALKEY_URL)"]["ok"]


def test_live_updates_say_whether_processes_hear_of_one_another(find: Find, valkey: PrivateValkey) -> None:
    """Without the setting all is well, but slower; with it, its server must answer."""
    _, found, _ = find()
    assert "only by polling, every 10 s" in found["live updates"]["says"]
    _, found, _ = find(REDIS_URL=valkey.url)
    assert found["live updates"]["says"].endswith(" answers")
    _, found, said = find(REDIS_URL=f"redis://:{SECRET}@127.0.0.1:1/0")
    assert (found["live updates"]["ok"], SECRET in said) == (False, False)
    assert "FURLONG_REDIS_URL" in found["live updates"]["helps"]


async def test_a_check_that_breaks_or_hangs_hides_no_other() -> None:
    """Each has its deadline; what none foresaw is a finding as well."""

    async def well() -> str:
        return "well"

    async def wrong() -> str:
        raise CheckFailed("wrong", "do this")

    async def broken() -> str:
        raise KeyError(SECRET)

    async def hanging() -> str:
        await asyncio.Event().wait()
        return "never"

    checks = [Check(each.__name__, each) for each in (well, wrong, broken, hanging)]
    found = await run_checks(checks, 0.05)
    assert [(check.name, check.ok) for check in found] == [
        ("well", True),
        ("wrong", False),
        ("broken", False),
        ("hanging", False),
    ]
    assert SECRET not in str(found)


def certificate(days: int) -> bytes:
    """Make a certificate that ends after so many days."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")]),
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)
