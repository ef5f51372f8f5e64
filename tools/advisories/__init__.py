"""Asks PyPI and npm for advisories about what lock files name; no answer is a failure, never a pass."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
TOOL: Final = ROOT / "tools" / "advisories" / "requirements.lock"
SECONDS: Final = 600


class CannotAskError(Exception):
    """A registry gave no answer about some packages, so that nothing is known of them."""


def lock_files() -> list[Path]:
    """Return all lock files of PyPI's and npm's packages in the repository, relative to its root."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [Path(line) for line in listed.stdout.splitlines()]
    return [path for path in paths if path.name == "package-lock.json" or _is_of_pypi(path)]


def _is_of_pypi(path: Path) -> bool:
    return path.name.startswith("requirements") and path.suffix == ".lock"


def advisories(lock: Path) -> list[str]:
    """Return the advisories about the packages of a lock file, one line each.

    Raises:
        CannotAskError: A registry did not answer for all packages.
    """
    if _is_of_pypi(lock):
        audit = ["pip-audit", "--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json"]
        uv = [str(ROOT / ".venv" / "bin" / "uv"), "run", "--no-project", "--isolated", "--with-requirements"]
        return of_pip_audit(_run([*uv, str(TOOL), *audit, "--requirement", str(ROOT / lock)], ROOT))
    return of_npm_audit(
        _run(["npm", "audit", "--audit", "--package-lock-only", "--json"], ROOT / lock.parent)
    )


def of_pip_audit(ended: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the advisories that pip-audit has found; it passes packages over that it could not ask about.

    Raises:
        CannotAskError: It got no answer about some packages.
    """
    found = _read(ended).get("dependencies")
    if not found:
        raise CannotAskError(_last_words(ended))
    skipped = [each["skip_reason"] for each in found if "skip_reason" in each]
    if skipped:
        raise CannotAskError(f"no answer about {len(skipped)} of {len(found)} packages: {skipped[0]}")
    return [
        f"{each['name']} {each['version']}: {known['id']}, mended in {known['fix_versions']}"
        for each in found
        for known in each["vulns"]
    ]


def of_npm_audit(ended: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the advisories that npm has found.

    Raises:
        CannotAskError: It got no answer.
    """
    found = _read(ended).get("vulnerabilities")
    if found is None:
        raise CannotAskError(_last_words(ended))
    return [
        f"{name} {each['range']}: {each['severity']}, {reason['title']} ({reason['url']})"
        for name, each in found.items()
        for reason in each["via"]
        if isinstance(reason, dict)
    ]


def _run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)


def _read(ended: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    try:
        found = json.loads(ended.stdout)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _last_words(ended: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in ended.stderr.splitlines() if line and "complete log" not in line]
    return f"no answer (status {ended.returncode}): {' '.join(lines[-2:])}"
