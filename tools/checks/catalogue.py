"""All checks, and the files that each reads: a pattern too many costs time, one too few hides a failure."""

from typing import Final

from tools.checks.check import Check

PYTHON: Final = (
    "*.py",
    "*.pyi",
    "*.typed",
    "*.ini",
    "*.mako",
    "pyproject.toml",
    "requirements.lock",
    "requirements-dev.lock",
    ".gitignore",
)
"""All Python, and what configures and pins the tools that read it."""

WEB: Final = ("web/*", "contracts/*", "*.graphql", "tests/*.json")
"""All of the web, its tools' configuration and pins included, and the documents that its modules import."""

NO_PRODUCT: Final = ("tests/*", "bench/*", "web/*.ts", "web/*.tsx", "web/*.css")
"""What neither the product in Python nor a page is made of."""

COUNTS_IGNORE: Final = ("tests/*", "web/*", "docs/*", "*.md")
"""What no counted path runs through or reads."""

WEIGHED: Final = (*PYTHON, "CHANGELOG.md", "tools/checks/weight.json")

CONVENTIONS: Final = ("tests/conventions", "--noconftest", "-q", "-p", "no:cacheprovider")
DRIFT: Final = ("make", "--no-print-directory", "graph-drift")
CACHE: Final = ("--cache", "--cache-strategy", "content", "--cache-location", "node_modules/.cache/eslint/")
TYPES: Final = ("--noEmit", "--incremental", "--tsBuildInfoFile", "node_modules/.cache/types.tsbuildinfo")


def _python(program: str, *arguments: str) -> tuple[str, ...]:
    return (f".venv/bin/{program}", *arguments)


def _node(program: str, *arguments: str) -> tuple[str, ...]:
    return (f"node_modules/.bin/{program}", *arguments)


CODEGEN: Final = _node("graphql-codegen", "--config", "codegen.ts", "--check", "--silent")

CHECKS: Final = (
    # The longest begin first.
    Check("eslint", "web", _node("eslint", "."), WEB, folder="web", remembers=CACHE),
    Check("mypy", "python", _python("mypy"), PYTHON),
    Check(
        "vitest",
        "web",
        _node("vitest", "run", "--root", ".", "--config", "tests/vitest.config.ts"),
        WEB,
        built=("web/packages/*/dist/**/*",),
        folder="web",
    ),
    Check("docs", "docs", _python("python", "-m", "tools.documentation.build"), ("*",), ignores=NO_PRODUCT),
    Check("conventions", "python", _python("pytest", *CONVENTIONS), ("*",)),
    Check("budgets", "budgets", _python("python", "-m", "bench.counts"), ("*",), ignores=COUNTS_IGNORE),
    Check(
        "documents",
        "budgets",
        _python("pytest", "-q", "--fast", "tests/attacks/test_new_documents.py"),
        ("*",),
    ),
    Check("tsc", "web", _node("tsc", *TYPES), WEB, folder="web"),
    Check("graph", "graph", DRIFT, ("*",), ignores=(*NO_PRODUCT, "docs/*", "*.md")),
    Check("codegen", "web", CODEGEN, WEB, folder="web"),
    Check("weight", "python", _python("python", "-m", "tools.checks.weight"), WEIGHED, tells=True),
    Check("imports", "python", _python("lint-imports"), PYTHON, ignores=NO_PRODUCT),
    Check("ruff", "python", _python("ruff", "check", "."), PYTHON),
    Check("format", "python", _python("ruff", "format", "--check", "."), PYTHON),
)
