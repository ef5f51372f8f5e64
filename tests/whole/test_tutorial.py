"""The tutorial, played as it is written: buttons, amounts, odds, queries and commands are the product's."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.bet_slip_page import browser
from tests.support.processes.running_furlong import Demo, eventually, running_demo
from tests.support.repository_files import ROOT, repository_files
from tools.local_chromium import LocalChromium

pytestmark = pytest.mark.usefixtures("web_installed")

TUTORIAL: Final = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
ADDRESS: Final = "http://127.0.0.1:8000"
OFFICE: Final = "http://127.0.0.1:8100/backoffice/"
ITEM: Final = re.compile(r"^\d+\. (.*(?:\n   .*)*)", re.MULTILINE)
PATIENCE_SECONDS: Final = 300


def chapter(number: int) -> str:
    """Return the text of a chapter of the tutorial."""
    return TUTORIAL.partition(f"\n## {number}. ")[2].partition("\n## ")[0]


def fences(number: int, language: str) -> list[str]:
    """Return the code of a language that a chapter shows."""
    return re.findall(rf"^```{language}\n(.*?)^```$", chapter(number), re.MULTILINE | re.DOTALL)


def choose(page: Page, option: str, label: str) -> None:
    """Choose in a list the option that begins so."""
    picker = page.get_by_label(label).first
    picker.select_option(picker.locator("option", has_text=option).first.get_attribute("value"))


def fill(page: Page, label: str, text: str) -> None:
    """Type into a field, in place of what is in it."""
    page.get_by_label(label, exact=True).fill(text)


def press_beside(page: Page, button: str, title: str) -> None:
    """Press a button that says to those who cannot see it what it belongs to."""
    page.get_by_role("button", name=f"{button} {title}", exact=True).click()


def press(page: Page, name: str) -> None:
    """Press a button, or the title of a part that opens."""
    title = page.locator("summary", has_text=name)
    page.get_by_role("button", name=re.compile(rf"^{re.escape(name)}( \(.*\))?$")).or_(title).first.click()


def press_odds(page: Page, shortest: str) -> None:
    """Press the first odds that are long enough of an event that has not begun."""
    events = page.get_by_test_id("event").filter(has=page.locator("time"))
    open_prices = events.locator("[data-testid=price][aria-disabled=false]")
    expect(open_prices.first).to_be_visible(timeout=PATIENCE_MS)
    prices = [price for price in open_prices.all() if odds_of(price) >= Fraction(shortest)]
    prices[0].click()


def odds_of(price: Locator) -> Fraction:
    """Return the odds that a button shows."""
    shown = price.locator(".price-odds bdi").inner_text()
    return Fraction(1) if shown == "Evens" else Fraction(shown)


def receipt_says(page: Page, text: str) -> None:
    """Wait until a receipt says a text."""
    says(page.get_by_role("region", name="Receipts"), text)


def tracker_says(page: Page, text: str) -> None:
    """Wait until the tracker says a text: in its card, or in the bar with the button on a phone."""
    shown = page.locator(".club").filter(has_text=text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}"))
    expect(shown.first).to_be_visible(timeout=PATIENCE_MS)


def list_says(page: Page, text: str) -> None:
    """Wait until the recent bets say a text."""
    says(page.get_by_role("group").filter(has_text="Recent bets"), text)


def says(part: Locator, text: str) -> None:
    """Wait until a part of the page has a text."""
    expect(part).to_contain_text(text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}"), timeout=PATIENCE_MS)


STEPS: Final[dict[str, Callable[..., None]]] = {
    r"Choose \*([^*]+)\* as the \*([^*]+)\*": choose,
    r"Type a \*([^*]+)\* of `([^`]+)`": fill,
    r"Press \*([^*]+)\* beside \*([^*]+)\*": press_beside,
    r"(?:Press|then|press) \*([^*]+)\*": press,
    r"Press odds of (\d+/\d+) or longer of an event that has": press_odds,
    r"[Tt]he receipt says \*([^*]+)\*": receipt_says,
    r"[Tt]he tracker says \*([^*]+)\*": tracker_says,
    r"[Tt]he list says \*([^*]+)\*": list_says,
}
"""What the tutorial lets its reader do and see, and how a test does it."""


def steps(items: str, more: dict[str, Callable[..., None]]) -> Iterator[Callable[[Page], None]]:
    """Yield the steps of the numbered items of a text; an item with a name that belongs to no step fails."""
    playable = {**more, **STEPS}
    for item in ITEM.findall(items):
        text = " ".join(item.split())
        patterns = "|".join(f"(?P<step{number}>{pattern})" for number, pattern in enumerate(playable))
        unplayed = re.sub(patterns, "", text)
        assert "*" not in unplayed, f"no step plays: {unplayed}"
        assert "`" not in unplayed, f"no step plays: {unplayed}"
        for match in re.finditer(patterns, text):
            pattern, step = list(playable.items())[int(str(match.lastgroup).removeprefix("step"))]
            arguments = re.fullmatch(pattern, match[0]).groups()  # type: ignore[union-attr]
            yield lambda page, step=step, arguments=arguments: step(page, *arguments)  # type: ignore[misc]


def test_the_bets_and_the_membership_of_the_tutorial(demo: Demo, chromium: LocalChromium) -> None:
    """Each numbered step of placing bets and joining works, and the page then says what the tutorial says."""
    with browser(chromium, width=1280) as slip:
        slip.open(demo.site.url)
        played = 0
        for number in (2, 3):
            for step in steps(chapter(number), {}):
                step(slip.page)
                played += 1
        assert played > 10
        # graphql-ws answers a ping that comes while it closes the stream of the customer before.
        assert set(slip.faults) <= {"WebSocket is already in CLOSING or CLOSED state."}


def test_the_payments_of_the_tutorial(demo: Demo, chromium: LocalChromium) -> None:
    """A customer pays in at the processor's page and withdraws; two people of finance let the money go."""
    with browser(chromium, width=1280) as slip:
        slip.open(demo.site.url)
        tabs = [slip.page]

        def other_tab(page: Page, address: str) -> None:
            assert address == OFFICE
            opened = page.context.browser
            assert opened is not None
            tabs.append(opened.new_page(locale="en-GB"))
            tabs[-1].set_default_timeout(PATIENCE_MS)
            tabs[-1].goto(demo.facts["backoffice"]["url"])

        more: dict[str, Callable[..., None]] = {
            r"[Pp]ress \*([^*]+)\* once more|and \*([^*]+)\* once more": press_in_dialog,
            r"Press \*(Your money [^*]+)\*": press,
            r"(?:[Pp]ress|then) \*([^*]+)\*": press_anything,
            r"type an? \*([^*]+)\* of `([^`]+)`": fill,
            r"Type a \*(Reason)\* of `([^`]+)`": fill_in_dialog,
            r"Choose \*([^*]+)\*(?! as)": check,
            r"[Tt]he panel says \*([^*]+)\*": panel_says,
            r"The balance is now \*([^*]+)\*": balance_is,
            r"In another tab, open <([^>]+)>": other_tab,
            r"In the first tab": lambda _: tabs.append(slip.page),
        }
        for step in steps(chapter(4), more):
            step(tabs[-1])
        assert slip.faults == []


def press_anything(page: Page, name: str) -> None:
    """Press a button, an entry of a menu, or a row; in a dialog, if one is open."""
    name = name.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
    menu, cell = (page.get_by_role(role, name=name, exact=True) for role in ("menuitem", "cell"))
    page.get_by_role("button", name=name, exact=True).or_(menu).or_(cell).first.click()


def press_in_dialog(page: Page, *names: str | None) -> None:
    """Press the button of a dialog that is called as what has opened it."""
    [name] = filter(None, names)
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


def fill_in_dialog(page: Page, label: str, text: str) -> None:
    """Type into a field of a dialog."""
    page.get_by_role("dialog").get_by_label(label).fill(text)


def check(page: Page, label: str) -> None:
    """Choose one of several."""
    page.get_by_label(label).check()


def panel_says(page: Page, text: str) -> None:
    """Wait until the panel of the customer's money says a text."""
    says(page.get_by_role("dialog"), text)


def balance_is(page: Page, amount: str) -> None:
    """Wait until the page's head shows an amount."""
    expect(page.get_by_test_id("balance-cash")).to_have_text(amount, timeout=PATIENCE_MS)


def test_the_queries_and_commands_of_the_tutorial(demo: Demo, chromium: LocalChromium) -> None:
    """GraphiQL answers the query, which calls the subgraphs that the tutorial names, and commands work."""
    (query,) = fences(5, "graphql")

    def write(page: Page) -> None:
        page.get_by_label("Operation Editor").locator(".monaco-editor").first.click()
        page.keyboard.press("Control+A")
        page.evaluate("text => navigator.clipboard.writeText(text)", query)
        page.keyboard.press("Control+V")

    def answers(page: Page, text: str) -> None:
        answer = page.get_by_label("Result Window").locator(".view-lines")

        def shown() -> bool:
            if text in (answer.inner_text().replace("\xa0", " ") if answer.count() else ""):
                return True
            # The button is there before the editors have read the operation: a person presses it again.
            press(page, "Execute query")
            page.wait_for_timeout(500)
            return False

        eventually(shown, f"GraphiQL shows {text}")

    if not demo.site.staked("c-1001"):  # the test before has placed it, unless it was left out
        demo.site.produce(demo.site.bet("c-1001", "b-tutorial"), key="northbet:c-1001")
    eventually(lambda: demo.site.staked("c-1001"), "the bet counts")
    with browser(chromium, width=1280) as explorer:
        explorer.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        explorer.open(f"{demo.site.url}/graphql")
        more: dict[str, Callable[..., None]] = {
            r"Write this query": write,
            r"The answer has `([^`]+)`": answers,
        }
        for step in steps(chapter(5), more):
            step(explorer.page)

    (demo.programs.folder / "query.graphql").write_text(query)
    plan = demo.programs.run(
        "gateway", "plan", "--supergraph", str(ROOT / "schema.public.graphql"), "query.graphql"
    )
    called = list(dict.fromkeys(re.findall(r'Fetch\(service: "(\w+)"\)', plan)))
    said = re.search(r"called (\w+) subgraphs for this, (`\w+`(?: and then `\w+`)*)", chapter(5))
    assert said is not None
    assert (said[1], re.findall(r"`(\w+)`", said[2])) == (["no", "one", "two", "three"][len(called)], called)

    folder = demo.programs.folder
    for name in (".venv", "schema.graphql", "contracts"):
        (folder / name).symlink_to(ROOT / name)
    printed = [run(command, folder, demo) for command in fences(5, "sh")]
    assert printed[0].count("Fetch(") == 3
    assert '"percent":20' in printed[1].replace(" ", "")


def run(commands: str, folder: Path, demo: Demo) -> str:
    """Run commands as the tutorial shows them, at the address of this demo, and return what they print."""
    script = commands.replace(ADDRESS, demo.site.url)
    return subprocess.run(
        ["bash", "-ec", script],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    ).stdout


def test_the_lines_of_the_readme_show_the_club(demo: Demo, chromium: LocalChromium, tmp_path: Path) -> None:
    """In a page of another server of this machine, they show the club of the demo's first customer."""
    lines = re.search(r"^```html\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert lines is not None
    head = "<!doctype html><html lang=en><title>A page</title><link rel=icon href=data:,>\n"
    (tmp_path / "index.html").write_text(head + lines[1].replace(ADDRESS, demo.site.url))
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, browser(chromium) as shown:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            shown.open(f"http://127.0.0.1:{server.server_port}/")
            tracker_says(shown.page, "Not joined")
            assert shown.faults == []
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A copy of the repository, with its installed parts."""
    clone = tmp_path / "furlong"
    for name in repository_files():
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, clone / name)
    for made in (".venv", "web/node_modules", "web/dist"):
        (clone / made).symlink_to(ROOT / made)
    subprocess.run(["git", "init", "-q"], cwd=clone, check=True)
    subprocess.run(["git", "add", "-A"], cwd=clone, check=True)
    return clone


@pytest.mark.timeout(1200)
@pytest.mark.slow("composes the graph twice and starts a demo of a copy")
def test_the_changed_subgraph_of_the_tutorial(
    changed: Path, processes: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The patch applies, the graph composes, the new field is answered, and all of it can be undone."""
    del processes
    (patch,), (query,) = fences(6, "diff"), fences(6, "graphql")
    apply, undo = fences(6, "sh")
    (changed / "halfway.patch").write_text(patch)
    monkeypatch.setenv("PYTHONPATH", str(changed))

    def do(commands: str) -> str:
        # The copy is installed already: what `make` would install there is shared with this repository.
        command = ["bash", "-ec", commands.replace("make compose", "make compose SET_UP=true")]
        done = subprocess.run(command, cwd=changed, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "schema.graphql" in do(apply)
    (tmp_path / "demo").mkdir()
    with running_demo(tmp_path / "demo", installed=True, PYTHONPATH=str(changed)) as demo:
        answer = demo.site.ask(query, customer="c-1001")
    assert answer == {"data": {"club": {"progress": {"percent": 0, "halfway": False}}}}
    do(undo)
    assert do("git diff --stat") == ""
