"""Secrets that settings and configuration know by name alone: where a node finds them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import SecretStr

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
MAX_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class NamedSecrets:
    """The secrets of this node. They are read at each look-up, so that a file can be replaced.

    Attributes:
        setting: The name of the setting that `named` is.
        named: The secrets that the settings hold.
        folder: A folder with one file for each secret, named like it.
    """

    setting: str
    named: Mapping[str, SecretStr]
    folder: Path | None

    def find(self, name: str) -> bytes | None:
        """Return the secret of a name; None if there is none here, or if it is empty."""
        if name in self.named:
            return _usable(self.named[name].get_secret_value().encode())
        if self.folder is None or _NAME.fullmatch(name) is None:
            return None
        try:
            with (self.folder / name).open("rb") as file:
                return _usable(file.read(MAX_BYTES).strip())
        except OSError:
            return None

    def text(self, name: str) -> str | None:
        """Return the secret of a name as a text; None if there is none here."""
        found = self.find(name)
        return None if found is None else found.decode()

    @property
    def places(self) -> str:
        """Describe where secrets are looked for."""
        folder = "" if self.folder is None else f", and {self.folder} has no such file"
        return f"{self.setting} has none{folder}"


def _usable(secret: bytes) -> bytes | None:
    """Return a secret if it can be sent in a header: a single line of text that is not empty."""
    try:
        return secret if secret.decode().isprintable() and secret else None
    except UnicodeDecodeError:
        return None
