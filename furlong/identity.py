"""Which installation databases, topics and backups belong to: a mixture is refused.

All databases of an installation record one id, and the Kafka cluster whose topics they have applied. One
cluster has the topics of one installation, so its id is the identity of the topics. Each cell's databases
have an id of their own.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from cells.claim import opened
from consumers.stream.broker.kafka_client import cluster_id
from consumers.stream.database.own_cluster import require_own_cluster
from consumers.stream.errors import MixedInstallations
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.database import has_file
from foundation.storage.installation import (
    Installation,
    insert_installation,
    read_installation,
    write_installation,
)
from foundation.storage.settings import DatabaseSettings


async def identify(settings: DatabaseSettings, names: Iterable[str]) -> None:
    """Record in databases which installation they belong to: that of the others, or else a new one.

    Two processes may do it at once: the database that comes first decides.

    Raises:
        MixedInstallations: They belong to several.
        sqlalchemy.exc.SQLAlchemyError: A database cannot be reached.
    """
    by_name = {name: await _read(settings, name) for name in names}
    _require_one(by_name)
    known = next((installation for installation in by_name.values() if installation is not None), None)
    for name, installation in by_name.items():
        if installation is None:
            known = await _record(settings, name, known or Installation(str(uuid.uuid4())))
    _require_one({name: await _read(settings, name) for name in by_name})


async def installations(settings: DatabaseSettings, names: Iterable[str]) -> dict[str, Installation | None]:
    """Return the installations of databases, without those that cannot be read."""
    by_name = {}
    for name in names:
        if not has_file(settings, name):
            continue
        try:
            by_name[name] = await _read(settings, name)
        except (SQLAlchemyError, OSError):
            continue
    return by_name


async def require_one_installation(
    settings: DatabaseSettings, names: Collection[str], stream: StreamSettings | None
) -> None:
    """Check that databases, and the topics that they apply, belong to one installation.

    A database that cannot be read is skipped. If a database knows no Kafka cluster yet, it now belongs to
    this one. Who names the generation of the topics has decided about them: then clusters are not compared.

    Raises:
        MixedInstallations: They do not.
        aiokafka.errors.KafkaError: The brokers cannot be reached.
    """
    by_name = await installations(settings, names)
    _require_one(by_name)
    if stream is None or stream.generation is not None or not any(by_name.values()):
        return
    cluster = await cluster_id(stream)
    for name, installation in by_name.items():
        if installation is None:
            continue
        with suppress(SQLAlchemyError, OSError):  # it has gone away since it was read
            async with opened(settings, name) as database:
                await require_own_cluster(database, cluster, f"the database of {name}")


async def adopt(settings: DatabaseSettings, names: Iterable[str], stream: StreamSettings) -> Installation:
    """Make databases one new installation on a Kafka cluster, whatever they belonged to before.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: A database cannot be reached.
        aiokafka.errors.KafkaError: The brokers cannot be reached.
    """
    adopted = Installation(str(uuid.uuid4()), await cluster_id(stream))
    for name in names:
        await _write(settings, name, adopted)
    return adopted


def _require_one(by_name: Mapping[str, Installation | None]) -> None:
    """Check that all databases that say so name one installation."""
    by_id: dict[str, list[str]] = {}
    for name, installation in by_name.items():
        if installation is not None:
            by_id.setdefault(installation.installation_id, []).append(name)
    if len(by_id) > 1:
        which = "; ".join(
            f"{', '.join(databases)}: installation {id_[:8]}" for id_, databases in by_id.items()
        )
        raise MixedInstallations(
            f"the databases belong to different installations ({which}): restore the database that is "
            "foreign from this installation's own backup. If they are meant to be one, run `furlong db adopt`"
        )


async def _read(settings: DatabaseSettings, name: str) -> Installation | None:
    async with opened(settings, name) as database, database.read() as connection:
        return await read_installation(connection)


async def _record(settings: DatabaseSettings, name: str, installation: Installation) -> Installation:
    """Record an installation in a database that names none; return what it says then."""
    try:
        async with opened(settings, name) as database, database.write() as connection:
            recorded = await read_installation(connection)
            if recorded is None:
                await insert_installation(connection, installation, SystemClock().now())
            return recorded or installation
    except IntegrityError:  # another process was faster
        return await _read(settings, name) or installation


async def _write(settings: DatabaseSettings, name: str, installation: Installation) -> None:
    async with opened(settings, name) as database, database.write() as connection:
        await write_installation(connection, installation, SystemClock().now())
