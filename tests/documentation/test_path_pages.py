"""The pages that follow a request and a message are compared with the files that each of them enters."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import pytest

from bench.harness.servers import ROOT
from tests.support.path_pages import files_in, files_of_stops, page_text

pytestmark = [
    pytest.mark.lasting("a process imports the whole product, to follow a request and a batch through it"),
    pytest.mark.usefixtures("processes"),
]

LEFT_OUT: Final = "What it leaves out"
NOT_WARM: Final = ("What an earlier request has prepared", "What only some requests pass")


class Page(NamedTuple):
    """A page, and what it follows: a path of `bench.counts`, and which of its requests."""

    file: str
    followed: str


REQUEST: Final = Page("request-path.md", "betslip, warm")
MESSAGE: Final = Page("message-path.md", "consumer_batch, first")
PAGES: Final = [
    pytest.param(REQUEST, id="a warm bet-slip"),
    pytest.param(MESSAGE, id="the first batch of bets"),
]
Files = Sequence[str]


@pytest.fixture(scope="module")
def entered() -> Mapping[str, Files]:
    """Return the files that each request enters, in the order of their first calls."""
    names = {page.followed.partition(",")[0]: None for page in (REQUEST, MESSAGE)}
    command = [sys.executable, "-m", "bench.counts", "--by", "file", *(f"--path={name}" for name in names)]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    files: dict[str, list[str]] = {}
    for line in output.splitlines():
        if line.startswith(" "):
            files[next(reversed(files))].append(line.strip())
        else:
            files[line.partition(":")[0]] = []
    return files


@pytest.mark.parametrize("page", PAGES)
def test_each_file_of_the_stops_is_entered(page: Page, entered: Mapping[str, Files]) -> None:
    """A page sends nobody to a file that has no part in the path."""
    assert [file for file in _stops(page) if file not in entered[page.followed]] == []


@pytest.mark.parametrize("page", PAGES)
def test_each_file_that_is_entered_is_named_or_left_out(page: Page, entered: Mapping[str, Files]) -> None:
    """What is left out is listed, by file or by folder, with what it does on the path."""
    stops, left_out = _stops(page), files_in(_section(page, LEFT_OUT))
    others = [file for file in entered[page.followed] if file not in stops]
    assert [file for file in others if not any(_covers(place, file) for place in left_out)] == []
    assert [place for place in left_out if not any(_covers(place, file) for file in others)] == []


def test_the_stops_are_in_the_order_of_the_request(entered: Mapping[str, Files]) -> None:
    """Each file is named first where the request enters it first."""
    stops = _stops(REQUEST)
    assert [file for file in entered[REQUEST.followed] if file in stops] == stops


@pytest.mark.parametrize("title", NOT_WARM)
def test_a_warm_request_enters_nothing_of_other_requests(title: str, entered: Mapping[str, Files]) -> None:
    """What a request passes only when it is the first, or an unusual one, is no part of the warm one."""
    files = files_in(_section(REQUEST, title))
    assert files
    assert [file for file in files if file in entered[REQUEST.followed]] == []


def _section(page: Page, title: str) -> str:
    return page_text(page.file).split(f"\n## {title}\n")[1].split("\n## ")[0]


def _stops(page: Page) -> Files:
    """Return the files that the numbered stops name, before what they leave out."""
    return files_of_stops(page_text(page.file).split(f"\n## {LEFT_OUT}\n")[0])


def _covers(place: str, file: str) -> bool:
    """Return whether a place is a file, or a folder in which the file is."""
    return file == place or file.startswith(f"{place.rstrip('/')}/")
