"""The page about requests names each file of the planner, in the order in which an operation enters them."""

import re
import sys
from pathlib import Path
from types import FrameType
from typing import Final

from graphql import OperationDefinitionNode, parse

from gateway.planner import normalize
from gateway.planner.planner import plan
from gateway.supergraph import load_supergraph

ROOT: Final = Path(__file__).resolve().parents[2]
PLANNER: Final = ROOT / "gateway" / "planner"
BESIDE: Final = {"search/unreachable.py", "explain.py", "normalize.py"}
"""Files that the page names for what happens before, or instead."""
STEPS, SHARED = "\n1. **Resolve.**", "\n| what the steps pass on"
"""Where the page begins with the steps, and with what they share."""


def test_the_page_follows_an_operation_through_the_planner() -> None:
    """For the bet-slip, the files are entered in the order of the page."""
    section = (ROOT / "docs" / "request-path.md").read_text(encoding="utf-8").split("## Planning")[1]
    steps = section[section.index(STEPS) : section.index(SHARED)]
    named = [link for link in _links(steps) if link not in BESIDE]
    entered = [each for each in _entered() if each in named]
    assert entered == named


def test_the_page_names_each_file_that_an_operation_enters() -> None:
    """By its name, except the passes, of which it names the file that calls them."""
    section = (ROOT / "docs" / "request-path.md").read_text(encoding="utf-8").split("## Planning")[1]
    named = set(_links(section))
    assert [each for each in _entered() if each not in named and not each.startswith("passes/")] == []


def _links(text: str) -> list[str]:
    """Return the planner's files that a text links to."""
    return re.findall(r"\(\.\./gateway/planner/([\w/]+\.py)\)", text)


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
