"""A block of another package, named by a setting: real processes serve, consume, back up and erase it."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from confluent_kafka import Consumer, TopicPartition

from furlong.new.notes import NOTE_TOPIC
from subgraphs.block_list import SUBGRAPHS
from tests.http.composed import composed
from tests.support.processes.running_furlong import BRAND, Programs, Site, eventually, programs_in
from tests.support.product.declared_switches import shows
from tools.private_kafka import PrivateKafka
from tools.private_mariadb import PrivateMariadb
from tools.server_process import free_port

from .test_notes import note

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs/extending.md"
ANN, BEN = "c-1001", "c-1002"
NOTES: Final = f'{{ notes(brand: "{BRAND}") {{ id text }} }}'
pytestmark = pytest.mark.usefixtures("processes", "web_installed")


def install(folder: Path) -> None:
    """Write the module and the entry point of the page where Python finds installed packages."""
    section = PAGE.read_text().partition("### A block in a package of its own")[2]
    (code,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    (group, line) = re.findall(r"```toml\n\[project.entry-points.\"(.*?)\"\]\n(.*?)\n```", section)[0]
    (folder / "notes_block.py").write_text(code)
    installed = folder / "notes_block-1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Name: notes-block\nVersion: 1\n")
    (installed / "entry_points.txt").write_text(f"[{group}]\n{line.replace(chr(34), '')}\n")


@pytest.fixture
def programs(mariadb: PrivateMariadb, kafka: PrivateKafka, tmp_path: Path) -> Iterator[Programs]:
    """Processes of an installation that names the block."""
    kafka.clear()
    install(tmp_path)
    environment = {
        "FURLONG_BLOCKS": '["notes"]',
        "FURLONG_DATABASE_URL": mariadb.fresh_url(),
        "FURLONG_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "FURLONG_JWT_SECRET": "a secret of the tests, long enough for HS256",
        "FURLONG_JWT_ISSUER": "tests",
        "FURLONG_JWT_AUDIENCE": "furlong",
        "FURLONG_SERVE_SUPERGRAPH": str(tmp_path / "supergraph.graphql"),
    }
    with programs_in(tmp_path, environment, code=tmp_path) as running:
        yield running


NAMES: Final = (*SUBGRAPHS, "notes")


def compose(programs: Programs) -> None:
    """Compose the supergraph that the settings name."""
    sdls = {name: programs.run("subgraph", name, "sdl") for name in NAMES}
    (programs.folder / "supergraph.graphql").write_text(composed(programs.folder, sdls))


def site_of(programs: Programs) -> Site:
    """Start what an installation has, and return how it is used."""
    compose(programs)
    programs.run("db", "upgrade")
    programs.run("topics", "create", "--partitions", "2")
    gateway = f"127.0.0.1:{free_port()}"
    for name in NAMES:
        programs.start("consume", name)
    programs.start("serve", "--listen", gateway)
    tokens = {
        customer: programs.run("token", "--customer", customer, "--brand", BRAND).strip()
        for customer in (ANN, BEN)
    }
    return Site(f"http://{gateway}", programs.environment["FURLONG_KAFKA_BOOTSTRAP"], tokens)


def shown(site: Site, customer: str) -> list[str]:
    """Return the ids of the notes that a customer sees."""
    answer = site.ask(NOTES, customer=customer)
    assert "errors" not in answer, answer
    return [one["id"] for one in answer["data"]["notes"]]


def count_records(bootstrap: str, topic: str) -> int:
    """Return how many records a topic has."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "counting"})
    try:
        partitions = consumer.list_topics(topic).topics[topic].partitions
        ends = (consumer.get_watermark_offsets(TopicPartition(topic, number)) for number in partitions)
        return sum(end - first for first, end in ends)
    finally:
        consumer.close()


def working(address: str) -> bool:
    """Return whether a worker says that it works."""
    try:
        return bool(httpx.get(f"http://{address}/health").json()["working"])
    except httpx.ConnectError:
        return False


@pytest.mark.slow("six processes, and a supergraph is composed")
@shows("FURLONG_BLOCKS")
def test_all_that_is_done_for_blocks_is_done_for_it(programs: Programs) -> None:
    """It is composed, migrated, consumed, served, exported, backed up, erased, worked for and restored."""
    site = site_of(programs)
    for customer, note_id in ((ANN, "n-1"), (ANN, "n-2"), (BEN, "n-3")):
        record = note(customer, note_id)
        site.produce(record.value or b"", key=f"{BRAND}:{customer}", topic=NOTE_TOPIC)
    eventually(lambda: len(shown(site, ANN)) == 2 and shown(site, BEN) == ["n-3"], "the notes are shown")

    exported: dict[str, Any] = json.loads(programs.run("customer", "export", BRAND, ANN, "--json"))
    assert '"n-1"' in json.dumps(exported)
    assert "notes" in programs.run("backup", "backup")
    erased = programs.run("customer", "erase", BRAND, ANN, "--json")
    assert "note deleted" in erased
    assert (shown(site, ANN), shown(site, BEN)) == ([], ["n-3"])

    listen = f"127.0.0.1:{free_port()}"
    programs.start("worker", "notes-retention", "--listen", listen)
    eventually(lambda: working(listen), "the worker of the block works, as it has applied the topics")

    bootstrap = programs.environment["FURLONG_KAFKA_BOOTSTRAP"]
    before = count_records(bootstrap, NOTE_TOPIC)
    simulator = ("--kafka", bootstrap, "--data", "simulated", "--listen", "127.0.0.1:0")
    programs.start("simulator", "serve", *simulator)
    eventually(lambda: count_records(bootstrap, NOTE_TOPIC) > before, "the simulator publishes notes")

    programs.stop()
    assert "notes" in programs.run("restore", "backup", "--only", "notes", "--replace")
    assert '"n-1"' in programs.run("customer", "export", BRAND, ANN, "--json")


def test_a_block_that_nobody_offers_is_said_to_be_missing(programs: Programs) -> None:
    """With the setting's name and without a traceback; no process starts on half of the databases."""
    said = programs.ended("db", "upgrade", FURLONG_BLOCKS='["parcels"]')
    assert said.returncode == 1
    assert said.stderr == (
        "furlong: FURLONG_BLOCKS: no installed package offers a block 'parcels'; there are notes\n"
    )


def written(database: Path) -> bool:
    """Return whether a database of SQLite has notes."""
    with closing(sqlite3.connect(database)) as connection:
        return bool(connection.execute("SELECT 1 FROM note LIMIT 1").fetchall())


@pytest.mark.slow("the demo starts with all its parts")
def test_the_demo_has_it(programs: Programs) -> None:
    """Its graph answers, and what its source publishes is read; without it in the supergraph, a site ends."""
    compose(programs)
    ready = programs.folder / "demo.json"
    programs.start("demo", "--port", "0", "--data", "demo", "--ready-file", str(ready))
    facts = eventually(lambda: ready.exists() and json.loads(ready.read_text()), "the demo is ready")
    body = {"query": NOTES}
    answer = httpx.post(facts["graphql"], json=body, timeout=30).json()
    assert answer == {"data": {"notes": []}}
    database = programs.folder / "demo" / "databases" / "notes.sqlite"
    eventually(lambda: written(database), "what the simulator says of notes is read")
    (programs.folder / "supergraph.graphql").write_text((ROOT / "schema.public.graphql").read_text())
    said = programs.refused("serve", "--listen", "127.0.0.1:0")
    assert "The supergraph has no subgraph notes. Compose it of all subgraphs" in said
