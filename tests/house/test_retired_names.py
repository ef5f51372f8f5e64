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
        "_strand",
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
        "ForwardedHeaders",
    },
    "gateway/executor": {"Losses", "losses", "vouches", "vouched_for"},
    "gateway/transport": {"Call", "vouches"},
    "gateway/http/server": {"Protocols"},
    "gateway/compiled": {
        "Doubt",
        "DOUBTS",
        "Finding",
        "finding",
        "wholes",
        "Projecting",
        "Functions",
        "Completeness",
        "losses",
        "vouches",
        "vouched_for",
        "run_plainly",
        "Call",
    },
    "storage": {"KeptConnections", "is_clash", "waited_in_vain", "points"},
    "subgraphs/kit": {
        "Held",
        "at_hand",
        "PointRead",
        "PointReader",
        "PointStatement",
        "Circumstances",
        "circumstances",
        "Visit",
        "Reception",
        "reception",
        "Judgement",
        "judge",
        "judged",
        "Played",
        "Bar",
        "bars_of",
        "barred",
    },
    "gateway/plan": {"supplies", "Supplies", "apart", "Spread", "spread", "brings", "storage", "after"}
    | {"stand_ins", "FromAbove", "from_above", "Level", "supplier"},
    "gateway/planner": {
        *("Place", "place", "Way", "ways", "way", "Entrance", "entrances", "guise", "guises", "stand_in"),
        *("stand_ins", "told", "tells", "told_as", "seen_as", "brings", "room", "ROOMS", "Needs", "needs"),
        *("Goal", "goal", "covered", "Spot", "spot", "storage", "Here", "Above", "Draft", "draft", "drafts"),
        *("Block", "block", "essence", "account", "explained", "hurrying", "worth", "worths", "Drawn"),
        *("least_worth", "OutOfReach", "OutOfWork", "after", "from_above", "Builder", "why_not"),
    },
    "gateway/supergraph": {"guise", "guises", "_guises"},
    "gateway/errors.py": {"OutOfReach", "OutOfWork"},
    "gateway/compiled/parallel_stage.py": {"Wave", "Surf", "Strand", "strand", "surf"},
    "gateway/compiled/runtime/parallel_stage.py": {
        "Wave",
        "Surf",
        "Strand",
        "strand",
        "surf",
        "fail_by_task",
    "consumers": {
        "CUT",
        "Carrier",
        "ChoicesApply",
        "ClubApply",
        "Condition",
        "ErasingAccounts",
        "FulfilmentApply",
        "HOPELESS",
        "Histories",
        "LONGEST_MILLI",
        "Letters",
        "MOST_DIGITS",
        "MembershipsApply",
        "Parked",
        "Part",
        "Place",
        "Progress",
        "ProgressApply",
        "Pump",
        "QualificationsApply",
        "RELAYED",
        "ReferenceApply",
        "Revoked",
        "RewardsApply",
        "STALLS",
        "SUFFIX",
        "TOLD",
        "TopicMadeAnew",
        "UnderWay",
        "Watch",
        "away",
        "begins",
        "beside",
        "bound_idleness",
        "carrier",
        "check_same",
        "condition",
        "follows",
        "halves",
        "has_id",
        "histories",
        "living",
        "moved_at",
        "of_epoch",
        "of_living",
        "passed",
        "place",
        "places",
        "progress_of",
        "pump",
        "resting",
        "rests_until",
        "taken_over",
        "told",
        "told_memberships",
        "trouble",
    },
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
