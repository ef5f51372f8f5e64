"""The demo with two cells: its router, the commands in its folder, and moving one of its cells."""

import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from sqlalchemy import make_url

from cells.routing.cell_map import CellMap
from cells.routing.haproxy import write_files
from tests.support.bets.demo_bettors import PLACE, REST_SECONDS, Bettor
from tests.support.processes.running_furlong import BRAND, Demo, eventually, running_demo
from tools import server_process
from tools.cell_servers.haproxy import start_haproxy

from .conftest import PREFIX, CellServer

pytestmark = [
    pytest.mark.usefixtures("mariadb_installed", "haproxy_installed"),
    pytest.mark.timeout(900),
]
STAKED = "query ($brand: ID!) { club(brand: $brand) { progress { staked { minor } } } }"
STAKE_MINOR = 2_500


def ask(url: str, token: str, **headers: str) -> httpx.Response:
    """Ask a graph what a customer has staked this week."""
    return httpx.post(
        url,
        json={"query": STAKED, "variables": {"brand": BRAND}},
        headers={
            "authorization": f"Bearer {token}",
            "accept": "application/graphql-response+json",
            **headers,
        },
        timeout=120,
    )


def staked(demo: Demo, customer: str) -> int:
    """Return what a customer has staked, in minor units."""
    answer = ask(demo.facts["graphql"], demo.site.tokens[customer])
    return int(answer.json()["data"]["club"]["progress"]["staked"]["minor"])


def bet(demo: Demo, customer: str) -> None:
    """Place a bet, and wait until the tracker shows it.

    After a move the wallet's first answer may be a doubt, which the same bet ends.
    """
    before, slip = staked(demo, customer), Bettor(demo, customer).slip(STAKE_MINOR)

    def is_placed() -> bool:
        answer = demo.site.ask(PLACE, {"input": slip}, customer=customer)
        placed = (answer.get("data") or {}).get("placeBet") or {}
        if (placed.get("bet") or {}).get("status") == "OPEN":
            return True
        time.sleep(REST_SECONDS)
        return False

    eventually(is_placed, "the bet is placed")
    eventually(lambda: staked(demo, customer) == before + STAKE_MINOR, "the bet is counted")


@pytest.mark.slow("a demo of two cells starts and moves one")
def test_the_demo_shows_cells_and_moves_one(servers: tuple[CellServer, CellServer], tmp_path: Path) -> None:
    """Customers are in both cells, a request of the wrong cell is routed again, and a move changes no sum.

    One cell is embedded, the other on a MariaDB behind HAProxy; the demo runs while that one is moved.
    """
    here, there = servers
    here.empty()
    there.empty()
    password = here.server.password
    there.as_root(f"ALTER USER 'furlong'@'127.0.0.1' IDENTIFIED BY '{password}'")
    port, public = server_process.free_port(), server_process.free_port()
    with TemporaryDirectory(prefix="fr") as short:
        socket = f"{short}/admin.sock"
        where = {"database": f"127.0.0.1:{here.server.port}", "database_listen": f"127.0.0.1:{port}"}
        cells = [{"name": "c1", "partitions": "0-3", "gateways": ["127.0.0.1:9"], **where}]
        listen = {"of": 4, "listen": f"127.0.0.1:{public}", "admin_socket": socket}
        write_files(CellMap.model_validate(listen | {"cells": cells}), Path(short))
        router = start_haproxy(Path(short) / "haproxy.cfg", public, {})
        url = make_url(here.settings.url).set(port=port).render_as_string(hide_password=False)
        moving: dict[str, Any] = {
            "FURLONG_CELL_MOVE_SOURCE_URL": here.admin_url,
            "FURLONG_CELL_MOVE_TARGET_URL": there.admin_url,
            "FURLONG_CELL_MOVE_ROUTER_SOCKET": socket,
        }
        try:
            with running_demo(tmp_path, "--cells", "2", "--database", f"c1={url}", **moving) as demo:
                _customers_are_in_both(demo)
                _moves(demo, here, there)
        finally:
            router.stop()


def _customers_are_in_both(demo: Demo) -> None:
    owned: dict[str, list[str]] = {"c0": [], "c1": []}
    for customer, token in demo.site.tokens.items():
        answer = ask(demo.facts["graphql"], token)
        owned[answer.headers["x-furlong-cell"]].append(customer)
        assert "x-furlong-again" not in answer.headers
    assert all(owned.values())
    stranger = demo.site.tokens[owned["c1"][0]]
    assert ask(demo.facts["cells"][0]["graphql"], stranger).status_code == 425
    again = ask(demo.facts["graphql"], stranger, **{"x-furlong-demo-cell": "c0"})
    assert (again.status_code, again.headers["x-furlong-cell"]) == (200, "c1")
    assert again.headers["x-furlong-again"] == "1"
    shown = json.loads(demo.programs.run("cell", "status", "--json"))
    assert {(one["cell"], one["partitions"], one["state"]) for one in shown} == {
        ("c0", "0-1", "open"),
        ("c1", "2-3", "open"),
    }


def _moves(demo: Demo, here: CellServer, there: CellServer) -> None:
    token = demo.site.tokens
    (customer, *_) = (
        one for one in token if ask(demo.facts["graphql"], token[one]).headers["x-furlong-cell"] == "c1"
    )
    bet(demo, customer)
    before = staked(demo, customer)
    assert f"target: 127.0.0.1:{there.server.port}/{PREFIX}" in demo.programs.run("cell", "plan")
    demo.programs.run("cell", "move")
    assert "sound: True" in demo.programs.run("cell", "verify")
    eventually(lambda: ask(demo.facts["graphql"], token[customer]).status_code == 200, "reads go on")
    assert staked(demo, customer) == before
    bet(demo, customer)
    assert demo.process.poll() is None, demo.programs.logs()
    states = [one.as_root(f"SELECT state FROM {PREFIX}_progress.cell") for one in (here, there)]  # noqa: S608
    assert states == [[("fenced",)], [("open",)]]
