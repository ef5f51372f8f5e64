"""The settings of adapters that ask a provider's JSON API."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _safe_address(url: str) -> str:
    """Return an address without a slash at its end; an empty one means that none is set.

    Raises:
        ValueError: It is not HTTPS, or has more than a host and a path.
    """
    parts = urlsplit(url)
    if not url:
        return url
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("the address must begin with https:// (http:// only on the loopback)")
    if not parts.hostname or parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("the address has a host and perhaps a path: no name, password, query or fragment")
    return url.rstrip("/")


SafeAddress = Annotated[str, AfterValidator(_safe_address)]
"""An HTTPS address below which paths are, without a slash at its end."""


class ApiSettings(BaseSettings):
    """Where a provider's API is, and how long it may take to answer."""

    url: SafeAddress = Field(
        default="", description="The address of the provider's API, such as https://api.example.com/v1"
    )
    answer_seconds: float = Field(
        default=10.0, gt=0, le=120, description="How long the API may take for a whole answer"
    )


class PollSettings(ApiSettings):
    """The same, for an API that is asked again and again."""

    poll_seconds: float = Field(
        default=10.0, gt=0, le=3600, description="How often the API is asked what has changed"
    )
