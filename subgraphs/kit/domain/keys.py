"""Keys of customers, and opaque ids, which clients send back."""

import binascii
from typing import Final, NamedTuple

from subgraphs.kit.domain.errors import BadInput

URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")


def read_opaque(opaque: str) -> bytes:
    """Return what an opaque text stands for.

    Raises:
        BadInput: It is not what we would have written: base64url without padding (RFC 4648, section 5).
    """
    try:
        plain = opaque.replace("-", "+").replace("_", "/") + "=" * (-len(opaque) % 4)
        content = binascii.a2b_base64(plain, strict_mode=True)
        written = binascii.b2a_base64(content, newline=False).translate(URL_SAFE, b"=").decode()
    except ValueError as error:
        raise BadInput("this id was not made here") from error
    if written != opaque:
        raise BadInput("this id was not made here")
    return content


ALL_BRANDS: Final = "*"
"""What stands in the place of a brand where all are meant, as in a role or the stop of a provider."""


class Owner(NamedTuple):
    """A customer of a brand: the unit of sharding."""

    brand: str
    customer: str

    @property
    def owner(self) -> "Owner":
        """Return itself, so that every key of a customer's data has an owner."""
        return self
