"""A cell with databases on two servers moves to two others, is split and merged, whatever is killed."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import text

from cells.claim import claim
from cells.dividing.merge import open_merge
from cells.errors import MoveError
from cells.moving.journal import Step
from cells.moving.move import go_back, run
from cells.routing.runtime import Runtime
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.databases import METADATA
from furlong.topic_plans import KEYED_TOPICS
from tests.support.database_probe import migrate

from .cell_apart import CLUB, TABLES, Apart, Halves, dying_at, killed_in, killed_on_the_way
from .conftest import PREFIX, CellServer, MovingHarness, behind_haproxy
from .ledger_block import BRAND, SCHEMA, Books, Held, Transfer, both, create, drop, held_at
from .test_divided_ledger import CUSTOMERS, WHOLE, house_counts_its_own, some_books, without_zeros
from .test_moves import Killed, Writer, names_at, quietly, wait_for, writing
from .test_splits_and_merges import LOWER, UPPER, fill, is_customers, of_cell, rows_at

pytestmark = [
    pytest.mark.usefixtures("mariadb_installed", "haproxy_installed"),
    pytest.mark.timeout(900),
]
NAMING = f"UPDATE `{SCHEMA}`.cell SET"


@pytest.fixture
def apart(
    servers: tuple[CellServer, CellServer], more_servers: tuple[CellServer, CellServer], tmp_path: Path
) -> Iterator[Apart]:
    """Provide a cell with a club on one server and a ledger with some books on another."""
    places = (*servers, *more_servers)
    for place in places:
        place.empty()
        drop(place)
    (here, there), (ledger_here, ledger_there) = servers, more_servers

    async def prepare() -> None:
        await migrate(DatabaseSettings(url=here.settings.url), "club", METADATA["club"])
        await claim(here.settings, CLUB, KEYED_TOPICS)

    asyncio.run(prepare())
    create(ledger_here)
    ledger_here.as_root(*some_books().statements(WHOLE))
    moving = MovingHarness(here, there, tmp_path / "moves")
    yield Apart(Halves(here, ledger_here), Halves(there, ledger_there), moving)
    for place in places:
        drop(place)


async def note(database: Database, words: str) -> None:
    """Note words in the ledger, unless an earlier attempt did, whose answer was lost."""
    async with database.write() as connection:
        if not await connection.scalar(
            text("SELECT COUNT(*) FROM note WHERE words = :words"), {"words": words}
        ):
            statement = text("INSERT INTO note (transfer, words) VALUES ('t-0', :words)")
            await connection.execute(statement, {"words": words})


def written(held: Held, before: Held) -> list[str]:
    """Return the words that were noted since."""
    return sorted(words for _, words in (held.notes - before.notes).elements())


def test_a_move_of_two_servers_loses_and_repeats_nothing(apart: Apart) -> None:
    """Both databases are written through HAProxy; the mover is killed between the servers.

    Neither server is opened before both have all that was written, and everything is stored exactly once.
    """
    old, new = apart.old, apart.new
    before = held_at(old.ledger)
    between = {
        Step.LOAD: ((new.ledger, "SELECT GET_LOCK"),),
        Step.REPLICATE: ((new.ledger, "CHANGE MASTER"),),
        Step.FENCE: ((old.ledger, "UPDATE"), (old.ledger, "SELECT @@gtid_binlog_pos")),
        Step.FINAL_CATCH_UP: ((new.ledger, "SELECT MASTER_GTID_WAIT"),),
        Step.OPEN: ((new.ledger, "UPDATE"),),
        Step.SWITCH: ((old.ledger, "ALTER USER"),),
    }
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="fr")))  # paths of sockets are short
        servers = {"ledger": (old.ledger, new.ledger)}
        database, socket = behind_haproxy(apart.moving, folder, stack, servers)
        apart.moving.more = {"router_socket": socket}
        club, ledger = (Writer((database, database), *more) for more in ((), ("ledger", note)))
        with writing(club), writing(ledger):
            wait_for(lambda: min(len(club.noted), len(ledger.noted)) > 10)
            killed_on_the_way(apart.move, between)
            ends = [len(writer.noted) + 10 for writer in (club, ledger)]
            wait_for(lambda: len(club.noted) > ends[0] and len(ledger.noted) > ends[1])
        for listener, place in (("database_c1", new.club), ("database_c1_ledger", new.ledger)):
            assert Runtime(socket).database_of(listener) == f"127.0.0.1:{place.server.port}"
    assert old.cells() == [("c1", 0, 1, 2, "fenced")] * 2
    assert new.cells() == [("c1", 0, 1, 2, "open")] * 2
    for writer, found in ((club, names_at(new.club)), (ledger, written(held_at(new.ledger), before))):
        assert len(set(found)) == len(found)
        assert set(writer.noted) <= set(found)
        assert len(found) <= len(writer.noted) + 1  # the last answer was not waited for
    assert held_at(new.ledger)._replace(notes=before.notes) == before
    assert not list(apart.moving.folder.glob("*.sql"))
    assert apart.problems() == []


def test_a_fence_of_one_server_alone_is_continued_or_undone(apart: Apart) -> None:
    """Both servers are open again under one epoch, even if that is interrupted between them, too.

    Once it is being undone, the move cannot go on: the source would be open beside the target.
    """
    old, new = apart.old, apart.new
    killed_in(apart.move, Step.FENCE, old.ledger, "UPDATE")
    assert old.states() == ["fenced", "open"]
    assert any("do not belong to one cell" in problem for problem in apart.problems())
    for words in ("UPDATE", "ALTER USER"):
        with pytest.raises(Killed), dying_at(old.ledger, words):
            go_back(apart.move())
        with pytest.raises(MoveError, match="finish that with --back"):
            run(apart.move(), quietly)
    go_back(apart.move())
    assert old.cells() == [("c1", 0, 1, 3, "open")] * 2
    assert new.club.as_root(f"SHOW DATABASES LIKE '{PREFIX}%'") == []
    assert new.ledger.as_root(f"SHOW DATABASES LIKE '{PREFIX}%'") == []

    run(apart.move(), quietly)
    assert (old.states(), new.cells()) == (["fenced"] * 2, [("c1", 0, 1, 4, "open")] * 2)
    with pytest.raises(MoveError, match="no move of cell c1"):
        go_back(apart.move())


def test_both_servers_are_waited_for_before_either_is_opened(apart: Apart) -> None:
    """If one of them does not catch up, both are open at the source again, and the copies are dropped."""

    def report(step: Step, says: str) -> None:
        if (step, says) == (Step.FENCE, "begins"):
            delay = "CHANGE MASTER 'furlong' TO MASTER_DELAY = 3600"
            apart.new.ledger.as_root("STOP SLAVE 'furlong'", delay, "START SLAVE 'furlong'")

    with pytest.raises(MoveError, match="did not reach"):
        run(apart.move(level_seconds=0.5), report)
    assert apart.old.cells() == [("c1", 0, 1, 3, "open")] * 2
    assert apart.new.club.as_root(f"SHOW DATABASES LIKE '{PREFIX}%'") == []


def test_split_and_merge_conserve_what_both_servers_have(apart: Apart) -> None:
    """Customers, parents and the house, whatever is killed between the servers."""
    old, new = apart.old, apart.new
    asyncio.run(fill(old.club, CLUB))
    before, books = rows_at(old.club, of=is_customers, names=CLUB), held_at(old.ledger)

    between = {
        Step.FENCE: ((old.ledger, "UPDATE"),),
        Step.TRIM_TARGET: ((new.ledger, "DELETE"), (new.ledger, "UPDATE"), (new.ledger, NAMING)),
        Step.TRIM_SOURCE: ((old.ledger, "DELETE"), (old.ledger, "UPDATE"), (old.ledger, NAMING)),
        Step.OPEN: ((new.ledger, "UPDATE"), (old.ledger, "UPDATE")),
    }
    killed_on_the_way(apart.split, between)
    assert old.cells() == [("c1", 0, 0, 2, "open")] * 2
    assert new.cells() == [("c2", 1, 1, 2, "open")] * 2
    assert apart.problems() == []
    for halves, cell in ((old, LOWER), (new, UPPER)):
        assert rows_at(halves.club, of=is_customers, names=CLUB) == of_cell(before, cell)
    parts = held_at(old.ledger), held_at(new.ledger)
    assert all(part.transfers and part.customers and house_counts_its_own(part) for part in parts)
    assert without_zeros(both(*parts)) == books

    between = {
        Step.FENCE: ((new.ledger, "UPDATE"),),
        Step.FENCE_TARGET: ((old.ledger, "UPDATE"),),
        Step.JOIN: ((old.ledger, "SELECT first, last"), (old.ledger, f"UPDATE `{SCHEMA}`.`cell`")),
        Step.OPEN: ((old.ledger, "UPDATE"),),
    }
    killed_in(apart.merge, Step.FENCE_TARGET, old.ledger, "UPDATE")
    with pytest.raises(Killed), dying_at(new.ledger, "UPDATE"):
        go_back(apart.merge())
    go_back(apart.merge())
    assert old.cells() == [("c1", 0, 0, 4, "open")] * 2
    killed_on_the_way(apart.merge, between)
    assert old.cells() == [("c1", 0, 1, 5, "open")] * 2
    assert new.states() == ["fenced"] * 2
    assert rows_at(old.club, of=is_customers, names=CLUB) == before
    assert without_zeros(held_at(old.ledger)) == books


def test_cells_that_are_divided_otherwise_are_merged(apart: Apart) -> None:
    """Each database is copied from where it is: here both of one server, into one on each of two."""
    old, new = apart.old, apart.new
    person = next(customer for customer in CUSTOMERS if UPPER.has(BRAND, customer))
    asyncio.run(migrate(DatabaseSettings(url=new.club.settings.url), "club", METADATA["club"]))
    for place, cell in ((old.club, LOWER), (new.club, UPPER)):
        place.as_root(
            f"REPLACE INTO {PREFIX}_club.cell VALUES "  # noqa: S608
            f"('{cell.name}', {cell.first}, {cell.last}, {cell.of}, 1, 'open', NOW(6))"
        )
    create(new.club)
    new.club.as_root(*Books((person,), (Transfer("cash", person, 5),)).statements(UPPER))
    old.ledger.as_root(*Books((), ()).statements(LOWER))
    asyncio.run(fill(new.club, CLUB))
    rows, books = rows_at(new.club, of=is_customers, names=CLUB), both(held_at(new.club), held_at(old.ledger))
    run(open_merge(apart.settings(back=True, source_urls={}), TABLES), quietly)
    assert old.cells() == [("c1", 0, 1, 2, "open")] * 2
    assert rows_at(old.club, of=is_customers, names=CLUB) == rows
    assert without_zeros(held_at(old.ledger)) == books


def test_a_database_moves_to_a_server_of_its_own(apart: Apart) -> None:
    """One server is copied to two. Back to one is refused, because it can replicate one of them only."""
    old, new = apart.old, apart.new
    create(old.club)
    old.club.as_root(*some_books().statements(WHOLE))
    together: dict[str, Any] = {"source_urls": {}, "router_socket": None}
    with TemporaryDirectory(prefix="fr") as folder, ExitStack() as stack:
        _, socket = behind_haproxy(apart.moving, Path(folder), stack)
        (problem,) = apart.move(**together | {"router_socket": socket}).findings.problems
        assert "would both be behind HAProxy's database_c1: give databases" in problem
    before = held_at(old.club)
    run(apart.move(**together), quietly)
    assert new.states() == ["open"] * 2
    assert held_at(new.ledger) == before

    problems = apart.move(back=True, target_urls={}).findings.problems
    sources = f"127.0.0.1:{new.club.server.port}/{PREFIX} and 127.0.0.1:{new.ledger.server.port}/{PREFIX}"
    assert any(f"would get databases of {sources}: it can" in problem for problem in problems)


@pytest.mark.parametrize("strict", [0, 1])
def test_each_pair_of_servers_is_checked(apart: Apart, strict: int) -> None:
    """A strict target of the second pair, and a server that is both left and entered, prevent the move."""
    apart.new.ledger.as_root(f"SET GLOBAL gtid_strict_mode = {strict}")
    try:
        found = apart.move().findings
    finally:
        apart.new.ledger.as_root("SET GLOBAL gtid_strict_mode = 0")
    assert Counter("gtid_strict_mode" in problem for problem in found.problems) == Counter([True] * strict)
    chain = apart.move(target_url=apart.old.ledger.admin_url).findings.problems
    assert any("have the same server_id, or are one server" in problem for problem in chain)


def test_what_the_settings_do_not_say_is_refused(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    """Databases that processes have elsewhere have to be named, and no others can be."""
    url = apart.old.ledger.admin_url
    for changes, words in (
        ({"source_urls": {}}, f"there is no {SCHEMA} at"),
        ({"source_urls": {"rewards": url}}, "a cell has no database rewards"),
        ({"target_urls": {"ledger": "sqlite:///x"}}, "ledger in FURLONG_CELL_MOVE_TARGET_URLS must be"),
    ):
        with pytest.raises(MoveError, match=words):
            apart.move(**changes)
    monkeypatch.setenv("FURLONG_DATABASE_URLS", f'{{"ledger": "{url}"}}')
    assert apart.move().findings.problems == []
    with pytest.raises(MoveError, match="FURLONG_DATABASE_URLS has an own URL of ledger"):
        apart.move(source_urls={})
