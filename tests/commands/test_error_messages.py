"""Errors name the setting and its value, never a secret, and say what helps."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner, Result

from furlong.cli import app
from furlong.cli.diagnosis import explain, report_misspelt_once, without_credentials
from gateway.cli import cli as gateway

NOBODY_LISTENS = "mysql+aiomysql://operator:s3cret@127.0.0.1:9/furlong"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run in an empty folder, as a process of its own would."""
    monkeypatch.chdir(tmp_path)
    report_misspelt_once.cache_clear()
    yield
    report_misspelt_once.cache_clear()


def furlong(*arguments: str) -> Result:
    """Run `furlong ARGUMENTS`."""
    return CliRunner().invoke(app, arguments)


@pytest.mark.parametrize(
    "command",
    [
        ("week", "status"),
        ("liability",),
        ("reconcile", "progress"),
        ("review", "late"),
        ("reward", "list", "northbet"),
        ("fulfilment", "reviews"),
        ("deadletters", "list"),
        ("customer", "export", "northbet", "c-1"),
        ("db", "upgrade"),
    ],
    ids=" ".join,
)
def test_an_unreachable_database_is_named_and_not_upgraded(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message has the database's URL without credentials, and does not advise an upgrade."""
    monkeypatch.setenv("FURLONG_DATABASE_URL", NOBODY_LISTENS)
    ended = furlong(*command)
    assert ended.exit_code == 1
    at = "FURLONG_DATABASE_URL=mysql+aiomysql://***@127.0.0.1:9/furlong"
    assert f"furlong: the database isn't answering at {at}: check that it is running" in ended.output
    assert "s3cret" not in ended.output
    assert "db upgrade" not in ended.output


@pytest.mark.parametrize(
    "command",
    [
        ("liability",),
        ("week", "status"),
        ("analytics", "ask", "SELECT 1"),
        ("deadletters", "list"),
        ("consume", "club"),
        ("worker", "weeks"),
        ("content", "list"),
        ("backoffice", "user", "list"),
        ("customer", "export", "northbet", "c-1"),
        ("db", "adopt"),
        ("audit", "verify"),
        ("check", "--seconds", "0.1"),
    ],
    ids=" ".join,
)
def test_without_data_a_command_says_where_it_looked(command: tuple[str, ...], tmp_path: Path) -> None:
    """It says how to start a demo and an installation; it asks for nothing, and leaves no empty database."""
    ended = furlong(*command)
    assert ended.exit_code == 1
    assert ended.stderr.splitlines()[-3:] == [
        f"furlong: no data found: no demo runs in {tmp_path}, and FURLONG_DATABASE_URL isn't set",
        "  To try it, run `furlong demo` here (in a clone: `make demo`), or run this where a demo runs.",
        "  For an installation, set FURLONG_DATABASE_URL; `furlong db upgrade` creates the databases.",
    ]
    assert list(tmp_path.iterdir()) == []


def test_a_place_without_data_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A URL that was set is named, because it may be wrong, and never its password."""
    monkeypatch.setenv("FURLONG_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/mistyped")
    place = f"FURLONG_DATABASE_URL=sqlite+aiosqlite:///{tmp_path}/mistyped"
    assert f"furlong: no data found at {place}: correct it, or run" in furlong("week", "status").stderr
    absent = OperationalError("", {}, Exception(1049, "Unknown database 'furlong_club'"))
    said = explain(absent, lambda: NOBODY_LISTENS, str)
    assert said.startswith("no data found at FURLONG_DATABASE_URL=mysql+aiomysql://***@127.0.0.1:9/furlong: ")


def test_tables_that_are_missing_need_an_upgrade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the database is there without its tables, the message advises `furlong db upgrade`."""
    monkeypatch.setenv("FURLONG_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}")
    (tmp_path / "progress.sqlite").touch()
    assert "lacks tables of this version: run `furlong db upgrade`" in furlong("week", "status").output


def test_an_unreachable_kafka_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has the address of the brokers, and the setting that holds it."""
    monkeypatch.setenv("FURLONG_KAFKA_BOOTSTRAP", "127.0.0.1:9")
    ended = furlong("topics", "create")
    assert ended.exit_code == 1
    sentence, details = ended.stderr.splitlines()[-2:]
    assert sentence.startswith("furlong: Kafka isn't answering at FURLONG_KAFKA_BOOTSTRAP=127.0.0.1:9: check")
    assert details.startswith("  details: KafkaConnectionError")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("FURLONG_KAFKA_BATCH_RECORDS", "x", "FURLONG_KAFKA_BATCH_RECORDS=x: "),
        ("FURLONG_KAFKA_BOOTSTRAP", "kafka:99999", "FURLONG_KAFKA_BOOTSTRAP=kafka:99999: "),
        ("FURLONG_DATABASE_URL", "postgres://me:s3cret@host/x", "postgres://***@host/x"),
        ("FURLONG_DATABASE_URL", "mysql://me:s3cret@host/x", "mysql://***@host/x: use mysql+aiomysql://"),
        ("FURLONG_DATABASE_URL", "me:s3cret@host/x", "FURLONG_DATABASE_URL is not a URL"),
    ],
)
def test_a_wrong_value_is_named_with_its_setting(
    variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message has the value, without credentials."""
    monkeypatch.setenv(variable, value)
    ended = furlong("consume", "club")
    assert ended.exit_code == 1
    assert said in ended.output
    assert "s3cret" not in ended.output


def test_a_secret_value_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting whose type is secret is named without its value."""
    monkeypatch.setenv("FURLONG_JWT_LEEWAY_SECONDS", "soon")
    monkeypatch.setenv("FURLONG_JWT_SECRET", "s3cret")
    ended = furlong("token", "--customer", "c-1")
    assert "FURLONG_JWT_LEEWAY_SECONDS=soon: " in ended.output
    assert "s3cret" not in ended.output


def test_a_value_that_is_not_json_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the variable instead of a field, and not the value, which may be a secret."""
    monkeypatch.setenv("FURLONG_EMBED_SIGNING_KEYS", "s3cret")
    monkeypatch.setenv("FURLONG_JWT_ISSUER", "https://login.example")
    monkeypatch.setenv("FURLONG_JWT_REVOCATIONS", '{"url":"redis://127.0.0.1:9/0"}')
    ended = furlong("customer", "sign-out", "northbet", "c-1")
    assert "FURLONG_EMBED_SIGNING_KEYS: its value is not JSON" in ended.output
    assert "s3cret" not in ended.output


def test_a_misspelt_variable_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A variable that is not a setting is reported with the nearest one; those of tests are not reported."""
    monkeypatch.setenv("FURLONG_DATABSE_URL", "x")
    monkeypatch.setenv("FURLONG_TORTURE", "1")
    told = furlong("week", "status").stderr + caplog.text  # pytest has a log
    assert told.count("FURLONG_DATABSE_URL is no setting") == 1
    assert "is FURLONG_DATABASE_URL meant?" in told
    assert "FURLONG_TORTURE" not in told


def test_the_help_does_not_read_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The help stays silent and quick whatever is set."""
    monkeypatch.setenv("FURLONG_DATABSE_URL", "x")
    assert "FURLONG_DATABSE_URL" not in furlong("week", "status", "-h").output


def test_the_gateway_tells_of_its_own_misspelt_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """By itself the gateway knows its own settings, and leaves other variables alone."""
    monkeypatch.setenv("FURLONG_GATEWAY_INTROSPECTON", "true")
    monkeypatch.setenv("FURLONG_DATABSE_URL", "x")
    ended = CliRunner().invoke(gateway, ["serve", "--supergraph", "nothing.graphql"])
    assert "is FURLONG_GATEWAY_INTROSPECTION meant?" in ended.stderr
    assert "FURLONG_DATABSE_URL" not in ended.stderr


def test_advice_keeps_its_placeholders() -> None:
    """Credentials are replaced, and the words USER:PASSWORD of an advice are not."""
    assert without_credentials("a://b:c@d and e://USER:PASSWORD@f") == "a://***@d and e://USER:PASSWORD@f"


def test_an_unreachable_valkey_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has its address without credentials, and the setting that holds it."""
    monkeypatch.setenv("FURLONG_JWT_REVOCATIONS", '{"url":"redis://me:s3cret@127.0.0.1:9/0"}')
    monkeypatch.setenv("FURLONG_JWT_ISSUER", "https://login.example")
    ended = furlong("customer", "sign-out", "northbet", "c-1")
    assert ended.exit_code == 1
    assert "redis://***@127.0.0.1:9/0, as FURLONG_JWT_REVOCATIONS says?" in ended.output
    assert "s3cret" not in ended.output


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("FURLONG_GATEWAY__COST__LIMIT", "many", "FURLONG_GATEWAY__COST__LIMIT=many: "),
        ("FURLONG_GATEWAY_INTROSPECTION", "perhaps", "FURLONG_GATEWAY_INTROSPECTION=perhaps: "),
        ("FURLONG_GATEWAY_RATE_LIMITS", '[{"by": "s3cret"}]', "FURLONG_GATEWAY_RATE_LIMITS"),
        ("FURLONG_GATEWAY_RATE_LIMITS", "s3cret", "FURLONG_GATEWAY_RATE_LIMITS: its value is not JSON"),
    ],
)
def test_a_wrong_setting_of_the_gateway_has_its_value(
    variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers, switches and words are shown; whatever could hold a secret is named without its value."""
    monkeypatch.setenv(variable, value)
    ended = CliRunner().invoke(gateway, ["serve", "--supergraph", "nothing.graphql"])
    assert said in ended.stderr
    assert "s3cret" not in ended.stderr
