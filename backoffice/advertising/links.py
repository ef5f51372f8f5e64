"""Links of content: only to the brand's own hosts, over https."""

import re
from collections.abc import Collection, Iterable
from typing import Final
from urllib.parse import urlsplit

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
