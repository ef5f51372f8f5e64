"""The key of a customer's club in a week, and the opaque id made of it, which clients send back."""

import binascii
import re
from typing import Final, NamedTuple

from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.keys import URL_SAFE, Owner, read_opaque

MAX_KEPT: Final = 4096
MAX_KEPT_LENGTH: Final = 512  # characters; longer ids are rare and would only waste memory
_ISO_WEEK = re.compile(r"\d{4}-W(0[1-9]|[1-4]\d|5[0-3])", re.ASCII)


class ClubKey(NamedTuple):
    """One customer's club in one week of a brand: what `Club.id` stands for.

    Attributes:
        iso_week: As `2026-W13`.
    """

    brand: str
    iso_week: str
    customer: str

    @property
    def owner(self) -> Owner:
        """Return the customer."""
        return Owner(self.brand, self.customer)

    def encode(self) -> str:
        """Return the opaque, URL-safe id, which other subgraphs of the request are about to decode."""
        padded = binascii.b2a_base64(":".join(self).encode(), newline=False)
        opaque = padded.translate(URL_SAFE, b"=").decode()
        _remember(opaque, self)
        return opaque

    @staticmethod
    def decode(opaque: str) -> "ClubKey":
        """Return the key of an id.

        Raises:
            BadInput: The id was not made by `encode`.
        """
        known = _KEYS.get(opaque)
        if known is None:
            known = _decoded(opaque)
            if len(opaque) <= MAX_KEPT_LENGTH:
                _remember(opaque, known)
        return known


_KEYS: Final[dict[str, ClubKey]] = {}
"""The keys of ids: several subgraphs of a request decode an id that the first one has made."""


def _remember(opaque: str, key: ClubKey) -> None:
    if len(_KEYS) >= MAX_KEPT:
        _KEYS.clear()
    _KEYS[opaque] = key


def _decoded(opaque: str) -> ClubKey:
    """Return the key of an id."""
    try:
        brand, iso_week, customer = read_opaque(opaque).decode().split(":", 2)
    except (BadInput, ValueError) as error:
        raise BadInput(f"not the id of a club: {opaque[:64]!r}") from error
    if not (brand and customer and _ISO_WEEK.fullmatch(iso_week)):
        raise BadInput(f"not the id of a club: {opaque[:64]!r}")
    return ClubKey(brand, iso_week, customer)
