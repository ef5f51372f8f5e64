"""Classes of clients: each grants permissions that clients without a key do not have."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

DEFAULT: Final = "default"
"""The class of all requests without a key."""

IntrospectionPermission: TypeAlias = bool | Literal["known"]
"""Whether the schema may be introspected; `known` allows only the queries of the usual tools."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def _hex_digest(text: str) -> str:
    if not _DIGEST.fullmatch(text):
        raise ValueError("a SHA-256 digest is 64 hexadecimal digits in lower case: printf %s KEY | sha256sum")
    return text


class ClientClass(BaseModel):
    """A class of clients, recognized by a key; the settings hold only digests of keys.

    Attributes:
        name: Its name in metrics and logs; `default` is the class of all requests without a key.
        key_sha256: SHA-256 digests of its keys, in hexadecimal; several while a key is being replaced.
        introspection: Whether it may introspect the schema; `known` allows only the queries of the usual
            tools. None uses the general setting.
        any_document: Whether it may send documents that are in no manifest, as developers with GraphiQL do.
        cost: The most points that a request may cost; None uses the general setting.
        cost_in_response: Whether it may ask for `extensions.cost`; None uses the general setting.
        debug_in_response: Whether it may ask for the query plan and timings; None uses the general setting.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=64)
    key_sha256: tuple[Annotated[str, AfterValidator(_hex_digest)], ...] = ()
    introspection: IntrospectionPermission | None = None
    any_document: bool = False
    cost: int | None = Field(default=None, gt=0)
    cost_in_response: bool | None = None
    debug_in_response: bool | None = None

    def may_introspect(self, *, default: bool) -> bool:
        """Return whether the class may introspect the schema in any way; `default` is the general setting."""
        return default if self.introspection is None else self.introspection is not False
