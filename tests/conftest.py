"""What every test may ask for: databases, brokers, a browser; real ones need the marker of the same name.

A test file may import the fixtures' types from the modules in `tools/`, such as `tools.private_mariadb`.
"""

import gc
import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from types import FrameType
from typing import Final

import certifi
import pytest
from hypothesis import HealthCheck, settings

from furlong.demo.embedded_broker import EmbeddedBroker
from tests.federation_kit.composer import end_shared_composer
from tests.support.both_engines import BOTH_BY_DAY
from tests.support.compiled_statements import share_compiled_statements
from tests.support.correlated_subqueries import refuse_uncorrelated_tables
from tests.support.examples import FAST as FAST_EXAMPLES
from tests.support.examples import USUAL
from tests.support.gateway.shared_documents import share_documents
from tests.support.kept_databases import KeptDatabases
from tests.support.long_form import LONG_FORM
from tests.support.telemetry.plain_logs import log_plainly
from tools import server_process
from tools.local_chromium import LocalChromium, find_chromium
from tools.private_kafka import PrivateKafka, start_kafka
from tools.private_mariadb import PrivateMariadb, start_mariadb
from tools.private_rabbitmq import PrivateRabbitmq, start_rabbitmq
from tools.private_valkey import PrivateValkey, start_valkey
from tools.runner.night import Night
from tools.runner.processor_time import ProcessorTime
from tools.runner.recorded_costs import RECORD, UNKNOWN, recorded_costs
from tools.runner.service_markers import ServiceMarkers, find_firefox, installed_fixtures
from tools.runner.started_programs import StartedPrograms
from tools.runner.tiers import FAST, Tiers
from tools.runner.told_seeds import ToldSeeds

# How fast the machine is must not decide whether a property holds. Each run tries other examples, keeps what
# fails in .hypothesis, tries that first from then on, and prints it so that it can be tried elsewhere. CI
# tries the same examples every time: what nobody changed does not refuse a change.
UNHURRIED: Final = settings(
    settings.get_profile("ci" if os.environ.get("CI") else "default"),
    max_examples=USUAL,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.register_profile("unhurried", UNHURRIED)
settings.register_profile("long", UNHURRIED, max_examples=8000)  # --hypothesis-profile=long searches on
settings.register_profile("fast", UNHURRIED, max_examples=FAST_EXAMPLES)
settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make test` leave out what needs more than this process."""
    parser.addoption(FAST, action="store_true", help="run only tests that need nothing but this process")
    parser.addoption(RECORD, action="store_true", help="record what files cost, for later runs")


def pytest_configure(config: pytest.Config) -> None:
    """Leave out tests whose service is missing, or fail at once where all services are required."""
    fast = config.getoption(FAST)
    if fast and not config.getoption("--hypothesis-profile"):
        settings.load_profile("fast")
    config.pluginmanager.register(Tiers(fast=fast), "furlong-tiers")
    config.pluginmanager.register(Night(night=LONG_FORM, both_by_day=BOTH_BY_DAY), "furlong-night")
    config.pluginmanager.register(StartedPrograms(), "furlong-started-programs")
    config.pluginmanager.register(ToldSeeds(), "furlong-told-seeds")
    cost = ProcessorTime(record=bool(config.getoption(RECORD)))
    config.pluginmanager.register(cost, "furlong-processor-time")
    required = os.environ.get("FURLONG_REQUIRE_SERVICES", "") not in {"", "0"}
    config.pluginmanager.register(ServiceMarkers(required=required), "furlong-services")
    config.pluginmanager.register(installed_fixtures(), "furlong-installed-services")
    config.add_cleanup(end_shared_composer)
    log_plainly()
    _trust_one_authority(config)
    _handle_interrupts()


def _handle_interrupts() -> None:
    """Handle Ctrl-C by a function that means the same as Python's own, but is not Python's own.

    Where it finds Python's own, an event loop sets a handler of its main task for each run, and the module
    `signal` writes that handler's `repr`, with all that the task returned: fixtures return whole products.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _trust_one_authority(config: pytest.Config) -> None:
    """Let clients load one authority of the web instead of all, which takes 30 ms for each client.

    No test calls anything on the web. Programs that tests start inherit the variable; clients that ignore the
    environment ask for the file.
    """
    first, end, _ = Path(certifi.where()).read_text().partition("-----END CERTIFICATE-----\n")
    with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False) as file:
        file.write(first + end)
    patch = pytest.MonkeyPatch()
    patch.setenv("SSL_CERT_FILE", file.name)
    patch.setattr(certifi, "where", lambda: file.name)
    config.add_cleanup(Path(file.name).unlink)
    config.add_cleanup(patch.undo)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the garbage collector what lives as long as the tests: modules, and thousands of items."""
    gc.disable()
    try:
        return (yield)
    finally:
        share_compiled_statements()
        refuse_uncorrelated_tables()
        share_documents()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECT_AFTER)
        gc.enable()


COLLECT_AFTER: Final = (10_000, 10, 10)
"""The collector's thresholds: Python's own are (700, 10, 10).

Tests keep many objects alive, and each collection of all of them visits them in vain.
"""


ENGINES: Final = ("sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb))
"""The engines that are supported."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first: a worker that begins one last works on alone, while others are done."""
    costs = recorded_costs()
    items.sort(key=lambda item: -costs.get(item.nodeid.split("::")[0], UNKNOWN).seconds)


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command that runs in the tests' own process sets up logging to a stream which is closed after it."""
    root = logging.getLogger()
    handlers, level, hook = list(root.handlers), root.level, sys.excepthook
    yield
    log_plainly()
    logging.captureWarnings(False)
    sys.excepthook = hook
    root.setLevel(level)
    for handler in set(root.handlers) - set(handlers):
        if handler.__class__ is logging.StreamHandler:  # and not pytest's own
            root.removeHandler(handler)


@pytest.fixture(scope="session")
def processes() -> None:
    """The test, or a fixture of its, starts programs. A test that does so without asking for this fails."""


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateMariadb]:
    """A private MariaDB server for the session; `mariadb.fresh_url()` gives databases of one's own.

    It waits for no disk: what is written survives the end of its process, but not a crash of the machine.
    """
    folder = tmp_path_factory.mktemp("mariadb")
    server = start_mariadb(folder, options=("--innodb-flush-method=nosync", "--innodb-file-per-table=0"))
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateKafka]:
    """A private Kafka broker for the session; it makes no topic unasked: `kafka.create_topics([…])`.

    It has the topics of earlier tests. Who uses the product's own topics asks for `empty_kafka`.
    """
    folder = tmp_path_factory.mktemp("kafka")
    broker = start_kafka(folder)
    yield broker
    broker.stop()
    shutil.rmtree(folder)


@pytest.fixture
def empty_kafka(kafka: PrivateKafka) -> PrivateKafka:
    """The session's broker without the topics of other tests."""
    kafka.clear()
    return kafka


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateValkey]:
    """A private Valkey or Redis for the session."""
    server = start_valkey(tmp_path_factory.mktemp("valkey"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateRabbitmq]:
    """A private RabbitMQ for the session; a test declares exchanges and queues of its own."""
    server = start_rabbitmq(tmp_path_factory.mktemp("rabbitmq"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[LocalChromium]:
    """The machine's Chromium: its path, and the arguments to launch it with."""
    browser = find_chromium()
    if browser is None:
        pytest.fail("Chromium is not installed: run make services")
    from tests.support.browsers.kept_chromium import end_kept_chromium  # noqa: PLC0415 - Playwright is large

    yield browser
    end_kept_chromium()


@pytest.fixture(scope="session")
def firefox() -> str:
    """The path of the machine's Firefox."""
    path = find_firefox()
    if path is None:
        pytest.fail("Firefox is not installed: run make services")
    return path


@pytest.fixture(scope="session")
def kept_on_mariadb(mariadb: PrivateMariadb) -> KeptDatabases:
    """Databases for one test of the session after another."""
    return KeptDatabases(mariadb)


@pytest.fixture
def mariadb_url(kept_on_mariadb: KeptDatabases) -> Iterator[str]:
    """A value for `FURLONG_DATABASE_URL` with databases as `database_url` gives them, on MariaDB."""
    with kept_on_mariadb.lent() as url:
        yield url


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A value for `FURLONG_DATABASE_URL` for `migrate` of `database_probe`, once for each engine.

    On MariaDB, databases of earlier tests are there, as new ones: `migrate` has nothing to do then. A test of
    what makes or migrates databases asks for `new_database_url`.
    """
    if request.param == "sqlite":
        return _folder_url(tmp_path)
    return str(request.getfixturevalue("mariadb_url"))


@pytest.fixture(params=ENGINES)
def new_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A value for `FURLONG_DATABASE_URL` with no database yet, once for each engine that is supported."""
    if request.param == "sqlite":
        yield _folder_url(tmp_path)
    else:
        server: PrivateMariadb = request.getfixturevalue("mariadb")
        url = server.fresh_url()
        yield url
        server.drop(url)


def _folder_url(tmp_path: Path) -> str:
    folder = tmp_path / "databases"
    folder.mkdir()
    return f"sqlite+aiosqlite:///{folder}"


@pytest.fixture
def embedded_broker() -> Iterator[EmbeddedBroker]:
    """An in-process Kafka broker of the test's own, empty."""
    with EmbeddedBroker() as broker:
        yield broker


@pytest.fixture
def free_port() -> Callable[[], int]:
    """A function that gives a loopback port nobody listens on."""
    return server_process.free_port
