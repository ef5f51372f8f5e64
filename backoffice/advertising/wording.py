"""Wording that may not be used, by language, from `wording.yaml`."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final, Self

import yaml

_SPACES: Final = re.compile(r"\s+")
_INVISIBLE: Final = frozenset({"Cf", "Cc", "Co", "Cn"})
_LOOK_ALIKES: Final = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u0261", "aeopcyxijsdg"
)
"""Cyrillic and other letters that readers take for Latin ones."""


@dataclass(frozen=True, slots=True)
class ForbiddenWording:
    """The patterns, by language and kind, such as `urgency`."""

    patterns: Mapping[str, Mapping[str, tuple[re.Pattern[str], ...]]]

    @classmethod
    def of(cls, listed: Mapping[str, Mapping[str, list[str]]]) -> Self:
        """Compile lists of regular expressions.

        Raises:
            re.error: One is not a regular expression.
        """
        compiled = {
            language: {kind: tuple(map(re.compile, each)) for kind, each in kinds.items()}
            for language, kinds in listed.items()
        }
        return cls(compiled)

    @classmethod
    def packaged(cls) -> Self:
        """Return the list that comes with Furlong."""
        file = resources.files("backoffice.advertising") / "wording.yaml"
        listed: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        return cls.of(listed)

    def found_in(self, text: str, locale: str) -> Iterator[tuple[str, str]]:
        """Yield the kind and the words of each pattern that a text in a locale matches."""
        kinds = self.patterns.get(locale.partition("-")[0], {})
        if not kinds:
            return
        read = as_read(text)
        plain = read.translate(_LOOK_ALIKES)
        for kind, patterns in kinds.items():
            for pattern in patterns:
                if match := pattern.search(read) or pattern.search(plain):
                    yield kind, match[0]


def as_read(text: str) -> str:
    """Return a text as readers see it: in lower case, with single spaces, without invisible characters."""
    normal = unicodedata.normalize("NFKC", text)
    visible = "".join(
        " " if mark.isspace() else mark
        for mark in normal
        if mark.isspace() or unicodedata.category(mark) not in _INVISIBLE
    )
    return _SPACES.sub(" ", visible).casefold()
