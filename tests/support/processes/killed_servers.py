"""Servers that are killed as by a power cut, and started again at the same address."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

from tools.private_kafka import PrivateKafka
from tools.private_mariadb import PrivateMariadb
from tools.private_rabbitmq import PrivateRabbitmq, start_rabbitmq
from tools.private_valkey import PrivateValkey, start_valkey
from tools.server_process import ServerProcess, start_process, wait_until_ready


def kafka_after_kill(kafka: PrivateKafka) -> PrivateKafka:
    """Kill Kafka, and start it again on its data."""
    again = replace(kafka, process=_started_again(kafka.process))
    wait_until_ready(again.process, again.answers)
    return again


def mariadb_after_kill(mariadb: PrivateMariadb) -> PrivateMariadb:
    """Kill MariaDB, and start it again on its data."""
    again = replace(mariadb, process=_started_again(mariadb.process))
    wait_until_ready(again.process, again.answers)
    return again


def _started_again(former: ServerProcess) -> ServerProcess:
    """Kill a server, and start it by the same command."""
    command = Path(f"/proc/{former.pid}/cmdline").read_bytes().decode().strip("\0").split("\0")
    _kill(former)
    return start_process(command, former.log.parent, former.log, tied=True)


def valkey_after_kill(valkey: PrivateValkey) -> PrivateValkey:
    """Kill Valkey with all that it keeps, and start it again."""
    _kill(valkey.process)
    return start_valkey(valkey.process.log.parent, valkey.port)


def rabbitmq_after_kill(rabbitmq: PrivateRabbitmq) -> PrivateRabbitmq:
    """Kill RabbitMQ, and start it again on its data."""
    _kill(rabbitmq.process)
    rabbitmq.mapper.stop()
    return start_rabbitmq(rabbitmq.folder, rabbitmq.port)


def _kill(process: ServerProcess) -> None:
    os.kill(process.pid, signal.SIGKILL)
    while process.is_running():
        time.sleep(0.01)
