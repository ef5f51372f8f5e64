"""What audits print is read so that no answer is never taken for no advisory."""

import json
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

from tools.advisories import CannotAskError, lock_files, of_npm_audit, of_pip_audit


def ended(status: int, content: object, stderr: str = "") -> CompletedProcess[str]:
    """A program that has ended."""
    return CompletedProcess([], status, content if isinstance(content, str) else json.dumps(content), stderr)


Reader = Callable[[CompletedProcess[str]], list[str]]
KNOWN = {"id": "PYSEC-1", "fix_versions": ["2.0"], "aliases": [], "description": ""}
GOOD = {"name": "good", "version": "1.0", "vulns": []}
BAD = {"name": "bad", "version": "1.0", "vulns": [KNOWN]}
SKIPPED = {
    "name": "h11",
    "skip_reason": "Dependency not found on PyPI and could not be audited: h11 (0.16.0)",
}
NPM_BAD = {
    "dompurify": {"severity": "high", "range": "<3.2.4", "via": [{"title": "XSS", "url": "https://x/1"}]},
    "above": {"severity": "high", "range": "*", "via": ["dompurify"]},
}


def test_advisories_are_listed_with_what_mends_them() -> None:
    """Those of PyPI and those of npm; packages without one are not listed."""
    assert of_pip_audit(ended(0, {"dependencies": [GOOD]})) == []
    assert of_pip_audit(ended(1, {"dependencies": [GOOD, BAD]})) == ["bad 1.0: PYSEC-1, mended in ['2.0']"]
    assert of_npm_audit(ended(0, {"vulnerabilities": {}})) == []
    assert of_npm_audit(ended(1, {"vulnerabilities": NPM_BAD})) == [
        "dompurify <3.2.4: high, XSS (https://x/1)"
    ]


@pytest.mark.parametrize(
    ("read", "answer"),
    [
        (of_pip_audit, ended(0, {"dependencies": [GOOD, SKIPPED]})),
        (of_pip_audit, ended(0, {"dependencies": []})),
        (of_pip_audit, ended(1, "", "ERROR: the service is unavailable")),
        (of_npm_audit, ended(1, {"message": "405 Method Not Allowed", "statusCode": 405})),
        (of_npm_audit, ended(1, {"error": {"code": "ENOAUDIT", "summary": "", "detail": ""}})),
        (of_npm_audit, ended(0, "")),
    ],
)
def test_no_answer_is_no_pass(read: Reader, answer: CompletedProcess[str]) -> None:
    """pip-audit ends with 0, and finds no vulnerabilities, when PyPI knows none of the packages."""
    with pytest.raises(CannotAskError, match="no answer"):
        read(answer)


def test_all_lock_files_are_audited() -> None:
    """Of each folder that has one, with the tools' own."""
    names = {str(path) for path in lock_files()}
    assert {"requirements.lock", "requirements-dev.lock", "requirements-analytics.lock"} <= names
    assert {"web/package-lock.json", "tests/node/package-lock.json", "bench/node/package-lock.json"} <= names
    assert {"tools/helm/requirements.lock", "tools/set_up/requirements.lock"} <= names
