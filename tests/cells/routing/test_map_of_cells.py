"""The map of the cells: what is accepted, and what is refused with the place of the mistake."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from cells.errors import MapError
from cells.routing.cell_map import CellMap, read_map
from cells.routing.haproxy import MAP, files_of

GOOD: dict[str, Any] = {
    "of": 4,
    "listen": "127.0.0.1:8080",
    "admin_socket": "/run/haproxy/admin.sock",
    "cells": [
        {"name": "c0", "partitions": "0-1", "gateways": ["10.0.0.1:8000", "10.0.0.2:8000"]},
        {"name": "c1", "partitions": "2-3", "gateways": ["10.0.1.1:8000"]},
    ],
}


def with_cell(number: int, **changes: object) -> dict[str, object]:
    """Return the map with a change of one cell."""
    cells = [dict(cell) for cell in GOOD["cells"]]
    cells[number] |= changes
    return GOOD | {"cells": cells}


def test_each_partition_has_the_cell_of_its_range(tmp_path: Path) -> None:
    """The map that HAProxy reads has a line for each partition."""
    file = tmp_path / "cells.yaml"
    file.write_text(yaml.safe_dump(GOOD))
    cells = read_map(file)
    assert files_of(cells, tmp_path)[MAP] == "0 c0\n1 c0\n2 c1\n3 c1\n"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (with_cell(1, partitions="3"), "no cell has partitions 2"),
        (with_cell(1, partitions="1-3"), "both have partition 1"),
        (with_cell(1, partitions="2-4"), "2-4 of 4 are not a range"),
        (with_cell(1, name="c0"), "same name"),
        (with_cell(1, name="c1 {"), "cannot be the name"),
        (with_cell(1, gateways=[]), "gateways"),
        (with_cell(1, gateways=["10.0.1.1:8000 backup\n  server x 1.2.3.4:1"]), "gateways"),
        (with_cell(1, database="db:3306"), "database_listen"),
        (with_cell(1, databases={"rewards": {"server": "db:3306"}}), "databases.rewards.listen"),
        (with_cell(1, databases={"x\n  bind": {"server": "db:1", "listen": "db:2"}}), "databases"),
        (GOOD | {"admin_socket": "/run/x level admin\n"}, "admin_socket"),
        (GOOD | {"tokens": {"algorithm": "ES256"}}, "public_keys"),
        (GOOD | {"tokens": {"algorithm": "HS256", "public_keys": ["a.pem"]}}, "public_keys"),
        (GOOD | {"tokens": {"algorithm": "none"}}, "algorithm"),
        (GOOD | {"more": 1}, "more"),
        ("not a map", "CellMap"),
    ],
)
def test_a_wrong_map_is_refused(tmp_path: Path, wrong: object, words: str) -> None:
    """A gap, an overlap or anything that would be more than a value in HAProxy's configuration."""
    file = tmp_path / "cells.yaml"
    file.write_text(yaml.safe_dump(wrong))
    with pytest.raises(MapError) as refused:
        read_map(file)
    assert words in str(refused.value)


def test_the_configuration_is_that_of_the_map() -> None:
    """A gateway without a database listener gets none."""
    text = files_of(CellMap.model_validate(GOOD), Path("/etc/haproxy/furlong"))["haproxy.cfg"]
    assert "listen database_" not in text
    assert "server gateway1 10.0.0.2:8000 weight 0 check" in text


def test_each_server_of_a_cell_has_a_listener() -> None:
    """One for the databases that are together, and one for each that is elsewhere."""
    listeners = {"rewards": {"server": "db2:3306", "listen": "proxy:3311"}}
    cells = with_cell(1, database="db:3306", database_listen="proxy:3310", databases=listeners)
    text = files_of(CellMap.model_validate(cells), Path("/etc/haproxy/furlong"))["haproxy.cfg"]
    for name, listen, server in (
        ("database_c1", "proxy:3310", "db:3306"),
        ("database_c1_rewards", "proxy:3311", "db2:3306"),
    ):
        _, _, section = text.partition(f"listen {name}\n")
        lines = [line.strip() for line in section.partition("\n\n")[0].splitlines()]
        assert f"bind {listen}" in lines
        assert f"server primary {server} init-addr last,libc,none" in lines
