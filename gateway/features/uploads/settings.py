"""Settings: which subgraphs take files, and how large."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

from gateway.settings.feature_settings import FeatureSettings
from gateway.settings.header_names import TOKEN

SIMPLE = frozenset({"accept", "accept-language", "content-language", "content-type", "range"})
"""Headers that a page may send to another origin without asking first (Fetch, 2.2.2)."""
BY_BROWSERS = ("access-control-", "sec-", "proxy-")
"""How names begin that scripts cannot set."""
ATTACHED = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "cookie",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
    }
)
"""Headers that browsers attach by themselves."""


def _checked(names: tuple[str, ...]) -> tuple[str, ...]:
    lowered = tuple(name.lower() for name in names)
    for name in lowered:
        if TOKEN.fullmatch(name) is None:
            raise ValueError(f"{name!r} is not a header name")
        if name in SIMPLE | ATTACHED or name.startswith(BY_BROWSERS):
            raise ValueError(f"{name} comes with requests of any page")
    return lowered


ScriptHeaders: TypeAlias = Annotated[tuple[str, ...], AfterValidator(_checked), Field(min_length=1)]


class UploadSettings(FeatureSettings, prefix="FURLONG_GATEWAY__UPLOADS__"):
    """Which subgraphs take files, and how large."""

    subgraphs: tuple[str, ...] = Field(
        default=(),
        description="The subgraphs over HTTP that take files, by the GraphQL multipart request "
        'specification, such as ["media"]. Without any, multipart requests are refused.',
    )
    bytes: int = Field(default=10 * 1024 * 1024, gt=0, description="The most bytes of a file.")
    files: int = Field(default=10, gt=0, le=1000, description="The most files in a request.")
    seconds: float = Field(
        default=30.0,
        gt=0,
        description="The time limit of a subgraph for its response once it has all files, and for taking "
        "more of a file.",
    )
    headers: ScriptHeaders = Field(
        default=("apollo-require-preflight", "graphql-require-preflight", "x-apollo-operation-name"),
        description="Headers of which a multipart request must have one: only scripts of allowed pages can "
        "send them, while a form of any page can send files.",
    )

    @property
    def is_on(self) -> bool:
        """Whether any subgraph takes files."""
        return bool(self.subgraphs)
