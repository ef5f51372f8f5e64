"""GraphiQL's parts that an editor needs stay light, and are asked for at once."""

import re
from pathlib import Path
from typing import Final

import pytest

BUILT: Final = Path(__file__).resolve().parents[2] / "web" / "dist" / "graphiql"
MAX_STYLES: Final = 120_000
"""The style sheets, without which nothing is painted, in bytes, compressed with brotli, for all together."""
MAX_SCRIPT_BYTES: Final = 870_000
"""The scripts before an editor is ready; GraphiQL 5 with all of Monaco has more than a million."""
MAX_SCRIPTS: Final = 8
IMPORT: Final = re.compile(r"""(?:^|[;}])import(?:[^"'();]*?from)?["']\./([^"']+\.js)["']""")
LATER: Final = re.compile(r"worker|babel|estree|standalone|jsonMode|doc-explorer")
"""Workers, formatters and the documentation, which are loaded when an editor is there."""


@pytest.mark.usefixtures("web_installed")
def test_style_sheets_have_no_fonts_of_text() -> None:
    """GraphiQL's own sheet has half a megabyte of inlined fonts; the build leaves them out."""
    sheets = sorted((BUILT / "assets").glob("*.css.br"))
    assert sheets
    assert sum(sheet.stat().st_size for sheet in sheets) < MAX_STYLES


@pytest.mark.usefixtures("web_installed")
def test_the_page_names_the_scripts_of_an_editor_and_no_others() -> None:
    """The browser loads them side by side, instead of finding each in the one before."""
    page = (BUILT / "index.html").read_text()
    names = set(re.findall(r'(?:src|href)="/graphiql/(assets/[^"]+\.js)"', page))
    assert len(names) <= MAX_SCRIPTS
    assert not [name for name in names if LATER.search(name)]
    assert sum("monaco-editor" in name for name in names) == 1
    assert sum(_sent_bytes(BUILT / name) for name in names) < MAX_SCRIPT_BYTES


@pytest.mark.usefixtures("web_installed")
def test_an_editor_imports_no_script_that_the_page_does_not_name() -> None:
    """Every static import of a named script is named as well: there is one round trip for scripts."""
    page = (BUILT / "index.html").read_text()
    named = set(re.findall(r'assets/([^"]+\.js)"', page))
    for name in named:
        script = (BUILT / "assets" / name).read_text(encoding="utf-8")
        assert set(IMPORT.findall(script)) <= named, name


def _sent_bytes(script: Path) -> int:
    """Return the size of a script as it is sent: small ones are not compressed."""
    compressed = script.with_name(f"{script.name}.br")
    return (compressed if compressed.exists() else script).stat().st_size
