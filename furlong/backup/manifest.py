"""The manifest of a backup. It is written last, so a backup without a manifest is incomplete."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import msgspec

from foundation.storage.installation import Installation

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
BLOCK: Final = 2**20
Engine = Literal["mysql", "sqlite"]


class BackupError(RuntimeError):
    """A backup cannot be taken or used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class SavedDatabase:
    """One subgraph's database in a backup.

    Attributes:
        file: The name of its file in the backup's folder.
        size: The size of the file in bytes.
        sha256: The digest of the file in hexadecimal digits.
        revision: The revision of the schema; None if the database was never migrated.
    """

    file: str
    size: int
    sha256: str
    revision: str | None


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment whose state some of the saved databases have: those of one server.

    Attributes:
        server: Its host and port.
        taken_at: The moment, by the server's clock.
        databases: The names of the databases.
    """

    server: str
    taken_at: datetime
    databases: tuple[str, ...]

    def __str__(self) -> str:
        return f"{', '.join(self.databases)} at {self.server}: {self.taken_at:%Y-%m-%d %H:%M:%S.%f} UTC"


COMPARED: Final = (
    "This backup is not of one moment. After a restore the databases are closed until `furlong recover` has "
    "compared each with all topics and with the upstream's record: what others published is applied, what it "
    "published itself and lacks is read back, and what waits for a person is listed"
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A complete backup.

    Attributes:
        format: The format of the backup; this version reads `FORMAT`.
        taken_at: The moment whose state the saved databases have; if they have several, the first.
        engine: `mysql` (also for MariaDB) or `sqlite`; a backup can only be restored into the same engine.
        databases: The saved databases, by subgraph.
        installation: What the databases belong to; None if they never recorded it.
        moments: The moments, if there are several: the databases were on several servers.
        note: What that means, for people; empty for one moment.
    """

    format: int
    taken_at: datetime
    engine: Engine
    databases: Mapping[str, SavedDatabase]
    installation: Installation | None = None
    moments: tuple[Moment, ...] = ()
    note: str = ""

    def moments_of(self, names: Iterable[str]) -> tuple[Moment, ...]:
        """Return the moments of some of the databases, each with those of them that have its state."""
        wanted = tuple(names)
        several = (
            replace(moment, databases=tuple(name for name in wanted if name in moment.databases))
            for moment in self.moments
        )
        return tuple(moment for moment in several if moment.databases) or (Moment("", self.taken_at, wanted),)

    def write(self, folder: Path) -> None:
        """Write the manifest into the folder of a backup, atomically."""
        partial = folder / f"{MANIFEST}.partial"
        create_private(partial)
        content = json.dumps(asdict(self), indent=2, default=datetime.isoformat)
        partial.write_text(f"{content}\n", encoding="utf-8")
        partial.replace(folder / MANIFEST)

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Read the manifest in the folder of a backup.

        Raises:
            BackupError: There is no manifest, or the backup has another format.
        """
        try:
            text = (folder / MANIFEST).read_bytes()
        except FileNotFoundError as error:
            raise BackupError(
                f"{folder} has no {MANIFEST}: it is not a backup, or the backup was interrupted; "
                "take another one"
            ) from error
        try:
            manifest = msgspec.json.decode(text, type=cls)
        except msgspec.DecodeError as error:
            raise BackupError(f"{folder / MANIFEST} cannot be read: {error}") from error
        if manifest.format != FORMAT:
            raise BackupError(
                f"{folder} is a backup of format {manifest.format}, this version reads {FORMAT}"
            )
        return manifest

    def verify(self, folder: Path, names: tuple[str, ...]) -> None:
        """Check that the files are still as they were written.

        Raises:
            BackupError: A file is missing or has changed.
        """
        for name in names:
            saved = self.databases.get(name)
            if saved is None:
                held = ", ".join(self.databases)
                raise BackupError(f"{folder} has no database of {name!r}; it holds {held}")
            try:
                digest = sha256(folder / saved.file)
            except FileNotFoundError as error:
                raise BackupError(f"{folder / saved.file} is missing: the backup is incomplete") from error
            if digest != saved.sha256:
                raise BackupError(f"{folder / saved.file} has changed: the backup is damaged")


def create_private(path: Path) -> None:
    """Create an empty file that only its owner may read: backups contain password hashes."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def sha256(path: Path) -> str:
    """Return the digest of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def saved(folder: Path, file: str, revision: str | None) -> SavedDatabase:
    """Describe a file of a backup."""
    path = folder / file
    return SavedDatabase(file, path.stat().st_size, sha256(path), revision)
