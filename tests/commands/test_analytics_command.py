"""`furlong analytics` as a command: what it says while history is filled, and what it lists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.filling import FillingFile
from tests.support.analytics_store import KEY
from tests.support.processes.running_furlong import Programs, programs_in


@pytest.fixture
def programs(processes: None, tmp_path: Path) -> Iterator[Programs]:
    """Provide commands over new databases and a store that nobody has filled."""
    environment = {
        "FURLONG_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/data",
        "FURLONG_ANALYTICS_FOLDER": f"{tmp_path}/analytics",
        "FURLONG_ANALYTICS_KEY": KEY,
    }
    (tmp_path / "data").mkdir()
    with programs_in(tmp_path, environment) as opened:
        opened.run("db", "upgrade")
        yield opened


@pytest.mark.parametrize("asked", [("ask", "SELECT count() FROM bets"), ("report", "funnel")])
def test_a_question_before_history_is_there_hears_how_far_it_is(
    programs: Programs, asked: tuple[str, str]
) -> None:
    """In a sentence, with nothing of files and errors of the operating system."""
    filling = FillingFile(programs.folder / "analytics")
    filling.say(43, "7 of 16 weeks are counted")
    said = programs.refused("analytics", *asked)
    assert "History is being filled: 43 % so far, 7 of 16 weeks are counted." in said
    assert "Errno" not in said
    assert "snapshots" not in said


def test_tables_and_columns_are_listed_for_a_role(programs: Programs) -> None:
    """What may be asked, with sentences; another statement hears what works."""
    shown = programs.run("analytics", "ask", "SHOW TABLES", "--as-role", "viewer")
    assert re.search("report_funnel +How many customers of a brand's week", shown)
    assert "bet_records" not in shown
    described = programs.run("analytics", "ask", "DESCRIBE report_funnel", "--as-role", "viewer")
    assert "bettors" in described
    assert "How many customers bet." in described
    hidden = programs.refused("analytics", "ask", "DESCRIBE bets", "--as-role", "viewer")
    assert "there is no table bets for you; SHOW TABLES lists those there are" in hidden
    refused = programs.refused("analytics", "ask", "DROP TABLE bets")
    assert "What works: SELECT … (or WITH … SELECT …), SHOW TABLES, and DESCRIBE table" in refused


def test_without_a_name_the_reports_are_listed(programs: Programs) -> None:
    """Nobody has to know a report's name before; nothing is asked, so nothing is recorded."""
    listed = programs.run("analytics", "report")
    assert listed == programs.run("analytics", "facts", "--reports")
    assert "funnel\n    How many customers of a brand's week" in listed
