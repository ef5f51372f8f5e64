"""The specifications that a supergraph may link to: each is its whole address without the version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

_APOLLO: Final = "https://specs.apollo.dev/"
FEDERATION: Final = f"{_APOLLO}federation"
"""Where subgraphs have their directives from."""

COMPOSED_AS_JOIN: Final = ("cacheTag",)
"""Federation's directives that reach a supergraph as `@join__directive`."""

KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "core": ("0.1", "0.2"),  # 0.1 knows no purposes
    "link": ("1.0",),
    "join": ("0.1", "0.2", "0.3", "0.4", "0.5"),  # 0.1 does not mark value types; later ones only add
    "inaccessible": ("0.1", "0.2"),  # 0.2 is for all that has a name, 0.1 for types and fields
    "tag": ("0.1", "0.2", "0.3"),  # read by nobody here
    "authenticated": ("0.1",),
    "requiresScopes": ("0.1",),
    "policy": ("0.1",),
    "context": ("0.1",),
    "cost": ("0.1",),
    "cacheTag": ("0.1",),  # its directive comes as `@join__directive`
}
"""The versions that the gateway understands of each specification of Apollo Federation."""


class Specification(Struct, frozen=True):
    """What a link points to.

    Attributes:
        identity: The address without the version.
        name: The last word of the identity: the prefix that names get if the link gives no other.
        version: The version, such as `0.3`; empty without one.
    """

    identity: str
    name: str
    version: str

    @classmethod
    def at(cls, url: str) -> Specification | None:
        """Return the specification at an address; None if that names none.

        Addresses are compared as browsers compare them, without a query, a fragment and slashes at the end.
        """
        try:
            address = urlsplit(url.strip())
        except ValueError:
            return None
        words = address.path.strip("/").split("/")
        version = ""
        if len(words) > 1 and re.fullmatch(r"v[0-9]+(\.[0-9]+)*", words[-1]):
            version = words.pop().removeprefix("v")
        host = address.netloc.lower()
        if address.scheme == "https":
            host = host.removesuffix(":443")
        return cls(f"{address.scheme}://{host}/{'/'.join(words)}", words[-1], version) if words[-1] else None

    @property
    def key(self) -> str:
        """The name of a specification that the gateway knows in some version; the identity of any other."""
        name = self.identity.removeprefix(_APOLLO)
        return name if self.identity.startswith(_APOLLO) and name in KNOWN else self.identity

    @property
    def is_supported(self) -> bool:
        """Whether the gateway understands this version."""
        return self.version in KNOWN.get(self.key, ())
