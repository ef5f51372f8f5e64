"""Lines of code by package, beside those of the last release: `python -m tools.checks.weight`.

Counted are lines that are not blank, no comment and no docstring. A package that grew by a tenth since the
release needs a sentence in the changelog, in the section Weight, that names it and says what for.
`--record VERSION` counts a release.
"""

import argparse
import ast
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
RECORD: Final = Path(__file__).with_name("weight.json")
PRODUCT: Final = (
    *("gateway", "foundation", "jit", "subgraphs", "consumers", "providers"),
    *("analytics", "backoffice", "cells", "furlong", "simulator"),
)
BESIDE: Final = ("tests/federation_kit", "tests/support", "bench")
_DOCUMENTED: Final = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def main(arguments: list[str]) -> int:
    """Print the table; return 1 if a package grew by a tenth and the changelog says nothing of it."""
    parser = argparse.ArgumentParser(prog="python -m tools.checks.weight", description=__doc__)
    parser.add_argument("--record", metavar="VERSION", help="keep these lines as those of a release")
    options = parser.parse_args(arguments)
    lines = lines_of_packages(ROOT)
    if options.record:
        RECORD.write_text(json.dumps({"release": options.record, "lines": lines}, indent=2) + "\n")
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    print(table(lines, record["lines"], record["release"]))
    unexplained = sorted(grown(lines, record["lines"]) - explained(ROOT / "CHANGELOG.md"))
    for package in unexplained:
        print(
            f"{package} grew by a tenth or more: say what for in CHANGELOG.md, in the section Weight of the "
            f"unreleased changes, in a line that names `{package}`"
        )
    return 1 if unexplained else 0


def lines_of_packages(root: Path) -> dict[str, int]:
    """Return the lines of code of each package in a work tree, and of what is beside the product."""
    listed = ["git", "ls-files", "-co", "--exclude-standard", "-z", "*.py"]
    names = subprocess.check_output(listed, cwd=root, text=True).split("\0")
    lines = Counter(dict.fromkeys((*PRODUCT, *BESIDE), 0))
    for name in names:
        package = _package(PurePosixPath(name))
        if package and (root / name).is_file():
            lines[package] += code_lines((root / name).read_text(encoding="utf-8"))
    return dict(lines)


def code_lines(source: str) -> int:
    """Return how many lines of a module are code."""
    documented = {number for node in ast.walk(ast.parse(source)) for number in _docstring(node)}
    return sum(
        bool(line.strip()) and not line.lstrip().startswith("#") and number not in documented
        for number, line in enumerate(source.splitlines(), 1)
    )


def table(lines: Mapping[str, int], before: Mapping[str, int], release: str) -> str:
    """Return packages, lines of code now and then, and the growth in percent."""
    rows = [(package, lines[package], before.get(package, 0)) for package in (*PRODUCT, *BESIDE)]
    product = rows[: len(PRODUCT)]
    total = ("product", sum(now for _, now, _ in product), sum(then for _, _, then in product))
    shown = [f"{'':21}{'lines':>8}{release:>9}"]
    for package, now, then in (*rows, total):
        growth = f"{100 * (now - then) / then:+8.1f} %" if then else ""
        shown.append(f"{package:21}{now:8,}{then:9,}{growth}")
    return "\n".join(shown)


def grown(lines: Mapping[str, int], before: Mapping[str, int]) -> set[str]:
    """Return the packages that are a tenth heavier than they were, new ones included."""
    return {package for package, now in lines.items() if now and 10 * now >= 11 * before.get(package, 0)}


def explained(changelog: Path) -> set[str]:
    """Return what the section Weight of the unreleased changes names in backticks."""
    unreleased = re.split(r"^## \[", changelog.read_text(encoding="utf-8"), flags=re.MULTILINE)[1]
    section = unreleased.partition("\n### Weight\n")[2].partition("\n### ")[0]
    return set(re.findall(r"`([^`]+)`", section))


def _package(path: PurePosixPath) -> str | None:
    if path.parts and path.parts[0] in PRODUCT:
        return path.parts[0]
    return next((name for name in BESIDE if path.is_relative_to(name)), None)


def _docstring(node: ast.AST) -> Iterator[int]:
    """Yield the lines of a docstring, and of the string below a constant or a field."""
    for member in getattr(node, "body", ()) if isinstance(node, _DOCUMENTED) else ():
        value = member.value if isinstance(member, ast.Expr) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield from range(value.lineno, (value.end_lineno or value.lineno) + 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
