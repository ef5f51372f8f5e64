"""Which provider of games has signed a request: each has keys of its own, and acts for itself alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from subgraphs.kit.hub88_signatures import Verifier, read_public_keys

SETTING: Final = "FURLONG_SEAMLESS_PUBLIC_KEY_FILES"
UNNAMED: Final = ""
"""The only provider, where nothing says its name."""

KeyFiles: TypeAlias = Sequence[Path] | Mapping[str, Sequence[Path]]
"""Files with public keys, by provider or without names."""


@dataclass(frozen=True, slots=True)
class GameProviders:
    """The providers that may ask for customers' money."""

    by_name: Mapping[str, Verifier]

    @classmethod
    def of(cls, files: KeyFiles, lobby: Mapping[str, Path | None]) -> "GameProviders":
        """Read the keys of all providers.

        Args:
            files: As the settings have them.
            lobby: The providers of the lobby's file, with the keys by which they sign their answers.

        Raises:
            OSError: A file cannot be read.
            ValueError: A file has no key that can be used, or it cannot be told whose it is.
        """
        named = files if isinstance(files, Mapping) else _named(files, lobby)
        owners: dict[object, str] = {}
        for name, paths in named.items():
            if lobby and name not in lobby:
                raise ValueError(f"{SETTING}: the file of the lobby has no provider {name!r}")
            for key in _keys(paths):
                if owners.setdefault(key, name) != name:
                    raise ValueError(f"{SETTING}: {owners[key]} and {name} have the same key")
        if not named:
            raise ValueError(f"set {SETTING} to the keys of each provider of games")
        return cls({name: Verifier(paths) for name, paths in named.items()})

    @property
    def are_several(self) -> bool:
        """Tell whether there is more than one."""
        return len(self.by_name) > 1

    def who(self, body: bytes, signature: str | None) -> str | None:
        """Return who has signed a body; None if nobody has, or if two providers have one key by now."""
        signers = [name for name, verifier in self.by_name.items() if verifier.verifies(body, signature)]
        return signers[0] if len(signers) == 1 else None


def _named(files: Sequence[Path], lobby: Mapping[str, Path | None]) -> Mapping[str, Sequence[Path]]:
    """Return files without names by provider: the only one's, or else whose answers are signed with a key.

    Raises:
        OSError: A file cannot be read.
        ValueError: A file has no key that can be used, or it cannot be told whose it is.
    """
    if not files:
        return {}
    if len(lobby) <= 1:
        return {next(iter(lobby), UNNAMED): files}
    known = {name: _keys([] if file is None else [file]) for name, file in lobby.items()}
    named: dict[str, list[Path]] = {}
    for file in files:
        owners = [name for name, keys in known.items() if keys & _keys([file])]
        if len(owners) != 1:
            raise ValueError(
                f"{SETTING}: say which provider of the lobby's file signs with {file}, as in "
                f'{{"{next(iter(lobby))}": ["{file}"]}}'
            )
        named.setdefault(owners[0], []).append(file)
    return named


def _keys(files: Sequence[Path]) -> set[tuple[int, int]]:
    """Return the numbers of the keys in some files."""
    keys = (key.public_numbers() for file in files for key in read_public_keys(file.read_bytes()))
    return {(key.n, key.e) for key in keys}
