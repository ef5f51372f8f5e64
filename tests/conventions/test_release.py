"""The files that name the version agree, and what the last release has recorded stays as it was."""

import re
import subprocess
import tomllib

import yaml

from tests.support.product.release import digest_of_migration, last_release
from tests.support.repository_files import ROOT

SUBJECT_LENGTH = 72


def test_all_files_name_the_same_version() -> None:
    """The package, the chart, its image, the changelog and the record of the release have one version."""
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    chart = ROOT / "deploy" / "helm" / "furlong"
    about = yaml.safe_load((chart / "Chart.yaml").read_text(encoding="utf-8"))
    image = yaml.safe_load((chart / "values.yaml").read_text(encoding="utf-8"))["image"]["tag"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    changes = re.findall(r"^## \[(\d.*?)\]", changelog, re.MULTILINE)
    assert {about["version"], about["appVersion"], image, changes[0], last_release()["version"]} == {package}


def test_the_migrations_of_the_last_release_are_as_they_were() -> None:
    """A database of the release has run them: what differs is a new migration (`make migration`)."""
    assert {
        name: digest_of_migration(ROOT / name) if (ROOT / name).exists() else "gone"
        for name in last_release()["migrations"]
    } == last_release()["migrations"]


def test_the_last_commit_has_a_short_subject() -> None:
    """It fits in 72 characters, so that no list of commits cuts it."""
    subject = subprocess.check_output(["git", "-C", ROOT, "log", "-1", "--format=%s"], text=True).strip()
    assert len(subject) <= SUBJECT_LENGTH, subject
