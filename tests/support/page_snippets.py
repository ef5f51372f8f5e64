"""The files that docs/frontend.md shows, so that tests can play them as they are on the page."""

import re
from pathlib import Path
from typing import Final

from tests.support.processes.running_furlong import ROOT

PAGE: Final = ROOT / "docs" / "frontend.md"
DEMO: Final = "127.0.0.1:8000"
FENCE: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED: Final = re.compile(r"^(?://|#|<!--) ([\w.]+)(?: -->)?\n")
JSON: Final = re.compile(r"`([\w.]+\.json)`[^\n]*:\n```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)
"""A file of JSON cannot name itself: the sentence before it does."""


def section(heading: str) -> str:
    """Return the text below a heading of the page, up to the next one of its level."""
    return PAGE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def files(heading: str) -> dict[str, str]:
    """Return the files that a section shows, by their names."""
    text = section(heading)
    named = {match[1]: fence for _, fence in FENCE.findall(text) if (match := NAMED.match(fence))}
    return named | dict(JSON.findall(text))


def write(folder: Path, demo_url: str = "", modules: str = "tests/node") -> None:
    """Write the files for other clients into a folder; the demo has another address than on the page.

    Args:
        folder: Where they are to be.
        demo_url: Where the demo is.
        modules: The folder of this repository whose packages of npm they use.
    """
    for name, text in files("Other clients").items():
        (folder / name).write_text(text.replace(DEMO, demo_url.partition("//")[2] or DEMO), encoding="utf-8")
    (folder / "node_modules").symlink_to(ROOT / modules / "node_modules")
