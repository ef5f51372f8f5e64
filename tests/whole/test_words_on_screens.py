"""What people read on the screens of the demo: names, dates and plain words, on every screen of each role.

Raw ids, weeks of ISO 8601, times of UTC and a library's classes stand behind "Details", where support finds
them, or in elements that say what they are: code and what can be copied.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import pytest
import yaml
from playwright.sync_api import Browser as LaunchedBrowser

from tests.support.browsers import PATIENCE_MS
from tests.support.office.moving_about import READS
from tests.support.office.office_client import OfficeClient
from tests.support.office.signing_in import sign_in
from tests.support.processes.running_furlong import ROOT, Demo, running_demo

pytestmark = [
    pytest.mark.usefixtures("web_installed"),
    pytest.mark.slow("a demo, and each screen of each role"),
    pytest.mark.timeout(1800),
]

WORLD: Final = yaml.safe_load((ROOT / "furlong" / "world.yaml").read_text(encoding="utf-8"))
NAMED: Final = [
    *(brand["id"] for brand in WORLD["brands"]),
    *(text["reward_id"] for brand in WORLD["brands"] for text in brand["content"]),
]
"""Ids of what has a name: brands and rewards of the demo."""

RAW: Final[Mapping[str, re.Pattern[str]]] = {
    "id": re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+\b|\b[0-9a-f]{24,}\b"),
    "id of what has a name": re.compile(rf"(?<![\w/.-])({'|'.join(map(re.escape, NAMED))})(?![\w/.:-])"),
    "ISO week": re.compile(r"\b\d{4}-W\d\d\b|\b[Ww]eek \d\d?\b"),
    "UTC time": re.compile(r"\b\d\d:\d\d(:\d\d)?(Z\b|\sUTC)|\d{4}-\d\d-\d\dT\d\d|Times in UTC"),
    "class": re.compile(r"\b[A-Z]\w+(Error|Exception|Timeout)\b|\b(aiokafka|sqlalchemy|asyncio|pydantic)\b"),
}
"""What no sentence for people has."""

READ: Final = """() => {
  const root = document.querySelector('#main-content') ?? document.body;
  const kept = [];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) { kept.push(node.textContent); return; }
    if (!(node instanceof Element) || node.matches('details, code, pre, [data-id], script, style')) return;
    if (!node.checkVisibility()) return;
    const inline = getComputedStyle(node).display.startsWith('inline');
    if (!inline) kept.push('\\n');
    node.childNodes.forEach(walk);
    if (!inline) kept.push('\\n');
  };
  walk(root);
  return kept.join('');
}"""
"""The visible text of a screen, without what is marked as an id or as code."""


@pytest.fixture(scope="module")
def demo(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Run a demo with its simulated providers."""
    with running_demo(tmp_path_factory.mktemp("demo"), "--traffic") as running:
        yield running


def raw_words(text: str) -> list[str]:
    """Return what no sentence for people should have, each with its kind and its line."""
    return [
        f"{kind}: {line.strip()}"
        for line in text.splitlines()
        for kind, pattern in RAW.items()
        if pattern.search(line)
    ]


def test_people_read_names_and_plain_words(demo: Demo, launched: LaunchedBrowser) -> None:
    """On the home of each role, and on every screen that the menu of any has."""
    found: dict[str, list[str]] = {}
    seen = set()
    for account in demo.facts["backoffice"]["accounts"]:
        with signed_in(demo, launched, account) as client:
            client.open_all_screens()
            menu = client.page.locator("a[role=menuitem]")
            links = menu.evaluate_all("all => all.map((link) => link.getAttribute('href'))")
            assert len(links) > 1
            for link in links:
                screen = link.removeprefix("/backoffice").lstrip("/").partition("?")[0]
                if screen in seen:
                    continue
                seen |= {screen} - {""}
                client.go(screen)
                if raw := raw_words(client.page.evaluate(READ)):
                    found[f"{account['role']}: {screen or 'home'}"] = raw
    assert len(seen) > 30
    assert not found, "\n".join(f"{screen}: {line}" for screen, lines in found.items() for line in lines)


@contextmanager
def signed_in(demo: Demo, launched: LaunchedBrowser, account: Mapping[str, str]) -> Iterator[OfficeClient]:
    """Open a browser in which the person with an account is signed in."""
    opened = launched.new_context(
        viewport={"width": 1280, "height": 900},
        locale="en-GB",
        timezone_id="Europe/London",
        reduced_motion="reduce",
    )
    page = opened.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(READS)
    client = OfficeClient(page, demo.facts["backoffice"]["url"], account["totp"])
    page.goto(client.url)
    sign_in(page, account)
    yield client
    opened.close()
