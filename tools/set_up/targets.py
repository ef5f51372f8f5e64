"""What each target of make needs: steps in lanes, which run side by side."""

from functools import partial
from typing import Final

from tools.set_up import packages, web
from tools.set_up.commands import Commands
from tools.set_up.steps import Step

LOCK: Final = "requirements.lock"
ANALYTICS_LOCK: Final = "requirements-analytics.lock"
DEVELOPMENT_LOCK: Final = "requirements-dev.lock"
PYTHON_INPUTS: Final = (LOCK, "pyproject.toml", packages.TOOLS_LOCK)
NPM_INPUTS: Final = (
    *("web/package.json", "web/package-lock.json", "web/icons/package.json", "web/.npmrc"),
    *web.TOOLS,
)
NODE_TESTS: Final = "tests/node"
SETTINGS_IN: Final = ("analytics", "backoffice", "consumers", "foundation", "furlong", "gateway", "subgraphs")


def _build_documentation(commands: Commands) -> None:
    python = commands.root / ".venv" / "bin" / "python"
    environment = {"PYTHONDONTWRITEBYTECODE": ""}
    commands.run("The documentation", "docs", [python, "-m", "tools.documentation.build"], env=environment)


def compile_modules(commands: Commands) -> None:
    """Import what the demo imports, so that the modules are compiled while Node is at work."""
    python = commands.root / ".venv" / "bin" / "python"
    environment = {"PYTHONDONTWRITEBYTECODE": ""}
    commands.run("Python modules", "modules", [python, "-c", "import furlong.demo.process"], env=environment)


DEVELOPMENT: Final = Step(
    title="Python packages, with those of development",
    stamp=".venv/.development",
    makes=".venv/bin/python",
    inputs=(*PYTHON_INPUTS, DEVELOPMENT_LOCK),
    work=partial(packages.install_packages, lock=DEVELOPMENT_LOCK),
    of_python=True,
)
RUN_TIME: Final = Step(
    title="Python packages",
    stamp=".venv/.run-time",
    makes=".venv/bin/python",
    inputs=PYTHON_INPUTS,
    work=partial(packages.install_packages, lock=LOCK),
    included_in=DEVELOPMENT,
    of_python=True,
)
ANALYTICS: Final = Step(
    title="Python packages, with those of analytics",
    stamp=".venv/.analytics",
    makes=".venv/bin/python",
    inputs=(*PYTHON_INPUTS, ANALYTICS_LOCK),
    work=partial(packages.install_packages, lock=ANALYTICS_LOCK),
    included_in=DEVELOPMENT,
    of_python=True,
)
ALL_NPM: Final = Step(
    title="npm packages, with those of development",
    stamp="web/node_modules/.development",
    makes="web/node_modules/vite",
    inputs=NPM_INPUTS,
    work=web.install_packages,
    needs_node=True,
)
NPM: Final = Step(
    title="npm packages",
    stamp="web/node_modules/.build",
    makes="web/node_modules/vite",
    inputs=NPM_INPUTS,
    work=partial(web.install_packages, build_only=True),
    included_in=ALL_NPM,
    needs_node=True,
)
NODE_TESTS_PACKAGES: Final = Step(
    title="npm packages of the tests",
    stamp=f"{NODE_TESTS}/node_modules/.installed",
    makes=f"{NODE_TESTS}/node_modules",
    inputs=(f"{NODE_TESTS}/package.json", f"{NODE_TESTS}/package-lock.json"),
    work=partial(web.install_by_npm, folder=NODE_TESTS),
    needs_node=True,
)
EVERYTHING_OF_WEB: Final = Step(
    title="Pages, and packages for npm",
    stamp="web/dist/.complete",
    makes="web/dist/index.html",
    inputs=("web", "contracts"),
    work=partial(web.build, everything=True),
    needs_node=True,
)
PAGES: Final = Step(
    title="Pages",
    stamp="web/dist/.built",
    makes="web/dist/index.html",
    inputs=("web", "contracts"),
    work=partial(web.build, everything=False),
    included_in=EVERYTHING_OF_WEB,
    needs_node=True,
)
DOCUMENTATION: Final = Step(
    title="Documentation",
    stamp=".docs/.built",
    makes=".docs/html/index.html",
    inputs=(
        "*.md",
        "docs",
        "tools/documentation",
        "furlong/cli",
        "schema.public.graphql",
        *(f"{package}/**/*settings*.py" for package in SETTINGS_IN),
        *(f"{package}/**/settings/*.py" for package in SETTINGS_IN),
    ),
    work=_build_documentation,
)

Lanes = tuple[tuple[Step, ...], ...]
WEB: Final = (ALL_NPM, EVERYTHING_OF_WEB, NODE_TESTS_PACKAGES)
TARGETS: Final[dict[str, Lanes]] = {
    "demo": ((RUN_TIME,), (NPM, PAGES)),
    "demo-analytics": ((ANALYTICS,), (NPM, PAGES)),
    "wheel": ((DEVELOPMENT,), (ALL_NPM, EVERYTHING_OF_WEB)),
    "development": ((DEVELOPMENT, DOCUMENTATION), WEB),
    "all-but-documentation": ((DEVELOPMENT,), WEB),
    "python": ((DEVELOPMENT,),),
    "npm": ((ALL_NPM,),),
    "pages": ((ALL_NPM, EVERYTHING_OF_WEB),),
    "node-tests": ((NODE_TESTS_PACKAGES,),),
    "documentation": ((DEVELOPMENT, DOCUMENTATION),),
}
