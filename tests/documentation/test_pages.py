"""The pages of the documentation site: rewritten links, navigation, and what fails the build."""

import re
from pathlib import Path

import pytest

from furlong.cli.main import COMMANDS
from furlong.settings import listed
from tools.documentation.build import below_path, build_site, problems_of
from tools.documentation.navigation import sections, with_navigation
from tools.documentation.pages import ALERTS, ROOT, for_the_site
from tools.documentation.references import command_pages, settings_page

NAMES = {
    "README.md": "overview.md",
    "docs/gateway.md": "gateway.md",
    "docs/gateway/access.md": "gateway/access.md",
    "docs/runbooks/alerts/GatewayDown.md": f"{ALERTS}#gatewaydown",
}


@pytest.mark.parametrize(
    ("page", "link", "on_the_site"),
    [
        ("README.md", "[a](docs/gateway.md#start-it)", "[a](gateway.md#start-it)"),
        ("docs/gateway.md", "[a](../README.md)", "[a](overview.md)"),
        ("docs/gateway/access.md", "[a](../gateway.md)", "[a](../gateway.md)"),
        ("docs/gateway.md", "[a](runbooks/alerts/GatewayDown.md)", "[a](runbooks/alerts.md#gatewaydown)"),
        ("docs/gateway/access.md", "[a](../decisions)", "[a](../index.md#decisions)"),
        ("docs/gateway.md", "[a](../schema.graphql)", "[a](../../schema.graphql)"),
        ("docs/gateway.md", "[the `b`](../contracts) and more", "the `b` and more"),
        ("docs/gateway.md", "[a](https://example.org/b)", "[a](https://example.org/b)"),
        ("docs/gateway.md", "```sh\n[a](../README.md)\n```", "```sh\n[a](../README.md)\n```"),
        ("README.md", '<img src="docs/images/bet-slip.png">', '<img src="../../docs/images/bet-slip.png">'),
    ],
)
def test_links_lead_to_the_pages_of_the_site(page: str, link: str, on_the_site: str) -> None:
    """A link that works in the repository works on the site; folders without a page are plain text."""
    assert for_the_site(link, page, NAMES) == on_the_site


def test_the_index_is_the_navigation() -> None:
    """The links that begin rows of the index page are the navigation; pages without a row follow."""
    index = (
        "# Docs\n[no](row.md)\n## Tutorial\n| [a](tutorial.md) | x |\n## Explanation\n## Decisions\nEach.\n"
    )
    found = sections(index, ["index.md", "tutorial.md", "decisions/b.md", "decisions/a.md", "new.md"])
    assert [(section.title, section.pages) for section in found] == [
        ("Tutorial", ("tutorial.md",)),
        ("Explanation", ("new.md",)),
        ("Decisions", ("decisions/a.md", "decisions/b.md")),
    ]
    entries = with_navigation(index, found)
    assert "\na <tutorial>\n" in entries  # in the words of its row
    assert "\nnew\n" in entries


def test_every_setting_has_an_entry() -> None:
    """The reference has each setting that `furlong settings` lists."""
    page = settings_page()
    assert [variable for variable, _, _ in listed() if f"\n`{variable}`\n: " not in page] == []


def test_every_command_has_a_page_without_hidden_options() -> None:
    """Each command and group has a page with its options."""
    pages = dict(command_pages())
    assert set(pages) == {f"reference/cli/{name}.md" for name in COMMANDS}
    assert "`--customer CUSTOMER`" in pages["reference/cli/token.md"]
    assert "## `furlong deadletters replay`" in pages["reference/cli/deadletters.md"]


def test_links_of_the_page_for_a_404_begin_at_the_sites_root() -> None:
    """They lead from any depth to the same pages; addresses elsewhere and anchors stay as they are."""
    page = '<a href="a/b.html"> <img src="./c.png"> <a href="#d"> <a href="/e"> <a href="https://f.example/">'
    expected = '<a href="/docs/a/b.html"> <img src="/docs/c.png"> <a href="#d"> <a href="/e"> <a href="https://f.example/">'
    assert below_path(page) == expected


def test_the_readme_embeds_the_widget_as_the_guide_does() -> None:
    """Its lines are those of the guide's section about the demo, which a test plays."""
    guide = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
    lines = re.search(
        r"^```html\n.*?^```$", guide.partition("\n## In the demo\n")[2], re.MULTILINE | re.DOTALL
    )
    assert lines is not None
    assert lines[0] in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ('<a href="b.html#c">', ""),
        ('<a class="x" href="b.html">', ""),
        ('<a href="https://example.org/">', ""),
        ('<a href="gone.html">', "a.html: gone.html leads nowhere"),
        ('<img src="gone.png">', "a.html: gone.png leads nowhere"),
        ('<a href="b.html#gone">', "a.html: b.html#gone: no such anchor"),
        ('<a href="#gone">', "a.html: #gone: no such anchor"),
        ("<script>x</script>", "a.html: has an inline script"),
        ('<script src="https://cdn.example/x.js">', "a.html: loads a file of another site"),
    ],
)
def test_a_wrong_reference_fails_the_build(html: str, problem: str, tmp_path: Path) -> None:
    """Broken links and anchors, scripts that the policy forbids and files of other sites are problems."""
    (tmp_path / "a.html").write_text(html)
    (tmp_path / "b.html").write_text('<p id="c">')
    assert list(problems_of(tmp_path)) == ([problem] if problem else [])


@pytest.mark.usefixtures("processes")
def test_a_warning_fails_the_build_until_its_page_is_changed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A second build does not pass because Sphinx has read the page before."""
    sources = tmp_path / "source"
    sources.mkdir()
    (sources / "index.md").write_text("# Title\n\n```{nosuchdirective}\n```\n")
    for _ in range(2):
        assert build_site(sources, tmp_path / "html", tmp_path / "doctrees", ["-A", "versions="]) == 1
        assert "nosuchdirective" in capfd.readouterr().err


@pytest.mark.usefixtures("processes")
def test_the_site_has_one_index_of_its_search(tmp_path: Path) -> None:
    """Sphinx writes none beside ours, and the page of results is there all the same."""
    sources, html = tmp_path / "source", tmp_path / "html"
    sources.mkdir()
    (sources / "index.md").write_text("# Title\n\nA page.\n")
    assert build_site(sources, html, tmp_path / "doctrees", ["-A", "versions="]) == 0
    assert [file.name for file in html.rglob("searchindex*")] == []
    assert 'id="search-results"' in (html / "search.html").read_text()
