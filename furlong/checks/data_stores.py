"""Checks of the databases, and of Kafka: brokers, topics, and how long topics keep their messages."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import collect_hosts
from aiokafka.errors import KafkaConnectionError, KafkaError, NodeNotReadyError
from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from consumers.stream.settings import StreamSettings
from foundation.storage.database import create_engine, database_url
from foundation.storage.migrations.upgrade import status
from foundation.storage.servers import ADVICE, ServerRefused, address_of, by_server, server_at
from foundation.storage.settings import DatabaseSettings
from furlong.checks.finding import Check, CheckFailed
from furlong.checks.machine_clock import MachineClocks, Reading
from furlong.databases import METADATA
from furlong.install.topics import (
    IN_SYNC,
    SAFE_COPIES,
    TOPICS,
    TooShort,
    copies_of,
    needed,
    read_configs,
    require_retention,
)
from furlong.settings import TopicSettings
from subgraphs.kit.topics import Retention, TopicPlan

STATES = {
    "absent": ("there is no database", "run `furlong db upgrade`"),
    "empty": ("it has no tables", "run `furlong db upgrade`"),
    "behind": ("it is older than this version", "run `furlong db upgrade`"),
    "incomplete": ("an upgrade was interrupted, or tables were dropped", "run `furlong db upgrade` again"),
    "unrestored": ("a restore was interrupted", "run `furlong restore` again"),
}

Explain = Callable[[DBAPIError, str], str]
"""Puts a database error into words, with the setting that says where the database is."""


def database_checks(settings: DatabaseSettings, clocks: MachineClocks, explain: Explain) -> list[Check]:
    """Return a check of each server, and one for each subgraph's database.

    Args:
        settings: Where the databases are.
        clocks: Records the time of the database servers.
        explain: Puts a database error into words.
    """
    return [
        *_server_checks(settings, explain),
        *(Check(f"database {name}", partial(_check, settings, name, clocks, explain)) for name in METADATA),
    ]


def _server_checks(settings: DatabaseSettings, explain: Explain) -> list[Check]:
    try:
        servers = by_server(settings, METADATA)
    except ValueError:
        return []  # the check of the database says it
    title = "database server {}" if len(servers) > 1 else "database server"
    return [
        Check(title.format(address_of(url)), partial(_server, settings, url, names, explain))
        for url, names in servers.items()
    ]


async def _server(settings: DatabaseSettings, url: URL, names: tuple[str, ...], explain: Explain) -> str:
    try:
        server = await server_at(url)
    except ServerRefused as refused:
        raise CheckFailed(refused.server.says, ADVICE) from refused
    except (SQLAlchemyError, OSError, ValueError) as error:
        raise _unusable(error, explain, settings.variable_of(names[0])) from error
    if server is None:
        return "files of SQLite: for the demo, and for trying things"
    return f"{server.says}, with {', '.join(names)}" if settings.urls else server.says


def _unusable(error: Exception, explain: Explain, variable: str) -> CheckFailed:
    if isinstance(error, DBAPIError):
        return CheckFailed(explain(error, variable), f"correct {variable}, or repair the database")
    return CheckFailed(
        f"it can't be used. Details: {type(error).__name__}", f"correct {variable}: see `furlong settings`"
    )


async def _check(settings: DatabaseSettings, name: str, clocks: MachineClocks, explain: Explain) -> str:
    try:
        state = await status(settings, name, METADATA[name])
        if state.serves:
            server = f"the database at {address_of(database_url(settings, name))}"
            again = partial(_time_again, settings, name, clocks)
            clocks.note(server, await _time(settings, name, clocks), again, is_database=True)
    except (SQLAlchemyError, OSError, ValueError) as error:
        raise _unusable(error, explain, settings.variable_of(name)) from error
    if not state.serves:
        raise CheckFailed(*STATES[state.state])
    if state.closed:
        raise CheckFailed("it is closed while it is recovered", f"run `furlong db open {name}` afterwards")
    return f"reachable, at revision {state.revision}"


async def _time(settings: DatabaseSettings, name: str, clocks: MachineClocks) -> Reading | None:
    """Ask a database server for its time; None for an SQLite file, which has this machine's clock."""
    if database_url(settings, name).get_backend_name() == "sqlite":
        return None
    engine = create_engine(settings, name)
    try:
        async with engine.connect() as connection:
            asked_at = clocks.now()
            said = (await connection.execute(text("SELECT UTC_TIMESTAMP(3)"))).scalar_one()
            answered_at = clocks.now()
    finally:
        await engine.dispose()
    return Reading(asked_at, said.replace(tzinfo=UTC), answered_at) if isinstance(said, datetime) else None


async def _time_again(settings: DatabaseSettings, name: str, clocks: MachineClocks) -> Reading | None:
    try:
        return await _time(settings, name, clocks)
    except (SQLAlchemyError, OSError):
        return None


GRACE = timedelta(days=1)
"""The usual grace period of weeks; consumers check with the longest one of their schemes."""

SHOWN = 5
ACCEPT_SECONDS = 1.0
AWAY = (KafkaConnectionError, NodeNotReadyError)
"""A broker that others name takes no connection, which is not a refusal to say something."""

CREATE = "run `furlong topics create`"
CREATE_FEEDS = (
    "name the platform's feeds in FURLONG_FEEDS_ADAPTERS, which may be empty, or run "
    "`furlong topics create --feeds` if the platform does not create their topics"
)


def kafka_checks(stream: StreamSettings, topics: TopicSettings, plans: Iterable[TopicPlan]) -> list[Check]:
    """Return the checks."""
    wanted = tuple(plans)
    return [
        Check("kafka", partial(_brokers, stream)),
        Check("kafka topics", partial(_topics, stream, wanted)),
        Check("kafka retention", partial(_retention, stream, topics, wanted)),
        Check("kafka copies", partial(_copies, stream, wanted)),
    ]


async def _brokers(stream: StreamSettings) -> str:
    return f"brokers answer, with {len(await _names(stream))} topics{await _silent(stream)}"


async def _topics(stream: StreamSettings, plans: tuple[TopicPlan, ...]) -> str:
    missing = sorted({plan.name for plan in plans} - await _names(stream))
    if missing:
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        raise CheckFailed(
            f"topics are missing: {', '.join(missing[:SHOWN])}{more}",
            CREATE if {plan.name for plan in TOPICS} & set(missing) else CREATE_FEEDS,
        )
    return f"all {len(plans)} topics exist"


async def _retention(stream: StreamSettings, topics: TopicSettings, plans: tuple[TopicPlan, ...]) -> str:
    await _names(stream)
    names = [plan.name for plan in plans if plan.retention is not Retention.LATEST]
    need = needed(topics, GRACE)
    try:
        configs = await read_configs(stream.bootstrap, names)
        require_retention(configs, need)
    except TooShort as error:
        raise CheckFailed(str(error), "run `furlong topics create --repair`") from error
    except AWAY as error:
        raise await _unreachable(stream, error) from error
    except (KafkaError, OSError, NotImplementedError) as error:
        return f"the broker does not say how long topics keep messages. Details: {type(error).__name__}"
    return f"topics keep messages for at least {need.days} days"


async def _copies(stream: StreamSettings, plans: tuple[TopicPlan, ...]) -> str:
    """Check that an accepted message outlives one broker, wherever topics have several copies."""
    present = await _names(stream) & {plan.name for plan in plans}
    if not present:
        return "no topics exist yet"
    try:
        copies = await copies_of(stream.bootstrap, sorted(present))
        configs = await read_configs(stream.bootstrap, sorted(present))
    except AWAY as error:
        raise await _unreachable(stream, error) from error
    except (KafkaError, OSError, NotImplementedError) as error:
        return f"the broker does not say how many copies must have a message. Details: {type(error).__name__}"
    several = (name for name, number in copies.items() if number.wanted > 1)
    risky = sorted(name for name in several if configs[name].in_sync < SAFE_COPIES)
    if risky:
        more = f" and {len(risky) - SHOWN} more" if len(risky) > SHOWN else ""
        raise CheckFailed(
            f"a message that only one broker has counts as stored ({IN_SYNC}=1): "
            f"{', '.join(risky[:SHOWN])}{more}",
            f"set {IN_SYNC}=2 for these topics, or as the default of the brokers, with three copies of each",
        )
    stuck = sorted(name for name, number in copies.items() if number.in_sync < configs[name].in_sync)
    if stuck:
        raise CheckFailed(
            f"nothing can be written to {', '.join(stuck[:SHOWN])}: "
            f"fewer copies are in sync than {IN_SYNC} asks for",
            "start the brokers that are away, or add copies (`kafka-reassign-partitions`)",
        )
    least = min(number.wanted for number in copies.values())
    if least == 1:
        return "topics have one copy: what a broker loses is lost"
    return f"topics have {least} copies or more, of which two must have a message"


async def _names(stream: StreamSettings) -> set[str]:
    # The client logs every failed attempt with a traceback, and the finding says it in words.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    admin = AIOKafkaAdminClient(bootstrap_servers=stream.bootstrap)
    try:
        await admin.start()
        return set(await admin.list_topics())
    except (KafkaError, OSError) as error:
        raise await _unreachable(stream, error) from error
    finally:
        await admin.close()


async def _unreachable(stream: StreamSettings, error: Exception) -> CheckFailed:
    kind = type(error).__name__
    if silent := await _silent(stream):
        return CheckFailed(
            f"Kafka can't be used{silent}. Details: {kind}",
            "start the brokers that are away: without most of its controllers a cluster accepts nothing",
        )
    return CheckFailed(
        f"Kafka isn't answering at {stream.bootstrap}. Details: {kind}",
        "is Kafka running? Otherwise correct FURLONG_KAFKA_BOOTSTRAP",
    )


async def _silent(stream: StreamSettings) -> str:
    """Name the brokers of the settings that take no connection; say nothing if all do, or none does.

    What others say of them may be old: a broker learns from a majority of controllers which ones are down.
    """
    hosts = [(host, port) for host, port, _ in collect_hosts(stream.bootstrap, randomize=False)]
    accept = await asyncio.gather(*(_accepts(host, port) for host, port in hosts))
    silent = [f"{host}:{port}" for (host, port), ok in zip(hosts, accept, strict=True) if not ok]
    return f"; no answer at {', '.join(silent)}" if 0 < len(silent) < len(hosts) else ""


async def _accepts(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(ACCEPT_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except OSError:  # a timeout is one
        return False
    writer.close()
    return True
