"""Names that were retired for the field's own do not come back; docs/glossary.md has the names to use."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
RETIRED: Final = {
    "jit": {
        "Strand",
        "strand",
        "Place",
        "place",
        "Steps",
        "Kinds",
        "kinds",
        "Lasting",
        "Straight",
        "straight",
        "Spot",
        "Walk",
        "walking",
        "Subject",
        "Surroundings",
        "make_strand",
    },
    "gateway/http": {
        "Door",
        "door",
        "Glance",
        "glance",
        "Standing",
        "standing",
        "Caller",
        "caller",
        "Recognise",
        "recognise",
        "asker",
        "while_there",
        "gave_up",
        "ClientGone",
        "processor",
    },
    "gateway/pipeline": {
        "Answering",
        "answering",
        "Ready",
        "Asked",
        "Prepared",
        "Planned",
        "Carried",
        "carried",
        "carry_out",
        "Way",
        "PlainPlan",
        "make_ready",
    },
    "gateway/executor": {"Losses", "losses", "vouches", "vouched_for"},
    "gateway/transport": {"Call", "vouches"},
    "gateway/compiled": {
        "Doubt",
        "DOUBTS",
        "Finding",
        "finding",
        "wholes",
        "Projecting",
        "losses",
        "vouches",
        "vouched_for",
        "run_plainly",
        "Call",
    },
    "subgraphs/progress": {
        "Entry",
        "Kept",
        "Place",
        "place",
        "judge",
        "judged",
        "Known",
        "Played",
        "played",
        "Reached",
        "Standing",
        "standing",
        "standings",
        "said",
        "told",
        "Closing",
        "closing",
        "keep_weeks",
        "Turn",
        "TurningPoint",
        "turning_points",
        "WeekStep",
        "Reviewing",
        "Decided",
        "Qualifying",
        "qualifying",
        "Qualifier",
        "take_back",
        "follow",
        "entries",
        "total_point",
    },
    "subgraphs/rewards": {
        "Announcing",
        "announcing",
        "Announced",
        "Menus",
        "Guest",
        "guest",
        "ReadyMenu",
        "ReadMenus",
        "Wish",
        "wish",
        "wishes",
        "place",
        "has_place",
        "move_place",
        "Use",
        "told",
        "ToldChoice",
        "take_back",
        "offer_at_hand",
        "standing",
        "choice_point",
    },
    "subgraphs/club": {
        "ClubView",
        "view",
        "anew",
        "Standing",
        "standing",
        "standings",
        "Rounds",
        "rounds",
        "NOBODY",
        "place",
        "told",
        "ToldMembership",
        "take_back",
        "follow",
        "week_asked",
        "weeks_taken_part",
        "events_point",
    },
    "gateway/compiled/parallel_stage.py": {"Wave", "Surf", "Strand", "strand", "surf"},
}
"""By room, the words that its code was freed of."""


def names_of(tree: ast.AST) -> Iterator[str]:
    """All names that a module defines or uses."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


@pytest.mark.parametrize("room", sorted(RETIRED))
def test_retired_names_do_not_come_back(room: str) -> None:
    """No identifier of a room that was cleaned is one of its old ones."""
    path = ROOT / room
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    assert files
    found = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in files
        for name in names_of(ast.parse(file.read_text(encoding="utf-8")))
        if name in RETIRED[room]
    }
    assert found == set()
