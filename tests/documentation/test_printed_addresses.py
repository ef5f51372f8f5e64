"""What README and docs/demo.md show of the first start is what the demo prints then."""

import re
from pathlib import Path
from typing import Final

import pytest

from furlong.cli.processes.demo_greeting import docs_lines, greeting
from furlong.demo.process import DemoOptions
from furlong.demo.ready_file import (
    DemoBackoffice,
    DemoBrand,
    DemoCasino,
    DemoFacts,
    DemoPayments,
    InternalGraph,
)
from furlong.serve import page
from tests.support.repository_files import ROOT

URL: Final = "http://127.0.0.1:8000"
FREE: Final = "http://127.0.0.1:40000"
FACTS: Final = DemoFacts(
    url=URL,
    graphql=f"{URL}/graphql",
    kafka="127.0.0.1:40000",
    upstream=FREE,
    brand="northbet",
    customers=(),
    data=".furlong/demo",
    generation="1",
    docs=f"{URL}/docs/",
    internal=InternalGraph(graphql=f"{FREE}/graphql", key="k"),
    backoffice=DemoBackoffice(url="http://127.0.0.1:8100/backoffice/", accounts=()),
    brands=tuple(DemoBrand(brand=name, site=FREE, key="k") for name in ("northbet", "lagunabet")),
    payments=DemoPayments(processor=FREE, control=FREE, webhooks=FREE, bank=FREE),
    casino=DemoCasino(providers={"acorn": FREE, "bramble": FREE}, control=FREE, wallet=FREE),
)
OPTIONS: Final = DemoOptions(
    port=8000, traffic=True, data=Path(".furlong/demo"), ready_file=Path(".furlong/demo.json")
)


def lines_of(text: str) -> list[str]:
    """Return the lines that say something, without free ports, which differ at each start."""
    return [re.sub(r":\d{5}\b", ":PORT", line) for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("name", ["README.md", "docs/demo.md"])
def test_pages_show_what_the_first_start_prints(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In a new clone: the documentation is not built, and its line says what builds it."""
    monkeypatch.setattr(page, "BUILT", tmp_path)
    printed = lines_of(greeting(FACTS, OPTIONS))
    shown = next(
        block
        for block in re.findall(r"^```\w*\n(.*?)^```", (ROOT / name).read_text(), re.MULTILINE | re.DOTALL)
        if "Bet-slip " in block
    )
    places = [printed.index(line) for line in lines_of(shown)]
    assert places == list(range(places[0], places[0] + len(places)))
    assert name == "README.md" or places[0] == 0
    assert name == "README.md" or len(places) == len(printed)


def test_the_line_of_the_documentation_says_what_is_there() -> None:
    """Built, its address; not built, the command; nothing where it cannot be built, as in a wheel."""
    assert docs_lines(FACTS, is_built=True) == [f"    Docs         {URL}/docs/"]
    (line,) = docs_lines(FACTS, is_built=False)
    assert "not built; make docs builds it" in line
    assert docs_lines(FACTS.model_copy(update={"docs": ""}), is_built=False) == []
