"""Debezium's JDBC sink on Kafka Connect, in a process of its own: upserts of precomputed rows."""

import json
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pymysql

from bench.consumer.messages import ROW_SCHEMA, ROWS
from bench.consumer.throughput import WARM_SHARE
from bench.harness.cores import cpu_seconds, on_core, raise_priority
from bench.harness.servers import ROOT, ServiceFailedError, free_port
from bench.harness.standstill import wait_for
from bench.harness.tools import ToolMissingError
from tools.server_process import ServerProcess, start_process

POM = Path(__file__).parent / "jdbc_sink" / "pom.xml"
LIBS = ROOT / ".services" / "jdbc-sink"
JVM = ("-Xms512m", "-Xmx1g", "-XX:+UseSerialGC", "-Dorg.apache.logging.log4j.level=WARN")


@dataclass(frozen=True, slots=True)
class ConnectorConfig:
    """Where the connector reads and writes, and on which core it runs."""

    folder: Path
    bootstrap: str
    host: str
    port: int
    user: str
    password: str
    database: str
    core: int


def install() -> None:
    """Copy the jars from Maven Central, unless they are there.

    Raises:
        ToolMissingError: Maven is missing or failed.
    """
    if (LIBS / "pom.xml").exists() and (LIBS / "pom.xml").read_bytes() == POM.read_bytes():
        return
    if shutil.which("mvn") is None:
        raise ToolMissingError("the JDBC sink needs Maven: apt-get install maven, or leave it out by --only")
    wait_for("Maven to copy the JDBC sink", seconds=600)
    shutil.rmtree(LIBS, ignore_errors=True)
    command = ["mvn", "-B", "-q", "-f", str(POM), "dependency:copy-dependencies", "-DincludeScope=runtime"]
    if subprocess.run([*command, f"-DoutputDirectory={LIBS}"], check=False).returncode:  # noqa: S603 - as above
        raise ToolMissingError("Maven could not copy the JDBC sink")
    shutil.copy(POM, LIBS / "pom.xml")


def measure(config: ConnectorConfig, batch: int, messages: int, rows: int) -> dict[str, float]:
    """Measure the rate of messages from the first fifth on, until all rows have arrived.

    Args:
        config: Where the connector reads and writes.
        batch: Records per batch.
        messages: Messages on the topic.
        rows: Rows that result from them.
    """
    process = _start(config, batch)
    raise_priority(process.pid)
    connection = pymysql.connect(
        host=config.host, port=config.port, user=config.user, password=config.password, autocommit=True
    )
    try:
        return _wait_for_rows(process, connection, config.database, messages, rows)
    finally:
        connection.close()
        process.stop()


def _wait_for_rows(
    process: ServerProcess, connection: pymysql.Connection, database: str, messages: int, rows: int
) -> dict[str, float]:
    warm, last = None, -1
    while (count := _count(connection, database)) < rows:
        if count > last:
            wait_for(f"the JDBC sink to store rows: {count} of {rows} so far", process.log)
            last = count
        if warm is None and count >= rows * WARM_SHARE:
            warm = (count, time.perf_counter(), cpu_seconds(process.pid))
        if not process.is_running():
            raise ServiceFailedError(f"the connector came to {count} of {rows} rows:\n{process.log_tail()}")
        time.sleep(0.1)
    if warm is None:
        raise ServiceFailedError("too few messages: all were there at once")
    before, began, used = warm
    done = (rows - before) / rows * messages
    seconds = time.perf_counter() - began
    return {"messages": done, "seconds": seconds, "cpu_seconds": cpu_seconds(process.pid) - used}


def _count(connection: pymysql.Connection, database: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM `{database}`.contribution")  # noqa: S608 - a name of ours
        return int(cursor.fetchone()[0])


def _start(config: ConnectorConfig, batch: int) -> ServerProcess:
    config.folder.mkdir(parents=True, exist_ok=True)
    worker, connector = config.folder / "worker.properties", config.folder / "connector.properties"
    worker.write_text(_lines(_worker(config)))
    connector.write_text(_lines(_connector(config, batch)))
    command = ["java", *JVM, "-cp", f"{LIBS}/*", "org.apache.kafka.connect.cli.ConnectStandalone"]
    command = on_core(config.core, [*command, str(worker), str(connector)])
    return start_process(command, config.folder, config.folder / "connect.log", tied=True)


def _worker(config: ConnectorConfig) -> dict[str, object]:
    return {
        "bootstrap.servers": config.bootstrap,
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable": "true",
        "value.converter.schema.content": json.dumps(ROW_SCHEMA),
        "offset.storage.file.filename": config.folder / "offsets",
        "listeners": f"http://127.0.0.1:{free_port()}",
        "connector.client.config.override.policy": "All",
        "plugin.discovery": "hybrid_warn",
    }


def _connector(config: ConnectorConfig, batch: int) -> dict[str, object]:
    url = f"jdbc:mariadb://{config.host}:{config.port}/{config.database}"
    return {
        "name": config.folder.name,  # its group, too: no other round may continue from it
        "connector.class": "io.debezium.connector.jdbc.JdbcSinkConnector",
        "tasks.max": 2,
        "topics": ROWS,
        "connection.url": f"{url}?rewriteBatchedStatements=true&useBulkStmts=true",
        "connection.username": config.user,
        "connection.password": config.password,
        "insert.mode": "upsert",
        "primary.key.mode": "record_value",
        "primary.key.fields": "brand_id,bet_id",
        "schema.evolution": "none",
        "collection.name.format": "contribution",
        "batch.size": batch,
        "use.reduction.buffer": "true",
        "consumer.override.max.poll.records": batch,
        "consumer.override.auto.offset.reset": "earliest",
        "consumer.override.fetch.min.bytes": 100_000,
    }


def _lines(settings: dict[str, object]) -> str:
    return "".join(f"{name}={value}\n" for name, value in settings.items())
