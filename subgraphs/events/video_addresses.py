"""Signs the address of a picture: for one territory, some minutes, and only where and when it may be seen.

An address is `https://HOST/STREAM?territory=GB&expires=UNIX&signature=HEX`. The signature is the HMAC-SHA256
of the lines stream, territory and expiry. Whoever serves pictures has the same key, and checks all three.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote, urlencode

LIFETIME: Final = timedelta(minutes=5)
"""How long an address can be opened, if the picture does not end before that."""

_TERRITORY: Final = re.compile(r"[A-Z]{2}")


class NotShown(Exception):
    """The picture may not be shown there, or not now; the message says which."""


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture as `provider.video.v1` tells it: no territories are all of them."""

    stream_id: str
    territories: Collection[str]
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class AddressSigner:
    """Signs addresses below one address of streams.

    Attributes:
        streams: Such as `https://video.example.com`.
        key: The secret that the pictures' servers have, too.
    """

    streams: str
    key: bytes
    lifetime: timedelta = LIFETIME

    def address(self, picture: ShownPicture, territory: str, now: datetime) -> str:
        """Return the address of a picture for a viewer in a territory, an ISO 3166-1 code.

        Raises:
            NotShown: It may not be shown there, or not now.
        """
        if _TERRITORY.fullmatch(territory) is None:
            raise NotShown("the viewer's territory is not known")
        if picture.territories and territory not in picture.territories:
            raise NotShown(f"the picture may not be shown in {territory}")
        if now < picture.starts_at:
            raise NotShown("the picture has not begun")
        if now >= picture.ends_at:
            raise NotShown("the picture has ended")
        expires = int(min(now + self.lifetime, picture.ends_at).timestamp())
        signature = signature_of(self.key, picture.stream_id, territory, expires)
        query = urlencode({"territory": territory, "expires": expires, "signature": signature})
        return f"{self.streams.rstrip('/')}/{quote(picture.stream_id, safe='')}?{query}"


def signature_of(key: bytes, stream_id: str, territory: str, expires: int) -> str:
    """Return the signature of an address; `expires` is in seconds since 1970."""
    signed = f"{stream_id}\n{territory}\n{expires}".encode()
    return hmac.new(key, signed, hashlib.sha256).hexdigest()
