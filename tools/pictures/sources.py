"""Of which sources each picture's screen is made, and whether they have changed since it was taken."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
IMAGES: Final = ROOT / "docs" / "images"
RECORD: Final = IMAGES / "sources.json"

SLIP: Final = ("web/demo/slip", "web/demo/page.css", "web/packages/club/src")
OFFICE: Final = "web/backoffice/src"
FRAME: Final = (f"{OFFICE}/frame", f"{OFFICE}/look", f"{OFFICE}/components")
SOURCES: Final = {
    **dict.fromkeys(("bet-slip.png", "bet-slip-narrow.png", "tutorial-bet.png", "tutorial-reason.png"), SLIP),
    "embedding.png": (
        "furlong/demo/brand_sites/page.py",
        "furlong/demo/brand_sites/club_page.html",
        "web/packages/club/src",
    ),
    "graphiql.png": ("web/graphiql",),
    **{
        f"backoffice-{role}.png": (*FRAME, *(f"{OFFICE}/{part}" for part in parts))
        for role, parts in {
            "editor": ("content",),
            "approver": ("content", "home"),
            "support": ("support",),
            "risk": ("risk", "charts"),
            "operator": ("operations",),
            "administrator": ("people",),
        }.items()
    },
}
"""The files and folders that decide how the screen of a picture looks and what it says."""

SHOWN: Final = (".tsx", ".ts", ".css", ".svelte", ".py", ".html")
_COMMENT: Final = re.compile(r"/\*.*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)


def digest_of(picture: str, root: Path = ROOT) -> str:
    """Return a digest of a picture's sources; comments and white space change no screen."""
    digest = hashlib.sha256()
    for source in SOURCES[picture]:
        for file in _files(root / source):
            text = _COMMENT.sub("", file.read_text(encoding="utf-8"))
            digest.update(f"{file.relative_to(root)}\n{''.join(text.split())}\n".encode())
    return digest.hexdigest()[:16]


def _files(source: Path) -> Iterator[Path]:
    if source.is_file():
        yield source
    for file in sorted(source.rglob("*")):
        if file.suffix in SHOWN and "generated" not in file.parts:
            yield file


def record(root: Path = ROOT) -> None:
    """Write down of what the pictures were taken."""
    digests = {picture: digest_of(picture, root) for picture in sorted(SOURCES)}
    path = root / RECORD.relative_to(ROOT)
    path.write_text(json.dumps(digests, indent=2) + "\n", encoding="utf-8")


def older(root: Path = ROOT) -> list[str]:
    """Return the pictures that are older than their screens."""
    recorded = json.loads((root / RECORD.relative_to(ROOT)).read_text(encoding="utf-8"))
    return [picture for picture in sorted(SOURCES) if recorded.get(picture) != digest_of(picture, root)]
