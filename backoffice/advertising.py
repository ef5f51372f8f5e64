"""Rules that all texts for customers obey: links, wording and age marks, as data with their sources.

Links lead only to the brand's own hosts, over https. `wording.yaml` lists the wording that may not be used.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final, Self
from urllib.parse import urlsplit

import yaml

MAX_LENGTH: Final = 2000
UPLOADED: Final = re.compile(r"image:([0-9a-f]{64})", re.ASCII)
_UNSAFE: Final = re.compile(r"[\s\\<>\"'`{}|^\x00-\x20\x7f]|[^\x00-\x7f]")


def link_problem(url: str, hosts: Collection[str]) -> str | None:
    """Return why a link may not be published; None if it may.

    A path of the site, `/terms`, is allowed. A host is allowed with the hosts below it.
    """
    if len(url) > MAX_LENGTH:
        return f"is longer than {MAX_LENGTH} characters"
    if _UNSAFE.search(url):
        return "has characters that must be percent-encoded in a link"
    return None if url.startswith("/") and not url.startswith("//") else _absolute_problem(url, hosts)


def _absolute_problem(url: str, hosts: Collection[str]) -> str | None:
    try:
        parts = urlsplit(url)
        host, extras = parts.hostname, (parts.port, parts.username, parts.password)
    except ValueError:
        return "is not a link"
    if parts.scheme != "https":
        return "must begin with https:// or be a path of the site, such as /terms"
    if not host or extras != (None, None, None):
        return "must name a host, and neither a user nor a port"
    if not any(host == one or host.endswith(f".{one}") for one in hosts):
        allowed = ", ".join(sorted(hosts)) or "none"
        return f"leads to {host}, which is not among the brand's hosts ({allowed})"
    return None


def host_of(url: str) -> str | None:
    """Return the host of an absolute link; None if it has none."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def allowed_hosts(terms_urls: Iterable[str], further: Collection[str]) -> frozenset[str]:
    """Return the hosts that links may lead to: those of the schemes' terms, and the further ones."""
    return frozenset(host for url in terms_urls if (host := host_of(url))) | frozenset(further)


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
        file = resources.files("backoffice") / "wording.yaml"
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


AGE_MARKS: Final = {"GB": "18+", "IE": "18+", "MT": "18+", "IT": "18+", "ES": "18+", "PT": "18+", "SE": "18+"}
AGE_MARK_SOURCE: Final = "CAP Code 16.3 and the Industry Code for Socially Responsible Advertising (GB)"
