"""`make` builds the page again when one of its sources has changed."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "source",
    [
        "web/demo/App.tsx",
        "web/packages/club/src/index.ts",
        "web/graphiql/main.tsx",
        "contracts/betslip.graphql",
    ],
)
def test_a_changed_source_is_built(source: str) -> None:
    """Sources of the packages as well as those of the pages."""
    assert (ROOT / source).is_file()
    planned = subprocess.run(
        ["make", "-n", "-o", "web/node_modules/.installed", "-W", source, "web/dist/.built"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "run --silent build" in planned
