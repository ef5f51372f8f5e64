"""HAProxy's configuration, its map and its Lua, for a map of cells: written, checked, changed live."""

import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Final

from cells.errors import RouterError
from cells.routing.cell_map import CellMap, Listener, MappedCell, TokenKeys
from cells.routing.runtime import PRIMARY, Runtime
from foundation.storage.client_programs import find_program

CONFIGURATION, MAP, LUA = "haproxy.cfg", "cells.map", "cells.lua"
LEEWAY_SECONDS: Final = 30
"""How long after its end a token is routed: the gateway decides whether it is still valid."""

WRONG_CELL, MISDIRECTED = 425, 421
_GRAPHQL: Final = "application/graphql-response+json"
_REFUSED: Final = (
    '{"errors":[{"message":"the session token is not valid: sign in again",'
    '"extensions":{"code":"UNAUTHENTICATED"}}]}'
)


def files_of(cells: CellMap, folder: Path) -> Mapping[str, str]:
    """Return the contents of the files that HAProxy reads from a folder."""
    lua = resources.files("cells.routing").joinpath(LUA).read_text(encoding="utf-8")
    return {
        CONFIGURATION: "\n".join(_configuration(cells, folder)) + "\n",
        MAP: "".join(f"{number} {name}\n" for number, name in sorted(cells.owners().items())),
        LUA: f"local PARTITIONS, PAUSE = {cells.of}, {cells.again_milliseconds}\n{lua}",
    }


def _configuration(cells: CellMap, folder: Path) -> Iterator[str]:
    yield "# Written by `furlong cell route`: change the map of the cells instead, and write it again."
    yield from _section("global", _global(cells, folder))
    yield from _section("defaults", _DEFAULTS)
    yield from _section("frontend customers", _public(cells, folder))
    yield from _section("frontend again", _again(cells, folder))
    for cell in cells.cells:
        yield from _section(f"backend cell_{cell.name}", _first_attempt(cell, cells))
        yield from _section(f"backend again_{cell.name}", _second_attempt(cell))
        for name, listener in cell.listeners.items():
            yield from _section(f"listen {name}", _database(listener))


def _section(head: str, lines: Iterator[str] | tuple[str, ...]) -> Iterator[str]:
    yield ""
    yield head
    yield from (f"    {line}" for line in lines)


_DEFAULTS: Final = (
    "mode http",
    "log global",
    "option httplog",
    "option dontlognull",
    "timeout connect 2s",
    "timeout client 30s",
    "timeout server 30s",
    "timeout http-request 10s",
    "timeout check 5s",
    "timeout tunnel 1h",
)


def _global(cells: CellMap, folder: Path) -> Iterator[str]:
    yield "log stderr local0 notice"
    yield f"lua-load {folder / LUA}"
    yield f"stats socket {cells.admin_socket} mode 600 level admin"
    if cells.tokens is not None and not cells.tokens.public_keys:
        yield 'set-var-fmt proc.secret "%[env(FURLONG_JWT_SECRET)]"'


def _public(cells: CellMap, folder: Path) -> Iterator[str]:
    tls = "" if cells.certificate is None else f" ssl crt {cells.certificate} alpn h2,http/1.1"
    yield f"bind {cells.listen}{tls}"
    yield "http-request set-header X-Forwarded-For %[src]"
    yield "http-request set-header X-Forwarded-Proto " + ("https" if tls else "http")
    yield "http-request del-header Forwarded"
    yield "http-request del-header X-Furlong-Again"
    yield from _route(cells, cells.tokens, folder)
    yield "http-response set-header X-Furlong-Cell %[var(txn.cell)] if !{ res.hdr(x-furlong-cell) -m found }"
    yield "http-response set-header X-Furlong-Partition %[var(txn.partition)] if known"
    # Pages of other origins read it, too.
    yield "http-response add-header Access-Control-Expose-Headers X-Furlong-Partition if known"
    yield "use_backend cell_%[var(txn.cell)]"


def _again(cells: CellMap, folder: Path) -> Iterator[str]:
    yield f"bind unix@{again_socket(cells)} mode 600"
    yield "http-request lua.pause"
    yield "http-request set-header X-Furlong-Again 1"
    yield from _route(cells, None, folder)
    yield f"http-response set-status {MISDIRECTED} if {{ status {WRONG_CELL} }}"  # which is not repeated
    yield "http-response set-header X-Furlong-Again 1"
    yield "http-response set-header X-Furlong-Cell %[var(txn.cell)]"
    yield "use_backend again_%[var(txn.cell)]"


def _route(cells: CellMap, tokens: TokenKeys | None, folder: Path) -> Iterator[str]:
    """Yield the rules that find a customer's cell, by the token, or by the partition in the URL."""
    yield "acl has_token req.hdr(authorization) -m found"
    yield "acl known var(txn.partition),add(0) ge 0"
    yield "http-request set-var(txn.token) http_auth_bearer"
    if tokens is not None:
        yield from _check_token(tokens)
    yield "http-request set-var(txn.partition) int(-1)"
    yield "http-request set-var(txn.partition) var(txn.token),word(2,.),ub64dec,lua.partition if has_token"
    # A WebSocket's token comes after its handshake: the URL says where the customer is.
    yield "acl has_hint url_param(partition) -m int ge 0"
    yield "http-request set-var(txn.partition) url_param(partition) if !has_token has_hint"
    yield f"http-request set-var(txn.cell) var(txn.partition),map_int({folder / MAP})"
    anyone = "{ var(txn.cell) -m found }"
    yield f"http-request set-var(txn.cell) rand({cells.of}),map_int({folder / MAP}) if !{anyone}"


def _check_token(tokens: TokenKeys) -> Iterator[str]:
    """Yield the rules that refuse a token which no gateway would accept."""
    keys = [f'"{path}"' for path in tokens.public_keys] or ["proc.secret"]
    refuse = (
        f"http-request return status 401 content-type application/graphql-response+json string '{_REFUSED}'"
    )
    yield "http-request set-var(txn.algorithm) var(txn.token),jwt_header_query('$.alg')"
    yield "http-request set-var(txn.expires) var(txn.token),jwt_payload_query('$.exp','int')"
    yield "http-request set-var(txn.now) date"
    for key in keys:
        valid = f"{{ var(txn.token),jwt_verify({tokens.algorithm},{key}) -m int 1 }}"
        yield f"http-request set-var(txn.valid) bool(true) if has_token {valid}"
    yield f"acl right_algorithm var(txn.algorithm) -m str {tokens.algorithm}"
    yield f"acl expired var(txn.expires),sub(txn.now) lt -{LEEWAY_SECONDS}"
    yield "acl valid var(txn.valid) -m bool"
    yield f"{refuse} if has_token !right_algorithm or has_token !valid or has_token expired"


def _first_attempt(cell: MappedCell, cells: CellMap) -> Iterator[str]:
    """Yield a backend whose requests go to the cell's gateways, and once more to `again` if that is wrong.

    The gateways have the weight 0, so that a retry, which chooses by weight, goes to `again`.
    """
    yield "balance roundrobin"
    yield "retries 2"  # with 1, HAProxy repeats no request
    yield "option redispatch 1"
    yield "option http-buffer-request"  # only a completely received request can be repeated
    yield f"retry-on conn-failure {WRONG_CELL}"
    yield "option httpchk GET /ready"
    count = len(cell.gateways)
    for number in range(count):
        left = count - number
        condition = "TRUE" if left == 1 else f"{{ rand({left}) eq 0 }}"
        yield f"use-server gateway{number} if {condition}"
    for number, address in enumerate(cell.gateways):
        yield f"server gateway{number} {address} weight 0 check inter 2s fall 3 rise 1"
    yield f"server again unix@{again_socket(cells)}"


def _second_attempt(cell: MappedCell) -> Iterator[str]:
    yield "balance leastconn"
    yield "option httpchk GET /ready"
    for number, address in enumerate(cell.gateways):
        yield f"server gateway{number} {address} track cell_{cell.name}/gateway{number}"


def _database(listener: Listener) -> Iterator[str]:
    yield "mode tcp"
    yield "option tcplog"
    yield f"bind {listener.listen}"
    yield "timeout client 1h"
    yield "timeout server 1h"
    yield f"server {PRIMARY} {listener.server} init-addr last,libc,none"


def again_socket(cells: CellMap) -> str:
    """Return the path of the socket on which HAProxy routes requests of the wrong cell again."""
    return f"{cells.admin_socket}.again"


def changes_in(cells: CellMap, folder: Path) -> Mapping[str, str]:
    """Return the files whose contents would change, by name."""
    return {
        name: text
        for name, text in files_of(cells, folder).items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    }


def check_files(cells: CellMap) -> str | None:
    """Have HAProxy itself check the configuration; return its complaint, or None if it has none.

    Raises:
        RouterError: HAProxy is not installed here.
    """
    program = find_program(("haproxy",))
    if program is None:
        raise RouterError("haproxy is not installed here, so nothing checks the configuration")
    with tempfile.TemporaryDirectory(prefix="furlong-route-") as name:
        folder = Path(name)
        for file, text in files_of(cells, folder).items():
            (folder / file).write_text(text, encoding="utf-8")
        ended = subprocess.run(  # noqa: S603 - the program itself
            [program, "-c", "-f", str(folder / CONFIGURATION)], capture_output=True, text=True, check=False
        )
    return None if ended.returncode == 0 else (ended.stdout + ended.stderr).strip()


def write_files(cells: CellMap, folder: Path) -> None:
    """Write all files, each of them at once."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files_of(cells, folder).items():
        fresh = folder / f"{name}.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(folder / name)


def change_running(cells: CellMap, folder: Path) -> int:
    """Change the map of the running HAProxy, without a reload; return how many partitions changed.

    Raises:
        RouterError: It cannot be reached, or was started with other files.
    """
    runtime, file = Runtime(cells.admin_socket), folder / MAP
    map_entries = runtime.map_entries(str(file))
    if not map_entries:
        raise RouterError(
            f"the HAProxy at {cells.admin_socket} has no map {file}: restart it with the new files"
        )
    changed = {
        str(number): name for number, name in cells.owners().items() if map_entries.get(str(number)) != name
    }
    for number, name in changed.items():
        runtime.set_map(str(file), number, name)
    return len(changed)
