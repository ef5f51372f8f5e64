"""How one account at Stripe is reached: addresses, limits, and the names of its secrets."""

from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Annotated, Final, TypeAlias
from urllib.parse import urlsplit

from msgspec import Meta, Struct, field

FindSecret: TypeAlias = Callable[[str], str | None]
"""Returns a secret by its name; None if there is none. It is called for each use: secrets change."""

MAX_WEBHOOK_SECRETS: Final = 4


class StripeOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One account at Stripe.

    Attributes:
        api_base: Where the API is; http:// only on the loopback.
        key: The name of the secret that is the API key.
        webhook_secrets: The names of the secrets that sign webhooks. Each may be missing, but not all: while
            a secret is changed, there are the new one and the former one.
        account: The connected account that is acted for; "" for the key's own.
        timeout_seconds: How long one request may take.
        in_flight: The largest number of requests at a time.
        tolerance_seconds: How old, or how far in the future, a webhook may be.
        look_back_hours: How far back a part is looked for of which only our id is known. It is more than the
            24 hours for which Stripe knows an idempotency key.
        display_names: What customers read for a brand; by default, its own id.
    """

    api_base: str = "https://api.stripe.com"
    key: str = "stripe-key"
    webhook_secrets: Annotated[tuple[str, ...], Meta(min_length=1, max_length=MAX_WEBHOOK_SECRETS)] = (
        "stripe-webhook",
        "stripe-webhook-former",
    )
    account: str = ""
    timeout_seconds: Annotated[float, Meta(gt=0, le=120)] = 20.0
    in_flight: Annotated[int, Meta(ge=1, le=200)] = 20
    tolerance_seconds: Annotated[int, Meta(ge=1, le=3_600)] = 300
    look_back_hours: Annotated[float, Meta(ge=25, le=720)] = 48.0
    display_names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse an address to which the key must not be sent.

        Raises:
            ValueError: It is neither HTTPS nor on the loopback, or no plain address.
        """
        parts = urlsplit(self.api_base)
        plain = parts.scheme == "http" and _is_loopback(parts.hostname or "")
        if not (parts.scheme == "https" or plain):
            raise ValueError("the address of Stripe's API must begin with https://, or be on the loopback")
        if not parts.hostname or "@" in parts.netloc or parts.path or parts.query or parts.fragment:
            raise ValueError("the address of Stripe's API is a host, and a port where one is needed")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
