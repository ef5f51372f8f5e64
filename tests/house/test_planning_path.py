"""The page about requests names the planner's files in the order in which an operation enters them."""

import re
import sys
from pathlib import Path
from types import FrameType
from typing import Final

from graphql import OperationDefinitionNode, parse

from gateway.planner import normalize, plan
from gateway.supergraph import load_supergraph

ROOT: Final = Path(__file__).resolve().parents[2]
PLANNER: Final = ROOT / "gateway" / "planner"
BESIDE: Final = {"search/unreachable.py", "explain.py", "normalize.py"}
"""Files that the page names for what happens before, or instead."""


def test_the_page_follows_an_operation_through_the_planner() -> None:
    """For the bet-slip, the files are entered in the order of the page."""
    section = (ROOT / "docs" / "request-path.md").read_text(encoding="utf-8").split("## Planning")[1]
    links = re.findall(r"\(\.\./gateway/planner/([\w/]+\.py)\)", section)
    named = [each for each in links if each not in BESIDE]
    entered = [each for each in _entered() if each in named]
    assert entered == named


def _entered() -> list[str]:
    """Plan the bet-slip, and return the planner's files in the order of their first calls."""
    supergraph = load_supergraph((ROOT / "schema.graphql").read_text(encoding="utf-8"))
    document = parse((ROOT / "contracts" / "betslip.graphql").read_text(encoding="utf-8"))
    definition = document.definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    operation = normalize(supergraph, document, definition, {})
    files: dict[str, None] = {}

    def note(frame: FrameType, event: str, _argument: object) -> None:
        path, name = Path(frame.f_code.co_filename), frame.f_code.co_name
        if event == "call" and path.is_relative_to(PLANNER) and not name.startswith("__"):
            files[path.relative_to(PLANNER).as_posix()] = None

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        plan(supergraph, operation)
    finally:
        sys.setprofile(before)
    return list(files)
