"""HAProxy's runtime API: switches a listener from one server to another without a restart."""

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cells.errors import RouterError

SECONDS: Final = 5.0
_DATABASE: Final = "database_"
PRIMARY: Final = "primary"


def listener_of(cell: str, database: str = "") -> str:
    """Return the name of a cell's listener for a database, or for all that have none of their own."""
    return f"{_DATABASE}{cell}_{database}" if database else f"{_DATABASE}{cell}"


@dataclass(frozen=True, slots=True)
class Runtime:
    """The runtime API at a path of a socket, or at HOST:PORT."""

    address: str

    def command(self, line: str) -> str:
        """Return what HAProxy answers to a command.

        Raises:
            RouterError: It cannot be reached.
        """
        try:
            with self._connect() as connection:
                connection.sendall(f"{line}\n".encode())
                answer = b""
                while piece := connection.recv(65536):
                    answer += piece
        except OSError as error:
            raise RouterError(f"HAProxy's runtime API at {self.address} does not answer: {error}") from error
        return answer.decode(errors="replace").strip()

    def database_listeners(self, cell: str, names: Iterable[str]) -> dict[str, str]:
        """Return by which listener a cell's processes reach each database: its own, or that of the cell.

        Raises:
            RouterError: There is neither.
        """
        known = set(self.command("show backend").split())
        common = listener_of(cell)
        listeners = {name: own if (own := listener_of(cell, name)) in known else common for name in names}
        if missing := sorted(set(listeners.values()) - known):
            raise RouterError(f"the HAProxy at {self.address} has no listener {missing[0]}")
        return listeners

    def switch_database(self, listener: str, host: str, port: int) -> None:
        """Lead a listener to another database server, and end the connections to the old one.

        Raises:
            RouterError: HAProxy refuses; it may have no such listener.
        """
        server = f"{listener}/{PRIMARY}"
        answer = self.command(f"set server {server} addr {_address(host)} port {port}")
        if "No such" in answer or "nvalid" in answer or "require" in answer:
            raise RouterError(f"HAProxy does not switch {server}: {answer}")
        self.command(f"shutdown sessions server {server}")

    def database_of(self, listener: str) -> str:
        """Return where a listener leads, as HOST:PORT; empty if HAProxy has none of that name."""
        lines = self.command(f"show servers state {listener}").splitlines()
        heads = next((line[2:].split() for line in lines if line.startswith("# ")), [])
        for line in lines:
            row = dict(zip(heads, line.split(), strict=False))
            if row.get("srv_name") == PRIMARY:
                return f"{row['srv_addr']}:{row['srv_port']}"
        return ""

    def map_entries(self, file: str) -> dict[str, str]:
        """Return the entries of a map; none if HAProxy does not have it."""
        lines = [line.split() for line in self.command(f"show map {file}").splitlines()]
        return {key: value for _, key, value in (line for line in lines if line and line[0].startswith("0x"))}

    def set_map(self, file: str, key: str, value: str) -> None:
        """Change an entry of a map.

        Raises:
            RouterError: HAProxy refuses.
        """
        if answer := self.command(f"set map {file} {key} {value}"):
            raise RouterError(f"HAProxy does not change {key} in {file}: {answer}")

    def _connect(self) -> socket.socket:
        host, colon, port = self.address.rpartition(":")
        if colon and port.isdigit() and "/" not in self.address:
            return socket.create_connection((host, int(port)), SECONDS)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(SECONDS)
        connection.connect(self.address)
        return connection


def _address(host: str) -> str:
    """Return the IP address of a host: the runtime API takes no names."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        try:
            return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
        except OSError as error:
            raise RouterError(f"{host} has no address: {error}") from error
