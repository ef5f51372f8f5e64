"""Start a private MariaDB server with its own folder, port and password, for tests and for one machine."""

import contextlib
import getpass
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pymysql

from tools.server_process import (
    ServerProcess,
    ServiceFailedError,
    ServiceMissingError,
    free_port,
    start_process,
    wait_until_ready,
)

OLDEST = (10, 11)
_SYSTEM_FOLDERS = "/usr/sbin:/usr/local/sbin"
_PORT_ATTEMPTS = 3
_INSTALL_ATTEMPTS = 2
_TOLD_LINES = 25

# Small buffers, because several servers share a machine with the tests. The log is flushed once a second:
# commits survive the end of the process, which tests may kill, but not a crash of the machine. A lock wait
# that times out rolls back its whole transaction, not only the statement.
_OPTIONS = (
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--local-infile=0",
    "--character-set-server=utf8mb4",
    "--innodb-buffer-pool-size=64M",
    "--innodb-log-file-size=32M",
    "--innodb-flush-log-at-trx-commit=2",
    "--innodb-rollback-on-timeout=1",
    "--max-connections=200",
    "--performance-schema=0",
    "--skip-log-bin",
)

# The name in the URL is a prefix, so the user owns all databases that begin with it, and nothing else.
_ACCOUNT = """\
CREATE OR REPLACE USER 'furlong'@'127.0.0.1' IDENTIFIED BY '{password}';
GRANT ALL PRIVILEGES ON `furlong`.* TO 'furlong'@'127.0.0.1';
GRANT ALL PRIVILEGES ON `furlong\\_%`.* TO 'furlong'@'127.0.0.1';
CREATE DATABASE IF NOT EXISTS `furlong`;
"""


@dataclass(frozen=True, slots=True)
class PrivateMariadb:
    """A running server that only user `furlong`, from this machine, may use.

    Attributes:
        process: The server's process.
        port: Its port on 127.0.0.1.
        password: The password of user `furlong`, who may create and drop databases `furlong_…`.
    """

    process: ServerProcess
    port: int
    password: str

    @property
    def url(self) -> str:
        """The SQLAlchemy URL for `FURLONG_DATABASE_URL`; its database name is a prefix."""
        return self._url("furlong")

    def fresh_url(self) -> str:
        """Return a URL with an unused prefix, so that its databases are new."""
        return self._url(f"furlong_t{secrets.token_hex(5)}")

    def drop(self, url: str) -> None:
        """Drop every database whose name begins with the prefix of a URL from `fresh_url`.

        Raises:
            OperationalError: A connection still has a transaction open there.
        """
        prefix = url.rpartition("/")[2]
        with contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("SET SESSION lock_wait_timeout = 30")
            cursor.execute("SHOW DATABASES")
            for (name,) in cursor.fetchall():
                if name == prefix or name.startswith(f"{prefix}_"):
                    cursor.execute(f"DROP DATABASE `{name}`")

    def answers(self) -> bool:
        """Return whether user `furlong` can log in."""
        try:
            self.connect().close()
        except pymysql.err.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Shut the server down."""
        self.process.stop()

    def connect(self) -> pymysql.Connection:
        """Log in as user `furlong`."""
        return pymysql.connect(
            host="127.0.0.1", port=self.port, user="furlong", password=self.password, connect_timeout=5
        )

    def _url(self, prefix: str) -> str:
        return f"mysql+aiomysql://furlong:{self.password}@127.0.0.1:{self.port}/{prefix}"


def mariadb_installed() -> bool:
    """Return whether this machine has a MariaDB server that is new enough, and its client programs."""
    server, installer = _find("mariadbd"), _find("mariadb-install-db")
    if server is None or installer is None or _find("mariadb-dump") is None:
        return False
    told = subprocess.run([server, "--no-defaults", "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"(\d+)\.(\d+)\.\d+-MariaDB", told.stdout)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST


def start_mariadb(
    folder: Path, *, tied: bool = True, options: Sequence[str] = (), statements: Sequence[str] = ()
) -> PrivateMariadb:
    """Start a server on the data in a folder, which is created if missing, and wait until it answers.

    Args:
        folder: Contains the data, the log and the socket; for one server at a time.
        tied: Whether the server ends with this process.
        options: More options of mariadbd, such as `--innodb-snapshot-isolation=ON`.
        statements: SQL that the server executes at its start, each in one line.

    Raises:
        ServiceMissingError: No MariaDB of at least 10.11 is installed.
        ServiceFailedError: The server does not start.
    """
    if not mariadb_installed():
        raise ServiceMissingError("MariaDB 10.11 or newer is not installed: run make services")
    folder = folder.resolve()
    data = folder / "data"
    if not (data / "mysql").is_dir():
        _install(data, folder / "mariadb.log")
    for attempt in range(1, _PORT_ATTEMPTS + 1):
        server = _launch(folder, tied=tied, options=options, statements=statements)
        try:
            wait_until_ready(server.process, server.answers)
        except ServiceFailedError:
            # Another process may have taken the port between its choice and its use.
            if attempt == _PORT_ATTEMPTS:
                raise
        else:
            return server
    raise AssertionError


def _launch(folder: Path, *, tied: bool, options: Sequence[str], statements: Sequence[str]) -> PrivateMariadb:
    password, port = secrets.token_hex(12), free_port()
    account = folder / "account.sql"
    account.touch(mode=0o600)
    account.write_text(
        _ACCOUNT.format(password=password) + "".join(f"{statement};\n" for statement in statements)
    )
    command = mariadbd_command(folder, port, [f"--init-file={account}", *options])
    process = start_process(command, folder, folder / "mariadb.log", tied=tied)
    return PrivateMariadb(process=process, port=port, password=password)


def mariadbd_command(folder: Path, port: int, options: Sequence[str]) -> list[str]:
    """Return the command line of a server on the data in a folder, which are in `data` there."""
    # A relative socket path is in the data folder, however long the path of that folder is.
    return [
        _find("mariadbd") or "mariadbd",
        "--no-defaults",
        *_as_this_user(),
        f"--datadir={folder / 'data'}",
        f"--tmpdir={_temporary(folder)}",
        f"--port={port}",
        "--socket=mariadb.sock",
        f"--pid-file={folder / 'mariadb.pid'}",
        *_OPTIONS,
        *options,
    ]


def _install(data: Path, log: Path) -> None:
    """Create the system tables of a new server, whose root logs in by socket only, as this system user.

    They are written to a temporary folder and moved when complete, so that the remains of an interrupted
    installation are never taken for a server's data. On a busy machine an installation may fail by chance,
    and is tried again.
    """
    fresh = data.with_name(f"{data.name}.new")
    for attempt in range(1, _INSTALL_ATTEMPTS + 1):
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True, mode=0o700)
        told = _write_system_tables(fresh, _temporary(data.parent))
        with log.open("a") as output:
            output.write(told.stdout)
        if told.returncode == 0:
            fresh.rename(data)
            return
        shutil.rmtree(fresh, ignore_errors=True)
        if attempt == _INSTALL_ATTEMPTS:
            raise ServiceFailedError(
                f"mariadb-install-db ended with {told.returncode}, {attempt} times; the last said:\n"
                + "\n".join(told.stdout.splitlines()[-_TOLD_LINES:])
            )


def _temporary(folder: Path) -> Path:
    """Return a folder for temporary tables: a server that starts deletes those of others in a shared one."""
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True, mode=0o700)
    return temporary


def _write_system_tables(data: Path, temporary: Path) -> subprocess.CompletedProcess[str]:
    command = [
        _find("mariadb-install-db") or "mariadb-install-db",
        "--no-defaults",
        f"--datadir={data}",
        *_as_this_user(),
        "--auth-root-authentication-method=socket",
        f"--auth-root-socket-user={getpass.getuser()}",
        "--skip-test-db",
        "--skip-name-resolve",
    ]
    return subprocess.run(
        command,
        env=os.environ | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


def _as_this_user() -> list[str]:
    """Return the option without which the server refuses to run as root, which is usual in containers."""
    return ["--user=root"] if os.geteuid() == 0 else []


def _find(program: str) -> str | None:
    return shutil.which(program) or shutil.which(program, path=_SYSTEM_FOLDERS)
