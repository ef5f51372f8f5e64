"""The built pages have the libraries at the versions that the lock file names, and no copies of others."""

import json
import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
WEB: Final = ROOT / "web"
PURIFIER: Final = re.compile(r"\.version\s*=\s*[`'\"]([^`'\"]+)[`'\"]\s*[,;]\s*\w+\.removed\b")
"""Where DOMPurify names its version, in any of its builds, minified or not."""

BANNER: Final = re.compile(r"^/\*[*!]?[\s*]*(?:@license )?([\w.-]+) v?(\d+\.\d+\.\d+)\b")
"""With what a file of a copied library begins: its name and its version."""

COPIES: Final = {
    "monaco-editor/esm/vs/base/browser/dompurify/dompurify.js": "DOMPurify",
    "monaco-editor/esm/vs/base/common/marked/marked.js": "marked",
}
"""The copies in place of which `vite.graphiql.config.ts` builds in the packages."""


def locked(name: str) -> str:
    """The version of a package that the lock file names."""
    packages = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    version: str = packages[f"node_modules/{name}"]["version"]
    return version


@pytest.mark.usefixtures("web_installed")
def test_the_built_pages_have_the_locked_purifier() -> None:
    """GraphiQL's editor carries a copy of an old one, with known holes; only the locked one is built in."""
    scripts = [path.read_text(encoding="utf-8") for path in sorted((WEB / "dist").rglob("*.js"))]
    found = [version for script in scripts for version in PURIFIER.findall(script)]
    assert set(found) == {locked("dompurify")}
    assert not [
        script for script in scripts if "@license DOMPurify" in script and locked("dompurify") not in script
    ]


@pytest.mark.usefixtures("web_installed")
def test_each_copy_of_a_library_in_what_is_built_in_is_known() -> None:
    """A new one in the editor needs a package in its place; both of these have a locked one."""
    modules = WEB / "node_modules"
    found = {}
    for path in (
        each for name in ("monaco-editor", "monaco-graphql") for each in (modules / name).rglob("*.js")
    ):
        with path.open(encoding="utf-8") as script:
            banner = BANNER.match(script.read(300))
        if banner is not None:
            found[path.relative_to(modules).as_posix()] = banner[1]
    assert found == COPIES
    assert all(locked(name.lower()) for name in found.values())
