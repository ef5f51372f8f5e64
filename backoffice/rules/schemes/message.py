"""The message that publishes a version of a scheme on `club.scheme.v1`."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from backoffice.rules.schemes.form import Scheme
from subgraphs.kit.domain.schemes import Brand

SCHEME_TOPIC: Final = "club.scheme.v1"
SCHEME_SCHEMA: Final = "club.scheme/1"
_BRAND_FACTS: Final = (
    *("name", "time_zone", "default_locale", "locales", "default_jurisdiction", "jurisdictions"),
    *("default_currency", "currencies"),
)


def scheme_key(brand: str, scheme: Scheme) -> str:
    """Return the key of the message, such as `northbet:GB:GBP:2`."""
    return f"{brand}:{scheme.jurisdiction}:{scheme.currency}:{scheme.version}"


def scheme_body(
    brand: str, facts: Mapping[str, Any], scheme: Scheme, issued_at: datetime, now: datetime
) -> dict[str, Any]:
    """Return the message.

    Args:
        brand: The brand's id.
        facts: The brand's other facts, as the message has them.
        scheme: The version.
        issued_at: When the version was first published.
        now: When this message is.
    """
    key = scheme_key(brand, scheme)
    return {
        "schema": SCHEME_SCHEMA,
        "event_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{key}@{utc(now)}")),
        "brand_id": brand,
        "brand": dict(facts),
        **scheme.model_dump(mode="json", exclude={"effective_from"}),
        "effective_from": utc(scheme.effective_from),
        "issued_at": utc(issued_at),
        "occurred_at": utc(now),
    }


def brand_facts(brand: Brand) -> dict[str, Any]:
    """Return a stored brand's facts, as the message has them."""
    values = {name: getattr(brand, name) for name in _BRAND_FACTS}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def utc(instant: datetime) -> str:
    """Return an instant in RFC 3339 and UTC, as messages write it."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
