"""Pictures of the documentation are never older than the screens that they show."""

import re
from pathlib import Path

from tests.support.repository_files import repository_files
from tools.pictures.sources import IMAGES, ROOT, SOURCES, older, record


def test_no_picture_is_older_than_its_screen() -> None:
    """`make pictures` takes them, and writes down of what."""
    assert older() == [], "their screens have changed since: run make pictures, look at them, and keep them"


def test_every_picture_is_taken_by_a_command() -> None:
    """Those in the folder itself by `make pictures`, those of approvals by `make snapshots`."""
    assert {file.name for file in IMAGES.glob("*.png")} == set(SOURCES)
    texts = "".join((ROOT / name).read_text(encoding="utf-8") for name in repository_files("*.md"))
    shown = set(re.findall(r"images/([\w-]+\.png)", texts))
    assert shown <= set(SOURCES)


def test_all_sources_are_there() -> None:
    """A folder that is renamed takes its entry along."""
    assert [path for paths in SOURCES.values() for path in paths if not (ROOT / path).exists()] == []


def test_what_a_screen_says_makes_its_pictures_older(tmp_path: Path) -> None:
    """A changed text does, a comment does not."""
    for paths in SOURCES.values():
        for path in paths:
            file = tmp_path / path if "." in Path(path).name else tmp_path / path / "Screen.tsx"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("<p>You are in.</p>")
    (tmp_path / "docs" / "images").mkdir(parents=True)
    record(tmp_path)
    screen = tmp_path / "web" / "backoffice" / "src" / "support" / "Screen.tsx"
    screen.write_text("// A customer.\n<p>You are  in.</p>")
    assert older(tmp_path) == []
    screen.write_text("<p>In the club.</p>")
    assert older(tmp_path) == ["backoffice-support.png"]
