"""Settings: which headers and extensions of subgraphs clients get."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field

from gateway.settings.feature_settings import FeatureSettings
from gateway.settings.header_names import OWN_HEADERS, TOKEN

CACHE_CONTROL: Final = "cache-control"
REFUSED: Final = OWN_HEADERS | {
    "age",
    "content-range",
    "date",
    "etag",
    "expires",
    "last-modified",
    "location",
    "referrer-policy",
    "retry-after",
    "server",
    "strict-transport-security",
    "vary",
    "www-authenticate",
    "x-content-type-options",
}
"""Headers of replies that only the gateway itself may send."""

HeaderRule: TypeAlias = Literal["first", "last", "restrictive"]
ExtensionRule: TypeAlias = Literal["first", "last"]


def _checked(rules: dict[str, HeaderRule]) -> dict[str, HeaderRule]:
    lowered = {name.lower(): rule for name, rule in rules.items()}
    for name, rule in lowered.items():
        if TOKEN.fullmatch(name) is None:
            raise ValueError(f"{name!r} is not a header name")
        if name in REFUSED or name.startswith("access-control-"):
            raise ValueError(f"only the gateway itself sends {name}")
        if (rule == "restrictive") != (name == CACHE_CONTROL):
            raise ValueError("cache-control is merged by the rule restrictive, and no other header is")
    return lowered


class PropagationSettings(FeatureSettings, prefix="FURLONG_GATEWAY__PROPAGATION__"):
    """Which headers and extensions of subgraphs clients get."""

    headers: Annotated[dict[str, HeaderRule], AfterValidator(_checked)] = Field(
        default_factory=dict,
        description="Headers of subgraphs' replies that clients get, each with the rule by which several are "
        "merged: first or last (to arrive), or restrictive (only and always for cache-control), such as "
        '{"x-served-by":"first","cache-control":"restrictive"}.',
    )
    extensions: dict[str, ExtensionRule] = Field(
        default_factory=dict,
        description="Keys of subgraphs' extensions that clients get, each with the rule by which several are "
        'merged: first or last (to arrive), such as {"warnings":"last"}.',
    )

    @property
    def is_on(self) -> bool:
        """Whether clients get anything."""
        return bool(self.headers or self.extensions)
