"""Names that were retired for the field's own do not come back; docs/glossary.md has the names to use."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
RETIRED: Final = {
    "bench": {
        "Turns",
        "Crowd",
        "crowd",
        "carry_out",
        "StopWatch",
        "Yard",
        "yard",
        "Squad",
        "SquadError",
        "Books",
        "Letter",
        "Betting",
        "Seen",
        "Effort",
        "Sight",
        "go_ahead",
        "take_rest",
        "whole_message",
        "keep_pace",
        "drained",
        "happening",
        "told",
        "as_far_as_it_goes",
        "gather_load",
    },
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
