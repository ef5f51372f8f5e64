"""The digest of what a check reads, which is the same as long as the check would say the same."""

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from fnmatch import translate
from functools import cache
from pathlib import Path

from deploy.checks.check import Check


class Inputs:
    """The files of a repository: those that git knows or would add, and built ones that a check names."""

    def __init__(self, root: Path) -> None:
        self._root = root
        listed = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
        names = subprocess.check_output(listed, cwd=root, text=True).split("\0")
        self._names = sorted({name for name in names if name and (root / name).is_file()})
        self._content = cache(self._read)

    def digest(self, check: Check) -> str:
        """Return the digest of a check: its command, what runs it, and each file's name and content."""
        digest = hashlib.sha256(repr((check, sys.version, _node_version())).encode())
        for name in self.files(check):
            digest.update(f"\0{name}\0".encode() + self._content(name))
        return digest.hexdigest()

    def files(self, check: Check) -> Iterator[str]:
        """Yield the names of all files that a check reads."""
        reads, ignores = _any_of(check.reads), _any_of(check.ignores)
        yield from (name for name in self._names if reads.fullmatch(name) and not ignores.fullmatch(name))
        for pattern in check.built:
            paths = sorted(self._root.glob(pattern))
            yield from (str(file.relative_to(self._root)) for file in paths if file.is_file())

    def _read(self, name: str) -> bytes:
        return hashlib.sha256((self._root / name).read_bytes()).digest()


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(translate(pattern) for pattern in patterns) or r"(?!)")


@cache
def _node_version() -> str:
    try:
        return subprocess.check_output(["node", "--version"], text=True)
    except FileNotFoundError:
        return ""
