"""Build the documentation site in `.docs/html`: `make docs`. A warning, or a broken link or anchor, fails it.

The set-up takes what was built for its own, by whatever command.
"""

import argparse
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from sphinx.cmd.build import build_main

from furlong.serve.page import DOCUMENTATION as DOCS_PATH
from gateway.supergraph.load import load_supergraph
from tools.documentation.navigation import sections, with_navigation
from tools.documentation.pages import INDEX, ROOT, SOURCES, page_names, staged_pages
from tools.documentation.references import command_pages, settings_page
from tools.documentation.schema_reference import schema_page
from tools.documentation.search_index import write_index
from tools.set_up import stamps
from tools.set_up.targets import DOCUMENTATION

HTML: Final = ROOT / ".docs" / "html"
DOCTREES: Final = ROOT / ".docs" / "doctrees"
CONFIGURATION: Final = Path(__file__).resolve().parent


def main(arguments: Sequence[str]) -> int:
    """Stage the pages, build the site, check its links, and return the exit status."""
    given = _parsed(arguments)
    if given.clean:
        shutil.rmtree(ROOT / ".docs", ignore_errors=True)
    inputs = DOCUMENTATION.digest(ROOT)
    pages = _all_pages()
    # Each page shows the titles of all.
    is_other = _titles(pages) != _titles(_staged())
    stage(pages)
    options = [*(["-a"] if is_other else []), "-A", f"versions={' '.join(given.version)}"]
    if status := build_site(SOURCES, HTML, DOCTREES, options):
        return status
    write_index(HTML)
    problems = list(problems_of(HTML))
    print(*problems, sep="\n", file=sys.stderr, end="\n" if problems else "")
    missing = HTML / "404.html"
    missing.write_text(below_path(missing.read_text(encoding="utf-8")), encoding="utf-8")
    if problems:
        return 1
    stamps.write(ROOT / DOCUMENTATION.stamp, inputs)
    return 0


def build_site(sources: Path, html: Path, doctrees: Path, options: Sequence[str] = ()) -> int:
    """Let Sphinx build a site, and return the exit status, which is not 0 after a warning.

    Sphinx warns of a page when it reads it. It forgets what it has read after a warning, to warn again.
    """
    always = ["-q", "-W", "--keep-going", "-b", "html", "-c", str(CONFIGURATION), "-d", str(doctrees)]
    status = build_main([*always, *options, str(sources), str(html)])
    if status:
        shutil.rmtree(doctrees, ignore_errors=True)
    return status


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make docs", description=__doc__)
    parser.add_argument("--clean", action="store_true", help="build everything again")
    parser.add_argument(
        "--version",
        action="append",
        default=[],
        metavar="NAME=ADDRESS",
        help="another version, to which each page links; may be repeated",
    )
    return parser.parse_args(arguments)


def below_path(html: str) -> str:
    """Return the page for a 404, which is shown at addresses of any depth, with links from `/docs/` on."""
    return re.sub(
        r'(?<=\s)(href|src|action|data-content_root)="(?![a-z]+:|[#/])(?:\./)?', rf'\1="{DOCS_PATH}', html
    )


def stage(pages: Mapping[str, str]) -> None:
    """Write the pages where Sphinx reads them, but for those that have not changed."""
    staged = _staged()
    for page in staged.keys() - pages.keys():
        (SOURCES / page).unlink()
        (HTML / page).with_suffix(".html").unlink(missing_ok=True)
    for page, text in pages.items():
        if staged.get(page) != text:
            (SOURCES / page).parent.mkdir(parents=True, exist_ok=True)
            (SOURCES / page).write_text(text, encoding="utf-8")


def _staged() -> dict[str, str]:
    return {
        str(file.relative_to(SOURCES)): file.read_text(encoding="utf-8") for file in SOURCES.rglob("*.md")
    }


def _titles(pages: Mapping[str, str]) -> dict[str, str]:
    """Return what the navigation is made of: the first line of each page, and the whole index."""
    return {page: text if page == INDEX else text.partition("\n")[0] for page, text in pages.items()}


def _all_pages() -> dict[str, str]:
    pages = dict(staged_pages(page_names()))
    schema = load_supergraph((ROOT / "schema.public.graphql").read_text(encoding="utf-8")).public
    commands = dict(command_pages())
    pages |= {"reference/settings.md": settings_page(), "reference/schema.md": schema_page(schema)} | commands
    pages["reference/commands.md"] = _commands_index(commands)
    pages[INDEX] = with_navigation(pages[INDEX], sections(pages[INDEX], pages.keys()))
    return pages


def _commands_index(commands: Iterable[str]) -> str:
    names = "".join(f"cli/{Path(page).stem}\n" for page in commands)
    return (
        "# Commands\n\nEach command and group of commands, as `-h` shows them; generated from the code. "
        "[The command line](../cli.md) has the conventions and a table of all commands.\n\n"
        f"```{{toctree}}\n:maxdepth: 1\n\n{names}```\n"
    )


_REFERENCE: Final = re.compile(r"""<[^>]+?\s(?:href|src)=["']([^"']*)["']""")
_ID: Final = re.compile(r"""\sid=["']([^"']+)["']""")
_INLINE_SCRIPT: Final = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>")
_OTHERS: Final = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*?\s(?:href|src)=["'](?:https?:)?//""")


def problems_of(site: Path) -> Iterator[str]:
    """Yield what is wrong: broken references, files of other sites, and scripts that the policy forbids."""
    ids = cache(_ids)
    for page in sorted(site.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        name = page.relative_to(site)
        if _INLINE_SCRIPT.search(text):
            yield f"{name}: has an inline script"
        if _OTHERS.search(text):
            yield f"{name}: loads a file of another site"
        for reference in sorted(set(_REFERENCE.findall(text))):
            parts = urlsplit(reference.replace("&amp;", "&"))
            if parts.scheme or parts.netloc:
                continue
            found = page if not parts.path else page.parent / unquote(parts.path)
            found = found / "index.html" if found.is_dir() else found
            if not found.is_file():
                yield f"{name}: {reference} leads nowhere"
            elif found.suffix == ".html" and not _has(ids(found.resolve()), unquote(parts.fragment)):
                yield f"{name}: {reference}: no such anchor"


def _has(ids: frozenset[str], anchor: str) -> bool:
    return not anchor or anchor in ids


def _ids(page: Path) -> frozenset[str]:
    return frozenset(_ID.findall(page.read_text(encoding="utf-8")))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
