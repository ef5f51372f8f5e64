"""The checks of the layout find each fault that they are for, and none where there is none."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.support.browsers.kept_chromium import launched_chromium
from tests.support.browsers.screen_gallery import faults_of_access, faults_of_layout
from tools.local_chromium import LocalChromium

FINE = """<style>
  .readers { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  p { margin: 0 }
  .narrow { width: 80px; overflow: hidden; white-space: nowrap }
</style>
<div style="width: 200px; padding: 8px; border: 1px solid; overflow: hidden">
  <p style="line-height: 1.1">Several words that wrap onto a second line, and <b>bold</b> ones.</p>
  <button style="min-height: 30px">A button</button> <a href="#">a link</a>
  <span class="readers">for readers</span>
  <details><summary>Closed</summary><p style="width: 900px">not shown</p></details>
</div>"""
FAULTS = {
    "cut off": '<div class="narrow">A title of 37 letters, cut</div>',
    "cut off at the bottom": '<div style="height: 14px; overflow: hidden"><p>Two lines<br>of text</p></div>',
    "shortened": '<p class="narrow" style="text-overflow: ellipsis">Shortened by the browser</p>',
    "outside of its box": '<button style="width: 60px; white-space: nowrap">Choose this reward</button>',
    "outside of a pill": '<b style="display: block; height: 9px; background: gold; font-size: 2em">Big</b>',
    "outside of the page": '<p style="position: absolute; left: -40px">Begins outside</p>',
    "the page is wider": '<div style="width: 2000px">wide</div>',
    "under": "<p>One text</p><p style='margin-top: -1em'>Another</p>",
    "cut off in a field": '<input style="width: 40px" value="12345678901234">',
}


@pytest.fixture(scope="module")
def page(chromium: LocalChromium) -> Iterator[Page]:
    """An empty page."""
    with launched_chromium(chromium) as launched:
        yield launched.new_page(viewport={"width": 600, "height": 400})


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found(page: Page, fault: str) -> None:
    """A page with one fault has it reported."""
    page.set_content(f"<main>{FINE}{FAULTS[fault]}</main>")
    expected = " ".join(fault.split()[:2])
    assert any(each.startswith(expected) for each in faults_of_layout(page, "main"))


def test_a_page_without_faults_has_none(page: Page) -> None:
    """Wrapped lines, text for screen readers and closed details are no faults."""
    page.set_content(f"<main>{FINE}</main>")
    assert faults_of_layout(page, "main") == []


def test_what_scrolls_sideways_may_be_outside_of_its_box(page: Page) -> None:
    """Where that is meant; text that is cut off in it, or above and below it, still is a fault."""
    wide = "<div style='width: 90px; overflow-x: auto; white-space: nowrap'>A row that is wider</div>"
    page.set_content(f"<main>{wide}</main>")
    assert faults_of_layout(page, "main") != []
    assert faults_of_layout(page, "main", may_scroll=True) == []
    page.set_content(f"<main>{wide.replace('auto', 'hidden')}</main>")
    assert faults_of_layout(page, "main", may_scroll=True) != []


def test_axe_runs(page: Page) -> None:
    """A field without a label is reported, so the checks by axe can fail."""
    page.set_content("<html lang='en'><title>t</title><main><input></main></html>")
    assert any(fault.startswith("label:") for fault in faults_of_access(page))
